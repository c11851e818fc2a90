"""Tests that menus read a typed yes or no as its digit, and read no other word as a digit."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.flows.conversation import ConversationState, Facts
from hotline.flows.flow import Choice, MenuNode
from hotline.flows.turn import NO, YES, chosen_index, resume, start
from hotline.text.places import districts
from tests.flows.test_shipped import BOOK, REPORTING

MENUS = {
    f"{flow.name}.{name}": node
    for flow in BOOK.flows.values()
    for name, node in flow.nodes.items()
    if isinstance(node, MenuNode)
}
PLAIN = (
    Choice({"rw": "Yego", "fr": "Oui", "en": "Yes"}, "yes"),
    Choice({"rw": "Oya", "fr": "Non", "en": "No"}, "no"),
    Choice({"rw": "Simbizi", "fr": "Je ne sais pas", "en": "Not sure"}, "unsure"),
)


def reports() -> ConversationState:
    return resume(BOOK, start(BOOK, REPORTING).state, "5", REPORTING).state


def after(run: ConversationState, keyed: str, facts: Facts = REPORTING) -> object:
    turn = resume(BOOK, run, keyed, facts)
    return turn.state, turn.events, turn.screen


@pytest.mark.parametrize("keyed", ["yego", "Yego", " OUI ", "yes.", "Yes!"])
def test_written_yes_equals_digit_for_yes(keyed: str) -> None:
    assert after(reports(), keyed) == after(reports(), "1")


@pytest.mark.parametrize("keyed", ["oya", "NON", "no", "Oya,"])
def test_written_no_equals_digit_for_no(keyed: str) -> None:
    assert after(reports(), keyed) == after(reports(), "2")


def test_chosen_word_matches_label_in_each_language() -> None:
    for (name, node), words in product(MENUS.items(), (YES, NO)):
        chosen = {chosen_index(node.choices, word) for word in words}
        assert len(chosen) == 1, name
        (at,) = chosen
        if at is not None:
            labels = node.choices[at].label.values()
            assert {label.partition(",")[0].casefold() for label in labels} <= words, name


def test_the_shipped_menus_that_take_both() -> None:
    """Three kinds of menus accept both words: the yes-or-no questions of reports and quizzes, the question about
    erasing a tip with a receipt, and the question about leaving a programme."""
    both = {
        name
        for name, node in MENUS.items()
        if None not in (chosen_index(node.choices, "yego"), chosen_index(node.choices, "oya"))
    }
    assert both >= {
        *("report.danger", "report.official", "report.visit", "report.call"),
        *("receipt.erase", "leaders.leaving", "training.leaving", "questions.still"),
        *("quiz_crime.consent", "train_child.case_1"),
    }
    assert chosen_index(MENUS["questions.doctor"].choices, "yego") is None
    assert chosen_index(MENUS["silence.silence"].choices, "yego") is None


@given(st.text(max_size=12))
def test_other_text_is_no_yes_and_no_no(keyed: str) -> None:
    if keyed.strip(" \t\r\n.,!").casefold() not in YES | NO:
        assert chosen_index(PLAIN, keyed) is None


def test_place_name_is_no_yes_and_no_no() -> None:
    assert [chosen_index(PLAIN, district.name) for district in districts()] == [None] * 30


def test_ambiguous_yes_chooses_nothing() -> None:
    now = Choice({"rw": "Yego, ubu", "fr": "Oui, maintenant", "en": "Yes, now"}, "now")
    assert chosen_index((now, *PLAIN), "yego") is None
    assert chosen_index((now, *PLAIN), "oya") == 2
