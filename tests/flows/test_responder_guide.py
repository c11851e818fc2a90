"""Tests that docs/responder-guide and docs/first-ten-minutes show pictures and quotes of the shipped flows.

    HOTLINE_TEST_PICTURES=yes pytest tests/flows/test_responder_guide.py

This command draws the pictures again.
"""

import os
import re
from datetime import timedelta

import pytest

from hotline.alerts.rules_replies import OF_A_CASE, REPLIES
from hotline.cli.people import DOCS, PAPERS, WRITTEN
from hotline.core.environment import is_yes
from hotline.people.rules import MAX_IN_A_DAY, MAX_IN_A_ROW, SHORT_BLOCK
from hotline.text.languages import CODES
from hotline.tips.rules import TIMES, Urgency
from tests.flows.handset_pictures import drawn, one_line
from tests.flows.responder_screens import (
    DIALLED,
    NAMES,
    picture,
    screens,
)

PICTURE = re.compile(r"!\[((?:[^\]\\]|\\.)*)\]\(responder-guide/(\w\w)-([\w-]+)\.svg\)")
QUOTE = re.compile(r"`([^`]+)`")
KIND = re.compile(r"#+|-|\||\d+\.")
DIGITS = [verb.value for verb in OF_A_CASE if not REPLIES[verb].national]
FIGURES = {
    "rw": ("mu minota itatu", "mu minota itanu", "nshuro ya gatatu"),
    "fr": ("en trois minutes", "en cinq minutes", "La troisième fois"),
    "en": ("in three minutes", "in five minutes", "The third time"),
}
"""The numbers in the guide about danger.

The first number says when the next person is alerted. The second says when the hotline also alerts the next person if
the case is unread. The third says which wrong PIN locks the phone.
"""


def page(paper: str, language: str) -> str:
    name = PAPERS[paper] + ("" if language == "en" else f".{language}")
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.row("R3")
@pytest.mark.parametrize("language", CODES)
def test_guide_pictures_match_the_flows(language: str) -> None:
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
def test_guide_lists_each_answer_digit(language: str) -> None:
    listed = re.findall(r"^\| `(\d) K7Q4` \|", page("responder", language), re.MULTILINE)
    assert listed == DIGITS


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", CODES)
def test_papers_print_no_phone_number(paper: str, language: str) -> None:
    """No phone number is confirmed yet, so the papers print none and people write the numbers by hand. Even three
    printed digits could look like a phone number."""
    assert WRITTEN == DIALLED
    words = PICTURE.sub("", page(paper, language)).replace(DIALLED, "")
    assert set(re.findall(r"\d[\d .-]*\d\d", words)) <= {"123456"}


def kind_of(line: str) -> str:
    """Returns the kind of a line: a heading, a list item, a table row, words, or nothing."""
    found = KIND.match(line)
    return found[0] if found else line[:1] and "words"


@pytest.mark.parametrize("paper", PAPERS)
def test_three_languages_of_a_paper_have_same_structure(paper: str) -> None:
    shapes = {
        language: [
            (kind_of(line), len(QUOTE.findall(line)), len(PICTURE.findall(line)))
            for line in page(paper, language).splitlines()
        ]
        for language in CODES
    }
    assert shapes["rw"] == shapes["fr"] == shapes["en"]


@pytest.mark.parametrize("language", CODES)
def test_guide_times_match_escalation_times(language: str) -> None:
    guide = page("responder", language)
    assert [said for said in FIGURES[language] if said not in guide] == []
    assert TIMES[Urgency.DANGER].acknowledge == timedelta(minutes=3)
    assert TIMES[Urgency.DANGER].open == timedelta(minutes=5)
    assert (3, 6, timedelta(minutes=10)) == (MAX_IN_A_ROW, MAX_IN_A_DAY, SHORT_BLOCK)
