"""Who is told of a tip, in which order, and what their answer does. Pure.

Routing: a district's own people from the lowest level that is present; two of them and the national desk where
somebody is in danger. Of a journey abroad that can still be stopped the people of border desks are asked, as a
district's are. The national desk alone where an official is or may be involved, where the place is no other, and where
nobody else is there. Without an acknowledgement the next level is told, then the national desk, again and
again until a human takes it. Among equals: who has least on her hands, then whoever was told longest ago.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from hotline.domain.tip import Urgency, is_district


class Level(StrEnum):
    """The ladder, from the first to be told to the last."""

    RESPONDER = "responder"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"
    NATIONAL = "national"


LADDER = tuple(Level)


class ReferralState(StrEnum):
    """sent -> acknowledged -> closed. A second acknowledgement changes nothing."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why somebody more is told."""

    SILENT = "silent"
    """Nobody took it in time: one level up."""
    UNREACHED = "unreached"
    """An alert will not arrive, or not soon: a colleague, at once."""


@dataclass(frozen=True, slots=True)
class Case:
    """What routes a tip."""

    place: str
    category: str | None
    urgency: int
    official: str
    once: bool = False
    """A fragment: the national desk is told of it once, and no clock runs."""
    beside: frozenset[str] = frozenset()
    """Desks of no district that are asked as a district is: of the border, where a journey can still be stopped."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A living recipient: active, reachable, enrolled. Who has two levels is two candidates of one id."""

    id: int
    level: Level
    districts: frozenset[str] = frozenset()
    """Empty means all."""
    categories: frozenset[str] = frozenset()
    """Empty means all."""
    load: int = 0
    """Referrals given to her lately and not yet acknowledged."""
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notified:
    """Somebody who was told of the tip at some step."""

    responder_id: int
    level: Level
    away: bool = False
    """Of a district, and told of a place that was corrected since."""


Who = TypeVar("Who")
Turn = tuple[int, datetime, int]
NEVER = datetime.min.replace(tzinfo=UTC)
AT_DANGER = 2
"""How many of the district's people are told where somebody is in danger."""


def first_told(
    case: Case, roster: Sequence[Candidate], told: Collection[Notified] = ()
) -> tuple[int, ...]:
    """Who is told of a new tip, or again of one that became more urgent. Empty only where no national desk lives.

    Whoever was told before is preferred: she must learn that it has become urgent.
    """
    before = {one.responder_id for one in told}
    local, national = eligible(case, roster)
    return choose_first(
        case.urgency, local, national, lambda people, most: _fairly(people, before)[:most]
    )


def eligible(
    case: Case, roster: Sequence[Candidate]
) -> tuple[Sequence[Candidate], Sequence[Candidate]]:
    """Whom a new tip of this route may go to: the district's people of the lowest level present, and the nation's.

    Whoever is of both is told as one of the district.
    """
    local = _lowest(_local(case, roster))
    here = {c.id for c in local}
    return local, [c for c in roster if c.level is Level.NATIONAL and c.id not in here]


def choose_first(
    urgency: int,
    local: Sequence[Who],
    national: Sequence[Who],
    fairly: Callable[[Sequence[Who], int], tuple[int, ...]],
) -> tuple[int, ...]:
    """`first_told` of those who are eligible. `fairly`: so many of these people at most, whose turn it is."""
    if not local:
        return fairly(national, 1)
    if urgency != Urgency.DANGER:
        return fairly(local, 1)
    return fairly(local, AT_DANGER) + fairly(national, 1)


def next_told(
    case: Case, roster: Sequence[Candidate], told: Collection[Notified], reason: Reason
) -> tuple[int, ...]:
    """Who is told next.

    Unreached: nobody twice, so that phones that are all off make no storm. Silent: never empty while a national desk
    lives.
    """
    before = {one.responder_id for one in told}
    here = [one for one in told if one.level is not Level.NATIONAL and not one.away]
    rank = max((_rank(one.level) for one in here), default=-1)
    if reason is Reason.SILENT:
        rank += 1
    higher = [c for c in _local(case, roster) if _rank(c.level) >= rank and c.id not in before]
    if higher:
        return _fairly(_lowest(higher))[:1]

    national = [c for c in roster if c.level is Level.NATIONAL]
    fresh = [c for c in national if c.id not in before]
    if fresh or reason is Reason.UNREACHED:
        return _fairly(fresh)[:1]
    return _fairly(national)[:1]


def overdue_told(case: Case, roster: Sequence[Candidate], holder: int, nth: int) -> tuple[int, ...]:
    """Who is told that the holder says nothing: a coordinator first, then the national desk; then nobody is left."""
    people = [c for c in roster if c.id != holder]
    coordinators = [c for c in _local(case, people) if c.level is Level.COORDINATOR]
    if nth == 0 and coordinators:
        return _fairly(coordinators)[:1]
    return turns([c for c in people if c.level is Level.NATIONAL])[:1] if nth <= 1 else ()


def colleagues(case: Case, roster: Sequence[Candidate], *, but: int | None) -> tuple[int, ...]:
    """Others of the district who may hear of it, the highest level first."""
    people = [c for c in _local(case, roster) if c.id != but]
    return tuple(c.id for c in sorted(people, key=lambda c: (-_rank(c.level), turn_of(c))))


def turns(candidates: Iterable[Candidate]) -> tuple[int, ...]:
    """People of one level, in the order of their turns."""
    return _fairly(candidates)


def _local(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """The people of the district, or of the desks beside, who may hear of it."""
    here = is_district(case.place)
    if case.official != "no" or not (here or case.beside):
        return []
    desks = {case.place, *case.beside} if here else case.beside
    return [
        c
        for c in roster
        if c.level is not Level.NATIONAL
        and (c.districts & desks if c.districts else here)
        and (not c.categories or case.category is None or case.category in c.categories)
    ]


def _lowest(candidates: Sequence[Candidate]) -> list[Candidate]:
    lowest = min((_rank(c.level) for c in candidates), default=None)
    return [c for c in candidates if _rank(c.level) == lowest]


def _fairly(candidates: Iterable[Candidate], first: Collection[int] = ()) -> tuple[int, ...]:
    def turn(c: Candidate) -> tuple[bool, Turn]:
        return (c.id not in first, turn_of(c))

    return tuple(c.id for c in sorted(candidates, key=turn))


def turn_of(candidate: Candidate) -> Turn:
    """Whoever has the least is next."""
    return (candidate.load, candidate.told_at or NEVER, candidate.id)


def _rank(level: Level) -> int:
    return LADDER.index(level)
