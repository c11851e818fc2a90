"""Tests the deadline of a case that a responder with a PIN took but did not read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hotline.alerts import rules_escalation
from hotline.alerts.rules_assignment import AlertedResponder, Candidate, Case
from hotline.alerts.rules_escalation_steps import CaseState
from hotline.people.rules import Level
from hotline.tips.rules import Clock, DeadlineKind
from hotline.tips.rules_events import CaseEventKind, Event, Purpose

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ONE, TWO, THREE = 1, 2, 3
ROSTER = [Candidate(id, Level.RESPONDER, frozenset({"12"})) for id in (ONE, TWO, THREE)]
TOLD = (AlertedResponder(ONE, Level.RESPONDER), AlertedResponder(TWO, Level.RESPONDER))
ASKED = {DeadlineKind.ACKNOWLEDGE: Clock(AT)}
RUNS = {DeadlineKind.OPEN: Clock(AT), DeadlineKind.OUTCOME: Clock(AT)}


def state(urgency: int = 1, **fields: object) -> CaseState:
    case = Case("12", None, urgency, "no")
    base = CaseState(case, step=1, alerted=TOLD, clocks=ASKED, unread=frozenset({ONE}))
    return replace(base, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("urgency", "due"),
    [(1, AT + timedelta(minutes=5)), (2, AT + timedelta(hours=1)), (3, AT.replace(day=25, hour=6))],
)
def test_unread_take_sets_deadline_to_read_case(urgency: int, due: datetime) -> None:
    taken = rules_escalation.decide(
        state(urgency), ROSTER, Event(CaseEventKind.ACKNOWLEDGED, ONE), AT
    )
    assert (taken.assignee, taken.set[DeadlineKind.OPEN]) == (ONE, Clock(due))
    assert DeadlineKind.OUTCOME in taken.set


@pytest.mark.parametrize("unread", [frozenset(), frozenset({TWO})])
def test_read_case_or_missing_pin_sets_no_reading_deadline(unread: frozenset[int]) -> None:
    taken = rules_escalation.decide(
        state(unread=unread), ROSTER, Event(CaseEventKind.ACKNOWLEDGED, ONE), AT
    )
    assert DeadlineKind.OPEN not in taken.set


@pytest.mark.parametrize(("by", "closes"), [(ONE, True), (TWO, False)])
def test_only_assignee_s_reading_ends_the_deadline(by: int, closes: bool) -> None:
    s = state(assignee=ONE, clocks=RUNS)
    read = rules_escalation.decide(s, ROSTER, Event(CaseEventKind.OPENED, by), AT)
    assert (DeadlineKind.OPEN in read.close, read.assignee) == (closes, ONE)


def test_new_assignee_ends_reading_deadline_of_the_old_one() -> None:
    s = state(assignee=ONE, clocks={**RUNS, **ASKED})
    taken = rules_escalation.decide(s, ROSTER, Event(CaseEventKind.ACKNOWLEDGED, TWO), AT)
    assert taken.assignee == TWO
    assert DeadlineKind.OPEN in taken.close


def due(
    s: CaseState, nth: int = 0, at: datetime = AT
) -> tuple[list[tuple[Purpose, tuple[int, ...]]], bool, bool]:
    """Simulates that the deadline to read the case passes. Returns each SMS with its recipients, if other people are
    asked to take the case, and if there is a new deadline to read the case.
    """
    fired = rules_escalation.decide(
        s, ROSTER, Event(CaseEventKind.DUE, kind=DeadlineKind.OPEN, nth=nth), at
    )
    assert fired.assignee == s.assignee
    told = [(order.purpose, order.responder_ids) for order in fired.notices]
    return told, DeadlineKind.ACKNOWLEDGE in fired.set, DeadlineKind.OPEN in fired.set


def test_unread_danger_alerts_next_and_keeps_assignee() -> None:
    assert due(state(assignee=ONE, clocks=RUNS)) == ([(Purpose.ALERT, (THREE,))], True, False)


def test_unread_case_reminds_assignee_once_then_alerts_next() -> None:
    s = state(2, assignee=ONE, clocks=RUNS)
    assert due(s) == ([(Purpose.REMIND, (ONE,))], False, True)
    assert due(s, nth=1) == ([(Purpose.ALERT, (THREE,))], True, False)


def test_unread_case_at_night_alerts_next_without_reminder() -> None:
    night = AT.replace(hour=22, minute=38)
    s = state(2, assignee=ONE, clocks=RUNS)
    assert due(s, at=night) == ([], False, True)
    assert due(s, nth=1, at=night) == ([(Purpose.ALERT, (THREE,))], True, False)


def test_case_read_in_time_alerts_no_one() -> None:
    s = state(assignee=ONE, clocks=RUNS, unread=frozenset())
    assert due(s) == ([], False, False)
