"""Makes and reads references: the names of assignments in SMS, which survive bad screens and typing errors. Pure.

Of letters and digits that look alike, references use only one. The others are read as that one: B as 8, Z as 2. No
reference contains 0, O, 1, I or L. Each reference has a letter, and a digit that looks like no letter. References have
four characters while such are free, then five, then six. A reference is never used twice (docs/decisions/06).
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from hotline.people.rules import LEVELS, Level
from hotline.text.codes import is_district
from hotline.tips.rules import Urgency

ALPHABET = "ACDEFHJKMNPQRTUWXY23456789"
TWINS = str.maketrans("BGSVZO0", "865U2QQ")
"""Characters that a responder may type for one that looks alike."""
SURE_DIGITS = "3479"
"""Digits that look like no letter. Each reference has one, so that no word is read as a reference."""
ANSWERS = "2345"
"""Digits of the alphabet that are also a responder's answers.

No long reference begins or ends with one. So `2K7Q4` can only be an answer joined to its reference.
"""
LENGTHS = (4, 5, 6)
MAX_UNLUCKY = 3
"""Unlucky draws after which references get longer. In an unlucky draw less than half of them were free."""
NOISE = 20
"""Random bytes drawn for each wanted reference. It is more than needed."""

_TIMES = 256 // len(ALPHABET)
_LETTERS = (ALPHABET * (_TIMES + 1)).encode()[:256]
_UNFAIR = bytes(range(_TIMES * len(ALPHABET), 256))
"""Bytes that are skipped because they would make some letters more likely than others."""
_SHAPE = re.compile(
    rf"(?=.*[{SURE_DIGITS}])(?=.*[A-Z])"
    rf"(?:[{ALPHABET}]{{4}}|(?![{ANSWERS}])[{ALPHABET}]{{5,6}}(?<![{ANSWERS}]))"
)
_MEASURE = re.compile(r"\d+(?:KM|[AP]M|[HJM])|\d{1,2}H\d{2}")
"""Matches distances and hours, which are never made as references.

A responder who reports a distance would otherwise seem to name a case.
"""


def draw_references(noise: bytes, length: int, most: int) -> list[str]:
    """Returns the first references of this length in some random bytes, without duplicates.

    It returns at most `most` references, and sometimes fewer.
    """
    letters = iter(noise.translate(_LETTERS, _UNFAIR).decode())
    pieces = map("".join, zip(*[letters] * length, strict=False))
    made = (one for one in pieces if _SHAPE.fullmatch(one) and not _MEASURE.fullmatch(one))
    return [*dict.fromkeys(islice(made, most))]


def length_after(unlucky: int) -> int:
    """Returns the length of the next draw's references, after so many unlucky draws."""
    return LENGTHS[min(unlucky // MAX_UNLUCKY, len(LENGTHS) - 1)]


def is_reference(text: str) -> bool:
    return _SHAPE.fullmatch(text) is not None


def read_reference(text: str) -> str | None:
    """Returns the reference that a responder meant by these letters, or None."""
    meant = text.upper().translate(TWINS)
    return meant if is_reference(meant) else None


# Chooses the responders who are alerted of a tip, and their order. Pure.


class AssignmentState(StrEnum):
    """The state of one assignment: sent -> acknowledged -> closed. A second acknowledgement changes nothing."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class EscalationReason(StrEnum):
    """The reason why one more responder is alerted."""

    SILENT = "silent"
    """No one took the tip in time. The next level up is alerted."""
    UNREACHED = "unreached"
    """An alert will not arrive, or not soon. A colleague is alerted at once."""


@dataclass(frozen=True, slots=True)
class Case:
    """The facts of a tip that decide its route."""

    place: str
    category: str | None
    urgency: int
    official: str
    once: bool = False
    """True for a fragment: the national desk is alerted once, and no clock runs."""
    beside: frozenset[str] = frozenset()
    """Partner desks: border desks, while a journey can be stopped, or a camp's desk, in addition to the district."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An active recipient: enrolled and reachable. A responder with two levels is two candidates with one id."""

    id: int
    level: Level
    districts: frozenset[str] = frozenset()
    """Empty means all."""
    categories: frozenset[str] = frozenset()
    """Empty means all."""
    load: int = 0
    """Assignments given lately and not yet acknowledged."""
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertedResponder:
    """One responder who was alerted of the tip, at one level."""

    responder_id: int
    level: Level
    away: bool = False
    """True for a responder of a district who was alerted of a place that was corrected since."""
    beside: bool = False
    """True for a responder who was alerted for a partner desk, not for the district."""


Who = TypeVar("Who")
Turn = tuple[int, datetime, int]
NEVER = datetime.min.replace(tzinfo=UTC)
RECIPIENTS_IN_DANGER = 2
"""Number of people of the district, and of a camp, who are alerted of a danger."""


def first_recipients(
    case: Case, roster: Sequence[Candidate], told: Collection[AlertedResponder] = ()
) -> tuple[int, ...]:
    """Returns the responders to alert of a new tip, or of one that became more urgent.

    It prefers responders who were alerted before, because they must learn that the tip became urgent. It is empty only
    if no one of the national desk is active.
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
    """Returns the people that a new tip may go to: the lowest levels of the district and a camp, and the national desk.

    A person who belongs to two groups counts in the first only.
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
    """Returns the result of `first_recipients` for eligible people. `fairly` picks up to so many of them by turn."""
    danger = urgency == Urgency.DANGER
    most = RECIPIENTS_IN_DANGER if danger else 1
    beside = fairly(camp, most) if camp else ()
    if not local:
        return beside + fairly(national, 1)
    return fairly(local, most) + beside + (fairly(national, 1) if danger else ())


def next_recipients(
    case: Case,
    roster: Sequence[Candidate],
    told: Collection[AlertedResponder],
    reason: EscalationReason,
) -> tuple[int, ...]:
    """Returns the responders to alert next: of the district, then of the national desk, and also of a camp.

    If unreached, no one is alerted twice, even if all phones are off. If silent, the result is never empty while one of
    the national desk is active.
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
    if reason is EscalationReason.SILENT and before.issuperset(first):
        return first
    return tuple(dict.fromkeys(first + beside))


def _higher(
    people: Sequence[Candidate],
    heard: Sequence[AlertedResponder],
    before: Collection[int],
    reason: EscalationReason,
) -> tuple[int, ...]:
    """Returns one person not yet alerted: of the highest alerted level, or above it if that level is silent."""
    rank = max((_rank(one.level) for one in heard), default=-1)
    if reason is EscalationReason.SILENT:
        rank += 1
    higher = [c for c in people if _rank(c.level) >= rank and c.id not in before]
    return turns(_lowest(higher))[:1]


def _national(
    roster: Sequence[Candidate], before: Collection[int], reason: EscalationReason
) -> tuple[int, ...]:
    national = [c for c in roster if c.level is Level.NATIONAL]
    fresh = [c for c in national if c.id not in before]
    if fresh or reason is EscalationReason.UNREACHED:
        return turns(fresh)[:1]
    return turns(national)[:1]


def overdue_recipients(
    case: Case, roster: Sequence[Candidate], holder: int, nth: int
) -> tuple[int, ...]:
    """Returns the person to alert about an overdue outcome: first a coordinator, then the national desk, then no one.

    A coordinator of the assignee's own desk is preferred.
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
    """Returns other people of the district and its partner desks who may see the case, highest level first."""
    people = [c for c in (*_local(case, roster), *_camp(case, roster)) if c.id != but]
    return tuple(c.id for c in sorted(people, key=lambda c: (-_rank(c.level), turn_of(c))))


def national_people(roster: Sequence[Candidate]) -> frozenset[int]:
    """Returns the people of the national desk."""
    return frozenset(c.id for c in roster if c.level is Level.NATIONAL)


def _local(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns the people of the district who may see the case. Elsewhere returns those of its partner desks."""
    here = is_district(case.place)
    desks = frozenset({case.place}) if here else case.beside
    return [c for c in _hearing(case, roster) if (c.districts & desks if c.districts else here)]


def _camp(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns the people of a district's partner desks who may see the case and are not of the district."""
    if not case.beside or not is_district(case.place):
        return []
    local = {c.id for c in _local(case, roster)}
    near = (c for c in _hearing(case, roster) if c.id not in local)
    return [c for c in near if c.districts & case.beside]


def _hearing(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns the people outside the national desk who may see such a case, at any place."""
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
    """Returns the sort key of a candidate's turn: the smallest load first, then the alert longest ago."""
    return (candidate.load, candidate.told_at or NEVER, candidate.id)


def _rank(level: Level) -> int:
    return LEVELS.index(level)
