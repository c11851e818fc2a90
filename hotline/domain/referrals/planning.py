"""Who is told of many tips, one after the other: what `referral.py` says of each, in a fraction of its time. Pure.

A burst is planned as if each tip came alone. What makes it quick: the people whom a route may reach are looked up once
for each route, and what each has on her hands is counted on from tip to tip instead of being asked again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.domain.referrals.case_events import Purpose
from hotline.domain.referrals.coming import Care
from hotline.domain.referrals.referral import (
    Candidate,
    Case,
    Notified,
    choose_first,
    eligible,
    turn_of,
)

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
