"""Tests a caller at the real hook: recorded requests of the gateway, the report, and typed places."""

from pathlib import Path

import pytest
from gsm0338 import Codec

from hotline.counters.tables import Tally
from hotline.gateway.stand_ins import FakeStarts
from hotline.gateway.tables import Dialogue
from hotline.text.characters import septets
from hotline.tips.rules import TipState
from tests.dialogue.test_sessions import no_database
from tests.support.callers import DANGER_HERE, FAILURE, QUIET_HERE, Caller, Line, told, walked


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
    caller = told(line, *DANGER_HERE, "1", "1", "5", "1", "3")
    caller.key("a*b")
    assert caller.screen.startswith("END ")
    assert line.read(line.tip)["landmark"] == "a*b"

    line.flush()
    caller.again()
    assert line.read(line.tip)["landmark"] == "a*b"


@pytest.mark.parametrize("shape", ["in the text", "in the service code"])
def test_digits_dialled_ahead_are_spent_in_both_shapes(line: Line, shape: str) -> None:
    walked_there = told(line, "2", "1")
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
        told(line, *QUIET_HERE[:stop])
        assert line.caller().dial() == first


def test_000_shows_the_front_from_any_screen(line: Line) -> None:
    first = line.caller("+250788000055").dial()
    for stop in range(len(QUIET_HERE) + 1):
        assert told(line, *QUIET_HERE[:stop]).key("000") == first


@pytest.mark.fault(6)
def test_a_failed_commit_ends_politely_and_the_session_goes_on(line: Line, tmp_path: Path) -> None:
    caller, other = told(line, *DANGER_HERE[:-1]), line.caller()
    with no_database(line):
        assert caller.key(DANGER_HERE[-1]) == FAILURE
        assert other.dial() == FAILURE
    assert line.tip.state == "draft"
    assert caller.again().startswith("CON ")
    assert line.tip.state == "filed"
    assert other.again().startswith("CON Akazi")


def test_the_apology_is_in_the_language_that_was_chosen(line: Line) -> None:
    caller = told(line, "7")
    caller.key(*DANGER_HERE[:-1])
    with no_database(line):
        assert caller.key("1") == "END Sorry, please try again later. In danger: 112"


def test_what_changes_nothing_needs_no_database(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    with no_database(line):
        assert caller.key("1").startswith("CON ")


TO_THE_NAME = ("5", "1", "2", "1", "5")
"""The keys to the question for the name of a place: a problem, danger yes, official no, Kigali, not listed."""


def typing(line: Line, *keyed: str) -> Caller:
    caller = told(line, *TO_THE_NAME)
    caller.key(*keyed)
    return caller


def test_a_name_of_four_districts_is_asked_back_and_the_chosen_one_is_told(line: Line) -> None:
    caller = typing(line, "Lemera")
    assert caller.read().startswith(
        "Ni aha?\n1 Remera, Gasabo\n2 Remera, Gatsibo\n3 Remera, Musanze\n4 Remera, Ngoma\n5 Ahandi"
    )
    assert (line.tip.state, line.tip.place) == (TipState.FILED, "unsure")

    caller.key("2")
    (tip,) = line.tips
    assert (tip.state, tip.place, tip.sector) == (TipState.FILED, "53", "5312")
    assert line.desks_of(tip) == {"53", "national"}
    assert line.read(tip)["typed"] == "Lemera"


@pytest.mark.parametrize("keyed", [(), ("Lemera",), ("qqqq",)])
def test_danger_is_filed_before_a_place_is_chosen(line: Line, keyed: tuple[str, ...]) -> None:
    typing(line, *keyed)
    assert (line.tip.state, line.tip.place, line.tip.urgency) == (TipState.FILED, "unsure", 1)


@pytest.mark.parametrize("typed", ["qqqq", "Kabeza", "12", "*", "é" * 200])
def test_what_is_like_no_name_leads_to_the_national_desk(line: Line, typed: str) -> None:
    caller = typing(line, typed)
    assert caller.read().startswith("Ntihabonetse.\n1 Ahandi, ongera wandike\n2 Simbizi")
    caller.key("2")
    assert (line.tip.state, line.tip.place) == (TipState.FILED, "unsure")


@pytest.mark.row("C19")
def test_a_market_is_confirmed_by_its_place_before_its_desk_is_alerted(line: Line) -> None:
    caller = typing(line, "Nyabugogo")
    assert caller.read().startswith(
        "Nyabugogo: Nyarugenge, Kigali?\n1 Yego\n2 Ahandi, ongera wandike\n3 Simbizi"
    )
    assert line.desks_of(line.tip) == {"national"}

    caller.key("1")
    assert (line.tip.place, line.tip.sector) == ("11", None)
    assert line.desks_of(line.tip) == {"11", "national"}
    assert line.read(line.tip)["typed"] == "Nyabugogo"


@pytest.mark.row("C19")
@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("isoko rya Rwagitima", "Rwagitima: Gatsibo, Iburasirazuba?"),
        ("umupaka wa Nemba", "Nemba: Bugesera, Iburasirazuba?"),
        ("ku mupaka wa Gatuna", "Gatuna: Gicumbi, Amajyaruguru?"),
        ("ibitaro bya Kiziguro", "Kiziguro: Gatsibo, Iburasirazuba?"),
        ("Huye", "Ni aha?"),
    ],
)
def test_a_word_for_a_market_is_no_part_of_a_name(line: Line, typed: str, asked: str) -> None:
    assert typing(line, typed).read().startswith(asked)


@pytest.mark.row("C8")
def test_a_name_that_is_not_found_is_typed_again_and_nothing_is_lost_meanwhile(line: Line) -> None:
    caller = typing(line, "qqqq", "1")
    assert caller.read().startswith("Andika gusa izina ry'ahantu")
    assert (line.tip.state, line.tip.place) == (TipState.FILED, "unsure")

    caller.key("Lemera")
    caller.key("5")
    caller.key("Gatuna")
    caller.key("1")
    (tip,) = line.tips
    assert (tip.state, tip.place) == (TipState.FILED, "45")


def test_without_danger_one_draft_moves_to_the_place_that_is_chosen(line: Line) -> None:
    caller = told(line, "5", "2", "2", "1", "5", "kicukilo", "1")
    caller.key("1")
    assert (line.tip.state, line.tip.place) == (TipState.DRAFT, "13")
    assert caller.hang_up() == 200
    assert line.tip.state == TipState.FILED


def test_a_run_that_was_lost_while_she_typed_is_played_again_alike(line: Line) -> None:
    caller = typing(line, "Lemera")
    shown = caller.screen
    line.flush()
    assert caller.again() == shown
    line.flush()
    caller.key("2")
    assert [tip.place for tip in line.tips] == ["53"]


def test_what_was_typed_is_remembered_nowhere_but_under_seal(line: Line) -> None:
    typing(line, "Lemera").key("2")
    (dialogue,) = line.all(Dialogue)
    book = line.context.flow_sets.get(dialogue.revision_id)
    assert "Lemera" not in str(book.drawings)
    assert "Lemera" not in str(vars(dialogue))


@pytest.mark.parametrize("lost", ["before the hop", "after the hop"])
def test_a_place_with_a_star_stays_after_the_run_is_lost(line: Line, lost: str) -> None:
    kept = typing(line, "kicu*kiro").screen
    assert "Kicukiro" in kept
    caller = typing(line)
    if lost == "before the hop":
        line.flush()
    caller.key("kicu*kiro")
    line.flush()
    assert caller.again() == kept

    line.flush()
    caller.key("1")
    line.flush()
    caller.again()
    assert [tip.place for tip in line.tips if tip.session_key == line.tips[-1].session_key][
        -1
    ] == "13"
