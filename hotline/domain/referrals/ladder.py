"""The ladder of a case: what happened, and so whom to tell and which clocks to set. Pure.

`decide` is the one decision. A service gathers the standing, asks it, and carries out what it says. A case ends in
three ways only: closed with an outcome, handed to a named person who took it, or red until the national desk takes it.
Whom the steps lead to, among equals, is `referral.py`'s.

Who is told of many tips, one after the other: what `referral.py` says of each, in a fraction of its time. Pure.

A burst is planned as if each tip came alone. What makes it quick: the people whom a route may reach are looked up once
for each route, and what each has on her hands is counted on from tip to tip instead of being asked again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from hotline.domain.referrals import clocks, closing, fragment, manner, moving, unread
from hotline.domain.referrals.case_events import (
    CaseStanding,
    Decision,
    Event,
    Happened,
    Purpose,
    tells,
)
from hotline.domain.referrals.clocks import Clock, DeadlineKind
from hotline.domain.referrals.coming import Care
from hotline.domain.referrals.firing import DUE, Step
from hotline.domain.referrals.ladder_steps import (
    asked,
    asks,
    closed,
    first_outcome,
    red,
    refused,
    second_look,
)
from hotline.domain.referrals.referral import (
    AT_DANGER,
    Candidate,
    Case,
    Level,
    Notified,
    Reason,
    choose_first,
    eligible,
    first_told,
    next_told,
    of_the_nation,
    turn_of,
    turns,
)

ESCALATED = 2
"""The outcome's clock has fired at half time and at full time: others were told."""


def decide(
    standing: CaseStanding, roster: Sequence[Candidate], event: Event, at: datetime
) -> Decision:
    """What an event of an open case leads to. Total. `roster` holds the living recipients."""
    if fragment.concerns(standing, event):
        return fragment.follows(standing, roster, event, at)
    step = HAPPENED[event.what] if event.kind is None else DUE[event.kind]
    decision = unread.with_clock(standing, step(standing, roster, event, at), at)
    return closing.with_clock(standing, decision, at)


def filed(case: Case, at: datetime) -> Clock:
    """The clock of a tip that was told of for the first time. Whom: `referral.first_told`, or a burst's `Planning`."""
    return Clock(clocks.acknowledge_due(case.urgency, at, step=0))


def raised(case: Case, care: Care, at: datetime) -> Decision:
    """The clocks of a case that a later answer made more urgent: it is told again, and nobody holds it until then."""
    close = frozenset({DeadlineKind.OUTCOME, DeadlineKind.RED})
    return Decision((), {DeadlineKind.ACKNOWLEDGE: filed(case, at), **how(care, at)}, close)


def how(care: Care, at: datetime) -> Mapping[DeadlineKind, Clock]:
    """The clock of a danger that is told of and marked already."""
    return manner.asked(at) if care is Care.CAREFUL else {}


def _raised(s: CaseStanding, roster: Sequence[Candidate], _e: Event, at: datetime) -> Decision:
    who = first_told(s.case, roster, s.told)
    return replace(raised(s.case, s.care, at), tell=tells((who, Purpose.ALERT)))


def _danger_again(
    s: CaseStanding, roster: Sequence[Candidate], _e: Event, at: datetime
) -> Decision:
    """Two of the national desk, whoever held it; where nobody of it lives, as a new one."""
    people = turns([c for c in roster if c.level is Level.NATIONAL])[:AT_DANGER]
    who = people or first_told(s.case, roster, s.told)
    again = raised(s.case, s.care, at)
    close = again.close | {DeadlineKind.JUDGE, DeadlineKind.SECOND_LOOK}
    return replace(again, tell=tells((who, Purpose.ALERT)), close=close)


def _unreached(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """A colleague at once, while people are asked; nobody twice, so that phones that are all off make no storm."""
    if not _is_asked(s):
        return Decision(holder=s.holder)
    who = next_told(s.case, roster, s.told, Reason.UNREACHED)
    if who:
        return Decision(asks(s, roster, who), holder=s.holder)
    reached = {one.id for one in roster} & {one.responder_id for one in s.told}
    if reached or DeadlineKind.RED in s.clocks:
        return Decision(holder=s.holder)
    return red(s, roster, at, but=e.by)


def _is_asked(s: CaseStanding) -> bool:
    """Whether people are asked to take it: nobody holds it, or who holds it has passed it on."""
    return s.holder is None or DeadlineKind.ACKNOWLEDGE in s.clocks


def _left(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    if s.holder is not None and s.holder == e.by:
        decision = _next(s, roster, at, holder=None, but=e.by)
    else:
        decision = _unreached(s, roster, e, at)
    return _without_the_wish(s, e, decision)


def _passed(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """The next step at once. Who took it stays responsible until somebody else takes it."""
    if s.holder is not None and s.holder != e.by and DeadlineKind.ACKNOWLEDGE not in s.clocks:
        return Decision(holder=s.holder)
    chosen = {one.id for one in roster}.intersection(e.chosen) - {e.by}
    if chosen:
        return asked(s, roster, tuple(sorted(chosen)), at)
    return _next(s, roster, at, holder=s.holder, but=e.by)


def _next(
    s: CaseStanding,
    roster: Sequence[Candidate],
    at: datetime,
    *,
    holder: int | None,
    but: int | None,
) -> Decision:
    """Somebody else, at once, with time to take it; red where there is nobody else."""
    close = frozenset({DeadlineKind.OUTCOME} if holder is None else ())
    now = replace(s, holder=holder)
    who = next_told(s.case, roster, s.told, Reason.UNREACHED)
    if not who:
        last = red(now, roster, at, but=but)
        return replace(last, close=last.close | close)
    return replace(asked(now, roster, who, at), close=close)


def _without_the_wish(s: CaseStanding, e: Event, decision: Decision) -> Decision:
    """Who wanted the end is gone, or never asked for it."""
    if s.judging is None or s.judging != e.by:
        return decision
    return replace(decision, close=decision.close | {DeadlineKind.JUDGE})


def _taken(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """The first who takes it holds it. Who takes it after the holder passed it on, or fell silent, holds it instead."""
    if e.by in moving.away(s) and DeadlineKind.RED not in s.clocks:
        return Decision(holder=s.holder)
    hands_on = s.holder is not None and s.holder != e.by and _may_change_hands(s)
    holder = e.by if s.holder is None or hands_on else s.holder
    close: set[DeadlineKind] = set()
    if holder != s.holder:
        close = {DeadlineKind.RED, DeadlineKind.ACKNOWLEDGE}
    elif holder == e.by:
        # She passed it on and takes it back. What is red by her silence stays red: "taken" is no outcome.
        close = {DeadlineKind.ACKNOWLEDGE}
    if s.holder is not None and _looks(s, roster, e):
        close.add(DeadlineKind.SECOND_LOOK)
    fresh = {}
    if holder != s.holder or DeadlineKind.OUTCOME not in s.clocks:
        fresh[DeadlineKind.OUTCOME] = first_outcome(s.case.urgency, at)
    if holder != s.holder and DeadlineKind.SECOND_LOOK not in {*s.clocks} - close:
        fresh |= second_look(s.case, at)
    return moving.taken_anew(s, roster, Decision((), fresh, frozenset(close), holder))


def _looks(s: CaseStanding, roster: Sequence[Candidate], e: Event) -> bool:
    """Whether this answers the question to look: somebody of the national desk who did not hold it, and was asked."""
    asked = s.clocks.get(DeadlineKind.SECOND_LOOK)
    national = of_the_nation(roster)
    return asked is not None and asked.nth > 0 and e.by in national and e.by != s.holder


def _may_change_hands(s: CaseStanding) -> bool:
    overdue = s.clocks.get(DeadlineKind.OUTCOME)
    passed = DeadlineKind.ACKNOWLEDGE in s.clocks and s.judging is None
    return (
        passed
        or s.holder in moving.away(s)
        or DeadlineKind.RED in s.clocks
        or (overdue is not None and overdue.nth >= ESCALATED)
    )


def _further(s: CaseStanding, _r: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """Taking it further renews the outcome's clock once; a referral gives it three days."""
    if s.holder is None or e.by not in (s.holder, None):
        return Decision(holder=s.holder)
    if e.what is Happened.REFERRED:
        clock = clocks.outcome_clock(s.case.urgency, at, at + clocks.REFERRED_WITHIN)
        return Decision((), {DeadlineKind.OUTCOME: clock}, holder=s.holder)
    if s.renewed:
        return Decision(holder=s.holder)
    return Decision((), {DeadlineKind.OUTCOME: first_outcome(s.case.urgency, at)}, holder=s.holder)


def _doubted(s: CaseStanding, roster: Sequence[Candidate], e: Event, at: datetime) -> Decision:
    """Another who took it, and lives, holds it; else the ladder goes on as if nobody had answered.

    It goes on from where it stood, and at once where its time has passed.
    """
    if s.holder is not None and s.holder != e.by:
        return _without_the_wish(s, e, Decision(holder=s.holder))
    living = {one.id for one in roster}
    others = [one for one in s.others if one in living]
    if others:
        fresh = {DeadlineKind.OUTCOME: first_outcome(s.case.urgency, at)}
        if DeadlineKind.SECOND_LOOK not in s.clocks:
            # Whoever looked may be the one who holds it now.
            fresh |= second_look(s.case, at)
        return _without_the_wish(s, e, Decision((), fresh, holder=others[0]))
    close = frozenset({DeadlineKind.OUTCOME, DeadlineKind.SECOND_LOOK})
    asked = DeadlineKind.ACKNOWLEDGE in s.clocks or DeadlineKind.RED in s.clocks
    stood = Clock(max(at, s.stood or at))
    again = {} if asked else {DeadlineKind.ACKNOWLEDGE: stood}
    return _without_the_wish(s, e, Decision((), again, close))


HAPPENED: Mapping[Happened, Step] = {
    Happened.RAISED: _raised,
    Happened.DANGER_AGAIN: _danger_again,
    Happened.UNREACHED: _unreached,
    Happened.LEFT: _left,
    Happened.TAKEN: _taken,
    Happened.OPENED: unread.opened,
    Happened.ON_SITE: _further,
    Happened.REFERRED: _further,
    Happened.ANSWERED: _further,
    Happened.PASSED: _passed,
    Happened.DOUBTED: _doubted,
    Happened.END_WANTED: closing.requested,
    Happened.CLOSURE_READ: closing.read,
    Happened.REFUSED: refused,
    Happened.CLOSED: closed,
    Happened.MARKED: manner.marked,
    Happened.UNHEARD: manner.unheard,
    Happened.DECIDED: manner.decided,
    Happened.MOVED: moving.moved,
    Happened.BESIDE: moving.beside,
    Happened.WITHHELD: moving.withheld,
    Happened.SENT_DOWN: moving.sent_down,
    Happened.RELEASED: moving.released,
}


NOBODY: frozenset[int] = frozenset()
Route = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Whom a tip may go to first: of its district, of a camp there, of the nation."""


class WaitingTip(NamedTuple):
    """A filed tip that nobody was told of, or not at the urgency it has by now.

    It and `Step` are tuples: a burst makes a hundred thousand of each, and a dataclass takes three times as long.
    """

    tip_id: int
    case: Case
    told: Sequence[Notified] = ()
    step: int = 0
    """The next one of its ladder."""
    locked: bool = False
    """Some desk that should read it cannot."""
    care: Care = Care.NONE
    kept_from: frozenset[int] = NOBODY
    """Who must not be told of it."""


class LadderStep(NamedTuple):
    """Who is told of a tip, at which step of its ladder."""

    tip_id: int
    case: Case
    number: int
    recipients: tuple[int, ...]
    purpose: Purpose = Purpose.ALERT
    locked: bool = False
    """Some desk that should read it cannot: whose, is looked up."""
    leader: int | None = None
    """The tip whose cluster it joins: who was told of that one is not rung for this one."""
    more: bool = False
    """Who was told of the leader reads that more was told."""
    care: Care = Care.NONE
    """What who is told of it must know before she goes."""
    is_exercise: bool = False


class Planning:
    """The roster as it stands after each tip: the next one goes to somebody else."""

    def __init__(self, roster: Iterable[Candidate], at: datetime) -> None:
        self._people = tuple(roster)
        self._turns = {one.id: turn_of(one) for one in self._people}
        self._routes: dict[Case, Route] = {}
        self._at = at

    @property
    def roster(self) -> Sequence[Candidate]:
        return tuple(self._standing(one) for one in self._people)

    def steps(self, waiting: Iterable[WaitingTip]) -> Iterator[LadderStep]:
        """One for each tip that somebody lives to be told of, in the order of the tips."""
        for tip in waiting:
            recipients = self.first_told(tip.case, tip.told, tip.kept_from)
            if recipients:
                yield LadderStep(
                    tip.tip_id,
                    tip.case,
                    tip.step,
                    recipients,
                    locked=tip.locked,
                    care=tip.care,
                )

    def first_told(
        self, case: Case, told: Sequence[Notified] = (), but: frozenset[int] = NOBODY
    ) -> tuple[int, ...]:
        """What `referral.first_told` says of the roster as it stands, without some people."""
        route = self._route(case) if not but else self._route_without(case, but)
        chosen = choose_first(case.urgency, *route, fairly=self._fairly(told))
        for one in chosen:
            self._turns[one] = (self._turns[one][0] + 1, self._at, one)
        return chosen

    def _fairly(self, told: Sequence[Notified]) -> Callable[[Sequence[int], int], tuple[int, ...]]:
        if not told:
            return self._next
        before = {one.responder_id for one in told}
        turns = self._turns
        return lambda people, most: tuple(
            sorted(people, key=lambda one: (one not in before, turns[one]))[:most]
        )

    def _next(self, people: Sequence[int], most: int) -> tuple[int, ...]:
        """Of people of whom none was told before. Nearly always one is wanted, and nobody need be sorted."""
        turn = self._turns.__getitem__
        if most == 1 and people:
            return (min(people, key=turn),)
        return tuple(sorted(people, key=turn)[:most])

    def _standing(self, one: Candidate) -> Candidate:
        load, told_at, _ = self._turns[one.id]
        if load == one.load:
            return one
        return Candidate(one.id, one.level, one.districts, one.categories, load, told_at)

    def _route_without(self, case: Case, but: frozenset[int]) -> Route:
        """Of a tip that somebody is kept from: too seldom to be remembered."""
        return _ids(*eligible(case, [one for one in self._people if one.id not in but]))

    def _route(self, case: Case) -> Route:
        known = self._routes.get(case)
        if known is None:
            known = self._routes[case] = _ids(*eligible(case, self._people))
        return known


def _ids(*people: Sequence[Candidate]) -> Route:
    local, camp, national = (tuple(c.id for c in some) for some in people)
    return local, camp, national
