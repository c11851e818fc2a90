"""The persons whom a case is about, as its entries and their opened codes add up to them. Pure.

An entry that corrects another speaks in that one's place and at its time; both are shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.cases.entries import EntryKind, EntryWay, TakeProof
from hotline.domain.cases.people_codes import (
    ACT,
    ACTUAL,
    ANSWER,
    ARRIVED,
    BODY,
    BOY,
    CONSENT,
    DECEIT,
    DETERMINATION,
    FORCE,
    FORM,
    GIRL,
    INTEREST,
    MINOR,
    NATIONALITY,
    NO,
    OF_CHILD,
    PURPOSE,
    SERVICE,
    SEX,
    STATE,
    THIRTY,
    UNKNOWN,
    UNSURE,
    YES,
    ConsentCode,
    PersonCodes,
    ServiceAnswer,
)


class ScreeningResult(StrEnum):
    POSSIBLE = "possible"
    NOT_INDICATED = "not_indicated"
    UNCLEAR = "unclear"


def is_taken_for_child(minor: str | None) -> bool:
    """Whether nothing but a plain no says that somebody is grown up: who may be a child is one until it is settled."""
    return minor in (YES, UNSURE)


def screened_as(codes: Mapping[str, str]) -> ScreeningResult:
    """A child needs no means. What was not asked counts as unsure."""
    act, purpose = codes.get(ACT, UNSURE), codes.get(PURPOSE, UNSURE)
    means = (codes.get(FORCE, UNSURE), codes.get(DECEIT, UNSURE))
    child = is_taken_for_child(codes.get(MINOR, UNSURE))
    used = child or any(one != NO for one in means)
    if NO in (act, purpose) or not used:
        return ScreeningResult.NOT_INDICATED
    if YES in (act, purpose, *means):
        return ScreeningResult.POSSIBLE
    return ScreeningResult.UNCLEAR


ARRIVAL_WITHIN = timedelta(hours=72)
"""From a service's yes. Whoever cannot say before that is asked at its end all the same."""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """One entry of a case's log with what it says of a person."""

    id: int
    kind: EntryKind
    at: datetime
    said: PersonCodes
    responder_id: int | None = None
    desk: str | None = None
    way: str = ""
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class PersonMoment:
    """An entry as a reader sees it: one that was corrected stays, and names what corrects it."""

    entry: PersonEntry
    corrected_by: int | None = None


@dataclass(slots=True)
class OfferedHelp:
    """One service that was asked to help one person."""

    offered_id: int
    """The entry of the offer: what later ones name it by."""
    offered_at: datetime
    offered_by: int | None
    service: str
    answer: str | None = None
    answered_at: datetime | None = None
    arrived: str | None = None
    arrived_at: datetime | None = None
    lost: int = 0
    """How often somebody said that the person did not arrive, or, once that was due, that nobody knows."""
    thirty: str | None = None
    thirty_at: datetime | None = None

    @property
    def is_on_the_way(self) -> bool:
        """Whether nobody has said yet how it ended. "Not known" before the time is over says nothing."""
        if self.arrived is None or self.arrived_at is None or self.answered_at is None:
            return self.arrived is None
        return self.arrived == UNKNOWN and self.arrived_at < self.answered_at + ARRIVAL_WITHIN


class ConsentStands(StrEnum):
    """Whether help may be offered to a person now."""

    YES = "yes"
    NO = "no"
    """An adult said no, and nothing newer."""
    UNASKED = "unasked"
    UNDECIDED = "undecided"
    """A child: not asked, or nobody has decided with the child officer what is best."""


@dataclass(slots=True)
class MetPerson:
    """Nobody by a name: a number within the case."""

    n: int
    met_at: datetime
    sex: str | None = None
    nationality: str | None = None
    state: str | None = None
    minor: str | None = None
    form: str | None = None
    result: ScreeningResult | None = None
    consents: list[tuple[datetime, str, str | None]] = field(default_factory=list)
    """When it was asked, what was said, and of a child what was decided."""
    referrals: list[OfferedHelp] = field(default_factory=list)
    determination: str | None = None
    body: str | None = None
    moments: list[PersonMoment] = field(default_factory=list)
    is_possible: bool = False
    """A possible victim, by the last screening that was plain or the last official decision. An unclear screening
    changes nothing, and no screening changes that a deciding body said "victim"."""

    @property
    def actual(self) -> bool | None:
        """Whether a deciding body said so; None where none has spoken."""
        return None if self.determination is None else self.determination == ACTUAL

    @property
    def is_child(self) -> bool:
        """Whoever may be a child, or looks like one, is one."""
        if self.sex in (GIRL, BOY) or is_taken_for_child(self.minor):
            return True
        last = self.consents[-1][1] if self.consents else None
        return self.minor is None and last in OF_CHILD

    @property
    def consent(self) -> ConsentStands:
        """A no stands until a newer yes, whatever else is said of that person meanwhile."""
        last = next((said for _, said, _ in reversed(self.consents) if said in DECISIVE), None)
        if last == ConsentCode.NO:
            return ConsentStands.NO
        if self.is_child:
            return self._of_child()
        newest = next((said for _, said, _ in reversed(self.consents) if said not in OF_CHILD), "")
        return ConsentStands.YES if newest == ConsentCode.YES else ConsentStands.UNASKED

    @property
    def newest(self) -> OfferedHelp | None:
        return self.referrals[-1] if self.referrals else None

    def refusals(self) -> int:
        """How often in a row, up to now, the answer was no."""
        count = 0
        for _, said, _ in reversed(self.consents):
            if said in (ConsentCode.YES, ConsentCode.ASSENT_YES):
                break
            count += said == ConsentCode.NO
        return count

    def _of_child(self) -> ConsentStands:
        asked = [one for one in self.consents if one[1] in OF_CHILD]
        decided = bool(asked) and asked[-1][2] == YES
        return ConsentStands.YES if decided else ConsentStands.UNDECIDED


DECISIVE = (ConsentCode.YES, ConsentCode.NO, ConsentCode.ASSENT_YES)


def fold(entries: Iterable[PersonEntry]) -> tuple[MetPerson, ...]:
    """The persons of one case, the first met first. Entries come in the order in which they were written."""
    written = list(entries)
    newest, corrected = _corrections(written)
    people: dict[int, MetPerson] = {}
    for one in written:
        person = people.setdefault(one.said.n, MetPerson(one.said.n, one.at))
        person.moments.append(PersonMoment(one, corrected.get(one.id)))
        if one.id in newest:
            _add(person, one, newest[one.id].said)
    return tuple(people[n] for n in sorted(people))


def _corrections(
    written: Sequence[PersonEntry],
) -> tuple[Mapping[int, PersonEntry], dict[int, int]]:
    """By the id of each entry that stands for itself, what counts in its place; and by what each was corrected."""
    roots: dict[int, int] = {}
    newest: dict[int, PersonEntry] = {}
    corrected: dict[int, int] = {}
    for one in written:
        root = one.id if one.supersedes is None else roots.get(one.supersedes, one.id)
        roots[one.id] = root
        if root in newest and newest[root].id != one.id:
            corrected[newest[root].id] = one.id
        newest[root] = one
    return newest, corrected


def _add(person: MetPerson, one: PersonEntry, said: PersonCodes) -> None:
    """What an entry says, or what counts in its place."""
    codes = said.codes
    person.sex = codes.get(SEX, person.sex)
    person.nationality = codes.get(NATIONALITY, person.nationality)
    person.state = codes.get(STATE, person.state)
    person.minor = codes.get(MINOR, person.minor)
    match one.kind:
        case EntryKind.SCREENED:
            person.result = screened_as(codes)
            if person.result is not ScreeningResult.UNCLEAR and not person.actual:
                person.is_possible = person.result is ScreeningResult.POSSIBLE
            person.form = codes.get(FORM, person.form)
        case EntryKind.CONSENT:
            person.consents.append((one.at, codes[CONSENT], codes.get(INTEREST)))
        case EntryKind.OFFERED:
            person.referrals.append(OfferedHelp(one.id, one.at, one.responder_id, codes[SERVICE]))
        case EntryKind.DETERMINATION:
            person.determination, person.body = codes[DETERMINATION], codes[BODY]
            person.is_possible = person.determination == ACTUAL
        case _:
            _follow(person, one, said)


def _follow(person: MetPerson, one: PersonEntry, said: PersonCodes) -> None:
    """What became of an offer. What names none that is known says nothing."""
    found = next((help for help in person.referrals if help.offered_id == said.referral), None)
    if found is None:
        return
    if one.kind is EntryKind.ANSWERED:
        found.answer, found.answered_at = said.codes[ANSWER], one.at
        if found.answer == ServiceAnswer.PERSON_REFUSED and not person.is_child:
            # Said to a service, and a no like any other: nothing more is offered until a newer yes.
            person.consents.append((one.at, ConsentCode.NO, None))
    elif one.kind is EntryKind.ARRIVED:
        found.arrived, found.arrived_at = said.codes[ARRIVED], one.at
        # Nobody is looked for once more after five weeks in which nobody said it.
        is_lost = found.arrived != YES and not found.is_on_the_way
        found.lost += is_lost + (one.way == EntryWay.CLOCK)
    elif one.kind is EntryKind.THIRTY:
        found.thirty, found.thirty_at = said.codes[THIRTY], one.at


COUNTS = ("", TakeProof.PROVED, TakeProof.UNPROVED)
"""The proofs by which a take counts; the empty one is a take that names none."""
