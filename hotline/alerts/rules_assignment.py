"""Makes and reads references, and chooses the responders who are alerted of a tip. Pure.

A reference is the name of an assignment in SMS, such as K7Q4. Some letters and digits look similar on a bad phone
screen, such as B and 8. References use only one character of each such pair. If a responder types the other character,
the hotline replaces it: B becomes 8, and Z becomes 2. Each reference has at least one letter, and at least one digit
that does not look like a letter. At first, references have four characters. When few references of this length are
free, new references have five characters, and later six. No reference is used twice (docs/decisions/06).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby, islice
from typing import TypeVar

from hotline.people.rules import LEVELS, Level, Member
from hotline.people.rules_roster import OFF_DUTY, Roster, next_duty
from hotline.text.identifiers import ALPHABET, MEASURE, TWINS, is_reference
from hotline.text.places import is_district
from hotline.tips.rules import OVERSEEN, Urgency

LENGTHS = (4, 5, 6)
MAX_UNLUCKY = 3
"""After this number of unlucky draws, new references get one more character. A draw makes several references, and is
unlucky if more than half of them were already in use."""
NOISE = 20
"""The number of random bytes that are drawn for each reference. Making one reference uses fewer bytes than this."""

_TIMES = 256 // len(ALPHABET)
_LETTERS = (ALPHABET * (_TIMES + 1)).encode()[:256]
_UNFAIR = bytes(range(_TIMES * len(ALPHABET), 256))
"""The values of random bytes that are not used, because they would make some characters of a reference more likely than
others."""


def draw_references(noise: bytes, length: int, most: int) -> list[str]:
    """Returns different references of this length, made from random bytes.

    Returns at most `most` references, and sometimes fewer.
    """
    letters = iter(noise.translate(_LETTERS, _UNFAIR).decode())
    pieces = map("".join, zip(*[letters] * length, strict=False))
    made = (one for one in pieces if is_reference(one) and not MEASURE.fullmatch(one))
    return [*dict.fromkeys(islice(made, most))]


def length_after(unlucky: int) -> int:
    """Returns the length of a new reference. `unlucky` is the number of earlier unlucky draws (see `MAX_UNLUCKY`)."""
    return LENGTHS[min(unlucky // MAX_UNLUCKY, len(LENGTHS) - 1)]


def read_reference(text: str) -> str | None:
    """Returns the reference that a responder meant by this text, or None."""
    meant = text.upper().translate(TWINS)
    return meant if is_reference(meant) else None


# The code below chooses the responders who are alerted of a tip, and their order. Pure.


class AssignmentState(StrEnum):
    """The state of an assignment. The state changes from sent to acknowledged, and then to closed.

    A second acknowledgement changes nothing.
    """

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class EscalationReason(StrEnum):
    """The reason why another responder is alerted."""

    SILENT = "silent"
    """No responder took the tip in time. So a responder of the next level is alerted."""
    UNREACHED = "unreached"
    """The alert to a responder does not arrive, or arrives late. So a colleague is alerted at once."""


@dataclass(frozen=True, slots=True)
class Case:
    """The facts about a tip that decide which responders are alerted."""

    place: str
    category: str | None
    urgency: int
    official: str
    once: bool = False
    """True for a fragment (a report without a known place): the national desk is alerted once, and the case has no
    deadlines."""
    partners: frozenset[str] = frozenset()
    """The partner desks that are also alerted. If the tip is about a journey that can still be stopped, the partner
    desks are border desks. If the tip is about a camp, the partner desk is the desk of the camp.

    For a complaint about the national desk, these are the oversight desks that can decrypt it.
    """
    language: str = ""
    """The caller's language. Responders who speak this language are alerted before others of the same escalation level
    and the same rank on the duty roster."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A responder who can be alerted now: enrolled, with a phone that can be reached, and not on leave.

    A responder with two escalation levels is in the list twice, with the same id.
    """

    id: int
    level: Level
    districts: frozenset[str] = frozenset()
    """The districts and partner desks for which this responder is alerted. An empty set means all districts and
    partner desks."""
    categories: frozenset[str] = frozenset()
    """The categories of tips of which this responder is alerted. An empty set means all categories."""
    load: int = 0
    """The number of recent assignments that the responder has not acknowledged."""
    alerted_at: datetime | None = None
    duty: int = 1
    """The rank of this responder on the duty roster: people of rank 1 are alerted before people of rank 2. The value is
    `OFF_DUTY` if the responder is not on duty."""
    languages: frozenset[str] = frozenset()
    oversees: bool = False
    """True if the responder belongs to an oversight desk."""

    @property
    def is_on_duty(self) -> bool:
        return self.duty != OFF_DUTY


@dataclass(frozen=True, slots=True)
class AlertedResponder:
    """A responder who was alerted of the tip, with the responder's escalation level in the tip's district."""

    responder_id: int
    level: Level
    has_old_place: bool = False
    """True if the responder was alerted for the first place of the tip, and this place was corrected later."""
    is_partner: bool = False
    """True if the responder was alerted as a member of a partner desk, and not as a member of the district."""


def people_for(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns the people who may be alerted of this case.

    For a complaint about the national desk, people of oversight desks take the place of the national desk. People of
    oversight desks get no other cases.
    """
    if case.official == OVERSEEN:
        people = (one for one in roster if one.oversees)
        able = (one for one in people if not case.partners or one.districts & case.partners)
        return [replace(one, level=Level.NATIONAL) for one in able]
    return [one for one in roster if not one.oversees]


HELD_FOR = timedelta(hours=12)
"""The alert of a tip without urgency waits at most this time until a person of the district comes on duty. Until then,
no one is alerted of the tip."""


def held_until(
    case: Case,
    people: Sequence[Candidate],
    members: Sequence[Member],
    duty: Roster,
    filed_at: datetime,
    at: datetime,
) -> datetime | None:
    """Returns the time when the next person of the district comes on duty, if the alert of a new tip must wait until
    then.

    Returns None if the alert of the tip does not wait. Urgent tips, and tips that may involve an official, never wait.
    A tip never waits while a person of the district is on duty. A tip also never waits if the next person comes on duty
    only 12 hours after the tip was filed, or later. `people` contains the active responders. `members` also contains
    the responders on leave.
    """
    waits = case.urgency == Urgency.HEARD and case.official == "no" and not case.once
    if not waits or case.partners or not duty.is_used(case.place, at):
        return None
    if any(one.is_on_duty for one in _local(case, people)):
        return None
    able = [
        one
        for one in members
        if not one.categories or case.category is None or case.category in one.categories
    ]
    begins = next_duty(duty, able, case.place, at, filed_at + HELD_FOR)
    return None if begins is None or begins <= at else begins


Who = TypeVar("Who")
Turn = tuple[int, datetime, int]
NEVER = datetime.min.replace(tzinfo=UTC)
RECIPIENTS_IN_DANGER = 2
"""The number of people of the district who are alerted of a new tip about danger. For a tip from a camp, this number of
the camp's people is alerted too."""


def first_recipients(
    case: Case, roster: Sequence[Candidate], alerted: Collection[AlertedResponder] = ()
) -> tuple[int, ...]:
    """Returns the responders to alert of a new tip, or of a tip that became more urgent.

    Responders who were alerted before come first, because they must know that the tip is more urgent. The result is
    empty only if no person of the national desk is active.
    """
    before = {one.responder_id for one in alerted}
    return choose_first(
        case.urgency,
        *first_groups(case, roster, before),
        fairly=lambda people, most: turns(people, before)[:most],
    )


def eligible(
    case: Case, roster: Sequence[Candidate], before: Collection[int] = ()
) -> tuple[Sequence[Candidate], Sequence[Candidate], Sequence[Candidate]]:
    """Returns three groups of people: people of the lowest level in the district, people of the lowest level in a camp,
    and people of the national desk. The first people to alert of a tip are chosen from these groups.

    A person who belongs to two groups is only in the first of them. `before` contains the people who were already
    alerted of the tip. These people count as on duty.
    """
    most = RECIPIENTS_IN_DANGER if case.urgency == Urgency.DANGER else 1
    roster = people_for(case, roster)
    local = _on_duty_first(case, _local(case, roster), most, before)
    camp = _on_duty_first(case, _camp(case, roster), most, before)
    here = {c.id for c in (*local, *camp)}
    national = [c for c in roster if c.level is Level.NATIONAL and c.id not in here]
    return local, camp, _on_duty_first(case, national, 1, before)


def first_groups(
    case: Case, roster: Sequence[Candidate], before: Collection[int] = ()
) -> tuple[Sequence[Candidate], Sequence[Candidate], Sequence[Candidate]]:
    """Returns the three groups of people that `eligible` finds. Leaves out the district's people if all of them are off
    duty and a person of the national desk is on duty.

    If there is danger, never leaves out the district's people.
    """
    local, camp, national = eligible(case, roster, before)
    sleeps = not any(one.is_on_duty or one.id in before for one in local)
    if case.urgency != Urgency.DANGER and sleeps and any(one.is_on_duty for one in national):
        return (), camp, national
    return local, camp, national


def _on_duty_first(
    case: Case, people: Sequence[Candidate], most: int, before: Collection[int]
) -> Sequence[Candidate]:
    """Returns a group of people, from which the calling function chooses at most `most` people to alert.

    The duty roster changes which people are alerted, but never reduces their number. The group begins with the people
    on duty of the lowest escalation level. If too few people of this level are on duty, others are added: first people
    of higher levels on duty, then people off duty. People who do not speak the caller's language are left out if enough
    people of the same level speak it.
    """

    def place(c: Candidate) -> tuple[bool, int, int]:
        return (not c.is_on_duty and c.id not in before, _rank(c.level), c.duty)

    wanted = min(most, len({c.id for c in _lowest(people)}))
    group: dict[int, Candidate] = {}
    for _, some in groupby(sorted(people, key=place), place):
        missing = wanted - len(group)
        fresh = [c for c in some if c.id not in group]
        speak = [c for c in fresh if c.id in before or case.language in c.languages]
        others = [c for c in fresh if c not in speak]
        if speak or group:
            speak = speak if not group else sorted(speak, key=turn_of)[:missing]
            others = sorted(others, key=turn_of)[: max(0, missing - len(speak))]
        group |= {c.id: c for c in (*speak, *others)}
        if len(group) >= wanted:
            break
    return tuple(group.values())


def choose_first(
    urgency: int,
    local: Sequence[Who],
    camp: Sequence[Who],
    national: Sequence[Who],
    fairly: Callable[[Sequence[Who], int], tuple[int, ...]],
) -> tuple[int, ...]:
    """Chooses the people who are alerted first, from three groups: people of the district, of a camp, and of the
    national desk.

    The function `fairly` chooses at most a given number of people from a group, in the order in which they are alerted.
    """
    danger = urgency == Urgency.DANGER
    most = RECIPIENTS_IN_DANGER if danger else 1
    partners = fairly(camp, most) if camp else ()
    if not local:
        return partners + fairly(national, 1)
    return fairly(local, most) + partners + (fairly(national, 1) if danger else ())


def next_recipients(
    case: Case,
    roster: Sequence[Candidate],
    alerted: Collection[AlertedResponder],
    reason: EscalationReason,
) -> tuple[int, ...]:
    """Returns the responders who are alerted next: people of the district first, then of the national desk. If the tip
    also has partner desks, a person of these desks is alerted at the same time.

    If an earlier alert did not arrive, returns only people who were not alerted before. There may be no such people. If
    no one answered an earlier alert in time, the result is never empty while a person of the national desk is active.
    People off duty are alerted only after all people on duty, even after people of a lower level who came on duty
    later. If an alert about danger did not arrive, people of the district who are off duty are alerted before the
    national desk, because the national desk already knows of the danger.
    """
    before = {one.responder_id for one in alerted}
    on_duty = [c for c in roster if c.is_on_duty]
    found = _next(case, on_duty, alerted, reason)
    if len(on_duty) == len(roster):
        return found
    national = national_people(roster)
    short = case.urgency == Urgency.DANGER and reason is EscalationReason.UNREACHED
    if before.issuperset(found) or (short and national.issuperset(found)):
        fresh = [c for c in _local(case, on_duty) if c.id not in before]
        late = turns(_lowest(fresh), language=case.language)[:1]
        return late or _next(case, roster, alerted, reason)
    return found


def _next(
    case: Case,
    roster: Sequence[Candidate],
    alerted: Collection[AlertedResponder],
    reason: EscalationReason,
) -> tuple[int, ...]:
    before = {one.responder_id for one in alerted}
    here = [one for one in alerted if one.level is not Level.NATIONAL and not one.has_old_place]
    local, camp = _local(case, roster), _camp(case, roster)
    near = [one for one in here if one.is_partner and is_district(case.place)]
    people = _higher(case, local, [one for one in here if one not in near], before, reason)
    partners = _higher(case, camp, near, before, reason)
    if not local:
        people, partners = partners, ()
    first = people or _national(case, roster, before, reason)
    if reason is EscalationReason.SILENT and before.issuperset(first):
        return first
    return tuple(dict.fromkeys(first + partners))


def _higher(
    case: Case,
    people: Sequence[Candidate],
    alerted: Sequence[AlertedResponder],
    before: Collection[int],
    reason: EscalationReason,
) -> tuple[int, ...]:
    """Returns another person of the same escalation level as the people alerted before, or of a higher level. If no one
    answered in time, returns only a person of a higher level."""
    rank = max((_rank(one.level) for one in alerted), default=-1)
    if reason is EscalationReason.SILENT:
        rank += 1
    higher = [c for c in people if _rank(c.level) >= rank and c.id not in before]
    return turns(_lowest(higher), language=case.language)[:1]


def _national(
    case: Case, roster: Sequence[Candidate], before: Collection[int], reason: EscalationReason
) -> tuple[int, ...]:
    national = [c for c in roster if c.level is Level.NATIONAL]
    fresh = [c for c in national if c.id not in before]
    if fresh or reason is EscalationReason.UNREACHED:
        return turns(fresh, language=case.language)[:1]
    return turns(national, language=case.language)[:1]


def overdue_recipients(
    case: Case, roster: Sequence[Candidate], assignee: int, nth: int
) -> tuple[int, ...]:
    """Returns the person who is alerted because the assignee has not reported the outcome in time. The first alert goes
    to a coordinator, the second to a person of the national desk, and later alerts to no one.

    A coordinator of the assignee's own desk comes first. People off duty are alerted only if no person on duty can be
    alerted.
    """
    on_duty = [c for c in roster if c.is_on_duty or c.id == assignee]
    return _overdue(case, on_duty, assignee, nth) or _overdue(case, roster, assignee, nth)


def _overdue(case: Case, roster: Sequence[Candidate], assignee: int, nth: int) -> tuple[int, ...]:
    people = [c for c in roster if c.id != assignee]
    hers = {desk for c in roster if c.id == assignee for desk in c.districts}
    near = (*_local(case, people), *_camp(case, people))
    coordinators = [c for c in near if c.level is Level.COORDINATOR]
    own = [c for c in coordinators if c.districts & hers]
    if nth == 0 and coordinators:
        return turns(own or coordinators)[:1]
    return turns([c for c in people if c.level is Level.NATIONAL])[:1] if nth <= 1 else ()


def colleagues(case: Case, roster: Sequence[Candidate], *, but: int | None) -> tuple[int, ...]:
    """Returns the people of the district and its partner desks who may see the case, except the person `but`. People
    with the highest escalation level come first."""
    people = [c for c in (*_local(case, roster), *_camp(case, roster)) if c.id != but]
    ordered = sorted(people, key=lambda c: (-_rank(c.level), c.duty, turn_of(c)))
    return tuple(dict.fromkeys(c.id for c in ordered))


def national_people(roster: Sequence[Candidate]) -> frozenset[int]:
    """Returns the people of the national desk."""
    return frozenset(c.id for c in roster if c.level is Level.NATIONAL)


def storm_groups(
    case: Case, roster: Sequence[Candidate], near: Collection[str]
) -> tuple[tuple[int, ...], ...]:
    """Returns all people who may be alerted of a danger in a storm: people of the district, of the desks in `near`, and
    of the national desk. The groups of people on duty come first, and then the groups of people off duty. Each group is
    sorted in the order in which its people are alerted."""
    close = [c for c in _hearing(case, roster) if c.districts.intersection(near)]
    local = [*_local(case, roster), *_camp(case, roster)]
    national = [c for c in roster if c.level is Level.NATIONAL]
    return tuple(
        turns(one for one in group if one.is_on_duty is on_duty)
        for on_duty in (True, False)
        for group in (local, close, national)
    )


def _local(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns the people of the district who may see the case.

    If the place is not a district, returns the people of its partner desks.
    """
    here = is_district(case.place)
    desks = frozenset({case.place}) if here else case.partners
    return [c for c in _hearing(case, roster) if (c.districts & desks if c.districts else here)]


def _camp(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns the people who may see the case and belong to a partner desk of the district, but not to the district
    itself."""
    if not case.partners or not is_district(case.place):
        return []
    local = {c.id for c in _local(case, roster)}
    near = (c for c in _hearing(case, roster) if c.id not in local)
    return [c for c in near if c.districts & case.partners]


def _hearing(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns all people at any place who may see this case, except those of the national desk."""
    people = [c for c in roster if c.level is not Level.NATIONAL and case.official == "no"]
    kind = case.category
    return [c for c in people if not c.categories or kind is None or kind in c.categories]


def _lowest(candidates: Sequence[Candidate]) -> list[Candidate]:
    lowest = min((_rank(c.level) for c in candidates), default=None)
    return [c for c in candidates if _rank(c.level) == lowest]


def turns(
    candidates: Iterable[Candidate], first: Collection[int] = (), *, language: str = ""
) -> tuple[int, ...]:
    """Returns the ids of these people in the order in which they are alerted. People in `first` come first in this
    order. The others are sorted by their rank on the duty roster. Among people of equal rank, those who speak
    `language` come first. After that, `turn_of` decides."""

    def turn(c: Candidate) -> tuple[bool, int, bool, Turn]:
        return (c.id not in first, c.duty, language not in c.languages, turn_of(c))

    return tuple(dict.fromkeys(c.id for c in sorted(candidates, key=turn)))


def turn_of(candidate: Candidate) -> Turn:
    """Returns the key by which the candidates for an alert are sorted. The responder with the fewest unanswered
    assignments comes first. If two responders have the same number of these assignments, the one who was alerted
    longest ago comes first."""
    return (candidate.load, candidate.alerted_at or NEVER, candidate.id)


def _rank(level: Level) -> int:
    return LEVELS.index(level)
