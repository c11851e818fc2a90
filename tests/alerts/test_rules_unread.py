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


def standing(urgency: int = 1, **fields: object) -> CaseState:
    case = Case("12", None, urgency, "no")
    base = CaseState(case, step=1, alerted=TOLD, clocks=ASKED, unread=frozenset({ONE}))
    return replace(base, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("urgency", "due"),
    [(1, AT + timedelta(minutes=5)), (2, AT + timedelta(hours=1)), (3, AT.replace(day=25, hour=6))],
)
def test_it_begins_when_she_takes_it_unread(urgency: int, due: datetime) -> None:
    taken = rules_escalation.decide(
        standing(urgency), ROSTER, Event(CaseEventKind.ACKNOWLEDGED, ONE), AT
    )
    assert (taken.assignee, taken.set[DeadlineKind.OPEN]) == (ONE, Clock(due))
    assert DeadlineKind.OUTCOME in taken.set


@pytest.mark.parametrize("unread", [frozenset(), frozenset({TWO})])
def test_it_does_not_begin_for_who_has_read_it_or_has_no_pin(unread: frozenset[int]) -> None:
    taken = rules_escalation.decide(
        standing(unread=unread), ROSTER, Event(CaseEventKind.ACKNOWLEDGED, ONE), AT
    )
    assert DeadlineKind.OPEN not in taken.set


@pytest.mark.parametrize(("by", "closes"), [(ONE, True), (TWO, False)])
def test_her_page_ends_it_and_a_colleague_s_does_not(by: int, closes: bool) -> None:
    s = standing(assignee=ONE, clocks=RUNS)
    read = rules_escalation.decide(s, ROSTER, Event(CaseEventKind.OPENED, by), AT)
    assert (DeadlineKind.OPEN in read.close, read.assignee) == (closes, ONE)


def test_whoever_holds_it_next_ends_the_clock_of_who_held_it() -> None:
    s = standing(assignee=ONE, clocks={**RUNS, **ASKED})
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


def test_unread_danger_is_asked_of_the_next_and_she_stays_responsible() -> None:
    assert due(standing(assignee=ONE, clocks=RUNS)) == ([(Purpose.ALERT, (THREE,))], True, False)


def test_without_danger_she_is_reminded_once_and_then_the_next_is_asked() -> None:
    s = standing(2, assignee=ONE, clocks=RUNS)
    assert due(s) == ([(Purpose.REMIND, (ONE,))], False, True)
    assert due(s, nth=1) == ([(Purpose.ALERT, (THREE,))], True, False)


def test_without_danger_nobody_is_reminded_at_night_and_the_next_is_asked_all_the_same() -> None:
    night = AT.replace(hour=22, minute=38)
    s = standing(2, assignee=ONE, clocks=RUNS)
    assert due(s, at=night) == ([], False, True)
    assert due(s, nth=1, at=night) == ([(Purpose.ALERT, (THREE,))], True, False)


def test_it_asks_nobody_where_she_has_read_it_meanwhile() -> None:
    s = standing(assignee=ONE, clocks=RUNS, unread=frozenset())
    assert due(s) == ([], False, False)
