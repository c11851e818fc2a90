"""Collects what is known about the persons of a case, from its events and their decrypted codes. Pure.

If an event corrects another event, its codes replace those of the other event at its time. Readers see both events.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.tips import rules_person_codes
from hotline.tips.rules import OUTCOMES, TipOutcome
from hotline.tips.rules_events import EventChannel, LoggedEvent, TakeProof
from hotline.tips.rules_person_codes import (
    ACTUAL,
    AGAIN,
    ANSWER,
    CONSENT,
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


class FollowKind(StrEnum):
    """The kind of a fact about a person that is still missing."""

    ANSWER = "answer"
    """The answer of the service that was asked to help."""
    OFFER = "offer"
    """A service that helps the person. The person wants help, but no service was asked yet, or the last service could
    not help.
    """
    ARRIVAL = "arrival"
    THIRTY = "thirty"
    """The situation of the person thirty days after arriving at the service."""
    CONSENT = "consent"
    """The person's answer when a responder asks again if they want help."""


class ScreeningResult(StrEnum):
    POSSIBLE = "possible"
    NOT_INDICATED = "not_indicated"
    UNCLEAR = "unclear"


def is_taken_for_child(minor: str | None) -> bool:
    """Returns True if a person is, or may be, under 18.

    A person whose age is in doubt counts as a child until the age is clear.
    """
    return minor in (YES, UNSURE)


def screening_result(codes: Mapping[str, str]) -> ScreeningResult:
    """Returns the result of a screening from its answers.

    A child can be a victim even without force or deceit. A question that was not asked counts as "unsure".
    """
    act, purpose = codes.get(rules_person_codes.ACT, UNSURE), codes.get(PURPOSE, UNSURE)
    means = (codes.get(FORCE, UNSURE), codes.get(rules_person_codes.DECEIT, UNSURE))
    child = is_taken_for_child(codes.get(MINOR, UNSURE))
    used = child or any(one != NO for one in means)
    if NO in (act, purpose) or not used:
        return ScreeningResult.NOT_INDICATED
    if YES in (act, purpose, *means):
        return ScreeningResult.POSSIBLE
    return ScreeningResult.UNCLEAR


ARRIVAL_WITHIN = timedelta(hours=72)
"""The time after a service has accepted, within which the person should arrive. Until then, the answer "not known" does
not settle if the person arrived."""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """An event of a case with its codes about a person."""

    id: int
    kind: LoggedEvent
    at: datetime
    reported: PersonCodes
    responder_id: int | None = None
    desk: str | None = None
    channel: str = ""
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class PersonTimelineItem:
    """An event about a person, as a page shows it. A corrected event is still shown, and names the event that corrects
    it.
    """

    entry: PersonEntry
    corrected_by: int | None = None


@dataclass(slots=True)
class OfferedHelp:
    """An offer of help: a service was asked to help a person."""

    offered_id: int
    """The id of the event in which help was offered. Later events name the offer by this id."""
    offered_at: datetime
    offered_by: int | None
    service: str
    answer: str | None = None
    answered_at: datetime | None = None
    arrived: str | None = None
    arrived_at: datetime | None = None
    lost: int = 0
    """The number of reports that the person did not arrive. After the time for the arrival, the answer "not known" is
    counted too."""
    thirty: str | None = None
    thirty_at: datetime | None = None

    @property
    def is_on_the_way(self) -> bool:
        """Returns True until a report says if the person arrived. The answer "not known" before the arrival is due does
        not count as such a report.
        """
        if self.arrived is None or self.arrived_at is None or self.answered_at is None:
            return self.arrived is None
        return self.arrived == UNKNOWN and self.arrived_at < self.answered_at + ARRIVAL_WITHIN


class ConsentState(StrEnum):
    """Says if a responder may offer help to a person now."""

    YES = "yes"
    NO = "no"
    """An adult refused help, and has not changed the answer."""
    UNASKED = "unasked"
    UNDECIDED = "undecided"
    """The child was not asked, or it is not yet decided with the child officer what is best."""


@dataclass(slots=True)
class MetPerson:
    """A person of a case. The person is known by a number within the case, and never by a name."""

    n: int
    met_at: datetime
    sex: str | None = None
    nationality: str | None = None
    state: str | None = None
    minor: str | None = None
    form: str | None = None
    result: ScreeningResult | None = None
    consents: list[tuple[datetime, str, str | None]] = field(default_factory=list)
    """The answers each time that the person was asked: the time, the answer, and for a child the decision."""
    referrals: list[OfferedHelp] = field(default_factory=list)
    determination: str | None = None
    body: str | None = None
    timeline: list[PersonTimelineItem] = field(default_factory=list)
    is_possible: bool = False
    """True if the person is a possible victim, after the last clear screening or the last official decision. An unclear
    screening does not change this value. After a deciding body has said that the person is a victim, no screening
    changes it.
    """

    @property
    def actual(self) -> bool | None:
        """Returns True if a deciding body said that the person is a victim, and False if it said the opposite.

        Returns None if no deciding body has decided.
        """
        return None if self.determination is None else self.determination == ACTUAL

    @property
    def wants_woman(self) -> bool:
        """Returns True if the newest answer says that a woman should ask again."""
        lines = (one for one in reversed(self.timeline) if one.corrected_by is None)
        codes = (one.entry.reported.codes for one in lines)
        return next((one[AGAIN] for one in codes if AGAIN in one), None) == rules_person_codes.WOMAN

    @property
    def is_child(self) -> bool:
        """Returns True if the person may be a child, or looks like a child."""
        if self.sex in (GIRL, rules_person_codes.BOY) or is_taken_for_child(self.minor):
            return True
        last = self.consents[-1][1] if self.consents else None
        return self.minor is None and last in OF_CHILD

    @property
    def consent(self) -> ConsentState:
        """Returns the consent of the person that is valid now.

        After a refusal, the person must agree before help may be offered again. Other answers do not end a refusal.
        """
        last = next((said for _, said, _ in reversed(self.consents) if said in DECISIVE), None)
        if last == ConsentCode.NO:
            return ConsentState.NO
        if self.is_child:
            return self._of_child()
        newest = next((said for _, said, _ in reversed(self.consents) if said not in OF_CHILD), "")
        return ConsentState.YES if newest == ConsentCode.YES else ConsentState.UNASKED

    @property
    def newest(self) -> OfferedHelp | None:
        return self.referrals[-1] if self.referrals else None

    def refusals(self) -> int:
        """Returns how often the person has refused help since they last agreed."""
        count = 0
        for _, said, _ in reversed(self.consents):
            if said in (ConsentCode.YES, ConsentCode.ASSENT_YES):
                break
            count += said == ConsentCode.NO
        return count

    def _of_child(self) -> ConsentState:
        asked = [one for one in self.consents if one[1] in OF_CHILD]
        decided = bool(asked) and asked[-1][2] == YES
        return ConsentState.YES if decided else ConsentState.UNDECIDED


DECISIVE = (ConsentCode.YES, ConsentCode.NO, ConsentCode.ASSENT_YES)


def build_persons(entries: Iterable[PersonEntry]) -> tuple[MetPerson, ...]:
    """Returns the persons of a case, in the order in which they were met.

    `entries` must be in the order of writing.
    """
    written = list(entries)
    newest, corrected = _corrections(written)
    people: dict[int, MetPerson] = {}
    for one in written:
        person = people.setdefault(one.reported.n, MetPerson(one.reported.n, one.at))
        person.timeline.append(PersonTimelineItem(one, corrected.get(one.id)))
        if one.id in newest:
            _add(person, one, newest[one.id].reported)
    return tuple(people[n] for n in sorted(people))


def _corrections(
    written: Sequence[PersonEntry],
) -> tuple[Mapping[int, PersonEntry], dict[int, int]]:
    """Returns for each original event the newest event that corrects it, or the event itself.

    Also returns for each corrected event the event that corrected it.
    """
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


def _add(person: MetPerson, one: PersonEntry, reported: PersonCodes) -> None:
    """Adds an event to a person, with the valid codes."""
    codes = reported.codes
    person.sex = codes.get(SEX, person.sex)
    person.nationality = codes.get(NATIONALITY, person.nationality)
    person.state = codes.get(STATE, person.state)
    person.minor = codes.get(MINOR, person.minor)
    match one.kind:
        case LoggedEvent.SCREENED:
            person.result = screening_result(codes)
            if person.result is not ScreeningResult.UNCLEAR and not person.actual:
                person.is_possible = person.result is ScreeningResult.POSSIBLE
            person.form = codes.get(FORM, person.form)
        case LoggedEvent.CONSENT:
            person.consents.append((one.at, codes[CONSENT], codes.get(INTEREST)))
        case LoggedEvent.OFFERED:
            person.referrals.append(OfferedHelp(one.id, one.at, one.responder_id, codes[SERVICE]))
        case LoggedEvent.DETERMINATION:
            person.determination, person.body = codes[DETERMINATION], codes[rules_person_codes.BODY]
            person.is_possible = person.determination == ACTUAL
        case _:
            _follow(person, one, reported)


def _follow(person: MetPerson, one: PersonEntry, reported: PersonCodes) -> None:
    """Adds an event about an offer of help to that offer. Ignores an event about an unknown offer."""
    found = next((help for help in person.referrals if help.offered_id == reported.referral), None)
    if found is None:
        return
    if one.kind is LoggedEvent.ANSWERED:
        found.answer, found.answered_at = reported.codes[ANSWER], one.at
        if found.answer == ServiceAnswer.PERSON_REFUSED and not person.is_child:
            # If the person refuses a service, this counts as refusing help.
            # No help is offered again until the person agrees.
            person.consents.append((one.at, ConsentCode.NO, None))
    elif one.kind is LoggedEvent.ARRIVED:
        found.arrived, found.arrived_at = reported.codes[rules_person_codes.ARRIVED], one.at
        # After five weeks without a report, the clock process writes this event.
        # It then counts twice, so that responders stop looking for the person.
        is_lost = found.arrived != YES and not found.is_on_the_way
        found.lost += is_lost + (one.channel == EventChannel.CLOCK)
    elif one.kind is LoggedEvent.THIRTY:
        found.thirty, found.thirty_at = reported.codes[THIRTY], one.at


COUNTING_PROOFS = ("", TakeProof.PROVED, TakeProof.UNPROVED)
"""The proofs with which an acknowledgement counts. An empty text means that the event has no proof."""


# Defines the rules for the closure of a case by two people. Pure.


class ClosureRefusal(StrEnum):
    """The reason why a closure cannot be confirmed or requested."""

    NOT_REQUESTED = "not_requested"
    SAME_PERSON = "same_person"
    UNOPENED = "unopened"
    """This person has not opened the case since its closure was requested."""
    IN_CONSOLE = "in_console"
    """The national desk must decide in the console, because only the console can decrypt the codes about persons."""
    POSSIBLE = "possible"
    """A person in the case is a possible victim. A new screening or an official decision must come first."""
    ANOTHER_WAITS = "another_waits"
    """Another person has already requested closure with a different outcome."""


def is_for_national_desk(outcome: TipOutcome, *, has_met: bool) -> bool:
    """Returns True if only the national desk may decide on this closure.

    `has_met` is True if a person in the case was screened or was asked about help.
    """
    return has_met and OUTCOMES[outcome].is_for_desk


def prevents_closure(people: Iterable[MetPerson]) -> bool:
    """Returns True if one of these persons is still a possible victim."""
    return any(one.is_possible for one in people)
