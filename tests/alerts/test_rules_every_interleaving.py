"""Tests every possible order of events for one danger tip and six people, with the shipped escalation policy. The tip
is never lost, and every deadline is necessary.

The search includes sent and lost messages, phones that are off, and processes that are killed. The search also
includes answers by dialling and by SMS, answers that the hotline proves, doubts or only notes, the answer "I can't",
silence, the caller's `000`, and a STOP from the gateway. The search includes a requested closure, a second request
with another outcome, and the decision of a second person, or of the national desk, on the requested closure. The search
includes people who are on leave, are removed or return, and all deadlines in any order.
"""

from functools import cache

import pytest

from hotline.tips.rules import DeadlineKind
from tests.alerts.interleaving.policy import EscalationModel
from tests.alerts.interleaving.search import Explored, explore, follow, story
from tests.support.steps import Tell

TAKES = "{Who} dials and takes it."
TAKES_BY_SMS = "{Who} takes it by SMS, and is believed."
REQUESTS = "{Who} says that it is no trafficking, and wants it closed."
MET = "{Who} has met somebody, and says that it is no trafficking."
UNANSWERED = DeadlineKind.ACKNOWLEDGE.value
BEGINNINGS = {
    "filed": (),
    "taken by two, by SMS": (TAKES_BY_SMS, TAKES_BY_SMS),
    "overdue": (UNANSWERED,) * 4,
    "an end is wanted": (TAKES_BY_SMS, REQUESTS),
    "the desk decides": (TAKES_BY_SMS, MET),
}
"""The states of a case from which a search begins. Each search may use the same number of actions."""
STATES = {
    "filed": (9_500, 10_100),
    "taken by two, by SMS": (27_500, 29_500),
    "overdue": (3_000, 3_300),
    "an end is wanted": (8_800, 9_400),
    "the desk decides": (3_700, 3_950),
}
"""For each beginning, the smallest and the largest allowed number of states that the search finds. With fewer states,
the search would check too little. With more states, the search would take too long.
"""
ACTIONS = 2
"""The maximum number of actions of people and of faults in one search."""


@cache
def shipped() -> EscalationModel:
    """Returns the escalation policy with all its deadlines. This object caches the decisions of the policy, so that
    later searches are faster.
    """
    return EscalationModel()


def broken_rules(found: Explored, ladder: EscalationModel) -> str:
    return "\n\n".join(f"{rule}:\n{story(ladder, way)}" for rule, way in found.broken.items())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_no_danger_tip_is_lost(beginning: str, tell_steps: Tell) -> None:
    ladder = shipped()
    first = follow(ladder, ladder.filed(), *BEGINNINGS[beginning])
    found = explore(ladder, first, ACTIONS)
    tell_steps(f"one danger tip, {beginning}: {found.states} standings, {found.steps} steps")
    assert not found.broken, broken_rules(found, ladder)
    least, most = STATES[beginning]
    assert least <= found.states <= most
    assert found.ends


@pytest.mark.timeout(600)
def test_no_danger_tip_is_lost_within_three_actions(tell_steps: Tell) -> None:
    ladder = shipped()
    found = explore(ladder, ladder.filed(), 3)
    tell_steps(f"one danger tip, three acts: {found.states} standings, {found.steps} steps")
    assert not found.broken, broken_rules(found, ladder)
    assert 132_000 <= found.states <= 145_000


GUARDED = {
    DeadlineKind.ACKNOWLEDGE: "is_not_lost",
    DeadlineKind.OUTCOME: "is_not_lost",
    DeadlineKind.OVERDUE: "is_not_lost",
    DeadlineKind.CONFIRM_CLOSURE: "is_judged",
    DeadlineKind.DECISION: "is_decided",
    DeadlineKind.SECOND_LOOK: "is_looked_at",
    DeadlineKind.VISIT_SAFETY: "is_asked_how",
    DeadlineKind.OPEN: "is_read",
}
"""For each kind of deadline: the rule that breaks if the policy sets no deadline of that kind.

Without a deadline of the first three kinds, the tip is lost. The last five kinds of deadlines have other purposes, so
each of these five has a rule of its own.
"""


@pytest.mark.row("R5")
@pytest.mark.parametrize("kind", GUARDED)
def test_search_notices_a_removed_deadline(kind: DeadlineKind) -> None:
    ladder = EscalationModel(without=kind)
    rule = GUARDED[kind]
    found = explore(ladder, ladder.filed(), ACTIONS, until=rule)
    assert not found.broken[rule][-1].is_open(kind)


def test_search_notices_an_alert_never_resent() -> None:
    """The worker that sent an alert was killed. The escalation policy works as before, but in this test no other
    worker sends the lost alert again.
    """
    ladder = EscalationModel(resends=False)
    found = explore(ladder, ladder.filed(), 1)
    assert list(found.broken) == ["is_sent"]
