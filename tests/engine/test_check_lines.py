"""Questions that a narrow phone shows badly, reasons that excuse them, and lists that hide "not sure"."""

from typing import Any

import pytest

from hotline.engine.check.checking import check
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.sizes.columns import wrapped
from hotline.engine.check.sizes.narrow import narrow
from hotline.engine.document import document
from hotline.engine.screen import DEFAULT_LIMIT
from tests.engine.books import LISTS, choice, make_document, t

LABEL = "one two three"
"""With its digit and its language, two lines of sixteen letters."""
REASON = "These words have no shorter ones."


def learn(choices: int, **fields: Any) -> dict[str, Any]:
    menu = {"text": t("Which?"), "choices": [choice(LABEL, goes="end") for _ in range(choices)]}
    end: dict[str, Any] = {"finish": {"text": t("Goodbye")}}
    return make_document(learn={"one": {"menu": menu, **fields}, "end": end})


def found(written: dict[str, Any]) -> list[Finding]:
    return [one for one in check(written, LISTS) if one.code is Code.TOO_MANY_LINES]


@pytest.mark.row("C1")
@pytest.mark.parametrize(
    ("choices", "fields", "message"),
    [
        (4, {}, ""),
        (5, {}, "asks over 11 lines of 16 letters, 10 at most"),
        (5, {"reason": REASON}, ""),
        (4, {"reason": REASON}, "has a reason and needs none"),
    ],
)
def test_a_question_over_ten_lines_needs_a_reason_and_no_other_has_one(
    choices: int, fields: dict[str, str], message: str
) -> None:
    finding = found(learn(choices, **fields))

    assert {str(one.message) for one in finding} == ({message} if message else set())
    assert all((one.flow, one.node) == ("learn", "one") for one in finding)


def test_words_in_front_and_the_ways_out_are_lines_of_the_screen_alone() -> None:
    book = document.bind(document.read(learn(4)), LISTS)
    (english,) = (
        each
        for each in narrow(book, DEFAULT_LIMIT)
        if (each.place.flow, each.place.node, each.language) == ("learn", "one", "en")
    )
    assert (english.lines, english.question) == (1 + 8 + 1, 1 + 8)


def test_a_list_on_whose_pages_not_sure_is_missing_is_found() -> None:
    unsure = choice("Not sure", value="unsure")
    ask = {"kind": "place", "text": t("Where?"), "saves": "town", "goes": "end"}
    for every_page, codes in ((False, [Code.UNSURE_LATE]), (True, [])):
        choices = [{**unsure, "every_page": every_page}]
        nodes = {
            "one": {"ask": {**ask, "list": "districts.1", "choices": choices}},
            "end": {"finish": {"text": t("Goodbye")}},
        }
        written = make_document(learn=nodes)
        assert [one.code for one in check(written, LISTS)] == codes


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
def test_a_narrow_phone_breaks_between_words(text: str, lines: list[str]) -> None:
    assert wrapped(text) == lines
