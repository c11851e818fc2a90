"""Tests a place that is typed instead of chosen, with the real hook."""

import pytest

from hotline.gateway.tables_sessions import Dialogue
from hotline.tips.rules import TipState
from tests.support.callers import Caller, Line, told

TO_THE_NAME = ("5", "1", "2", "1", "5")
"""The answers: a problem, danger yes, official no, Kigali, not listed."""


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
