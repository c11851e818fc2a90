"""Who is told of a tip, in which order, and what their answer does. Pure.

Routing: a district's own people from the lowest level that is present; two of them and the national desk where
somebody is in danger. Of a journey abroad that can still be stopped the people of border desks are asked, as a
district's are. A camp's protection desk is asked beside the district, by a ladder of its own: the district's is what it
would be without. The national desk alone where an official is or may be involved, where the place is no other, and
where nobody else is there. Without an acknowledgement the next level is told, then the national desk, again and again
until a human takes it. Among equals: who has least on her hands, then whoever was told longest ago.
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
    """Desks that are asked as a district is: of the border, where a journey can be stopped; of a camp, beside it."""


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
    beside: bool = False
    """Told as one of a desk beside, and not of the district."""


Who = TypeVar("Who")
Turn = tuple[int, datetime, int]
NEVER = datetime.min.replace(tzinfo=UTC)
AT_DANGER = 2
"""How many of the district's people, and of a camp's, are told where somebody is in danger."""


def first_told(
    case: Case, roster: Sequence[Candidate], told: Collection[Notified] = ()
) -> tuple[int, ...]:
    """Who is told of a new tip, or again of one that became more urgent. Empty only where no national desk lives.

    Whoever was told before is preferred: she must learn that it has become urgent.
    """
    before = {one.responder_id for one in told}
    return choose_first(
        case.urgency,
        *eligible(case, roster),
        fairly=lambda people, most: turns(people, before)[:most],
    )


def eligible(
    case: Case, roster: Sequence[Candidate]
) -> tuple[Sequence[Candidate], Sequence[Candidate], Sequence[Candidate]]:
    """Whom a new tip of this route may go to: the lowest level present of the district, and of a camp; and the nation.

    Whoever is of two is told as one of the first.
    """
    local, camp = _lowest(_local(case, roster)), _lowest(_camp(case, roster))
    here = {c.id for c in (*local, *camp)}
    return local, camp, [c for c in roster if c.level is Level.NATIONAL and c.id not in here]


def choose_first(
    urgency: int,
    local: Sequence[Who],
    camp: Sequence[Who],
    national: Sequence[Who],
    fairly: Callable[[Sequence[Who], int], tuple[int, ...]],
) -> tuple[int, ...]:
    """`first_told` of those who are eligible. `fairly`: so many of these people at most, whose turn it is."""
    danger = urgency == Urgency.DANGER
    most = AT_DANGER if danger else 1
    beside = fairly(camp, most) if camp else ()
    if not local:
        return beside + fairly(national, 1)
    return fairly(local, most) + beside + (fairly(national, 1) if danger else ())


def next_told(
    case: Case, roster: Sequence[Candidate], told: Collection[Notified], reason: Reason
) -> tuple[int, ...]:
    """Who is told next: of the district, then of the nation; and of a camp, while those have anybody left.

    Unreached: nobody twice, so that phones that are all off make no storm. Silent: never empty while a national desk
    lives.
    """
    before = {one.responder_id for one in told}
    here = [one for one in told if one.level is not Level.NATIONAL and not one.away]
    local, camp = _local(case, roster), _camp(case, roster)
    near = [one for one in here if one.beside and is_district(case.place)]
    people = _higher(local, [one for one in here if one not in near], before, reason)
    beside = _higher(camp, near, before, reason)
    if not local:
        people, beside = beside, ()
    first = people or _national(roster, before, reason)
    if reason is Reason.SILENT and before.issuperset(first):
        return first
    return tuple(dict.fromkeys(first + beside))


def _higher(
    people: Sequence[Candidate], heard: Sequence[Notified], before: Collection[int], reason: Reason
) -> tuple[int, ...]:
    """One who was not told: of the level that heard of it, or of the next where it is silent."""
    rank = max((_rank(one.level) for one in heard), default=-1)
    if reason is Reason.SILENT:
        rank += 1
    higher = [c for c in people if _rank(c.level) >= rank and c.id not in before]
    return turns(_lowest(higher))[:1]


def _national(
    roster: Sequence[Candidate], before: Collection[int], reason: Reason
) -> tuple[int, ...]:
    national = [c for c in roster if c.level is Level.NATIONAL]
    fresh = [c for c in national if c.id not in before]
    if fresh or reason is Reason.UNREACHED:
        return turns(fresh)[:1]
    return turns(national)[:1]


def overdue_told(case: Case, roster: Sequence[Candidate], holder: int, nth: int) -> tuple[int, ...]:
    """Who is told that the holder says nothing: a coordinator first, then the national desk; then nobody is left.

    A coordinator of a desk of hers, where there is one.
    """
    people = [c for c in roster if c.id != holder]
    hers = {desk for c in roster if c.id == holder for desk in c.districts}
    near = (*_local(case, people), *_camp(case, people))
    coordinators = [c for c in near if c.level is Level.COORDINATOR]
    own = [c for c in coordinators if c.districts & hers]
    if nth == 0 and coordinators:
        return turns(own or coordinators)[:1]
    return turns([c for c in people if c.level is Level.NATIONAL])[:1] if nth <= 1 else ()


def colleagues(case: Case, roster: Sequence[Candidate], *, but: int | None) -> tuple[int, ...]:
    """Others of the district, or of a desk beside, who may hear of it, the highest level first."""
    people = [c for c in (*_local(case, roster), *_camp(case, roster)) if c.id != but]
    return tuple(c.id for c in sorted(people, key=lambda c: (-_rank(c.level), turn_of(c))))


def of_the_nation(roster: Sequence[Candidate]) -> frozenset[int]:
    """Returns the people of the national desk."""
    return frozenset(c.id for c in roster if c.level is Level.NATIONAL)


def _local(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """The people of the district who may hear of it; where there is none, of the desks beside."""
    here = is_district(case.place)
    desks = frozenset({case.place}) if here else case.beside
    return [c for c in _hearing(case, roster) if (c.districts & desks if c.districts else here)]


def _camp(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """The people of desks beside a district who may hear of it, and are not of the district."""
    if not case.beside or not is_district(case.place):
        return []
    local = {c.id for c in _local(case, roster)}
    near = (c for c in _hearing(case, roster) if c.id not in local)
    return [c for c in near if c.districts & case.beside]


def _hearing(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Who may hear of such a case, wherever it is, and is not of the nation."""
    people = [c for c in roster if c.level is not Level.NATIONAL and case.official == "no"]
    kind = case.category
    return [c for c in people if not c.categories or kind is None or kind in c.categories]


def _lowest(candidates: Sequence[Candidate]) -> list[Candidate]:
    lowest = min((_rank(c.level) for c in candidates), default=None)
    return [c for c in candidates if _rank(c.level) == lowest]


def turns(candidates: Iterable[Candidate], first: Collection[int] = ()) -> tuple[int, ...]:
    """Returns people in the order of their turns, those of `first` before the others."""

    def turn(c: Candidate) -> tuple[bool, Turn]:
        return (c.id not in first, turn_of(c))

    return tuple(c.id for c in sorted(candidates, key=turn))


def turn_of(candidate: Candidate) -> Turn:
    """Whoever has the least is next."""
    return (candidate.load, candidate.told_at or NEVER, candidate.id)


def _rank(level: Level) -> int:
    return LADDER.index(level)
