"""Tests that the console's text exists in three languages, and that each page uses the reader's language."""

import re
import shutil
from pathlib import Path

import pytest

from hotline.cli.texts import faults, update
from hotline.core.actors import AccountRole
from hotline.core.catalogues import CONSOLE, LOCALES, catalogue_path, load_console_words
from tests.console.conftest import WORDS, Desk

PLACEHOLDER = re.compile(r"\{\w+\}")


@pytest.mark.row("A11")
def test_every_phrase_stands_in_three_languages() -> None:
    assert [*faults(LOCALES)] == []


@pytest.mark.row("A11")
def test_french_and_kinyarwanda_are_marked_as_drafts() -> None:
    for language in ("fr", "rw"):
        head = catalogue_path(LOCALES, language, CONSOLE).read_text(encoding="utf-8")[:300]
        assert "# Review: draft." in head


def test_no_translation_is_its_english() -> None:
    same = {
        (language, phrase)
        for language in ("fr", "rw")
        for phrase, words in WORDS[language].items()
        if words == phrase and len(PLACEHOLDER.sub("", phrase)) > 8
    }
    assert same == set()


def test_a_gap_or_a_lost_placeholder_is_found_and_the_update_repairs_it(tmp_path: Path) -> None:
    locales = Path(shutil.copytree(LOCALES, tmp_path / "locales"))
    path = catalogue_path(locales, "fr", CONSOLE)
    words = path.read_text(encoding="utf-8")
    words = words.replace('msgid "Saving"', 'msgid "Keeping"').replace(
        '"Lignes du journal : {count}.', '"Lignes.'
    )
    path.write_text(words, encoding="utf-8")
    assert [*faults(locales)] == [
        "fr/console.po: not translated: Saving",
        (
            "fr/console.po: needs exactly the placeholders of its English: Log rows: {count}. "
            "Check value (digest) of the newest row: {digest}..."
        ),
        "fr/console.po: no longer in the code: Keeping",
    ]
    found = re.fullmatch(r"fr: (\d+) of (\d+) texts in console.po", [*update(locales)][-1])
    assert found is not None
    assert int(found[1]) == int(found[2]) - 1 > 200
    assert "Keeping" not in load_console_words(locales)["fr"]


@pytest.mark.parametrize(
    ("language", "says"), [("rw", "Uyu munsi"), ("fr", "Aujourd"), ("en", "Today")]
)
def test_a_person_reads_the_language_that_was_chosen(desk: Desk, language: str, says: str) -> None:
    tab = desk.tab(AccountRole.EDITOR)
    assert (
        tab.sends("/account/language", {"language": language, "to": "/flows"}).location == "/flows"
    )
    page = tab.read("/")
    assert f'<html lang="{language}">' in page
    assert f"<title>{says}" in page


def test_before_signing_in_the_address_says_the_language_then_the_browser(desk: Desk) -> None:
    outside = desk.outside()
    assert 'lang="fr"' in outside.read("/enter?language=fr")[:60]
    assert 'lang="en"' in outside.read("/enter", **{"Accept-Language": "en-GB,en;q=0.8"})[:60]
    assert 'lang="rw"' in outside.read("/enter", **{"Accept-Language": "sw"})[:60]
