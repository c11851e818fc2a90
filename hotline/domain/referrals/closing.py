"""Asks a second person to confirm a requested closure, again and again, until one of the national desk decides. Pure.

The case stays open meanwhile, and every clock of it runs on. Where the national desk decides, the deadline of the
assignee's outcome becomes the desk's. One person never closes a case alone: where nobody else of the desk is there, the
alerts go on.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hotline.domain.referrals import clocks
from hotline.domain.referrals.case_events import CaseStanding, Decision, Event, Purpose, tells
from hotline.domain.referrals.clocks import Clock, DeadlineKind
from hotline.domain.referrals.ladder_steps import ALL_FROM, first_outcome, national, red
from hotline.domain.referrals.referral import Candidate, colleagues


def requested(s: CaseStanding, roster: Sequence[Candidate], _e: Event, at: datetime) -> Decision:
    """Closure is requested, or the request changed: the national desk is asked, unless it is asked as soon already."""
    asks = s.clocks.get(DeadlineKind.JUDGE)
    again = Clock(_again(s, at))
    if not clocks.may_remind(s.case.urgency, at):
        again = Clock(clocks.in_hours(at))
    if asks is not None and asks.due_at <= again.due_at:
        return Decision(holder=s.holder)
    who = whom(s, roster, 0) if clocks.may_remind(s.case.urgency, at) else ()
    tell = tells((who, Purpose.JUDGE))
    return Decision(tell, {DeadlineKind.JUDGE: again}, holder=s.holder)


def due(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """Asks the national desk again, and all of it from the third time, while nobody has confirmed or refused."""
    who = whom(s, roster, e.nth + 1)
    again = {DeadlineKind.JUDGE: Clock(_again(s, at), e.nth + 1)}
    return Decision(tells((who, Purpose.JUDGE)), again, holder=s.holder)


def read(s: CaseStanding, _r: Sequence[Candidate], _e: Event, at: datetime) -> Decision:
    """Who may confirm has opened the case. Where the desk decides by the next working day, it is asked again then."""
    asks = s.clocks.get(DeadlineKind.JUDGE)
    if asks is None or not s.desk_decides:
        return Decision(holder=s.holder)
    again = Clock(max(asks.due_at, clocks.next_morning(at)), asks.nth)
    return Decision((), {DeadlineKind.JUDGE: again}, holder=s.holder)


def decision_due(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """The national desk has not decided by the next working day: all of it is alerted, and each morning again.

    Where nobody is left but the assignee, the case is red: somebody else learns of it too.
    """
    again = {DeadlineKind.DECISION: Clock(clocks.next_morning(at), e.nth + 1)}
    who = whom(s, roster, ALL_FROM)
    told = tells((who, Purpose.JUDGE))
    if {*who} - {s.holder}:
        return Decision(told, again, holder=s.holder)
    last = red(s, roster, at, but=s.holder)
    return replace(last, tell=(*told, *last.tell), set={**last.set, **again})


def with_clock(s: CaseStanding, decision: Decision, at: datetime) -> Decision:
    """Returns the same decision with the desk's clock in the place of the assignee's, or the assignee's again."""
    runs = DeadlineKind.DECISION in s.clocks
    waits = s.judging is not None and DeadlineKind.JUDGE not in decision.close
    fresh: dict[DeadlineKind, Clock] = dict(decision.set)
    if waits and s.desk_decides and not s.case.once:
        fresh.pop(DeadlineKind.OUTCOME, None)
        if not runs:
            fresh.setdefault(DeadlineKind.DECISION, Clock(clocks.decision_due(at)))
        return replace(decision, set=fresh, close=decision.close | {DeadlineKind.OUTCOME})
    if not runs or DeadlineKind.DECISION in decision.close:
        return decision
    if decision.holder is not None:
        fresh.setdefault(DeadlineKind.OUTCOME, first_outcome(s.case.urgency, at))
    return replace(decision, set=fresh, close=decision.close | {DeadlineKind.DECISION})


def whom(s: CaseStanding, roster: Sequence[Candidate], nth: int) -> tuple[int, ...]:
    """Returns who is asked: of the national desk, never who requested it.

    Where nobody else of that desk lives, people of the district: they cannot confirm, and the alerts go on.
    """
    desk = national(roster, nth, but=s.judging)
    if desk:
        return desk
    others = [one for one in colleagues(s.case, roster, but=s.judging) if one != s.holder]
    return tuple(others if nth >= ALL_FROM else others[:1])


def _again(s: CaseStanding, at: datetime) -> datetime:
    rests = s.desk_decides and s.closure_read
    return clocks.closure_again(s.case.urgency, at, is_safe=s.is_safe, rests=rests)
