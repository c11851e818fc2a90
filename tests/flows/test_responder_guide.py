"""Tests that docs/responder-guide and docs/first-ten-minutes show pictures and quotes of the shipped flows.

    HOTLINE_TEST_PICTURES=yes pytest tests/flows/test_responder_guide.py

This command draws the pictures again.
"""

import os
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from hotline.alerts.rules_replies import OF_A_CASE, REPLIES
from hotline.cli.people import DOCS, PAPERS, WRITTEN
from hotline.core.environment import is_yes
from hotline.core.wording import Template
from hotline.text.languages import CODES
from tests.flows.handset_pictures import drawn, one_line
from tests.flows.responder_screens import (
    DIALLED,
    NAMES,
    OTHER,
    PLACE,
    REF,
    phrases,
    picture,
    screens,
)

PICTURE = re.compile(r"!\[((?:[^\]\\]|\\.)*)\]\(responder-guide/(\w\w)-([\w-]+)\.svg\)")
QUOTE = re.compile(r"`([^`]+)`")
DIGITS = [verb.value for verb in OF_A_CASE if not REPLIES[verb].national]
ANSWERS = {*(f"{digit} {REF}" for digit in DIGITS), "0", REF, OTHER, PLACE, DIALLED}
"""Texts that a responder sends by SMS or dials as the reply to an alert. Promise R2 says what each digit means."""


def page(paper: str, language: str) -> str:
    name = PAPERS[paper] + ("" if language == "en" else f".{language}")
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.row("R3")
@pytest.mark.parametrize("language", CODES)
def test_each_picture_is_what_the_flows_show_and_each_is_in_the_guide(language: str) -> None:
    words = screens(language)
    if is_yes(os.environ.get("HOTLINE_TEST_PICTURES", "")):
        for name, shown in words.items():
            picture(language, name).write_text(drawn(shown), encoding="utf-8")
    for name, shown in words.items():
        assert picture(language, name).read_text(encoding="utf-8") == drawn(shown), name

    quoted = [
        (name, heard.replace("\\", ""), of)
        for heard, of, name in PICTURE.findall(page("responder", language))
    ]
    assert sorted(quoted) == sorted((name, one_line(words[name]), language) for name in NAMES)


@pytest.mark.parametrize("language", CODES)
def test_the_guide_lists_each_digit_that_a_responder_may_answer(language: str) -> None:
    listed = re.findall(r"^\| `(\d) K7Q4` \|", page("responder", language), re.MULTILINE)
    assert listed == DIGITS


@cache
def lines_shown(language: str) -> set[str]:
    """Returns every line that a transcript of the responders' short code shows."""
    folder = Path(__file__).parents[1] / "transcripts"
    files = [
        path for name in ("responders", "work") for path in folder.glob(f"{name}*.{language}.txt")
    ]
    assert len(files) > 20
    return {
        line[2:]
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    }


def is_said(quote: str, language: str) -> bool:
    """Returns True if a quote is one of the texts in `ANSWERS`, or if a line of a screen or a message contains the
    quote."""
    if quote in ANSWERS or any(quote in line for line in lines_shown(language)):
        return True
    return any(quote in _in_words(template, language) for template in Template)


def _in_words(template: Template, language: str) -> str:
    known = {"ref": REF, "place": PLACE, "code": DIALLED, "like": OTHER}
    named = {name for _, name, _, _ in Formatter().parse(template) if name}
    return phrases().say(language, template, **dict.fromkeys(named, "") | known)


@pytest.mark.row("R3")
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", CODES)
def test_a_paper_quotes_nothing_that_the_line_does_not_say(paper: str, language: str) -> None:
    quotes = QUOTE.findall(page(paper, language))
    assert quotes
    assert [quote for quote in quotes if not is_said(quote, language)] == []


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", CODES)
def test_a_paper_prints_no_number_to_ring(paper: str, language: str) -> None:
    """No phone number is confirmed yet, so the papers print none and people write the numbers by hand. Even three
    printed digits could look like a phone number."""
    assert WRITTEN == DIALLED
    words = PICTURE.sub("", page(paper, language)).replace(DIALLED, "")
    assert set(re.findall(r"\d[\d .-]*\d\d", words)) <= {"123456"}
