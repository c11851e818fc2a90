"""Tests that docs/responder-guide and docs/first-ten-minutes show pictures and quotes of the shipped flows.

    HOTLINE_TEST_PICTURES=yes pytest tests/flows/test_responder_guide.py

This command draws the pictures again.
"""

import os
import re

import pytest

from hotline.alerts.rules_replies import OF_A_CASE, REPLIES
from hotline.cli.people import DOCS, PAPERS, WRITTEN
from hotline.core.environment import is_yes
from hotline.text.languages import CODES
from tests.flows.handset_pictures import drawn, one_line
from tests.flows.responder_screens import (
    DIALLED,
    NAMES,
    picture,
    screens,
)

PICTURE = re.compile(r"!\[((?:[^\]\\]|\\.)*)\]\(responder-guide/(\w\w)-([\w-]+)\.svg\)")
DIGITS = [verb.value for verb in OF_A_CASE if not REPLIES[verb].national]


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


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", CODES)
def test_a_paper_prints_no_number_to_ring(paper: str, language: str) -> None:
    """No phone number is confirmed yet, so the papers print none and people write the numbers by hand. Even three
    printed digits could look like a phone number."""
    assert WRITTEN == DIALLED
    words = PICTURE.sub("", page(paper, language)).replace(DIALLED, "")
    assert set(re.findall(r"\d[\d .-]*\d\d", words)) <= {"123456"}
