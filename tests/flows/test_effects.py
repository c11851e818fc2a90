"""Tests that every answer of the shipped flows is used: by its effect, with a report, or after a receipt."""

from collections.abc import Iterator

from hotline.alerts.rules_replies import OF_A_CASE
from hotline.cases.decrypt_reader_commands import CLOSING_CHOICES
from hotline.cases.rules_reading_requests import (
    AGAIN,
    KEPT_ANSWERS,
    READER_PINS,
    WORK_CASE,
    WORK_COLLEAGUE,
    WORK_DISTRICT,
    WORK_FORM,
    WORK_QUESTION,
    WORK_SHIFT,
    WORK_VERB,
    WORK_WORDS,
)
from hotline.dialogue.service_commit import EFFECTS, effect_of
from hotline.dialogue.service_session_start import VERB
from hotline.flows.flow import CallNode, Flow, MenuNode, QuestionNode
from hotline.programmes.rules import OCCASION_ANSWER
from hotline.text import quiz
from hotline.tips.rules import OUTCOMES, Matter
from hotline.tips.rules_receipts import RECEIPT
from tests.flows.person_answers import ANSWERS
from tests.support.made_once import shipped_book

BOOK = shipped_book()
CHANGE_NOTHING = {OCCASION_ANSWER, RECEIPT, "pin"}
"""Answers without an effect of their own: the hotline reads them when a later answer has its effect. The answer `pin`
is in this set because the hotline reports a typed PIN in a separate event."""
OF_THE_READER = {
    *READER_PINS,
    *ANSWERS,
    WORK_CASE,
    WORK_FORM,
    WORK_VERB,
    WORK_QUESTION,
    WORK_WORDS,
    WORK_COLLEAGUE,
    WORK_DISTRICT,
    WORK_SHIFT,
    "work_province",
    AGAIN,
}
"""Answers that the reader process stores. The web process does not store them when it answers a hop."""


def _saved(flow: Flow) -> Iterator[str]:
    for node in flow.nodes.values():
        if isinstance(node, QuestionNode | MenuNode) and node.saves:
            yield node.saves


def _within(names: set[str]) -> set[str]:
    """Returns these flows and all flows that they call."""
    called = {
        node.flow
        for name in names
        for node in BOOK.flows[name].nodes.values()
        if isinstance(node, CallNode)
    }
    return names if called <= names else _within(names | called)


def _choices(saves: str) -> set[str]:
    return {
        choice.value
        for flow in BOOK.flows.values()
        for node in flow.nodes.values()
        if isinstance(node, MenuNode) and node.saves == saves
        for choice in node.choices
    }


def test_case_menus_offer_exactly_the_verbs_of_the_table() -> None:
    assert {one for one in _choices(VERB) if one.isdecimal()} == {*OF_A_CASE}
    assert {one for one in _choices(WORK_VERB) if one.isdecimal()} <= {*OF_A_CASE}


def test_phone_offers_each_outcome_with_a_choice() -> None:
    choices = {one for one in _choices(WORK_VERB) if one.startswith("close_")}
    assert choices == {*CLOSING_CHOICES}
    assert {row.choice for row in OUTCOMES.values()} - {""} <= choices


def test_each_answer_has_an_effect_or_is_listed() -> None:
    told = _within({name for name, flow in BOOK.flows.items() if flow.gathers in set(Matter)})
    unused = {
        f"{flow.name}: {name}"
        for flow in BOOK.flows.values()
        if flow.name not in told
        for name in _saved(flow)
        if effect_of(name) is None
        and name not in CHANGE_NOTHING | OF_THE_READER
        and not name.startswith(quiz.FIRST_PREFIX)
    }
    assert not unused


def test_only_private_flows_ask_about_persons() -> None:
    asking = {flow.name for flow in BOOK.flows.values() if ANSWERS & set(_saved(flow))}
    assert asking == {"screening", "helping", "offering", "following"}
    assert all(BOOK.flows[name].private for name in asking)
    asked = {name for flow in asking for name in _saved(BOOK.flows[flow])}
    assert asked >= ANSWERS
    assert {name for name in ANSWERS if effect_of(name)} == KEPT_ANSWERS


def test_each_effect_belongs_to_an_asked_answer() -> None:
    asked = {name for flow in BOOK.flows.values() for name in _saved(flow)}
    assert set(EFFECTS) <= asked
