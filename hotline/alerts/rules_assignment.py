"""Makes and reads references (names such as K7Q4), and chooses the responders who are alerted of a tip. Pure.

A reference is the name of an assignment in SMS, such as K7Q4. Some characters look similar on a bad phone screen, such
as B and 8. References use only one character of each such pair. If a responder types the other character of the pair,
the hotline replaces it: B becomes 8, and Z becomes 2. Each reference has at least one letter, and at least one digit
that does not look like a letter. At first, references have four characters. When few references with four characters
are free, new references have five characters, and later six. The hotline uses no reference twice (docs/decisions/06).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import nsmallest
from itertools import groupby, islice

from hotline.people.rules import LEVELS, Level, Member
from hotline.people.rules_roster import OFF_DUTY, Roster, next_duty
from hotline.text.identifiers import ALPHABET, MEASURE, TWINS, is_reference
from hotline.text.places import is_district
from hotline.tips.rules import OVERSEEN, Urgency

LENGTHS = (4, 5, 6)
MAX_UNLUCKY = 3
"""The number of unlucky draws after which new references get one more character. A draw makes several references at
random, and is unlucky if more than half of them were already in use."""
NOISE = 20
"""The number of random bytes for each reference."""

_TIMES = 256 // len(ALPHABET)
_LETTERS = (ALPHABET * (_TIMES + 1)).encode()[:256]
_UNFAIR = bytes(range(_TIMES * len(ALPHABET), 256))
"""The values of random bytes that the hotline does not use: with them, some characters would be more frequent in
references than others."""


def draw_references(noise: bytes, length: int, limit: int) -> list[str]:
    """Makes references of this length from random bytes, without duplicates.

    Returns at most `limit` references, and fewer if the random bytes do not suffice.
    """
    letters = iter(noise.translate(_LETTERS, _UNFAIR).decode())
    pieces = map("".join, zip(*[letters] * length, strict=False))
    references = (piece for piece in pieces if is_reference(piece) and not MEASURE.fullmatch(piece))
    return [*dict.fromkeys(islice(references, limit))]


def length_after(unlucky: int) -> int:
    """Returns the length that new references have after this number of unlucky draws (see `MAX_UNLUCKY`)."""
    return LENGTHS[min(unlucky // MAX_UNLUCKY, len(LENGTHS) - 1)]


def read_reference(text: str) -> str | None:
    """Returns the reference that a responder meant by this text, or None if the text is no reference."""
    reference = text.upper().translate(TWINS)
    return reference if is_reference(reference) else None


# The code below chooses the responders who are alerted of a tip, and puts them in order. Pure.


class AssignmentState(StrEnum):
    """The state of an assignment. The state changes from sent to acknowledged, and from acknowledged to closed."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class EscalationReason(StrEnum):
    """The reason why another responder is alerted."""

    SILENT = "silent"
    """No responder took the tip in time, so a responder of the next escalation level is alerted."""
    UNREACHED = "unreached"
    """The alert to a responder does not arrive, or arrives late, so a colleague is alerted at once."""


@dataclass(frozen=True, slots=True)
class Case:
    """The facts about a tip that decide which responders are alerted."""

    place: str
    category: str | None
    urgency: int
    official: str
    once: bool = False
    """True for a fragment (a report without a known place): the hotline alerts the national desk once and sets no
    deadlines."""
    partners: frozenset[str] = frozenset()
    """The partner desks (desks of borders and camps) whose people are also alerted. For a tip about a journey that can
    still be stopped, these are border desks. For a tip about a camp, this is the desk of the camp.

    For a complaint about the national desk, these are the oversight desks that can decrypt the complaint.
    """
    language: str = ""
    """The caller's language. People of the same escalation level and duty rank are alerted first if they speak this
    language."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A responder who can be alerted now: enrolled, not on leave, and with a phone that messages reach.

    A responder with two escalation levels is two candidates with the same id.
    """

    id: int
    level: Level
    districts: frozenset[str] = frozenset()
    """The districts and partner desks about whose tips this responder is alerted. If the set is empty, the responder is
    alerted of tips from any place."""
    categories: frozenset[str] = frozenset()
    """The categories of tips about which this responder is alerted. If the set is empty, the responder is alerted of
    tips of any category."""
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
    """A responder who was alerted of a tip, with the responder's escalation level in the tip's district."""

    responder_id: int
    level: Level
    has_old_place: bool = False
    """True if the responder was alerted for the first place of the tip, and the caller corrected the place later."""
    is_partner: bool = False
    """True if the responder was alerted as a member of a partner desk (the desk of a border or camp), and not of the
    district."""


def people_for(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns the people who may be alerted of this case.

    For a complaint about the national desk, returns people of oversight desks, and gives them the level of the national
    desk. For any other case, leaves out people of oversight desks.
    """
    if case.official == OVERSEEN:
        people = (person for person in roster if person.oversees)
        able = (one for one in people if not case.partners or one.districts & case.partners)
        return [replace(person, level=Level.NATIONAL) for person in able]
    return [person for person in roster if not person.oversees]


HELD_FOR = timedelta(hours=12)
"""The longest time for which the alert of a tip without urgency waits until a person of the district comes on duty.
During this time, no one is alerted of the tip."""


def held_until(
    case: Case,
    people: Sequence[Candidate],
    members: Sequence[Member],
    duty: Roster,
    filed_at: datetime,
    at: datetime,
) -> datetime | None:
    """Returns the time until which the alert of a new tip must wait, because the next person of the district comes on
    duty then.

    Returns None if the alert need not wait. Alerts of urgent tips, and of tips that may involve an official, never
    wait. An alert does not wait while a person of the district is on duty. An alert also does not wait if the next duty
    begins 12 hours after the tip was filed, or later. `people` contains the active responders. `members` contains the
    active responders and those on leave.
    """
    may_wait = case.urgency == Urgency.HEARD and case.official == "no" and not case.once
    if not may_wait or case.partners or not duty.is_used(case.place, at):
        return None
    if any(person.is_on_duty for person in _local(case, people)):
        return None
    capable = [
        member
        for member in members
        if not member.categories or case.category is None or case.category in member.categories
    ]
    duty_at = next_duty(duty, capable, case.place, at, filed_at + HELD_FOR)
    return None if duty_at is None or duty_at <= at else duty_at


FirstGroups = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Three groups of responders who may be alerted first: of the tip's district, of the camp at the tip's place, and of
the national desk."""
Turn = tuple[int, datetime, int]
NEVER = datetime.min.replace(tzinfo=UTC)
RECIPIENTS_IN_DANGER = 2
"""The number of people of the district who are alerted first of a tip about danger. For a tip from a camp, the same
number of people of the camp is alerted too."""


def first_recipients(
    case: Case, roster: Sequence[Candidate], alerted: Collection[AlertedResponder] = ()
) -> tuple[int, ...]:
    """Returns the responders to alert of a new tip, or of a tip that became more urgent.

    Responders who were alerted before come first, because they must know that the tip is more urgent now.
    """
    before = {person.responder_id for person in alerted}
    turn = {person.id: (person.id not in before, turn_of(person)) for person in roster}
    return choose_first(case.urgency, first_groups(case, roster, before), turn.__getitem__)


def eligible(
    case: Case, roster: Sequence[Candidate], before: Collection[int] = ()
) -> tuple[Sequence[Candidate], Sequence[Candidate], Sequence[Candidate]]:
    """Returns three groups of people to choose from for the first alerts: of the district, of a camp, and of the
    national desk.

    A person who belongs to two of these groups is only in the first. `before` contains the people who were already
    alerted of the tip, and who therefore count as on duty.
    """
    limit = RECIPIENTS_IN_DANGER if case.urgency == Urgency.DANGER else 1
    roster = people_for(case, roster)
    local = _on_duty_first(case, _local(case, roster), limit, before)
    camp = _on_duty_first(case, _camp(case, roster), limit, before)
    nearby = {c.id for c in (*local, *camp)}
    national = [c for c in roster if c.level is Level.NATIONAL and c.id not in nearby]
    return local, camp, _on_duty_first(case, national, 1, before)


def first_groups(
    case: Case, roster: Sequence[Candidate], before: Collection[int] = ()
) -> FirstGroups:
    """Returns the three groups of people that `eligible` finds: of the district, of a camp and of the national desk. If
    no one in the district's group is on duty, but a person of the national desk is, returns an empty group for the
    district.

    If there is danger, always returns the district's group.
    """
    local, camp, national = eligible(case, roster, before)
    sleeps = not any(person.is_on_duty or person.id in before for person in local)
    if case.urgency != Urgency.DANGER and sleeps and any(person.is_on_duty for person in national):
        local = ()
    return tuple(c.id for c in local), tuple(c.id for c in camp), tuple(c.id for c in national)


def _on_duty_first(
    case: Case, people: Sequence[Candidate], most: int, before: Collection[int]
) -> Sequence[Candidate]:
    """Returns the candidates for the next alerts. The calling function alerts at most `most` of them.

    The duty roster decides which people are alerted, but not how many. The people of the lowest escalation level who
    are on duty come first. If too few of them are on duty, adds people of higher levels on duty, and then people off
    duty. Leaves out people who do not speak the caller's language, if enough people of the same level speak this
    language.
    """

    def place(c: Candidate) -> tuple[bool, int, int]:
        return (not c.is_on_duty and c.id not in before, _rank(c.level), c.duty)

    count = min(most, len({c.id for c in _lowest(people)}))
    group: dict[int, Candidate] = {}
    for _, some in groupby(sorted(people, key=place), place):
        missing = count - len(group)
        new = [c for c in some if c.id not in group]
        fluent = [c for c in new if c.id in before or case.language in c.languages]
        non_speakers = [c for c in new if c not in fluent]
        if fluent or group:
            fluent = fluent if not group else sorted(fluent, key=turn_of)[:missing]
            non_speakers = sorted(non_speakers, key=turn_of)[: max(0, missing - len(fluent))]
        group |= {c.id: c for c in (*fluent, *non_speakers)}
        if len(group) >= count:
            break
    return tuple(group.values())


def choose_first(
    urgency: int, groups: FirstGroups, turn: Callable[[int], tuple[object, ...]]
) -> tuple[int, ...]:
    """Returns the people who are alerted first, from the groups that `first_groups` finds.

    `turn` returns the sort key of a person: the people of a group are alerted in this order.
    """
    is_danger = urgency == Urgency.DANGER
    limit = RECIPIENTS_IN_DANGER if is_danger else 1
    local, camp = (nsmallest(limit, group, key=turn) for group in groups[:2])
    national = nsmallest(1, groups[2], key=turn) if is_danger or not local else ()
    return (*local, *camp, *national)


def next_recipients(
    case: Case,
    roster: Sequence[Candidate],
    alerted: Collection[AlertedResponder],
    reason: EscalationReason,
) -> tuple[int, ...]:
    """Returns the people who are alerted next: first of the district, and after them of the national desk. If the tip
    also has partner desks (desks of borders and camps), a person of these desks is alerted at the same time.

    If an earlier alert did not arrive, returns only people who were not alerted before, or no one. If no one answered
    in time and no new person is left, returns a person of the national desk again. People off duty are alerted only
    after all people on duty. If an alert about danger did not arrive, people of the district who are off duty come
    before the national desk. The national desk already knows of the danger.
    """
    before = {person.responder_id for person in alerted}
    on_duty = [c for c in roster if c.is_on_duty]
    recipients = _next(case, on_duty, alerted, reason)
    if len(on_duty) == len(roster):
        return recipients
    national = national_people(roster)
    short = case.urgency == Urgency.DANGER and reason is EscalationReason.UNREACHED
    if before.issuperset(recipients) or (short and national.issuperset(recipients)):
        new = [c for c in _local(case, on_duty) if c.id not in before]
        extra = turns(_lowest(new), language=case.language)[:1]
        return extra or _next(case, roster, alerted, reason)
    return recipients


def _next(
    case: Case,
    roster: Sequence[Candidate],
    alerted: Collection[AlertedResponder],
    reason: EscalationReason,
) -> tuple[int, ...]:
    before = {person.responder_id for person in alerted}
    nearby = [one for one in alerted if one.level is not Level.NATIONAL and not one.has_old_place]
    local, camp = _local(case, roster), _camp(case, roster)
    at_partners = [person for person in nearby if person.is_partner and is_district(case.place)]
    higher = _higher(case, local, [one for one in nearby if one not in at_partners], before, reason)
    partners = _higher(case, camp, at_partners, before, reason)
    if not local:
        higher, partners = partners, ()
    first = higher or _national(case, roster, before, reason)
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
    """Returns a person whose escalation level is at least that of the people who were alerted before. If these people
    did not answer in time, returns only a person of a higher level."""
    rank = max((_rank(person.level) for person in alerted), default=-1)
    if reason is EscalationReason.SILENT:
        rank += 1
    higher = [c for c in people if _rank(c.level) >= rank and c.id not in before]
    return turns(_lowest(higher), language=case.language)[:1]


def _national(
    case: Case, roster: Sequence[Candidate], before: Collection[int], reason: EscalationReason
) -> tuple[int, ...]:
    national = [c for c in roster if c.level is Level.NATIONAL]
    people = [c for c in national if c.id not in before]
    if not people and reason is EscalationReason.SILENT:
        people = national
    return turns(people, language=case.language)[:1]


def overdue_recipients(
    case: Case, roster: Sequence[Candidate], assignee: int, nth: int
) -> tuple[int, ...]:
    """Returns the person who is alerted because the assignee has not reported the outcome in time. The first alert goes
    to a coordinator, the second to a person of the national desk, and there is no third alert.

    A coordinator of the assignee's own desk comes before other coordinators. People off duty are alerted only if no
    person on duty can be alerted.
    """
    on_duty = [c for c in roster if c.is_on_duty or c.id == assignee]
    return _overdue(case, on_duty, assignee, nth) or _overdue(case, roster, assignee, nth)


def _overdue(case: Case, roster: Sequence[Candidate], assignee: int, nth: int) -> tuple[int, ...]:
    people = [c for c in roster if c.id != assignee]
    desks = {desk for c in roster if c.id == assignee for desk in c.districts}
    nearby = (*_local(case, people), *_camp(case, people))
    coordinators = [c for c in nearby if c.level is Level.COORDINATOR]
    of_desk = [c for c in coordinators if c.districts & desks]
    if nth == 0 and coordinators:
        return turns(of_desk or coordinators)[:1]
    return turns([c for c in people if c.level is Level.NATIONAL])[:1] if nth <= 1 else ()


def colleagues(case: Case, roster: Sequence[Candidate], *, skip: int | None) -> tuple[int, ...]:
    """Returns the people of the district and of its partner desks (desks of borders and camps) who may see the case.
    Leaves out the person `skip`, and returns people of the highest escalation level first."""
    people = [c for c in (*_local(case, roster), *_camp(case, roster)) if c.id != skip]
    ordered = sorted(people, key=lambda c: (-_rank(c.level), c.duty, turn_of(c)))
    return tuple(dict.fromkeys(c.id for c in ordered))


def national_people(roster: Sequence[Candidate]) -> frozenset[int]:
    """Returns the ids of the people of the national desk."""
    return frozenset(c.id for c in roster if c.level is Level.NATIONAL)


def storm_groups(
    case: Case, roster: Sequence[Candidate], neighbour_desks: Collection[str]
) -> tuple[tuple[int, ...], ...]:
    """Returns the people who may be alerted of a tip about danger in a storm (very many such tips), in groups. The
    groups are people of the district, of the desks in `neighbour_desks`, and of the national desk. Groups of people on
    duty come before groups of people off duty. Within a group, people are in the order in which they are alerted."""
    neighbours = [c for c in _hearing(case, roster) if c.districts.intersection(neighbour_desks)]
    local = [*_local(case, roster), *_camp(case, roster)]
    national = [c for c in roster if c.level is Level.NATIONAL]
    return tuple(
        turns(person for person in group if person.is_on_duty is on_duty)
        for on_duty in (True, False)
        for group in (local, neighbours, national)
    )


def _local(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns the people of the tip's district who may see the case.

    If the tip's place is not a district, returns the people of the partner desks (desks of borders).
    """
    is_local = is_district(case.place)
    desks = frozenset({case.place}) if is_local else case.partners
    return [c for c in _hearing(case, roster) if (c.districts & desks if c.districts else is_local)]


def _camp(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns the people who may see the case and belong to a partner desk, such as a camp's, but not to the district
    itself."""
    if not case.partners or not is_district(case.place):
        return []
    local = {c.id for c in _local(case, roster)}
    non_local = (c for c in _hearing(case, roster) if c.id not in local)
    return [c for c in non_local if c.districts & case.partners]


def _hearing(case: Case, roster: Sequence[Candidate]) -> list[Candidate]:
    """Returns all people at any place who may see this case, except those of the national desk."""
    people = [c for c in roster if c.level is not Level.NATIONAL and case.official == "no"]
    kind = case.category
    return [c for c in people if not c.categories or kind is None or kind in c.categories]


def _lowest(candidates: Sequence[Candidate]) -> list[Candidate]:
    lowest = min((_rank(c.level) for c in candidates), default=None)
    return [c for c in candidates if _rank(c.level) == lowest]


def turns(candidates: Iterable[Candidate], *, language: str = "") -> tuple[int, ...]:
    """Returns the ids of these people in the order of alerting, which is first the rank on the duty roster. Among
    people of equal rank, those who speak `language` come first. Among those who are still equal, `turn_of` sets the
    order."""

    def turn(c: Candidate) -> tuple[int, bool, Turn]:
        return (c.duty, language not in c.languages, turn_of(c))

    return tuple(dict.fromkeys(c.id for c in sorted(candidates, key=turn)))


def turn_of(candidate: Candidate) -> Turn:
    """Returns a sort key: the responder with the fewest unanswered assignments is alerted first. Among responders with
    the same number of these assignments, the one who was alerted longest ago comes first."""
    return (candidate.load, candidate.alerted_at or NEVER, candidate.id)


def _rank(level: Level) -> int:
    return LEVELS.index(level)
