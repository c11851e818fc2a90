"""Steps of the ladder about a requested closure, about how to go and about a corrected place. Pure.

A second person is asked to confirm a requested closure, again and again, until one of the national desk decides. The
case stays open meanwhile, and every clock of it runs on. Where the national desk decides, the deadline of the
assignee's outcome becomes the desk's. One person never closes a case alone: where nobody else of the desk is there, the
alerts go on.

Like tips are one mark as they are one ring: whoever was told of one of a cluster is told how to go, and the desk is
asked once. No such step closes another clock, changes who holds the case, or keeps anybody from taking it.

One passage is one case. With danger nobody is let go by a corrected place: the thumb that corrects may not be hers. So
the first place's people stay told, and the national desk lets them go once somebody of the new place has it.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime

from hotline.domain.referrals import clocks
from hotline.domain.referrals.case_events import CaseStanding, Decision, Purpose, Tell, tells
from hotline.domain.referrals.clocks import Clock, DeadlineKind
from hotline.domain.referrals.coming import Care
from hotline.domain.referrals.referral import (
    AT_DANGER,
    Candidate,
    Case,
    Level,
    Notified,
    Reason,
    colleagues,
    eligible,
    turns,
)
from hotline.domain.tip import Urgency, is_district

ALL_FROM = 2
"""From the third red on, everybody of the national desk is told."""
MOST_MOVES = 3
"""How often one passage may ring another district: as many as one contact's like tips ring in an hour."""
HELD = frozenset({DeadlineKind.OUTCOME, DeadlineKind.SECOND_LOOK})
"""The clocks of who holds it."""


def filed(case: Case, at: datetime) -> dict[DeadlineKind, Clock]:
    """The clock of a tip that somebody is asked to take now."""
    due = clocks.acknowledge_due(case.urgency, at, step=0)
    return {DeadlineKind.ACKNOWLEDGE: Clock(due)}


def how(care: Care, at: datetime) -> Mapping[DeadlineKind, Clock]:
    """The clock of a danger that is told of and marked: the national desk says within this time how to go."""
    if care is not Care.CAREFUL:
        return {}
    return {DeadlineKind.MANNER: Clock(at + clocks.MANNER_WITHIN)}


def first_outcome(s: CaseStanding) -> dict[DeadlineKind, Clock]:
    due = clocks.outcome_due(s.urgency, s.at)
    return {DeadlineKind.OUTCOME: clocks.outcome_clock(s.urgency, s.at, due)}


def held(s: CaseStanding, closed: Set[DeadlineKind] = frozenset()) -> dict[DeadlineKind, Clock]:
    """The clocks of somebody who holds it from now on. Whoever looks meanwhile goes on, unless that is `closed`."""
    fresh = first_outcome(s)
    if s.urgency == Urgency.DANGER and DeadlineKind.SECOND_LOOK not in s.clocks.keys() - closed:
        fresh[DeadlineKind.SECOND_LOOK] = Clock(s.at + clocks.SECOND_LOOK_AFTER)
    return fresh


def red(s: CaseStanding, *, nth: int = 0, but: int | None = None) -> Decision:
    """The national desk, now, and until somebody takes it; where nobody of it lives, the district's own people.

    What is red already counts on.
    """
    clock = s.clocks.get(DeadlineKind.RED) or Clock(clocks.red_due(s.urgency, s.at), nth)
    who = national(s.roster, clock.nth, but=but)
    if not who:
        who = _by_turns(colleagues(s.case, s.roster, but=but), clock.nth)
    tell = tells((who, Purpose.OPEN if s.holder is None else Purpose.OVERDUE))
    return Decision(tell, {DeadlineKind.RED: clock}, {DeadlineKind.ACKNOWLEDGE}, s.holder)


def national(roster: Sequence[Candidate], nth: int, *, but: int | None = None) -> tuple[int, ...]:
    """One of the national desk by turns; all of it from the third time."""
    people = turns([c for c in roster if c.level is Level.NATIONAL and c.id != but])
    return _by_turns(people, nth)


def _by_turns(people: tuple[int, ...], nth: int) -> tuple[int, ...]:
    return people if nth >= ALL_FROM else people[:1]


def asks(s: CaseStanding, who: Collection[int]) -> tuple[Tell, ...]:
    """These people are told. The national desk after the district: nobody has taken it."""
    if s.holder is not None or not s.told:
        return tells((tuple(who), Purpose.ALERT))
    return tells((without(who, s.desk), Purpose.ALERT), (within(who, s.desk), Purpose.OPEN))


def asked(s: CaseStanding, who: Collection[int]) -> Decision:
    """These people are asked, with time to take it. Who is responsible stays so."""
    return Decision(asks(s, who), filed(s.case, s.at), holder=s.holder)


def within(people: Collection[int], some: Collection[int]) -> tuple[int, ...]:
    return tuple(one for one in people if one in some)


def without(people: Collection[int], some: Collection[int | None]) -> tuple[int, ...]:
    return tuple(one for one in people if one not in some)


def closure_requested(s: CaseStanding) -> Decision:
    """Closure is requested, or the request changed: the national desk is asked, unless it is asked as soon already."""
    asks, reminds = s.clocks.get(DeadlineKind.JUDGE), clocks.may_remind(s.urgency, s.at)
    again = Clock(_closure_again(s) if reminds else clocks.in_hours(s.at))
    if asks is not None and asks.due_at <= again.due_at:
        return Decision()
    tell = tells((who_confirms(s, 0), Purpose.JUDGE)) if reminds else ()
    return Decision(tell, {DeadlineKind.JUDGE: again})


def closure_due(s: CaseStanding) -> Decision:
    """Asks the national desk again, and all of it from the third time, while nobody has confirmed or refused."""
    nth = s.event.nth + 1
    again = {DeadlineKind.JUDGE: Clock(_closure_again(s), nth)}
    return Decision(tells((who_confirms(s, nth), Purpose.JUDGE)), again)


def _closure_again(s: CaseStanding) -> datetime:
    """Danger at any hour, unless every person who was met is with a service: then next at 06:30.

    In working hours also where the desk decides by the next working day, and somebody of it has opened the case.
    """
    if s.urgency != Urgency.DANGER or (s.desk_decides and s.closure_read):
        return clocks.in_hours(s.at + clocks.HOURLY)
    return clocks.next_bell(s.at) if s.is_safe else s.at + clocks.AGAIN


def closure_read(s: CaseStanding) -> Decision:
    """Who may confirm has opened the case. Where the desk decides by the next working day, it is asked again then."""
    asks = s.clocks.get(DeadlineKind.JUDGE)
    if asks is None or not s.desk_decides:
        return Decision()
    again = Clock(max(asks.due_at, clocks.next_morning(s.at)), asks.nth)
    return Decision((), {DeadlineKind.JUDGE: again})


def decision_due(s: CaseStanding) -> Decision:
    """The national desk has not decided by the next working day: all of it is alerted, and each morning again.

    Where nobody is left but the assignee, the case is red: somebody else learns of it too.
    """
    again = {DeadlineKind.DECISION: Clock(clocks.next_morning(s.at), s.event.nth + 1)}
    who = who_confirms(s, ALL_FROM)
    told = tells((who, Purpose.JUDGE))
    if {*who} - {s.holder}:
        return Decision(told, again)
    last = red(s, but=s.holder)
    return replace(last, tell=(*told, *last.tell), set={**last.set, **again})


def who_confirms(s: CaseStanding, nth: int) -> tuple[int, ...]:
    """Returns who is asked: of the national desk, never who requested it.

    Where nobody else of that desk lives, people of the district: they cannot confirm, and the alerts go on.
    """
    others = without(colleagues(s.case, s.roster, but=s.judging), (s.holder,))
    return national(s.roster, nth, but=s.judging) or _by_turns(others, nth)


def refused(s: CaseStanding) -> Decision:
    """Who refuses by phone holds it from now on."""
    if s.event.by is None:
        asked = s.holder is not None or DeadlineKind.ACKNOWLEDGE in s.clocks
        again = {} if asked else {DeadlineKind.ACKNOWLEDGE: Clock(s.at)}
        return Decision((), again, {DeadlineKind.JUDGE})
    close = {DeadlineKind.JUDGE, DeadlineKind.ACKNOWLEDGE, DeadlineKind.RED}
    return Decision((), held(s), close, s.event.by)


def with_clock_of_decision(s: CaseStanding, decision: Decision) -> Decision:
    """Returns the same decision with the desk's clock in the place of the assignee's, or the assignee's again."""
    runs = DeadlineKind.DECISION in s.clocks
    waits = s.judging is not None and DeadlineKind.JUDGE not in decision.close
    fresh = dict(decision.set)
    if waits and s.desk_decides and not s.case.once:
        fresh.pop(DeadlineKind.OUTCOME, None)
        if not runs:
            fresh.setdefault(DeadlineKind.DECISION, Clock(clocks.decision_due(s.at)))
        return replace(decision, set=fresh, close=decision.close | {DeadlineKind.OUTCOME})
    if not runs or DeadlineKind.DECISION in decision.close:
        return decision
    if decision.holder is not None:
        fresh = first_outcome(s) | fresh
    return replace(decision, set=fresh, close=decision.close | {DeadlineKind.DECISION})


def marked(s: CaseStanding) -> Decision:
    """Everybody who was told learns it. With danger the national desk is asked how to go."""
    who = concerned(s)
    if s.care is not Care.CAREFUL:
        return Decision(tells((who, Purpose.CARE)))
    others, deciding = without(who, s.desk), _of_desk(s, who)
    return Decision(tells((others, Purpose.CARE), (deciding, Purpose.HOW)), how(s.care, s.at))


def unheard(s: CaseStanding) -> Decision:
    """Somebody who was not told yet learns of the case and its mark, while its holder's telephone is off."""
    return Decision(tells((s.next_told(Reason.UNREACHED), Purpose.ALERT)))


def decided(s: CaseStanding) -> Decision:
    """The national desk has said how: everybody who was told learns it."""
    return Decision(tells((concerned(s), Purpose.CARE)), close={DeadlineKind.MANNER})


def how_due(s: CaseStanding) -> Decision:
    """No word from the national desk: those who go learn it once, and the desk is asked again, by turns.

    Where it was asked of another tip of the cluster, that one speaks for both.
    """
    nth = s.event.nth
    again = {DeadlineKind.MANNER: Clock(s.at + clocks.AGAIN, nth + 1)}
    if s.asked_beside > nth:
        return Decision((), again)
    going = without(concerned(s), s.desk) if nth == 0 else ()
    deciding = national(s.roster, nth + 1)
    return Decision(tells((going, Purpose.UNANSWERED), (deciding, Purpose.HOW)), again)


def concerned(s: CaseStanding) -> tuple[int, ...]:
    """The living who were told of it, or of another tip of its cluster, each once."""
    alive = {one.id for one in s.roster}
    return tuple(dict.fromkeys((*living(s), *within(s.company, alive))))


def moved(s: CaseStanding) -> Decision:
    """Those who were told learn that the place changed; the new place's people are asked.

    Without danger the first place's people are let go at once. After `MOST_MOVES` corrections a place is told to the
    national desk alone; the clock to take it asks the people of the last place, where that desk does not.
    """
    before, new = living(s), s.first_told()
    if s.event.nth > MOST_MOVES:
        before, new = within(before, s.desk), _of_desk(s, new)
    tell = tells((before, Purpose.MOVED), (new, Purpose.ALERT))
    fresh, close = filed(s.case, s.at), {DeadlineKind.RED}
    if s.urgency == Urgency.DANGER:
        return Decision(tell, fresh, close)
    gone = away(s)
    close |= _wish(s, gone)
    if s.holder in gone:
        return Decision(tell, fresh, close | HELD, None, release=gone)
    return Decision(tell, fresh, close, release=gone)


def beside(s: CaseStanding) -> Decision:
    """A later answer says that desks beside may know of it: their people are asked as well, and no clock changes."""
    new = told_beside(s.case, s.roster, s.told) if s.event.nth <= MOST_MOVES else ()
    return Decision(tells((new, Purpose.ALERT)))


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


def withheld(s: CaseStanding) -> Decision:
    """An official is or may be involved, and people of a district were told already: they lose it, and hear nothing.

    The national desk learns that the district was told first.
    """
    gone = tuple(dict.fromkeys(o.responder_id for o in s.told if o.level is not Level.NATIONAL))
    if not gone:
        return Decision()
    knew = within(living(s), s.desk)
    new = without(s.first_told(), knew)
    tell = tells((new, Purpose.ALERT), ((*knew, *new), Purpose.TOLD_FIRST))
    if s.holder is not None and s.holder not in gone:
        return Decision(tell, close=_wish(s, gone), release=gone)
    asked = {} if DeadlineKind.RED in s.clocks else filed(s.case, s.at)
    return Decision(tell, asked, HELD | _wish(s, gone), None, release=gone)


def sent_down(s: CaseStanding) -> Decision:
    """The national desk lets the district know: its people are asked, as of a new tip."""
    new = without(s.first_told(), s.knew)
    return Decision(tells((new, Purpose.ALERT)), filed(s.case, s.at) if new else {})


def released(s: CaseStanding) -> Decision:
    """The national desk lets the first place's people go: they learn it."""
    gone = away(s)
    told = tells((within(living(s), gone), Purpose.LET_GO))
    return Decision(told, close=_wish(s, gone), release=gone)


def taken_anew(s: CaseStanding, decision: Decision) -> Decision:
    """Somebody of the new place has it: the national desk is asked to let the first place's people go."""
    if decision.holder == s.holder or not away(s):
        return decision
    lets = tells((_of_desk(s, living(s)), Purpose.LET))
    return replace(decision, tell=(*decision.tell, *lets))


def _of_desk(s: CaseStanding, who: Collection[int]) -> tuple[int, ...]:
    """Those of the national desk; one of it by turns where none of them is."""
    return within(who, s.desk) or national(s.roster, 0)


def away(s: CaseStanding) -> tuple[int, ...]:
    """Returns who was told of a place that was corrected since, and of nothing else.

    Their take ends nothing that is asked of the new place's people.
    """
    here = {one.responder_id for one in s.told if not one.away}
    return without(dict.fromkeys(one.responder_id for one in s.told if one.away), here)


def living(s: CaseStanding) -> tuple[int, ...]:
    """The living who were told, each once."""
    alive = {one.id for one in s.roster}
    return within(dict.fromkeys(one.responder_id for one in s.told), alive)


def _wish(s: CaseStanding, gone: Collection[int]) -> Set[DeadlineKind]:
    """The wish of somebody who is let go, to close it, goes with her."""
    return {DeadlineKind.JUDGE} if s.judging is not None and s.judging in gone else frozenset()
