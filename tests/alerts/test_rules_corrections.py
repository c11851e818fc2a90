"""Tests the escalation policy for a caller who corrects the place of a tip, or names an official in a later answer.
The policy decides who is alerted, who is stood down, and which deadlines remain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts import rules_escalation, rules_escalation_steps
from hotline.alerts.rules_assignment import AlertedResponder, Candidate, Case
from hotline.alerts.rules_escalation_steps import CaseState, Decision
from hotline.people.rules import Level
from hotline.tips.rules import Clock, DeadlineKind, VisitFacts, VisitSafety, kept_visit_answer
from hotline.tips.rules_events import CaseEventKind, Event, Purpose

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ONE, TWO, THERE, DESK, DIRECTOR = range(1, 6)
ROSTER = [
    Candidate(ONE, Level.RESPONDER, frozenset({"12"})),
    Candidate(TWO, Level.RESPONDER, frozenset({"12"})),
    Candidate(THERE, Level.RESPONDER, frozenset({"13"})),
    Candidate(DESK, Level.NATIONAL),
    Candidate(DIRECTOR, Level.NATIONAL),
]
FIRST = (AlertedResponder(ONE, Level.RESPONDER, True), AlertedResponder(DESK, Level.NATIONAL))
CASE = Case("13", None, 1, "no")
ASKED = {DeadlineKind.ACKNOWLEDGE: Clock(AT + timedelta(minutes=2))}
HELD = {DeadlineKind.OUTCOME: Clock(AT), DeadlineKind.SECOND_LOOK: Clock(AT)}


def state(**fields: object) -> CaseState:
    base = CaseState(CASE, step=1, alerted=FIRST, clocks=ASKED)
    return replace(base, **fields)  # type: ignore[arg-type]


def sent(decision: Decision) -> dict[Purpose, set[int]]:
    return {order.purpose: set(order.responder_ids) for order in decision.notices}


def test_late_official_stands_down_district_without_notice() -> None:
    local = (AlertedResponder(ONE, Level.RESPONDER), AlertedResponder(DESK, Level.NATIONAL))
    s = state(
        case=Case("12", None, 1, "yes"),
        alerted=local,
        assignee=ONE,
        closure_by=ONE,
        clocks=HELD,
    )
    decision = rules_escalation.decide(s, ROSTER, Event(CaseEventKind.WITHHELD), AT)
    assert sent(decision) == {Purpose.TOLD_FIRST: {DESK}}
    assert (decision.assignee, decision.release) == (None, (ONE,))
    assert DeadlineKind.ACKNOWLEDGE in decision.set
    assert decision.close == {*HELD, DeadlineKind.CONFIRM_CLOSURE}


@pytest.mark.parametrize("holder", [None, ONE, DESK])
@pytest.mark.parametrize(
    ("knew", "nth", "new"),
    [
        ((), 0, {6, 7}),
        ((6,), 0, {7}),
        ((6, 7), 0, set()),
        ((), rules_escalation_steps.MAX_MOVES + 1, set()),
    ],
)
def test_camp_added_later_alerts_its_people_and_changes_no_deadline(
    knew: tuple[int, ...], nth: int, new: set[int], holder: int | None
) -> None:
    camp = [Candidate(n, Level.RESPONDER, frozenset({"camp"})) for n in (6, 7)]
    above = Candidate(8, Level.COORDINATOR, frozenset({"camp"}))
    heard = tuple(AlertedResponder(n, Level.RESPONDER, is_partner=True) for n in knew)
    s = state(
        case=replace(CASE, place="12", partners=frozenset({"camp"})),
        alerted=(AlertedResponder(ONE, Level.RESPONDER), *heard),
        assignee=holder,
        clocks=ASKED if holder is None else HELD,
    )
    event = Event(CaseEventKind.BESIDE, nth=nth)
    decision = rules_escalation.decide(s, [*ROSTER, *camp, above], event, AT)
    assert sent(decision) == ({Purpose.ALERT: new} if new else {})
    assert (decision.set, decision.close, decision.release) == ({}, frozenset(), ())
    assert decision.assignee == holder


@given(
    st.sampled_from([CaseEventKind.MARKED, CaseEventKind.DECIDED]),
    st.sampled_from([None, ONE, THERE, DESK]),
    st.sampled_from([ASKED, HELD, {DeadlineKind.OVERDUE: Clock(AT)}]),
    st.sampled_from(list(VisitSafety)),
)
def test_visit_safety_changes_no_assignee_or_other_deadline(
    what: CaseEventKind, holder: int | None, clocks: dict[DeadlineKind, Clock], care: VisitSafety
) -> None:
    s = state(assignee=holder, clocks=clocks, safety=care)
    decision = rules_escalation.decide(s, ROSTER, Event(what), AT)
    assert (decision.assignee, decision.release) == (holder, ())
    assert decision.close <= {DeadlineKind.VISIT_SAFETY}
    assert {*decision.set} <= {DeadlineKind.VISIT_SAFETY}


@pytest.mark.parametrize(
    ("coming", "care", "unseen"),
    [
        (VisitFacts(1), VisitSafety.NONE, True),
        (VisitFacts(1, "yes"), VisitSafety.NONE, False),
        (VisitFacts(1, "unsure"), VisitSafety.NONE, True),
        (VisitFacts(1, "no"), VisitSafety.CAREFUL, True),
        (VisitFacts(2, "no"), VisitSafety.DO_NOT_VISIT, True),
        (VisitFacts(1, "yes", erased=True), VisitSafety.CAREFUL, True),
        (VisitFacts(3, None, erased=True), VisitSafety.DO_NOT_VISIT, True),
        (VisitFacts(1, "no", decision="unseen"), VisitSafety.DISCREET, True),
        (VisitFacts(1, None, erased=True, decision="openly"), VisitSafety.NONE, False),
        (VisitFacts(1, "unsure", decision="openly"), VisitSafety.NONE, False),
    ],
)
def test_visit_answers_decide_visit_safety(
    coming: VisitFacts, care: VisitSafety, unseen: bool
) -> None:
    assert (coming.safety, coming.must_be_discreet) == (care, unseen)


def test_filed_answer_no_visit_stays_no() -> None:
    assert kept_visit_answer("no", "yes", filed=True) == "no"
    assert kept_visit_answer("no", "yes", filed=False) == "yes"
    assert kept_visit_answer("yes", None, filed=True) == "yes"
