"""Tests problems with screens that a narrow phone shows badly, written reasons that allow such screens, and lists that
hide "not sure"."""

from dataclasses import replace
from typing import Any

import pytest

from hotline.flows import document
from hotline.flows.check import Code, Problem
from hotline.flows.check_flow_set import check_document, page_sizes
from hotline.flows.conversation import ConversationState, Facts, Option, Place
from hotline.flows.flow import MenuNode, QuestionNode, view
from hotline.flows.screen import SEPTETS, paginate, wrapped
from hotline.flows.turn import draw
from hotline.text.languages import CODES
from tests.flows.books import LISTS, TELL, choice, make_document, t

LABEL = "one two three"
"""With its digit and its language, this word takes two lines of sixteen letters."""
REASON = "These words have no shorter ones."
LINE = "abcdefghi "
"""This word fills a line alone, because no other word with as many letters fits on it."""


def learn(choices: int, **fields: Any) -> dict[str, Any]:
    menu = {"text": t("Which?"), "choices": [choice(LABEL, goes="end") for _ in range(choices)]}
    end: dict[str, Any] = {"finish": {"text": t("Goodbye")}}
    return make_document(learn={"one": {"menu": menu, **fields}, "end": end})


def found(written: dict[str, Any]) -> list[Problem]:
    return [one for one in check_document(written, LISTS) if one.code is Code.TOO_MANY_LINES]


@pytest.mark.row("C1")
@pytest.mark.parametrize(
    ("choices", "fields", "message"),
    [
        (4, {}, ""),
        (5, {}, "on a small phone, the question takes 11 lines of 16 letters, but the limit is 10"),
        (5, {"reason": REASON}, ""),
        (
            4,
            {"reason": REASON},
            "the check accepts this text without a reason, but the screen gives a reason",
        ),
    ],
)
def test_more_than_ten_lines_need_a_reason(
    choices: int, fields: dict[str, str], message: str
) -> None:
    finding = found(learn(choices, **fields))

    assert {str(one.message) for one in finding} == ({message} if message else set())
    assert all((one.flow, one.node) == ("learn", "one") for one in finding)


def danger(
    *, lead: str = "", text: str = "Well?", note: str = "", reason: str = "", **flows: Any
) -> dict[str, Any]:
    """Returns a report whose first question can have extra text. Callers see this text only after they have answered
    the question once."""
    menu: dict[str, Any] = {"text": t(text), "saves": "danger", "goes": "province"}
    menu["choices"] = [choice("Yes", value="yes"), choice("No", value="no")]
    if lead:
        menu["lead"] = [{"when": {"answer": "danger", "is": "no"}, "text": t(lead)}]
    if note:
        menu["note"] = t(note)
    node = {"menu": menu, **({"reason": reason} if reason else {})}
    return make_document(tell={**TELL, "danger": node}, **flows)


@pytest.mark.row("C1")
@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"lead": LINE * 7}, 0),
        ({"lead": LINE * 8}, 11),
        ({"lead": LINE * 8, "reason": REASON}, 11),
        ({"text": LINE * 9}, 11),
        ({"note": LINE * 8}, 0),
    ],
)
def test_report_counts_lead_text_despite_reason(fields: dict[str, str], lines: int) -> None:
    finding = found(danger(**fields))
    says = f"on a small phone, the question takes {lines} lines of 16 letters, but the limit is 10"
    messages = {says} if lines else set()
    assert {str(one.message) for one in finding} == messages
    assert all((one.flow, one.node) == ("tell", "danger") for one in finding)


@pytest.mark.row("C1")
@pytest.mark.parametrize(("letters", "count"), [(90, 0), (91, 131)])
def test_english_report_screen_has_at_most_130_letters(letters: int, count: int) -> None:
    """The question, two choices and the keys `0` and `00` take forty letters. A lesson may be longer."""
    lesson = {"one": {"say": {"text": t((LINE * 12).strip())}}}
    written = danger(text="Why?", note="x", learn=lesson)
    nodes = written["flows"]["tell"]["nodes"]
    nodes["danger"]["menu"]["note"]["en"] = (LINE * 10)[: letters - 1] + "x"
    finding = [one for one in check_document(written, LISTS) if one.code is Code.TOO_LONG]
    messages = [f"the English text has {count} letters, but the limit is 130"] if count else []
    assert [str(one.message) for one in finding] == messages
    assert all((one.flow, one.node, one.language) == ("tell", "danger", "en") for one in finding)


@pytest.mark.row("C1")
def test_list_of_report_has_pages_of_ten_lines() -> None:
    towns = tuple(Option(str(n), dict.fromkeys(CODES, f"T{n}")) for n in range(7))
    lead = [{"when": {"answer": "danger", "is": "yes"}, "text": t("one word " * 6)}]
    for gathers, pages in ((True, [4, 5]), (False, [8])):
        written = make_document()
        written["flows"]["tell"]["nodes"]["province"]["ask"]["lead"] = lead
        if not gathers:
            del written["flows"]["tell"]["gathers"]
        book = document.bind_lists(document.read(written), {**LISTS, "provinces": towns})
        run = ConversationState("rw", (Place("tell", "province"),), answers={"danger": "yes"})
        node = book.flows["tell"].nodes["province"]
        assert isinstance(node, QuestionNode)
        seen = draw(book, node, run, Facts(), SEPTETS)
        assert [len(page.keys) for page in seen.pages] == pages


def test_lead_text_with_colon_shares_line_with_question() -> None:
    book = document.bind_lists(document.read(danger(lead="Trust them? 1. Or:")), LISTS)
    node = book.flows["tell"].nodes["danger"]
    assert isinstance(node, MenuNode)
    run = ConversationState("en", (Place("tell", "danger"),), answers={"danger": "no"})
    written = replace(node, leads=tuple(replace(one, text={"en": "Or:"}) for one in node.leads))
    (page,) = paginate(view(book, written, run, Facts()).layout)
    assert page.text.startswith("Or: Well? en\n1 Yes en\n")


def test_lead_text_and_keys_count_only_as_screen_lines() -> None:
    book = document.bind_lists(document.read(learn(4)), LISTS)
    (english,) = (
        each
        for each in page_sizes(book, SEPTETS)
        if (each.place.flow, each.place.node, each.language) == ("learn", "one", "en")
    )
    assert (english.lines, english.question) == (1 + 8 + 1, 1 + 8)


def test_list_page_without_not_sure_is_found() -> None:
    unsure = choice("Not sure", value="unsure")
    ask = {"kind": "place", "text": t("Where?"), "saves": "town", "goes": "end"}
    for every_page, codes in ((False, [Code.UNSURE_LATE]), (True, [])):
        choices = [{**unsure, "every_page": every_page}]
        nodes = {
            "one": {"ask": {**ask, "list": "districts.1", "choices": choices}},
            "end": {"finish": {"text": t("Goodbye")}},
        }
        written = make_document(learn=nodes)
        assert [one.code for one in check_document(written, LISTS)] == codes


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two three"]),
        ("one two three four", ["one two three", "four"]),
        ("0 Subira inyuma\n00 Ahabanza", ["0 Subira inyuma", "00 Ahabanza"]),
        ("a" * 17, ["a" * 16, "a"]),
        ("", [""]),
    ],
)
def test_narrow_phone_wraps_between_words(text: str, lines: list[str]) -> None:
    assert wrapped(text) == lines
