"""Tests that the console's text exists in three languages, and that each page uses the reader's language."""

import re
import shutil
from enum import StrEnum
from pathlib import Path

import pytest

from hotline.alarms.rules import Alarm
from hotline.alerts.rules_escalation import DrillEnd
from hotline.cases.decrypt_case_file import EVENTS_IN_FILE, SENTENCES
from hotline.cases.service_sheet import AUDITED, DOUBTED, FILED, MOVED, SILENT
from hotline.cli.texts import faults, update
from hotline.console.routes import TABLES
from hotline.core.actors import AccountRole
from hotline.core.catalogues import CONSOLE, LOCALES, catalogue_path, load_console_words
from hotline.editing.rules_difference import NotInEmergency, ScreenState
from hotline.editing.rules_drafts import StepKind
from hotline.editing.rules_forms import FieldFault
from hotline.editing.rules_operations import Obstacle
from hotline.editing.service_drafts import Refusal
from hotline.editing.service_numbers import NumberState
from hotline.flows.check import Code
from hotline.flows.flow import Evidence
from hotline.flows.rules_reviews import ReviewState
from hotline.gateway.rules import DoubtDecision
from hotline.programmes.rules import Programme
from hotline.text.review_sheets import SheetRowFault
from hotline.tips.rules_events import LoggedEvent, NoteCode
from hotline.tips.rules_persons import ScreeningResult
from hotline.tips.rules_receipts import CallBackState, CallOutcome, TipStateFilter
from tests.console.conftest import WORDS, Desk

PLACEHOLDER = re.compile(r"\{\w+\}")


@pytest.mark.row("A11")
def test_each_phrase_exists_in_three_languages() -> None:
    assert [*faults(LOCALES)] == []


@pytest.mark.row("A11")
def test_french_and_kinyarwanda_are_marked_as_drafts() -> None:
    for language in ("fr", "rw"):
        head = catalogue_path(LOCALES, language, CONSOLE).read_text(encoding="utf-8")[:300]
        assert "# Review: draft." in head


def test_no_translation_equals_its_english() -> None:
    same = {
        (language, phrase)
        for language in ("fr", "rw")
        for phrase, words in WORDS[language].items()
        if words == phrase and len(PLACEHOLDER.sub("", phrase)) > 8
    }
    assert same == set()


def test_missing_text_or_placeholder_is_found_and_repaired(tmp_path: Path) -> None:
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
def test_pages_use_the_chosen_language(desk: Desk, language: str, says: str) -> None:
    tab = desk.tab(AccountRole.EDITOR)
    assert (
        tab.sends("/account/language", {"language": language, "to": "/flows"}).location == "/flows"
    )
    page = tab.read("/")
    assert f'<html lang="{language}">' in page
    assert f"<title>{says}" in page


def test_address_then_browser_choose_language_before_sign_in(desk: Desk) -> None:
    outside = desk.outside()
    assert 'lang="fr"' in outside.read("/enter?language=fr")[:60]
    assert 'lang="en"' in outside.read("/enter", **{"Accept-Language": "en-GB,en;q=0.8"})[:60]
    assert 'lang="rw"' in outside.read("/enter", **{"Accept-Language": "sw"})[:60]


WHOLE = {
    "alarms": Alarm,
    "call_back_states": CallBackState,
    "call_outcomes": CallOutcome,
    "change_refusals": Refusal,
    "doubt_decisions": DoubtDecision,
    "evidence": Evidence,
    "exercise_ends": DrillEnd,
    "field_faults": FieldFault,
    "findings": Code,
    "held_back": NotInEmergency,
    "notes": NoteCode,
    "number_states": NumberState,
    "obstacles": Obstacle,
    "review_states": ReviewState,
    "rolls": Programme,
    "screen_states": ScreenState,
    "screening_results": ScreeningResult,
    "sheet_faults": SheetRowFault,
    "steps": StepKind,
    "tip_states": TipStateFilter,
}


@pytest.mark.parametrize(("name", "kind"), WHOLE.items())
def test_each_value_has_a_sentence(name: str, kind: type[StrEnum]) -> None:
    assert set(TABLES[name]) == set(kind)


def test_timeline_and_case_file_have_sentence_for_each_event() -> None:
    shown = set(LoggedEvent) - AUDITED - {LoggedEvent.NOTE}
    assert TABLES["case_events"].keys() >= {*shown, FILED, MOVED, SILENT, DOUBTED}
    assert SENTENCES.keys() >= EVENTS_IN_FILE
