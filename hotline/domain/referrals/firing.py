"""What follows when a clock of a case fires. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hotline.domain.referrals import clocks, closing, manner, unread
from hotline.domain.referrals.case_events import CaseStanding, Decision, Event, Purpose, Tell, tells
from hotline.domain.referrals.clocks import Clock, DeadlineKind
from hotline.domain.referrals.ladder_steps import asks, national, red
from hotline.domain.referrals.referral import Candidate, Reason, colleagues, next_told, overdue_told


def _acknowledge_due(
    s: CaseStanding, roster: Sequence[Candidate], _e: Event, at: datetime
) -> Decision:
    who = next_told(s.case, roster, s.told, Reason.SILENT)
    before = {one.responder_id for one in s.told}
    if not who or before.issuperset(who):
        return red(s, roster, at)
    due = clocks.acknowledge_due(s.case.urgency, at, step=max(s.step, 1))
    again = {DeadlineKind.ACKNOWLEDGE: Clock(due)}
    return Decision(asks(s, roster, who), again, holder=s.holder)


def _outcome_due(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """Half time: the holder is reminded. Full time: a coordinator, then the national desk, then red."""
    if s.holder is None:
        return Decision((), {DeadlineKind.ACKNOWLEDGE: Clock(at)})
    if e.nth == 0:
        reminds = clocks.may_remind(s.case.urgency, at)
        told = (Tell((s.holder,), Purpose.REMIND),) if reminds else ()
        due = max(e.named_at or at, at)
        return Decision(told, {DeadlineKind.OUTCOME: Clock(due, 1, due)}, holder=s.holder)
    again = Clock(clocks.outcome_again(s.case.urgency, at), e.nth + 1)
    who = overdue_told(s.case, roster, s.holder, e.nth - 1)
    if who:
        told = (Tell(who, Purpose.OVERDUE),)
        return Decision(told, {DeadlineKind.OUTCOME: again}, holder=s.holder)
    last = red(s, roster, at, but=s.holder)
    return replace(last, set={**last.set, DeadlineKind.OUTCOME: again})


def _look_due(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """Somebody who does not hold it looks: of the national desk by turns, all of it from the third time.

    Where no other of that desk lives, a colleague of the district.
    """
    who = national(roster, e.nth, but=s.holder)
    if not who:
        who = colleagues(s.case, roster, but=s.holder)[:1]
    again = {DeadlineKind.SECOND_LOOK: Clock(at + clocks.AGAIN, e.nth + 1)}
    return Decision(tells((who, Purpose.LOOK)), again, holder=s.holder)


def _red_due(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    return red(s, roster, at, nth=e.nth + 1)


def _no_step(s: CaseStanding, _r: Sequence[Candidate], _e: Event, _at: datetime) -> Decision:
    """Does nothing: a wish to erase is `services/referrals/endings.py`'s, and no step of the ladder."""
    return Decision(holder=s.holder)


Step = Callable[[CaseStanding, Sequence[Candidate], Event, datetime], Decision]
DUE: Mapping[DeadlineKind, Step] = {
    DeadlineKind.ACKNOWLEDGE: _acknowledge_due,
    DeadlineKind.OPEN: unread.due,
    DeadlineKind.OUTCOME: _outcome_due,
    DeadlineKind.JUDGE: closing.due,
    DeadlineKind.DECISION: closing.decision_due,
    DeadlineKind.SECOND_LOOK: _look_due,
    DeadlineKind.RED: _red_due,
    DeadlineKind.MANNER: manner.due,
    DeadlineKind.ERASURE: _no_step,
}
