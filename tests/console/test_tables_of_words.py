"""Tests that each value on a page has its sentence in `words.toml`, and that every sentence belongs to a value."""

from enum import StrEnum

import pytest

from hotline.alarms.rules import Alarm
from hotline.alerts.rules_escalation import DrillEnd
from hotline.cases.decrypt_case_file import EVENTS_IN_FILE, SENTENCES
from hotline.cases.service_sheet import AUDITED, DOUBTED, FILED, MOVED, SILENT
from hotline.console.routes import TABLES
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
def test_each_value_has_its_sentence(name: str, kind: type[StrEnum]) -> None:
    assert set(TABLES[name]) == set(kind)


def test_the_timeline_and_the_case_file_have_a_sentence_for_each_event() -> None:
    shown = set(LoggedEvent) - AUDITED - {LoggedEvent.NOTE}
    assert TABLES["case_events"].keys() >= {*shown, FILED, MOVED, SILENT, DOUBTED}
    assert SENTENCES.keys() >= EVENTS_IN_FILE
