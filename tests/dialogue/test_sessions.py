"""Tests how a session is replayed from its start and its text. No process stores what a caller reported."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from sqlalchemy import create_engine

from hotline.core.ussd import MAX_INPUTS, CommittedText, SessionStart
from hotline.counters.tables import Tally
from hotline.dialogue import replay_cache
from hotline.dialogue.replay_cache import KnownSession, PathKey, SessionMemory
from hotline.gateway.stand_ins import FakeStarts
from hotline.gateway.tables import Dialogue
from hotline.people.tables import Responder
from tests.long import seed
from tests.support.builders import make_opening
from tests.support.callers import DANGER_HERE, FAILURE, QUIET_HERE, REST, Caller, Line, told

KEYS = ("1", "2", "3", "4", "5", "7", "8", "9", "0", "00", "x")
"""The keys that a caller presses in menus, and some keys without meaning."""


def known(line: Line, caller: Caller) -> KnownSession:
    found = line.context.sessions.find(line.context.pseudonyms.session(caller.session_id))
    assert found is not None
    return found


def row(line: Line, caller: Caller) -> Dialogue:
    key = line.context.pseudonyms.session(caller.session_id)
    (only,) = [one for one in line.all(Dialogue) if one.key == key]
    assert isinstance(only, Dialogue)
    return only


@contextmanager
def no_database(line: Line) -> Iterator[None]:
    engine = line.database.engine
    line.database.engine = create_engine("sqlite:////nowhere/at/all.db")
    try:
        yield
    finally:
        line.database.engine.dispose()
        line.database.engine = engine


def test_cached_path_shows_the_same_screens(line: Line) -> None:
    """Invariant 1: a replay from the cache and a replay from the start show the same screens."""
    chance = random.Random(seed())
    for number in range(12):
        warm, cold = line.caller(f"+2507880001{number:02}"), line.caller(f"+2507880002{number:02}")
        warm.dial()
        line.flush()
        cold.dial()
        for _ in range(8):
            keyed = chance.choice(KEYS)
            first = warm.key(keyed)
            line.context.sessions.clear()
            assert cold.key(keyed) == first
            if first.startswith("END"):
                break


def test_different_facts_use_different_cached_paths(line: Line) -> None:
    """Invariant 1: for the same text, two sessions show different screens if a fact such as the page size of their
    network differs. No session shows a screen that was cached for another kind of session."""
    plain = line.caller()
    shown = [plain.dial(), plain.key("1")]
    small = replace(line.context.line, limits={"": 156, "63514": 80})
    tight = replace(line, context=replace(line.context, line=small)).caller(network="63514")
    assert [tight.dial(), tight.key("1")] != shown

    told_before = told(line, "5").screen
    everybody = [one.id for one in line.all(Responder)]
    with line.database.writing() as session:
        for one in everybody:
            session.get_one(Responder, one).active = False
    alone = line.caller()
    alone.dial()
    assert alone.key("1") == shown[1]
    assert alone.key("0", "5") != told_before
    with line.database.writing() as session:
        for one in everybody:
            session.get_one(Responder, one).active = True
    assert [(again := line.caller()).dial(), again.key("1")] == shown


def test_path_key_contains_every_fact() -> None:
    """If screens depend on a new fact about a session, `PathKey` must contain this fact, or the cache may not store
    these screens."""
    assert PathKey._fields == (
        "revision_id",
        "dialled",
        "entry",
        "reporting",
        "shows_number",
        "day",
        "limit",
        "receipts",
        "alerts_blocked",
        "oversight",
    )
    assert {field.name for field in fields(SessionStart)} == {
        "key",
        "caller_key",
        "started_at",
        "network",
        "revision_id",
        "entry",
        "dialled",
        "reporting",
        "alerts_blocked",
        "oversight",
        "responder_id",
        "pinned",
    }


def test_second_session_start_changes_nothing(line: Line) -> None:
    """Invariant 2: if two processes store the first hop of a session, the second one changes nothing and uses the start
    that the first one stored."""
    caller = line.caller()
    shown = caller.dial()
    line.clock.turn(minutes=1)
    line.flush()
    began = row(line, caller).started_at
    assert caller.again() == shown
    assert (row(line, caller).started_at, len(line.all(Dialogue))) == (began, 1)


def test_no_process_believes_too_much_is_committed(line: Line) -> None:
    """Invariant 3: no process believes that more text is committed than the database has committed. The test checks
    this after each hop of a report."""
    caller = line.caller()
    caller.dial()
    for keyed in ("7", *DANGER_HERE, "1", "1", *REST, "1", "9", "0"):
        caller.key(keyed)
        assert known(line, caller).committed.upto <= row(line, caller).committed


def test_no_answers_are_kept_between_hops(line: Line) -> None:
    """Invariant 4: the answers of a report are stored neither in the memory of a process nor in Redis."""
    caller = line.caller()
    caller.dial()
    caller.key("1", "00", *DANGER_HERE, "1", "1", *REST, "3", "Zuzuzu*8305")
    assert line.read(line.tip)["landmark"] == "Zuzuzu*8305"
    kept = {*everything(line.context.sessions)}
    assert not any("Zuzuzu" in one or "8305" in one for one in kept)
    ways = line.context.sessions.ways._kept.values()
    assert not any(way.state.answers or way.state.attempts for way in ways)
    assert "1*00" in kept
    assert not any("1*00*5*1" in one for one in kept)
    assert line.runs.held == {}
    assert isinstance(line.context.notes, FakeStarts)
    assert "Zuzuzu" not in repr(line.context.notes.saved)


def everything(value: object) -> Iterator[str]:
    """Yields every text inside a value: in its keys, items and attributes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in (*value.keys(), *value.values()):
            yield from everything(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from everything(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from everything(getattr(value, field.name))
    elif type(value).__module__.startswith("hotline"):
        yield from everything(vars(value))


@pytest.mark.parametrize("words", ["Kimironko", "a*b", "1*2*3"])
def test_typed_text_ends_at_the_end_of_its_hop(line: Line, words: str) -> None:
    """Invariant 5: the hop stores the position in the session's text at which the caller's words end. So the process
    that handles the next hop knows this position."""
    caller = told(line, *DANGER_HERE, "1", "1", *REST, "3")
    shown = caller.key(words)
    assert row(line, caller).committed == len(caller.text)
    line.flush()
    assert caller.again() == shown
    line.flush()
    following = caller.key("1")
    line.flush()
    assert caller.again() == following
    assert line.read(line.tip)["landmark"] == words


def test_empty_answer_is_no_part_of_later_text(line: Line) -> None:
    """Invariant 5: the session's row also stores the position in the session's text at which an empty answer ended. So
    the text that the caller types next does not include the empty answer."""
    caller = told(line, *DANGER_HERE, "1", "1", *REST, "3")
    asked = caller.key("")
    assert "Andika amagambo, 0, 00" in asked
    line.flush()
    caller.key("Kimironko")
    assert line.read(line.tip)["landmark"] == "Kimironko"


def test_cache_drops_least_recent_path_first() -> None:
    kept = replay_cache.PathCache(most=2)
    shared = PathKey(1, 0, "", True, True, make_opening().started_at.date(), 156, True)
    made: Callable[[str], Any] = lambda text: replay_cache.CachedPath(text, None, ())  # type: ignore[arg-type]  # noqa: E731
    for text in ("1", "2"):
        kept.keep(shared, text, made(text))
    assert kept.find(shared, "1") is not None
    kept.keep(shared, "3", made("3"))
    assert [kept.find(shared, text) is not None for text in ("1", "2", "3")] == [True, False, True]


def test_session_leaves_memory_after_ten_minutes() -> None:
    at = [0.0]
    sessions = SessionMemory(elapsed=lambda: at[0])
    for number in (1, 2):
        opening = make_opening(key=str(number) * 64)
        sessions.keep(KnownSession(opening, None, CommittedText(0)))
        at[0] += 400.0
    assert [sessions.find(one * 64) is not None for one in "12"] == [False, True]
    sessions.keep(KnownSession(make_opening(key="3" * 64), None, CommittedText(0)))
    assert "1" * 64 not in everything(sessions)


def test_session_with_very_many_inputs_ends(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    caller.text = "*".join(["1", "0"] * (MAX_INPUTS // 2))
    assert caller.again().startswith("CON ")
    assert caller.key("1") == FAILURE


def test_menu_continues_elsewhere_without_database(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    shown = caller.key("7", "1")
    line.flush()
    with no_database(line):
        assert caller.again() == shown
        assert caller.key("0").startswith("CON ")
        assert line.caller().dial() == FAILURE
        unknown = line.caller()
        unknown.text = "1"
        assert unknown.again() == FAILURE


def test_report_without_database_fails_and_can_be_repeated(line: Line) -> None:
    caller = told(line, *DANGER_HERE[:-1])
    line.flush()
    with no_database(line):
        assert caller.key(DANGER_HERE[-1]) == FAILURE
    assert caller.again().startswith("CON ")
    assert line.tip.state == "filed"


def test_draft_continues_in_a_new_process(line: Line) -> None:
    caller = told(line, *QUIET_HERE)
    line.flush()
    caller.key(*REST)
    assert line.tip.state == "complete"


STORY = ("7", *DANGER_HERE, "1", "1", *REST, "3", "a*b 1*", "1", "9", "0", "00", "1", "9", "0")


def test_three_processes_give_the_same_session(line: Line) -> None:
    """The hops of one session reach three processes: one knows the session, one has missed some hops, and one forgets
    everything."""
    chance = random.Random(seed())
    alone = line.caller("+250788000301")
    shown = [alone.dial(), *(alone.key(keyed) for keyed in STORY)]
    told_alone = line.read(line.tips[0])
    cells = sorted((one.measure, one.topic, one.count) for one in line.all(Tally))

    lines = [
        replace(line, context=replace(line.context, sessions=SessionMemory())) for _ in range(3)
    ]
    caller = line.caller("+250788000302")
    text = ""
    for place, expected in enumerate(shown):
        here = chance.choice(lines)
        lines[2].flush()
        asked = replace(caller, line=here, text=text)
        assert asked.again() == expected, place
        if chance.random() < 0.3:
            late = replace(asked, line=chance.choice(lines))
            assert late.again() == expected
        if place < len(STORY):
            text = f"{text}*{STORY[place]}" if text else STORY[place]

    first, second = line.tips
    assert line.read(second) == told_alone
    assert (second.place, second.urgency, second.state) == (first.place, first.urgency, first.state)
    doubled = sorted((one.measure, one.topic, one.count) for one in line.all(Tally))
    assert doubled == sorted([*cells, *cells])
