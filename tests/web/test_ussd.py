"""Tests a caller at the real hook: recorded examples of the gateway's requests, and the stories of the report."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from gsm0338 import Codec
from sqlalchemy import create_engine

from hotline.counters.tables import Tally
from hotline.flows import service_authoring
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from hotline.gateway.stand_ins import FakeStarts
from hotline.gateway.tables_sessions import Dialogue
from hotline.text.gsm7 import septets
from tests.support.callers import DANGER_HERE, FAILURE, QUIET_HERE, Line, walked
from tests.support.publishing import publish


@contextmanager
def broken(line: Line) -> Iterator[None]:
    """Makes the hotline use a database without tables until the block ends."""
    engine = line.database.engine
    line.database.engine = create_engine("sqlite:////nowhere/at/all.db")
    try:
        yield
    finally:
        line.database.engine = engine


def test_a_dial_shows_the_front_within_the_limit(line: Line) -> None:
    caller = line.caller()
    screen = caller.dial()
    assert screen.startswith("CON Akazi gatekanye")
    assert septets(caller.read()) <= 156
    Codec().encode(caller.read())


def test_the_same_hop_again_is_answered_alike_and_changes_nothing(line: Line) -> None:
    caller = line.caller()
    first = caller.dial()
    assert caller.again() == first
    assert len(line.all(Dialogue)) == 1
    assert sum(row.count for row in line.all(Tally) if row.measure == "session") == 1


def test_the_same_digit_twice_is_two_inputs(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    assert caller.key("1") != caller.key("1")


def test_zero_goes_back(line: Line) -> None:
    one, other = line.caller(), line.caller()
    one.dial()
    other.dial()
    assert one.key("1", "0", "2") == other.key("2")


def test_a_star_in_free_text_belongs_to_the_answer(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    caller.key(*DANGER_HERE, "1", "1", "5", "1", "3", "a*b")
    assert caller.screen.startswith("END ")
    assert line.read(line.tip)["landmark"] == "a*b"

    line.flush()
    caller.again()
    assert line.read(line.tip)["landmark"] == "a*b"


@pytest.mark.parametrize("shape", ["in the text", "in the service code"])
def test_digits_dialled_ahead_are_spent_in_both_shapes(line: Line, shape: str) -> None:
    walked_there = line.caller()
    walked_there.dial()
    walked_there.key("2", "1")

    if shape == "in the text":
        caller = line.caller()
        caller.dial("2*1")
    else:
        caller = line.caller(service_code="*384*777*2*1#")
        caller.dial()
    assert caller.screen == walked_there.screen
    assert caller.key("0") == walked_there.key("0")
    line.flush()
    assert caller.key("0") == walked_there.key("0")


@pytest.mark.row("C17")
@pytest.mark.parametrize("ahead", ["5", "5*1", "5*1*2*1*1", "000*5", "7*5*1"])
def test_no_digits_dialled_ahead_open_the_report(line: Line, ahead: str) -> None:
    plain = line.caller().dial()
    caller = line.caller()
    assert caller.dial(ahead) == plain
    assert line.tips == []


def test_an_entry_lands_on_its_topic_and_is_counted(line: Line) -> None:
    caller = line.caller()
    assert caller.dial("11") != line.caller().dial()
    (dialogue,) = [row for row in line.all(Dialogue) if row.entry]
    assert dialogue.entry == "11"
    caller.key("9", "9", "0", "9")
    topics = [(row.entry, row.count) for row in line.all(Tally) if row.measure == "topic"]
    assert topics == [("11", 1)]


@pytest.mark.row("R3")
@pytest.mark.parametrize("ahead", ["90", "90*1"])
def test_the_responders_entry_is_nothing_for_a_stranger(line: Line, ahead: str) -> None:
    stranger, plain = line.caller(), line.caller()
    assert stranger.dial(ahead) == plain.dial()
    assert stranger.key("1") == plain.key("1")
    line.flush()
    assert stranger.key("9") == plain.key("9")


def test_every_hop_may_come_to_another_process(line: Line) -> None:
    stays, moves = line.caller(), line.caller()
    for caller in (stays, moves):
        caller.dial()
    for keyed in DANGER_HERE:
        shown = stays.key(keyed)
        line.flush()
        assert moves.key(keyed) == shown


def test_a_dead_redis_changes_no_screen(line: Line) -> None:
    alive = walked(line.caller(), DANGER_HERE)
    notes = line.context.notes
    assert isinstance(notes, FakeStarts)
    line.runs.dead = notes.dead = True
    assert walked(line.caller(), DANGER_HERE) == alive


def test_a_redial_is_byte_for_byte_a_first_dial(line: Line) -> None:
    first = line.caller("+250788000055").dial()
    for stop in range(len(QUIET_HERE) + 1):
        interrupted = line.caller()
        interrupted.dial()
        interrupted.key(*QUIET_HERE[:stop])
        assert line.caller().dial() == first


def test_000_shows_the_front_from_any_screen(line: Line) -> None:
    first = line.caller("+250788000055").dial()
    for stop in range(len(QUIET_HERE) + 1):
        caller = line.caller()
        caller.dial()
        caller.key(*QUIET_HERE[:stop])
        assert caller.key("000") == first


@pytest.mark.row("A3")
def test_a_session_finishes_on_the_flows_it_began_with(line: Line) -> None:
    old = line.caller()
    old.dial()
    document = service_authoring.live_document(line.database)
    document["flows"]["front"]["nodes"]["front"]["menu"]["text"]["rw"] = "Undi mutwe"
    line.clock.turn(seconds=5)
    publish(line.database, document, line.clock.at)
    shelf = SqlFlowSets(line.database, place_lists())
    line.context = replace(line.context, flow_sets=shelf)

    assert line.caller().dial().startswith("CON Undi mutwe")
    line.flush()
    assert old.key("00").startswith("CON Akazi gatekanye")


@pytest.mark.fault(6)
def test_a_failed_commit_ends_politely_and_the_session_goes_on(line: Line, tmp_path: Path) -> None:
    told, other = line.caller(), line.caller()
    told.dial()
    told.key(*DANGER_HERE[:-1])
    with broken(line):
        assert told.key(DANGER_HERE[-1]) == FAILURE
        assert other.dial() == FAILURE
    assert line.tip.state == "draft"
    assert told.again().startswith("CON ")
    assert line.tip.state == "filed"
    assert other.again().startswith("CON Akazi")


def test_the_apology_is_in_the_language_that_was_chosen(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    caller.key("7", *DANGER_HERE[:-1])
    with broken(line):
        assert caller.key("1") == "END Sorry, please try again later. In danger: 112"


def test_what_changes_nothing_needs_no_database(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    with broken(line):
        assert caller.key("1").startswith("CON ")
