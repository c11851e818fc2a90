"""Tests that people are alerted about a fragment (a tip without a district) only once. No event makes a fragment
overdue, and no event sets a deadline to find an assignee for a fragment.
"""

from datetime import UTC, datetime

import pytest

from hotline.alerts.rules_assignment import AlertedResponder, Candidate, Case, first_recipients
from hotline.alerts.rules_escalation import decide
from hotline.alerts.rules_escalation_steps import CaseState
from hotline.people.rules import Level
from hotline.tips.rules import DeadlineKind
from hotline.tips.rules_events import CaseEventKind, Event, Purpose

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ROSTER = [
    Candidate(1, Level.RESPONDER),
    Candidate(2, Level.COORDINATOR),
    Candidate(3, Level.NATIONAL),
    Candidate(4, Level.NATIONAL),
]
TIP = Case("1", None, 1, "no", once=True)
QUIET = [one for one in CaseEventKind if one is not CaseEventKind.DUE]


def state(holder: int | None = None) -> CaseState:
    return CaseState(TIP, step=1, alerted=[AlertedResponder(3, Level.NATIONAL)], assignee=holder)


def test_fragment_alerts_only_one_national_officer() -> None:
    assert first_recipients(TIP, ROSTER) == (3,)


@pytest.mark.parametrize("what", QUIET)
@pytest.mark.parametrize("holder", [None, 3])
def test_no_event_makes_fragment_overdue_or_escalates_it(
    what: CaseEventKind, holder: int | None
) -> None:
    decision = decide(state(holder), ROSTER, Event(what, by=3), AT)
    assert decision.set.keys() <= {DeadlineKind.CONFIRM_CLOSURE}
    assert all(tell.purpose is not Purpose.OPEN for tell in decision.notices)


def test_unreached_fragment_alerts_next_officer_then_no_one() -> None:
    off = decide(state(), ROSTER, Event(CaseEventKind.NOT_REACHED), AT)
    assert [tell.responder_ids for tell in off.notices] == [(4,)]
    both = CaseState(
        TIP, 2, [AlertedResponder(3, Level.NATIONAL), AlertedResponder(4, Level.NATIONAL)]
    )
    assert decide(both, ROSTER, Event(CaseEventKind.NOT_REACHED), AT).notices == ()


def test_assignee_keeps_fragment_until_passing_it_on() -> None:
    assert decide(state(), ROSTER, Event(CaseEventKind.ACKNOWLEDGED, by=3), AT).assignee == 3
    assert decide(state(3), ROSTER, Event(CaseEventKind.PASSED, by=3), AT).assignee is None
    assert decide(state(3), ROSTER, Event(CaseEventKind.PASSED, by=4), AT).assignee == 3
