"""C1: tests the keys to leave every screen.

`0` and `00` are on every page on which they work, and "not sure" is on every page of a list.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from hotline.flows.check import nodes
from hotline.flows.check_flow_set import page_sizes
from hotline.flows.check_paths import listings, situations
from hotline.flows.conversation import ConversationState, Place
from hotline.flows.flow import QuestionNode, View, Waiting, at_front, number_flags, text_in, view
from hotline.flows.screen import ENGINE_TEXTS, MAX_LINES, SEPTETS, Page, paginate
from hotline.text.languages import CODES
from tests.support.made_once import shipped_book

BOOK = shipped_book()
SHOWN = [
    (Place(flow.name, name), node) for flow, name, node in nodes(BOOK) if isinstance(node, Waiting)
]
LISTS = [(place, node) for place, node in SHOWN if isinstance(node, QuestionNode) and node.list]


def pages(place: Place, node: Waiting, language: str) -> Iterator[tuple[View, tuple[Page, ...]]]:
    """Yields the pages of the node for each condition that changes them, and for each list that the node may show."""
    for listed, named in listings(BOOK, node):
        for run, facts in situations(listed, ConversationState(language, (place,))):
            there = ConversationState(language, (place,), answers={**run.answers, **named})
            seen = view(BOOK, listed, there, facts)
            yield seen, paginate(seen.layout)


@pytest.mark.row("C1")
@pytest.mark.parametrize("language", CODES)
def test_c1_back_and_home_are_on_each_page(language: str) -> None:
    for place, node in SHOWN:
        own = ENGINE_TEXTS[language]
        back = {f"0 {own.back}", f"0 {own.back_short}"}
        if isinstance(node, QuestionNode) and node.skip is not None:
            back = {f"0 {text_in(node.skip, language)}"}
        ends = {f"\n{way}{gap}00 {own.home}" for way in back for gap in " \n"}
        if at_front(BOOK, ConversationState(language, (place,))):
            ends = {""}
        for _, shown in pages(place, node, language):
            assert all(page.text.endswith(tuple(ends)) for page in shown), place


@pytest.mark.row("C1")
@pytest.mark.parametrize(("place", "node"), LISTS)
def test_each_list_page_has_not_sure_and_a_place(place: Place, node: QuestionNode) -> None:
    unsure = [choice for choice in node.choices if choice.value == "unsure"]
    for language in CODES:
        for seen, shown in pages(place, node, language):
            places = len(seen.choices) - len(node.choices)
            for page in shown:
                offered = [seen.choices[index] for index in page.keys.values()]
                assert all(choice in offered for choice in unsure)
                assert not places or any(index < places for index in page.keys.values())


@pytest.mark.row("C15")
@pytest.mark.parametrize("language", CODES)
def test_c1_province_question_fits_one_page_in_danger(language: str) -> None:
    node = BOOK.flows["report"].nodes["province"]
    assert isinstance(node, QuestionNode)
    assert {len(shown) for _, shown in pages(Place("report", "province"), node, language)} == {1}


@pytest.mark.row("C1")
def test_c1_question_fits_ten_lines_or_gives_reason() -> None:
    reasons = {Place(flow.name, name) for flow in BOOK.flows.values() for name in flow.reasons}
    long = {each.place for each in page_sizes(BOOK, SEPTETS) if each.question > MAX_LINES}
    assert long <= reasons, "other reasons excuse words"
    assert not [place for place in long if BOOK.flows[place.flow].gathers], "none of the report's"


@pytest.mark.row("C1")
def test_c1_report_screens_fit_ten_lines_above_keys() -> None:
    """The page sizes include the extra text that callers see first after a report of danger, and every page of every
    list."""
    report = {name for name, flow in BOOK.flows.items() if flow.gathers}
    asked = [each for each in page_sizes(BOOK, SEPTETS) if each.place.flow in report]
    assert {"report", "complaint", "receipt"} <= report
    assert [each for each in asked if each.with_leads > MAX_LINES] == []


@pytest.mark.row("C1")
def test_c1_english_screens_have_at_most_130_letters() -> None:
    """The letters include the keys `0` and `00`, and the phone numbers that are shown today. Names from a list of
    places are not counted."""
    shows = number_flags(BOOK.numbers, date(2026, 11, 24))
    long = set()
    for place, node in SHOWN:
        if BOOK.flows[place.flow].private:
            continue
        bare = replace(node, list=None) if isinstance(node, QuestionNode) else node
        for run, facts in situations(bare, ConversationState("en", (place,))):
            if all(shows.get(name, True) for name, holds in facts.flags.items() if holds):
                shown = paginate(view(BOOK, bare, run, facts).layout)
                long |= {(place, page.text) for page in shown if len(page.text) > 130}
    assert long == set()
