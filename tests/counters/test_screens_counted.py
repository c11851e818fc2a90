"""E1: tests that the screens and the network of a session count once, despite repeats, late hops and crashes."""

import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest

from hotline.core import rules_trial
from hotline.core.ussd import NOTHING
from hotline.counters.rules import (
    ScreenCounter,
    ScreenMeasure,
    SessionStep,
    new_counters,
    session_counters,
)
from hotline.counters.service import BATCH, count_ended_sessions
from hotline.counters.tables import ScreenCount
from hotline.dialogue.replay_cache import SessionMemory
from hotline.gateway.tables import Dialogue
from hotline.text.errors import StoreUnavailable
from tests.dialogue.test_sessions import STORY, no_database
from tests.long import seed
from tests.support.callers import DANGER_HERE, QUIET_HERE, REST, Line, failing_at, told

Counts = Mapping[tuple[str, str], int]
WEEK = date(2026, 11, 22)


class Dies(BaseException):
    """An error that simulates the killing of the process. No code catches this error, so the simulated process ends
    there."""


def die() -> None:
    raise Dies


def counts(line: Line) -> Counts:
    """Returns the value of every counter. All counters belong to one week."""
    rows = line.all(ScreenCount)
    assert {row.week for row in rows} <= {WEEK}
    return {(row.measure, row.name): row.count for row in rows}


def other_process(line: Line) -> Line:
    """Returns a process that shares the database but has its own memory and clock."""

    def elapsed() -> float:
        return line.clock.at.timestamp()

    return replace(line, context=replace(line.context, sessions=SessionMemory(elapsed=elapsed)))


@pytest.fixture
def web(line: Line) -> Line:
    return other_process(line)


def count_all(web: Line) -> None:
    count_ended_sessions(web.context, silent=0.0)


@pytest.mark.row("E1")
def test_a_session_is_counted_by_screens_and_network_and_by_nothing_that_it_left(web: Line) -> None:
    told(web, "7", *DANGER_HERE, "1", "1", *REST, "1")
    told(web, "7", *QUIET_HERE[:5]).hang_up()
    told(web, "x", "3", "0")
    web.caller(network=None).dial()
    web.clock.turn(minutes=3)
    count_ended_sessions(web.context)
    found = counts(web)
    assert [
        found["screen_shown", "report/danger"],
        found["screen_answered", "report/danger"],
        found["screen_shown", "report/sector"],
        found["screen_answered", "report/sector"],
        found["screen_shown", "report/last"],
        found["screen_answered", "front/front"],
    ] == [2, 2, 2, 1, 1, 3]
    assert ("screen_answered", "report/last") not in found
    assert [found["ussd_session", "63510"], found["ussd_session", ""]] == [3, 1]
    assert {measure for measure, _ in found} == {*ScreenMeasure}


@pytest.mark.row("E1")
def test_e1_a_session_without_an_end_notice_is_counted_after_three_minutes(web: Line) -> None:
    caller = told(web, "1")
    web.clock.turn(seconds=179)
    count_ended_sessions(web.context)
    assert counts(web) == {}
    caller.key("0")
    web.clock.turn(seconds=179)
    count_ended_sessions(web.context)
    assert counts(web) == {}
    web.clock.turn(seconds=1)
    count_ended_sessions(web.context)
    assert counts(web)["ussd_session", "63510"] == 1


@pytest.mark.row("E1")
def test_e1_whatever_comes_again_or_late_a_session_counts_once(web: Line) -> None:
    """The end notice arrives twice and late, hops repeat, and a caller continues after the session was counted."""
    caller = told(web, "7", *DANGER_HERE)
    caller.hang_up()
    count_ended_sessions(web.context)
    once = counts(web)
    assert once["screen_shown", "report/sector"] == 1
    caller.hang_up()
    for late in (replace(caller, text="7"), caller):
        late.again()
        count_all(web)
        assert counts(web) == once

    caller.key("1", "1", *REST, "1")
    caller.hang_up()
    count_ended_sessions(web.context)
    whole = counts(web)
    told(other := other_process(web), "7", *DANGER_HERE, "1", "1", *REST, "1")
    count_ended_sessions(other.context)
    assert counts(web) == {name: 2 * number for name, number in whole.items()}


@pytest.mark.row("E1")
@pytest.mark.parametrize(
    ("failpoint", "found"), [("screens.before_mark", 0), ("screens.after_commit", 1)]
)
def test_a_crash_between_the_steps_counts_nothing(web: Line, failpoint: str, found: int) -> None:
    caller = told(dying := failing_at(web, failpoint, die), "7", *DANGER_HERE)
    with pytest.raises(Dies):
        count_all(dying)
    assert counts(web).get(("ussd_session", "63510"), 0) == found

    after = other_process(web)
    replace(caller, line=after).key("1")
    count_all(after)
    assert {*counts(web).values()} == {1}


def test_e1_what_memory_lets_go_of_or_cannot_be_written_waits_and_is_counted(web: Line) -> None:
    web.caller("+250788000301").dial()
    web.clock.turn(minutes=11)
    for number in range(BATCH + 2):
        web.caller(f"+2507880003{number:02}").dial()
    with no_database(web), suppress(StoreUnavailable):
        count_all(web)
    count_all(web)
    assert counts(web)["ussd_session", "63510"] == BATCH + 3


@pytest.mark.row("E1")
def test_e1_whichever_processes_a_session_came_to_it_counts_as_in_one(web: Line) -> None:
    """Hops reach three processes at random. Each process counts the hops that it has answered. The processes count in
    any order, and also between two hops of the session.
    """
    chance = random.Random(seed())
    told(alone := other_process(web), *STORY)
    count_all(alone)
    expected = counts(web)

    lines = [other_process(web) for _ in range(3)]
    caller, text = web.caller("+250788000302"), ""
    replace(caller, line=chance.choice(lines)).again()
    for keyed in STORY:
        text = f"{text}*{keyed}" if text else keyed
        replace(caller, line=chance.choice(lines), text=text).again()
        if chance.random() < 0.3:
            count_all(chance.choice(lines))
    for one in chance.sample(lines, 3):
        count_all(one)
    assert counts(web) == {name: 2 * number for name, number in expected.items()}


@pytest.mark.both
def test_e1_two_who_count_one_session_at_once_count_it_once(web: Line) -> None:
    lines = [other_process(web) for _ in range(2)]
    callers = [web.caller(f"+2507880004{number:02}") for number in range(BATCH)]
    for caller in callers:
        for one in lines:
            replace(caller, line=one).dial()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(count_all, lines))
    assert counts(web)["ussd_session", "63510"] == len(callers)


def test_a_trial_and_a_private_entry_are_no_screens_of_callers(web: Line, line: Line) -> None:
    web.caller(rules_trial.CALLER).dial()
    for number, channel in enumerate(sorted(rules_trial.UNCOUNTED)):
        caller = web.caller(f"+25078800050{number}")
        caller.dial()
        with line.database.writing() as session:
            key = line.context.pseudonyms.session(caller.session_id)
            session.get_one(Dialogue, key).channel = channel
    assert web.caller("+250788000090").dial("90").startswith("END ")
    count_all(web)
    assert counts(web) == {}


def test_e1_nothing_that_was_typed_stands_in_a_counter(web: Line) -> None:
    told(web, *DANGER_HERE, "1", "1", *REST, "3", "Zuzuzu*8305", "2")
    count_all(web)
    said = repr(counts(web))
    assert "report/landmark" in said
    assert "Zuzuzu" not in said
    assert "8305" not in said


def test_e1_what_is_added_bit_by_bit_is_what_is_counted_at_once() -> None:
    chance = random.Random(seed())
    screens = ("front/front", "report/danger", "report/saved", "learn/topic", "")
    for _ in range(200):
        stands = [
            SessionStep(upto, chance.choice(screens), chance.random() < 0.6, chance.random() < 0.1)
            for upto in range(0, 2 * chance.randint(1, 12), 2)
        ]
        found: list[ScreenCounter] = []
        known = NOTHING
        for upto in sorted({chance.choice(stands).upto for _ in range(3)} | {stands[-1].upto}):
            found += new_counters([s for s in stands if s.upto <= upto], known, network="63510")
            known = upto
        assert sorted(found) == sorted(session_counters(stands, network="63510"))
