"""Plans the first alerts of many tips. The result is that of `referral.py` for each tip, but much faster. Pure.

A burst is planned as if each tip came alone. Two things save time. The people of each route are looked up only once.
Each person's load is counted from tip to tip and not queried again.
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
"""Responders who may be alerted first of a tip: of its district, of a camp there, of the national desk."""


class WaitingTip(NamedTuple):
    """A filed tip with a pending alert, because no one was alerted or it became more urgent.

    This class and `LadderStep` are tuples. A burst makes a hundred thousand of each, and a dataclass takes three times
    as long.
    """

    tip_id: int
    case: Case
    told: Sequence[Notified] = ()
    step: int = 0
    """Number of the next escalation level."""
    locked: bool = False
    """True if a desk that should read it cannot decrypt it."""
    care: Care = Care.NONE
    kept_from: frozenset[int] = NOBODY
    """Excluded responders, who must not be alerted."""


class LadderStep(NamedTuple):
    """One order to alert responders of a tip, at one escalation level."""

    tip_id: int
    case: Case
    number: int
    recipients: tuple[int, ...]
    purpose: Purpose = Purpose.ALERT
    locked: bool = False
    """True if a desk that should read it cannot decrypt it. Another query finds out which."""
    leader: int | None = None
    """The first tip of the cluster that it joins. Responders alerted of that one are not alerted of this one."""
    more: bool = False
    """True if responders alerted of the leader are notified that there is more."""
    care: Care = Care.NONE
    """The visit safety that an alerted responder must know before a visit."""
    is_exercise: bool = False


class Planning:
    """The roster and each person's load after each planned tip, so that the next tip goes to another person."""

    def __init__(self, roster: Iterable[Candidate], at: datetime) -> None:
        self._people = tuple(roster)
        self._turns = {one.id: turn_of(one) for one in self._people}
        self._routes: dict[Case, Route] = {}
        self._at = at

    @property
    def roster(self) -> Sequence[Candidate]:
        return tuple(self._standing(one) for one in self._people)

    def steps(self, waiting: Iterable[WaitingTip]) -> Iterator[LadderStep]:
        """Yields a step for each tip that has an active recipient, in the order of the tips."""
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
        """Returns the result of `referral.first_told` for the current loads, without the people in `but`."""
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
        """Returns people by turn if none was alerted before. It avoids a sort in the usual case of one person."""
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
        """Returns the route of a tip that has excluded people. It is not cached, because such tips are rare."""
        return _ids(*eligible(case, [one for one in self._people if one.id not in but]))

    def _route(self, case: Case) -> Route:
        known = self._routes.get(case)
        if known is None:
            known = self._routes[case] = _ids(*eligible(case, self._people))
        return known


def _ids(*people: Sequence[Candidate]) -> Route:
    local, camp, national = (tuple(c.id for c in some) for some in people)
    return local, camp, national
