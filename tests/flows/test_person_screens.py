"""Tests the screens about one person: short enough for every phone, and after the required warnings and questions."""

import pytest

from hotline.cases.rules_reading_requests import CODE_ANSWER
from hotline.flows.document import targets
from hotline.flows.flow import (
    WIDEST,
    EndNode,
    Flow,
    MenuNode,
    MessageNode,
    Node,
    QuestionNode,
    fill_placeholders,
)
from hotline.text.characters import septets
from hotline.text.languages import CODES
from hotline.tips.rules_persons import CASE_FORMS, ON_USSD, QUESTIONS
from tests.flows.person_answers import ANSWERS
from tests.support.made_once import shipped_book

BOOK = shipped_book()
FLOWS = [BOOK.flows[name] for name in ("screening", "keeping", "helping", "offering", "following")]
MOST = 120
"""The maximum septets of a text with its choices. The keys `0` and `00` and one short line fit below it."""

SAFE_FIRST = (
    "responders.on_site_asks",
    "responders.on_site",
    "responders.work_goes_on",
    "screening.first",
    "helping.first",
    "following.first",
    "following.first_thirty",
)
SAFE_ALONE_HURT = {
    "rw": ("ratekanye", "wenyine", "akomeretse"),
    "fr": ("sécurité", "seule à seule", "blessures"),
    "en": ("safe", "alone", "hurt"),
}


def shown(node: Node, language: str) -> str:
    assert isinstance(node, MessageNode | MenuNode | QuestionNode | EndNode)
    choices = node.choices if isinstance(node, MenuNode | QuestionNode) else ()
    lines = [fill_placeholders((node.text or {}).get(language, ""), WIDEST)]
    return "\n".join((*lines, *(f"1 {choice.label[language]}" for choice in choices)))


@pytest.mark.parametrize("language", CODES)
def test_each_screen_about_a_person_is_short(language: str) -> None:
    found = {
        f"{flow.name}.{name}": septets(shown(node, language))
        for flow in FLOWS
        for name, node in flow.nodes.items()
        if isinstance(node, MessageNode | MenuNode | QuestionNode | EndNode)
    }
    assert len(found) > 40
    assert {name: size for name, size in found.items() if size > MOST} == {}


def saves(flow: Flow, name: str, value: str) -> bool:
    node = flow.nodes[name]
    return isinstance(node, MenuNode) and value in {choice.value for choice in node.choices}


def test_rights_are_shown_before_police_or_return_is_chosen() -> None:
    offering = BOOK.flows["offering"]
    for value, notice in (("police", "before_police"), ("journey_home", "before_home")):
        assert [name for name in offering.nodes if saves(offering, name, value)] == [notice]
        for language, word in {
            "en": "Nobody may jail",
            "fr": "Ni prison",
            "rw": "Ntagomba gufungwa",
        }.items():
            assert shown(offering.nodes[notice], language).startswith(word)


def test_safety_screens_come_before_questions_and_offers() -> None:
    """On site, the responder has read the warnings about safety, privacy and injuries before any question. Screens that
    offer help come after the questions.

    The order is the same in each language.
    """
    helping, screening = BOOK.flows["helping"], BOOK.flows["screening"]
    assert helping.start == "first"
    assert set(targets(screening.nodes["begin"])) == {"who", "first"}
    assert "begin" in targets(screening.nodes[screening.start])
    for name in SAFE_FIRST:
        flow, _, node = name.partition(".")
        for language, words in SAFE_ALONE_HURT.items():
            begins, *_ = shown(BOOK.flows[flow].nodes[node], language).split("?")
            assert all(word in begins for word in words), (name, language)


def test_adult_s_refusal_leads_to_no_service() -> None:
    offering = BOOK.flows["offering"]
    consent, respected = offering.nodes["consent"], offering.nodes["respected"]
    assert isinstance(consent, MenuNode)
    goes = {choice.value: choice.goes for choice in consent.choices}
    assert goes == {"yes": "decided", "no": "no_before", "cannot_say": "decided"}
    assert isinstance(respected, MessageNode)
    assert respected.goes is None
    assert all(lead.number is not None for lead in respected.leads)
    assert "Isange" in respected.text["en"]


def test_phone_offers_exactly_the_codes_of_a_form() -> None:
    """The phone has no key for "no answer yet": a responder who has no answer just ends the call."""
    offered: dict[str, set[str]] = {}
    for flow in FLOWS:
        for node in flow.nodes.values():
            if isinstance(node, MenuNode) and node.saves in ANSWERS:
                values = {choice.value for choice in node.choices if choice.value}
                offered.setdefault(node.saves, set()).update(values)
    known = {
        f"{CODE_ANSWER}{code}": set(QUESTIONS[code].values)
        for form in CASE_FORMS.values()
        for code in form.names(ON_USSD)
    }
    assert known["person_answer"] - offered["person_answer"] == {"none"}
    assert offered == known | {"person_answer": known["person_answer"] - {"none"}}
