"""The ladder's steps of a case whose place, or whose answer about officials, was corrected. Pure.

One passage is one case. With danger nobody is let go by a correction: the thumb that corrects may not be hers. So the
first place's people stay told, and the national desk lets them go once somebody of the new place has it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hotline.domain.referrals import clocks
from hotline.domain.referrals.case_events import CaseStanding, Decision, Event, Purpose, tells
from hotline.domain.referrals.clocks import Clock, DeadlineKind
from hotline.domain.referrals.ladder_steps import national
from hotline.domain.referrals.referral import (
    AT_DANGER,
    Candidate,
    Case,
    Level,
    Notified,
    eligible,
    first_told,
    of_the_nation,
    turns,
)
from hotline.domain.tip import Urgency, is_district

MOST_MOVES = 3
"""How often one passage may ring another district: as many as one contact's like tips ring in an hour."""
HELD = frozenset({DeadlineKind.OUTCOME, DeadlineKind.SECOND_LOOK})
"""The clocks of who holds it."""


def moved(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """Those who were told learn that the place changed; the new place's people are asked.

    Without danger the first place's people are let go at once. After `MOST_MOVES` corrections a place is told to the
    national desk alone; the clock to take it asks the people of the last place, where that desk does not.
    """
    before = living(s, roster)
    new = first_told(s.case, roster, s.told)
    if e.nth > MOST_MOVES:
        desk = of_the_nation(roster)
        before = tuple(one for one in before if one in desk)
        new = tuple(one for one in new if one in desk) or national(roster, 0, but=None)
    tell = tells((before, Purpose.MOVED), (new, Purpose.ALERT))
    fresh = {DeadlineKind.ACKNOWLEDGE: ask(s, at)}
    close = frozenset({DeadlineKind.RED})
    if s.case.urgency == Urgency.DANGER:
        return Decision(tell, fresh, close, s.holder)
    gone = away(s)
    if s.holder in gone:
        return Decision(tell, fresh, close | HELD | _wish(s, gone), None, release=gone)
    return Decision(tell, fresh, close | _wish(s, gone), s.holder, release=gone)


def beside(s: CaseStanding, roster: Sequence[Candidate], e: Event, _at: datetime) -> Decision:
    """A later answer says that desks beside may know of it: their people are asked as well, and no clock changes."""
    new = told_beside(s.case, roster, s.told) if e.nth <= MOST_MOVES else ()
    return Decision(tells((new, Purpose.ALERT)), holder=s.holder)


def told_beside(
    case: Case, roster: Sequence[Candidate], told: Sequence[Notified]
) -> tuple[int, ...]:
    """Who of a camp, or of the border, is told of a case that others know of already."""
    local, camp, _ = eligible(case, roster)
    near = camp if is_district(case.place) else local
    knew = {one.responder_id for one in told}
    most = AT_DANGER if case.urgency == Urgency.DANGER else 1
    wanting = max(0, most - sum(one.id in knew for one in near))
    return turns(one for one in near if one.id not in knew)[:wanting]


def withheld(s: CaseStanding, roster: Sequence[Candidate], _e: Event, at: datetime) -> Decision:
    """An official is or may be involved, and people of a district were told already: they lose it, and hear nothing.

    The national desk learns that the district was told first.
    """
    gone = tuple(dict.fromkeys(o.responder_id for o in s.told if o.level is not Level.NATIONAL))
    if not gone:
        return Decision(holder=s.holder)
    desk = of_the_nation(roster)
    knew = tuple(one for one in living(s, roster) if one in desk)
    new = tuple(one for one in first_told(s.case, roster, s.told) if one not in knew)
    tell = tells((new, Purpose.ALERT), ((*knew, *new), Purpose.TOLD_FIRST))
    if s.holder is not None and s.holder not in gone:
        return Decision(tell, close=_wish(s, gone), holder=s.holder, release=gone)
    asked = {} if DeadlineKind.RED in s.clocks else {DeadlineKind.ACKNOWLEDGE: ask(s, at)}
    return Decision(tell, asked, HELD | _wish(s, gone), None, release=gone)


def sent_down(s: CaseStanding, roster: Sequence[Candidate], _e: Event, at: datetime) -> Decision:
    """The national desk lets the district know: its people are asked, as of a new tip."""
    knew = {one.responder_id for one in s.told}
    new = tuple(one for one in first_told(s.case, roster, s.told) if one not in knew)
    asked = {DeadlineKind.ACKNOWLEDGE: ask(s, at)} if new else {}
    return Decision(tells((new, Purpose.ALERT)), asked, holder=s.holder)


def released(s: CaseStanding, roster: Sequence[Candidate], _e: Event, _at: datetime) -> Decision:
    """The national desk lets the first place's people go: they learn it."""
    gone = away(s)
    told = tuple(one for one in living(s, roster) if one in gone)
    return Decision(
        tells((told, Purpose.LET_GO)), close=_wish(s, gone), holder=s.holder, release=gone
    )


def taken_anew(s: CaseStanding, roster: Sequence[Candidate], decision: Decision) -> Decision:
    """Somebody of the new place has it: the national desk is asked to let the first place's people go."""
    if decision.holder == s.holder or not away(s):
        return decision
    desk = of_the_nation(roster)
    asked = tuple(one for one in living(s, roster) if one in desk) or national(roster, 0, but=None)
    return replace(decision, tell=(*decision.tell, *tells((asked, Purpose.LET))))


def away(s: CaseStanding) -> tuple[int, ...]:
    """Returns who was told of a place that was corrected since, and of nothing else.

    Their take ends nothing that is asked of the new place's people.
    """
    here = {one.responder_id for one in s.told if not one.away}
    ids = dict.fromkeys(one.responder_id for one in s.told if one.away)
    return tuple(one for one in ids if one not in here)


def living(s: CaseStanding, roster: Sequence[Candidate]) -> tuple[int, ...]:
    """The living who were told, each once."""
    alive = {one.id for one in roster}
    return tuple(dict.fromkeys(one.responder_id for one in s.told if one.responder_id in alive))


def ask(s: CaseStanding, at: datetime) -> Clock:
    return Clock(clocks.acknowledge_due(s.case.urgency, at, step=0))


def _wish(s: CaseStanding, gone: Sequence[int]) -> frozenset[DeadlineKind]:
    """The wish of somebody who is let go, to close it, goes with her."""
    wanted = s.judging is not None and s.judging in gone
    return frozenset({DeadlineKind.JUDGE} if wanted else ())
