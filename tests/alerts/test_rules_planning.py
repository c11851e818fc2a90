"""Tests that the same people are alerted for many tips at once as for single tips."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import AlertedResponder, Candidate, Case, first_recipients
from hotline.alerts.rules_escalation import AlertPlan, EscalationStep, WaitingTip
from tests.alerts.test_rules_referral import CASES, ROSTER, ROSTERS, case
from tests.support.builders import NOON


@given(
    cases=st.lists(CASES, max_size=20),
    roster=ROSTERS,
    told=st.lists(st.integers(0, 12), max_size=3),
)
def test_a_burst_is_planned_as_if_each_came_alone(
    cases: list[Case], roster: list[Candidate], told: list[int]
) -> None:
    before = [AlertedResponder(c.id, c.level) for at, c in enumerate(roster) if at in told]
    planning = AlertPlan(roster, NOON)
    people: Sequence[Candidate] = roster

    for asked in cases:
        chosen = first_recipients(asked, people, before)
        assert planning.first_alerted(asked, before) == chosen
        people = [
            replace(c, load=c.load + 1, alerted_at=NOON) if c.id in chosen else c for c in people
        ]
    assert planning.roster == tuple(people)


def test_a_tip_that_nobody_lives_for_has_no_step() -> None:
    planning = AlertPlan([c for c in ROSTER if c.id < 8], NOON)
    waiting = [WaitingTip(1, case(official="yes")), WaitingTip(2, case(urgency=3), step=4)]
    assert [*planning.steps(waiting)] == [EscalationStep(2, case(urgency=3), 4, (1,))]
