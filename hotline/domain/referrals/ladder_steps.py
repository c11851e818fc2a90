"""Holds what several steps of the ladder share: red, a refused closure, and the clocks of an outcome. Pure."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.referrals import clocks
from hotline.domain.referrals.case_events import CaseStanding, Decision, Event, Purpose, Tell
from hotline.domain.referrals.clocks import CASE_CLOCKS, Clock, DeadlineKind
from hotline.domain.referrals.referral import (
    Candidate,
    Case,
    Level,
    colleagues,
    of_the_nation,
    turns,
)
from hotline.domain.tip import Urgency

ALL_FROM = 2
"""From the third red on, everybody of the national desk is told."""


def red(
    s: CaseStanding,
    roster: Sequence[Candidate],
    at: datetime,
    *,
    nth: int = 0,
    but: int | None = None,
) -> Decision:
    """The national desk, now, and until somebody takes it; where nobody of it lives, the district's own people.

    What is red already counts on.
    """
    red = s.clocks.get(DeadlineKind.RED)
    if red is None:
        red = Clock(clocks.red_due(s.case.urgency, at), nth)
    who = national(roster, red.nth, but=but)
    if not who:
        others = colleagues(s.case, roster, but=but)
        who = others if red.nth >= ALL_FROM else others[:1]
    close = frozenset({DeadlineKind.ACKNOWLEDGE})
    tell = (Tell(who, Purpose.OPEN if s.holder is None else Purpose.OVERDUE),) if who else ()
    return Decision(tell, {DeadlineKind.RED: red}, close, s.holder)


def refused(s: CaseStanding, _r: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """Who refuses by phone holds it from now on."""
    close = frozenset({DeadlineKind.JUDGE})
    if e.by is None:
        asked = s.holder is not None or DeadlineKind.ACKNOWLEDGE in s.clocks
        again = {} if asked else {DeadlineKind.ACKNOWLEDGE: Clock(at)}
        return Decision((), again, close, s.holder)
    close |= {DeadlineKind.ACKNOWLEDGE, DeadlineKind.RED}
    fresh = {DeadlineKind.OUTCOME: first_outcome(s.case.urgency, at)}
    if DeadlineKind.SECOND_LOOK not in s.clocks:
        fresh |= second_look(s.case, at)
    return Decision((), fresh, close, e.by)


def closed(s: CaseStanding, _r: Sequence[Candidate], _e: Event, _at: datetime) -> Decision:
    return Decision(close=frozenset(CASE_CLOCKS), holder=s.holder)


def national(roster: Sequence[Candidate], nth: int, *, but: int | None) -> tuple[int, ...]:
    """One of the national desk by turns; all of it from the third time."""
    people = turns([c for c in roster if c.level is Level.NATIONAL and c.id != but])
    return people if nth >= ALL_FROM else people[:1]


def asks(s: CaseStanding, roster: Sequence[Candidate], who: Sequence[int]) -> tuple[Tell, ...]:
    """These people are told. The national desk after the district: nobody has taken it."""
    if s.holder is not None or not s.told:
        return (Tell(tuple(who), Purpose.ALERT),)
    desk = of_the_nation(roster)
    local = tuple(one for one in who if one not in desk)
    last = tuple(one for one in who if one in desk)
    orders = (Tell(local, Purpose.ALERT), Tell(last, Purpose.OPEN))
    return tuple(order for order in orders if order.who)


def asked(
    s: CaseStanding, roster: Sequence[Candidate], who: tuple[int, ...], at: datetime
) -> Decision:
    """These people are asked, with time to take it. Who is responsible stays so."""
    due = Clock(clocks.acknowledge_due(s.case.urgency, at, step=0))
    return Decision(asks(s, roster, who), {DeadlineKind.ACKNOWLEDGE: due}, holder=s.holder)


def second_look(case: Case, at: datetime) -> dict[DeadlineKind, Clock]:
    if case.urgency != Urgency.DANGER:
        return {}
    return {DeadlineKind.SECOND_LOOK: Clock(at + clocks.SECOND_LOOK_AFTER)}


def first_outcome(urgency: int, at: datetime) -> Clock:
    return clocks.outcome_clock(urgency, at, clocks.outcome_due(urgency, at))
