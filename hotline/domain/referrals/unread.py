"""A case that was taken and that nobody has read: its own clock. Pure.

It runs for a holder who has a PIN of her own and can read it, and has not. Her page ends it; so does whatever makes
somebody else the holder. It asks others as passing on does: she stays responsible until somebody takes it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hotline.domain.referrals import clocks
from hotline.domain.referrals.case_events import CaseStanding, Decision, Event, Purpose, Tell
from hotline.domain.referrals.clocks import Clock, DeadlineKind
from hotline.domain.referrals.ladder_steps import asks
from hotline.domain.referrals.referral import Candidate, Reason, next_told
from hotline.domain.tip import Urgency


def with_clock(s: CaseStanding, decision: Decision, at: datetime) -> Decision:
    """The same decision, with the clock of whoever holds the case by it."""
    if decision.holder == s.holder:
        return decision
    if decision.holder in s.unread and not s.case.once:
        due = Clock(clocks.open_due(s.case.urgency, at))
        return replace(decision, set={**decision.set, DeadlineKind.OPEN: due})
    if DeadlineKind.OPEN in s.clocks:
        return replace(decision, close=decision.close | {DeadlineKind.OPEN})
    return decision


def opened(s: CaseStanding, _r: Sequence[Candidate], e: Event, _at: datetime) -> Decision:
    """Somebody read it. Of the holder, the clock ends."""
    close = frozenset({DeadlineKind.OPEN} if e.by == s.holder else ())
    return Decision(close=close, holder=s.holder)


def due(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """Danger is asked of the next at once. Else the assignee is reminded in working hours; then the next is asked."""
    if s.holder is None or s.holder not in s.unread:
        return Decision(holder=s.holder)
    if s.case.urgency != Urgency.DANGER and e.nth == 0:
        again = {DeadlineKind.OPEN: Clock(clocks.open_due(s.case.urgency, at), 1)}
        reminds = clocks.may_remind(s.case.urgency, at)
        told = (Tell((s.holder,), Purpose.REMIND),) if reminds else ()
        return Decision(told, again, holder=s.holder)
    who = next_told(s.case, roster, s.told, Reason.UNREACHED)
    if not who:
        return Decision(holder=s.holder)
    ask = {DeadlineKind.ACKNOWLEDGE: Clock(clocks.acknowledge_due(s.case.urgency, at, step=0))}
    return Decision(asks(s, roster, who), ask, holder=s.holder)
