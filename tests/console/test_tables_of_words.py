"""Each value that a page says has its sentence in `words.toml`, and no sentence is of another value."""

from enum import StrEnum

import pytest

from hotline.domain.call_back import CallBackState, CallOutcome
from hotline.domain.cases.entries import EntryKind, NoteCode
from hotline.domain.cases.persons import ScreeningResult
from hotline.domain.changes.change import StepKind
from hotline.domain.flows.review import ReviewState
from hotline.domain.flows.sheet import SheetRowFault
from hotline.domain.outbox.message import DoubtDecision
from hotline.domain.referrals.drills.exercise import ExerciseEnd
from hotline.domain.rolls.joining import Roll
from hotline.domain.tips.promises import TipStanding
from hotline.domain.watch.alarms import Alarm
from hotline.engine.check.finding import Code
from hotline.engine.editing.difference import NotInEmergency, ScreenState
from hotline.engine.editing.drafting import Lack
from hotline.engine.editing.forms import FieldFault
from hotline.engine.editing.operations import FlowModelName, Obstacle
from hotline.engine.numbers.numbers import Evidence
from hotline.services.changes.folders import Refusal
from hotline.services.words.number_part import NumberState
from hotline.web.console.who import TABLES

WHOLE = {
    "alarms": Alarm,
    "call_back_states": CallBackState,
    "call_outcomes": CallOutcome,
    "change_refusals": Refusal,
    "doubt_decisions": DoubtDecision,
    "evidence": Evidence,
    "exercise_ends": ExerciseEnd,
    "field_faults": FieldFault,
    "findings": Code,
    "flow_models": FlowModelName,
    "held_back": NotInEmergency,
    "lacks": Lack,
    "notes": NoteCode,
    "number_states": NumberState,
    "obstacles": Obstacle,
    "review_states": ReviewState,
    "rolls": Roll,
    "screen_states": ScreenState,
    "screening_results": ScreeningResult,
    "sheet_faults": SheetRowFault,
    "steps": StepKind,
    "tip_states": TipStanding,
}


@pytest.mark.parametrize(("name", "kind"), WHOLE.items())
def test_each_value_has_its_sentence(name: str, kind: type[StrEnum]) -> None:
    assert set(TABLES[name]) == set(kind)


def test_what_became_of_a_person_is_said_of_entries_alone() -> None:
    assert set(TABLES["person_events"]) <= set(EntryKind)
