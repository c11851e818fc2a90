"""A place that is typed instead of chosen, through the real hook."""

import pytest

from hotline.domain.tip import TipState
from hotline.store.dialogue.contacts import Dialogue
from tests.callers import Caller, Line, told

TO_THE_NAME = ("5", "1", "2", "1", "5")
"""A problem; danger: yes; official: no; Kigali; not listed."""


def typing(line: Line, *keyed: str) -> Caller:
    return told(line, *TO_THE_NAME, *keyed)


def test_a_name_that_four_districts_have_is_asked_back_and_told_to_the_one_that_is_chosen(
    line: Line,
) -> None:
    caller = typing(line, "Lemera")
    assert caller.read().startswith(
        "Ni aha?\n1 Remera, Gasabo\n2 Remera, Gatsibo\n3 Remera, Musanze\n4 Remera, Ngoma\n5 Nta"
    )
    assert (line.tip.state, line.tip.place) == (TipState.FILED, "unsure")

    caller.key("2")
    (tip,) = line.tips
    assert (tip.state, tip.place, tip.sector) == (TipState.FILED, "53", "5312")
    assert line.desks_of(tip) == {"53", "national"}
    assert line.read(tip)["typed"] == "Lemera"


@pytest.mark.parametrize("keyed", [(), ("Lemera",), ("qqqq",)])
def test_danger_is_filed_with_the_national_desk_before_anything_is_chosen(
    line: Line, keyed: tuple[str, ...]
) -> None:
    typing(line, *keyed)
    assert (line.tip.state, line.tip.place, line.tip.urgency) == (TipState.FILED, "unsure", 1)


@pytest.mark.parametrize("typed", ["qqqq", "Kabeza", "12", "*", "é" * 200])
def test_what_is_like_no_name_leads_to_the_national_desk(line: Line, typed: str) -> None:
    caller = typing(line, typed)
    assert caller.read().startswith("Ni aha?\n1 Nta na hamwe muri aha")
    caller.key("1")
    assert (line.tip.state, line.tip.place) == (TipState.FILED, "unsure")


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
    book = line.kit.books.book(dialogue.revision_id)
    assert "Lemera" not in str(book.drawings)
    assert "Lemera" not in str(vars(dialogue))


@pytest.mark.parametrize("lost", ["before the hop", "after the hop"])
def test_a_place_with_a_star_in_it_is_the_same_place_when_the_run_is_lost(
    line: Line, lost: str
) -> None:
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
