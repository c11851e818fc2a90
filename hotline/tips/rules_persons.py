"""Defines the forms about the persons of a case, and collects the facts about each person from the case events. Pure.

A form is data: questions, codes, texts and conditions. A form has no free text: each answer is a code from a fixed
list. The events of a case do not contain the codes of answers: the hotline stores the codes separately and encrypted.

If an event corrects an earlier event, the new codes replace the earlier codes, and count from the time of the earlier
event. People who read the case see both events. The module also contains rules for closing a case: one person requests
the closure, and a second person confirms it.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from hotline.text.places import FORMS, STATES
from hotline.tips.rules import OUTCOMES, TipOutcome
from hotline.tips.rules_events import EventChannel, LoggedEvent, TakeProof

YES, NO, UNSURE = "yes", "no", "unsure"
NOT_SAID, OTHER, UNKNOWN = "not_said", "other", "unknown"


class ConsentCode(StrEnum):
    """A person's answer to the question if they want help. A responder asks the person alone."""

    YES = "yes"
    NO = "no"
    """An adult does not want help. This refusal is valid until the person agrees to help."""
    CANNOT_SAY = "cannot_say"
    ASSENT_YES = "assent_yes"
    """A child agrees to help."""
    ASSENT_NO = "assent_no"
    TOO_YOUNG = "too_young"


OF_CHILD = frozenset({ConsentCode.ASSENT_YES, ConsentCode.ASSENT_NO, ConsentCode.TOO_YOUNG})


class ServiceAnswer(StrEnum):
    """The answer of a service that was asked to help."""

    ACCEPTED = "accepted"
    NO_ROOM = "no_room"
    REFUSED = "refused"
    NOT_OUR_KIND = "not_our_kind"
    PERSON_REFUSED = "person_refused"
    NONE = "none"
    """The service gave no answer."""


class ThirtyDays(StrEnum):
    """The situation of a person thirty days after arriving at the service."""

    HELPED = "helped"
    SAFE = "safe"
    LEFT = "left"
    DANGER = "danger"
    """The person is in danger again."""
    UNKNOWN = "unknown"


MINOR, ACT, FORCE, DECEIT, PURPOSE, FREE = "minor", "act", "force", "deceit", "purpose", "free"
FORM, SEX, NATIONALITY, STATE = "form", "sex", "nationality", "state"
CONSENT, INTEREST, NOT_YET, AGAIN = "consent", "interest", "not_yet", "again"
SERVICE, ANSWER, ARRIVED, THIRTY = "service", "answer", "arrived", "thirty"
FILE_TOLD = "file_told"
DETERMINATION, BODY, ACTUAL = "determination", "body", "actual"
WOMAN, MAN, GIRL, BOY = "woman", "man", "girl", "boy"

SURE = {YES: "yes", NO: "no", UNSURE: "not sure"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a person, with the possible codes and the English texts for the console.

    The texts for phones are in the flows.
    """

    asks: str
    values: Mapping[str, str]
    hint: str = ""


QUESTIONS: Mapping[str, Question] = {
    MINOR: Question("Is the person under 18?", SURE),
    ACT: Question("Did someone hire, move, keep or take in this person?", SURE),
    FORCE: Question(
        "Did someone force, threaten or lock in the person, or take their identity papers?",
        SURE,
        "A child counts as a possible victim even without force, threats or lies.",
    ),
    DECEIT: Question(
        "Did someone lie, or use the person's debt or poverty? Was anyone paid to hand the person over?",
        SURE,
        "A child counts as a possible victim even without force, threats or lies.",
    ),
    PURPOSE: Question("Does someone exploit the person for gain, or plan to?", SURE),
    FREE: Question("Can the person leave freely now?", SURE),
    FORM: Question("Type of exploitation", FORMS),
    SEX: Question(
        "Sex and age of the person, as they seem to you",
        {WOMAN: "a woman", MAN: "a man", GIRL: "a girl", BOY: "a boy", NOT_SAID: "not said"},
    ),
    NATIONALITY: Question(
        "Nationality", {"rwanda": "Rwanda", OTHER: "elsewhere", NOT_SAID: "not said"}
    ),
    CONSENT: Question(
        "Asked in private: does the person want help?",
        {
            ConsentCode.YES: "adult: yes",
            ConsentCode.NO: "adult: no",
            ConsentCode.CANNOT_SAY: "adult: cannot answer the question now",
            ConsentCode.ASSENT_YES: "a child: agrees to get help",
            ConsentCode.ASSENT_NO: "a child: does not agree to get help",
            ConsentCode.TOO_YOUNG: "a child: too young to agree or refuse",
        },
    ),
    INTEREST: Question(
        "For a child: did you and the child officer decide that the step that you record here is best for the child?",
        {YES: "yes", NOT_YET: "no, we have not decided this with the child officer yet"},
        "Do not involve a parent who may be part of the crime. If the child is in danger, act at once.",
    ),
    AGAIN: Question(
        "If the person says no to help: who asks the person again in three days?",
        {WOMAN: "a woman", "anyone": "anybody"},
    ),
    SERVICE: Question(
        "Type of help",
        {
            "isange": "Isange centre",
            "shelter": "shelter",
            "health": "health care",
            "child_officer": "child officer",
            "police": "police",
            "legal": "legal help",
            "journey_home": "journey home",
            OTHER: "other help",
        },
        "Before you involve police or plan the journey home, explain this rule to the person. No one is held, "
        "fined or sent back for acts that others forced them to do. If the person fears going home, ask UNHCR or "
        "MINEMA.",
    ),
    ANSWER: Question(
        "Service answer",
        {
            ServiceAnswer.ACCEPTED: "accepted",
            ServiceAnswer.NO_ROOM: "no room",
            ServiceAnswer.REFUSED: "refused",
            ServiceAnswer.NOT_OUR_KIND: "the service does not give this type of help",
            ServiceAnswer.PERSON_REFUSED: "the person refused this help",
            ServiceAnswer.NONE: "no answer yet",
        },
    ),
    ARRIVED: Question(
        "Did the person arrive at the service?", {YES: "yes", NO: "no", UNKNOWN: "not known"}
    ),
    THIRTY: Question(
        "How is the person 30 days after arrival at the service?",
        {
            ThirtyDays.HELPED: "the person still gets help",
            ThirtyDays.SAFE: "the person is safe, and the help ended",
            ThirtyDays.LEFT: "the person left the service",
            ThirtyDays.DANGER: "the person is in danger again",
            ThirtyDays.UNKNOWN: "not known",
        },
        "If the person is in danger again, the case reopens as urgent. The national desk is alerted at once.",
    ),
    STATE: Question(
        "Country of citizenship that the person named",
        dict(zip(sorted(STATES), sorted(STATES), strict=True)),
    ),
    DETERMINATION: Question(
        "Decision", {ACTUAL: "a victim of trafficking", "not": "not a victim of trafficking"}
    ),
    BODY: Question(
        "Deciding body",
        {
            "police": "police",
            "court": "court or prosecution",
            "ngo": "a non-governmental organisation",
            "government": "another government body",
        },
    ),
    FILE_TOLD: Question(
        "Explain to the person in private what a case file is. Does the person agree to a case file?",
        {
            YES: "agrees",
            NO: "does not agree to the file",
            "unsafe": "no safe way to ask the person",
        },
    ),
}
Answers: TypeAlias = Mapping[str, str]


def _of_adult(answers: Answers) -> bool:
    return answers.get(MINOR) != YES


def _of_child(answers: Answers) -> bool:
    return answers.get(CONSENT) in OF_CHILD


def _of_consent(answers: Answers) -> bool:
    """Returns False if an adult refused help or cannot answer now, and otherwise True."""
    return answers.get(CONSENT) not in (NO, ConsentCode.CANNOT_SAY)


def _of_decision(answers: Answers) -> bool:
    return answers.get(CONSENT) == YES or (_of_child(answers) and answers.get(INTEREST) == YES)


class FormPlace(StrEnum):
    """Says where a form asks a question: in the console, on the phone, or in both."""

    BOTH = "both"
    USSD = "ussd"
    CONSOLE = "console"
    BESIDE = "beside"
    """This form stores the answer but does not ask the question, which another form asks on the phone."""


ON_USSD = (FormPlace.BOTH, FormPlace.USSD)
SENT_BY_USSD = (*ON_USSD, FormPlace.BESIDE)
ON_CONSOLE = (FormPlace.BOTH, FormPlace.CONSOLE)


@dataclass(frozen=True, slots=True)
class AskedCode:
    """A question in a form, with its conditions."""

    code: str
    where: FormPlace = FormPlace.BOTH
    must: bool = False
    """True if an event without an answer to this question is refused."""
    is_required: bool = False
    """True if the form in the console requires an answer to this question."""
    when: Callable[[Answers], bool] = lambda _answers: True
    """A function that returns False if the answers so far make this question unnecessary."""


@dataclass(frozen=True, slots=True)
class CaseForm:
    """A form about a person of a case, with its questions in order. A completed form makes one event of the case."""

    title: str
    asked: tuple[AskedCode, ...]
    on_site: bool = False
    """True if the person is present while the responder answers. Such a form begins with questions about the person's
    safety."""

    @property
    def codes(self) -> Mapping[str, frozenset[str]]:
        """Returns the possible codes for each question of the form."""
        return {one.code: frozenset(QUESTIONS[one.code].values) for one in self.asked}

    @property
    def must(self) -> tuple[str, ...]:
        return tuple(one.code for one in self.asked if one.must)

    def names(self, at: Collection[FormPlace]) -> tuple[str, ...]:
        """Returns, in order, the names of the questions that this form asks at these places: console or phone."""
        return tuple(one.code for one in self.asked if one.where in at)

    def questions(self, answers: Answers, at: Collection[FormPlace]) -> list[str]:
        """Returns, in order, the names of the form's questions at these places: console or phone. Leaves out the
        questions that `answers` make unnecessary."""
        return [one.code for one in self.asked if one.where in at and one.when(answers)]

    def meant(self, answers: Answers, at: Collection[FormPlace]) -> dict[str, str]:
        """Returns the answers to questions of this form. Leaves out answers to questions that other answers make
        unnecessary."""
        filled = {code: answers[code] for code in self.names(at) if answers.get(code)}
        return {code: filled[code] for code in self.questions(filled, at) if code in filled}

    def missing(self, answers: Answers) -> list[str]:
        """Returns the questions that the console requires and that have no answer."""
        questions = self.questions(answers, ON_CONSOLE)
        required = {one.code for one in self.asked if one.must or one.is_required}
        return [code for code in questions if code in required and code not in answers]


def _must(code: str) -> AskedCode:
    return AskedCode(code, must=True)


CASE_FORMS: Mapping[LoggedEvent, CaseForm] = {
    LoggedEvent.SCREENED: CaseForm(
        "Signs of trafficking seen on a person",
        (
            _must(MINOR),
            _must(ACT),
            AskedCode(FORCE, is_required=True, when=_of_adult),
            AskedCode(DECEIT, is_required=True, when=_of_adult),
            _must(PURPOSE),
            AskedCode(FREE),
            AskedCode(FORM, when=lambda answers: answers.get(PURPOSE) != NO),
            AskedCode(SEX, FormPlace.CONSOLE),
            AskedCode(NATIONALITY, FormPlace.CONSOLE),
        ),
        on_site=True,
    ),
    LoggedEvent.CONSENT: CaseForm(
        "The person's answer about help",
        (
            AskedCode(MINOR, FormPlace.USSD),
            _must(CONSENT),
            AskedCode(INTEREST, is_required=True, when=_of_child),
            AskedCode(AGAIN, when=lambda answers: answers.get(CONSENT) == NO),
            AskedCode(SEX, FormPlace.CONSOLE),
            AskedCode(NATIONALITY, FormPlace.CONSOLE),
            AskedCode(SEX, FormPlace.BESIDE, when=_of_consent),
            AskedCode(NATIONALITY, FormPlace.BESIDE, when=_of_decision),
        ),
        on_site=True,
    ),
    LoggedEvent.OFFERED: CaseForm(
        "Help offered",
        (AskedCode(SEX, FormPlace.USSD), AskedCode(NATIONALITY, FormPlace.USSD), _must(SERVICE)),
        on_site=True,
    ),
    LoggedEvent.ANSWERED: CaseForm("Service answer", (_must(ANSWER),)),
    LoggedEvent.ARRIVED: CaseForm("Arrival", (_must(ARRIVED), AskedCode(STATE, FormPlace.CONSOLE))),
    LoggedEvent.THIRTY: CaseForm(
        "30-day follow-up", (_must(THIRTY), AskedCode(STATE, FormPlace.CONSOLE))
    ),
    LoggedEvent.DETERMINATION: CaseForm(
        "Official decision",
        (
            AskedCode(DETERMINATION, FormPlace.CONSOLE, must=True),
            AskedCode(BODY, FormPlace.CONSOLE, must=True),
        ),
    ),
    LoggedEvent.FILE_TOLD: CaseForm(
        "The person's answer about the case file",
        (
            AskedCode(FILE_TOLD, FormPlace.CONSOLE, must=True),
            AskedCode(INTEREST, FormPlace.CONSOLE),
        ),
    ),
}
"""The forms about a person of a case, by the kind of event that a completed form makes. The responder's phone, the
console, the encrypted events and the statistics all use these forms."""
OF_REFERRAL = (LoggedEvent.ANSWERED, LoggedEvent.ARRIVED, LoggedEvent.THIRTY)
"""The kinds of events that concern an offer of help."""
MAX_PEOPLE = 99


@dataclass(frozen=True, slots=True)
class PersonCodes:
    """The coded answers in an event about a person of the case."""

    n: int
    """The number of the person within the case, from 1. The name of the person is never stored."""
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    referral: int | None = None
    """For an event about an offer of help: the id of the event in which the help was offered."""

    def checked(self, kind: LoggedEvent) -> "PersonCodes":
        """Checks the codes and the numbers, and returns the object unchanged.

        Raises ValueError if a code or a number is missing or not allowed for an event of this kind. The error does not
        contain the value of a code.
        """
        form = CASE_FORMS.get(kind)
        allowed = {} if form is None else form.codes
        for name, value in self.codes.items():
            if value not in allowed.get(name, ()):
                raise ValueError(
                    f"a case event of the kind {kind} cannot have the coded answer {name} about a person"
                )
        lacking = [] if form is None else [one for one in form.must if one not in self.codes]
        if lacking or form is None:
            raise ValueError(
                f"a case event of the kind {kind} lacks these coded answers about a person: {' '.join(lacking)}"
            )
        if not 0 < self.n <= MAX_PEOPLE or (self.referral is None) is (kind in OF_REFERRAL):
            raise ValueError(
                f"a case event of the kind {kind} has a wrong person number or a wrong service referral"
            )
        return self

    def to_bytes(self) -> bytes:
        document = {"n": self.n, "codes": dict(self.codes), "referral": self.referral}
        return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, plaintext: bytes) -> "PersonCodes":
        """Reads the codes from bytes.

        Raises ValueError, KeyError or TypeError for bytes that `to_bytes` did not make.
        """
        document = json.loads(plaintext)
        codes = {str(name): str(value) for name, value in document["codes"].items()}
        return cls(int(document["n"]), codes, document["referral"])


def codes_of_kind(kind: LoggedEvent, codes: Mapping[str, str]) -> dict[str, str]:
    """Returns the given codes that an event of this kind may have."""
    allowed = CASE_FORMS[kind].codes
    return {name: value for name, value in codes.items() if value in allowed.get(name, ())}


def english_texts() -> Iterator[str]:
    """Yields the English texts that the console translates."""
    for form in CASE_FORMS.values():
        yield form.title
    for name, one in QUESTIONS.items():
        yield from (one.asks, *([one.hint] if one.hint else []))
        yield from () if name == STATE else one.values.values()


class FollowKind(StrEnum):
    """A fact about a person that is still missing."""

    ANSWER = "answer"
    """The answer of the service that was asked to help."""
    OFFER = "offer"
    """A service that helps the person. It is missing if the person wants help, and no service was asked or the last
    service could not help."""
    ARRIVAL = "arrival"
    THIRTY = "thirty"
    """The situation of the person thirty days after arriving at the service."""
    CONSENT = "consent"
    """The next answer of a person who has refused help. A responder must ask this person once more."""


class ScreeningResult(StrEnum):
    POSSIBLE = "possible"
    NOT_INDICATED = "not_indicated"
    UNCLEAR = "unclear"


def is_taken_for_child(minor: str | None) -> bool:
    """Returns True if a person is, or may be, under 18.

    A person whose age is in doubt counts as a child.
    """
    return minor in (YES, UNSURE)


def screening_result(codes: Mapping[str, str]) -> ScreeningResult:
    """Returns the result of a screening from its answers.

    A child can be a victim even without force or lies. A question without an answer counts as "unsure".
    """
    act, purpose = codes.get(ACT, UNSURE), codes.get(PURPOSE, UNSURE)
    means = (codes.get(FORCE, UNSURE), codes.get(DECEIT, UNSURE))
    is_child = is_taken_for_child(codes.get(MINOR, UNSURE))
    meets_means = is_child or any(one != NO for one in means)
    if NO in (act, purpose) or not meets_means:
        return ScreeningResult.NOT_INDICATED
    if YES in (act, purpose, *means):
        return ScreeningResult.POSSIBLE
    return ScreeningResult.UNCLEAR


ARRIVAL_WITHIN = timedelta(hours=72)
"""After a service has agreed to help, the person should arrive there within this time. An answer "not known" before
this time does not mean that the person failed to arrive."""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """An event of a case, with coded answers about a person."""

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
    """An event about a person, as a page of the console shows it. The page also shows an event that a later event
    corrected, with the id of the later event."""

    entry: PersonEntry
    corrected_by: int | None = None


@dataclass(slots=True)
class OfferedHelp:
    """An offer of help: a service was asked to help a person."""

    offered_id: int
    """The id of the event in which help was offered, by which later events name the offer."""
    offered_at: datetime
    offered_by: int | None
    service: str
    answer: str | None = None
    answered_at: datetime | None = None
    arrived: str | None = None
    arrived_at: datetime | None = None
    lost: int = 0
    """The number of reports that the person did not arrive at the service. A report "not known" counts too, if the
    person should have arrived before."""
    thirty: str | None = None
    thirty_at: datetime | None = None

    @property
    def is_on_the_way(self) -> bool:
        """Returns True as long as no report says that the person arrived, or did not arrive, at the service. A report
        "not known" counts only after the time in which the person should have arrived."""
        if self.arrived is None or self.arrived_at is None or self.answered_at is None:
            return self.arrived is None
        return self.arrived == UNKNOWN and self.arrived_at < self.answered_at + ARRIVAL_WITHIN


class ConsentState(StrEnum):
    """Says if a responder may offer help to a person now."""

    YES = "yes"
    NO = "no"
    """An adult refused help, and has not agreed to help since then."""
    UNASKED = "unasked"
    UNDECIDED = "undecided"
    """The person is a child. No one has asked the child, or the responder and the child officer have not decided what
    is best for the child."""


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
    """The answers of the person about help: for each, the time, the answer, and for a child the decision about what is
    best."""
    referrals: list[OfferedHelp] = field(default_factory=list)
    determination: str | None = None
    body: str | None = None
    again: str | None = None
    """The last answer to the question who should ask the person again about help."""
    file_answers: Mapping[str, str] = field(default_factory=dict)
    """The answers of the person when an officer last asked about a case file. Empty if no officer has asked."""
    timeline: list[PersonTimelineItem] = field(default_factory=list)
    is_possible: bool = False
    """True if, after the last clear screening or official decision, the person is a possible victim. After an official
    decision that the person is a victim, a screening does not change this value."""

    @property
    def actual(self) -> bool | None:
        """Returns True if a deciding body said that the person is a victim, and False if it said the opposite.

        Returns None if no body has decided.
        """
        return None if self.determination is None else self.determination == ACTUAL

    @property
    def askers(self) -> list[int | None]:
        """Returns the responders who last asked this person about help."""
        asked_at = self.consents[-1][0] if self.consents else None
        return [one.entry.responder_id for one in self.timeline if one.entry.at == asked_at]

    @property
    def wants_woman(self) -> bool:
        """Returns True if, by the newest answer, a woman should ask the person again about help."""
        return self.again == WOMAN

    @property
    def is_child(self) -> bool:
        """Returns True if the person may be a child, or looks like a child."""
        if self.sex in (GIRL, BOY) or is_taken_for_child(self.minor):
            return True
        last_code = self.consents[-1][1] if self.consents else None
        return self.minor is None and last_code in OF_CHILD

    @property
    def consent(self) -> ConsentState:
        """Returns the present consent of the person.

        After a refusal, only a later "yes" of the person allows a responder to offer help.
        """
        decision = next((code for _, code, _ in reversed(self.consents) if code in DECISIVE), None)
        if decision == ConsentCode.NO:
            return ConsentState.NO
        if self.is_child:
            return self._of_child()
        latest = next((code for _, code, _ in reversed(self.consents) if code not in OF_CHILD), "")
        return ConsentState.YES if latest == ConsentCode.YES else ConsentState.UNASKED

    @property
    def newest(self) -> OfferedHelp | None:
        return self.referrals[-1] if self.referrals else None

    def refusals(self) -> int:
        """Returns how often this adult has refused help since the last time that the adult agreed to help."""
        count = 0
        for _, code, _ in reversed(self.consents):
            if code in (ConsentCode.YES, ConsentCode.ASSENT_YES):
                break
            count += code == ConsentCode.NO
        return count

    def _of_child(self) -> ConsentState:
        child_answers = [one for one in self.consents if one[1] in OF_CHILD]
        is_decided = bool(child_answers) and child_answers[-1][2] == YES
        return ConsentState.YES if is_decided else ConsentState.UNDECIDED


DECISIVE = (ConsentCode.YES, ConsentCode.NO, ConsentCode.ASSENT_YES)


def build_persons(entries: Iterable[PersonEntry]) -> tuple[MetPerson, ...]:
    """Returns the persons of a case, ordered by their numbers.

    `entries` must be in the order in which they were stored.
    """
    all_entries = list(entries)
    newest_entries, corrected = _corrections(all_entries)
    people: dict[int, MetPerson] = {}
    for one in all_entries:
        person = people.setdefault(one.reported.n, MetPerson(one.reported.n, one.at))
        person.timeline.append(PersonTimelineItem(one, corrected.get(one.id)))
        if one.id in newest_entries:
            _add(person, one, newest_entries[one.id].reported)
    return tuple(people[n] for n in sorted(people))


def _corrections(
    entries: Sequence[PersonEntry],
) -> tuple[Mapping[int, PersonEntry], dict[int, int]]:
    """Returns two mappings. The first contains the newest correction of each original event, or the event itself if no
    event corrected it.

    The second contains, for each corrected event, the id of the event that corrected it next.
    """
    roots: dict[int, int] = {}
    newest_entries: dict[int, PersonEntry] = {}
    corrected: dict[int, int] = {}
    for one in entries:
        root = one.id if one.supersedes is None else roots.get(one.supersedes, one.id)
        roots[one.id] = root
        if root in newest_entries and newest_entries[root].id != one.id:
            corrected[newest_entries[root].id] = one.id
        newest_entries[root] = one
    return newest_entries, corrected


def _add(person: MetPerson, one: PersonEntry, reported: PersonCodes) -> None:
    """Adds the facts of an event to a person. `reported` has the codes of the event's newest correction, or of the
    event itself."""
    codes = reported.codes
    person.sex = codes.get(SEX, person.sex)
    person.nationality = codes.get(NATIONALITY, person.nationality)
    person.state = codes.get(STATE, person.state)
    person.minor = codes.get(MINOR, person.minor)
    person.again = codes.get(AGAIN, person.again)
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
        case LoggedEvent.FILE_TOLD:
            person.file_answers = codes
        case LoggedEvent.DETERMINATION:
            person.determination, person.body = codes[DETERMINATION], codes[BODY]
            person.is_possible = person.determination == ACTUAL
        case _:
            _follow(person, one, reported)


def _follow(person: MetPerson, one: PersonEntry, reported: PersonCodes) -> None:
    """Adds an event about an offer of help to the offer. Ignores the event if the offer is unknown."""
    found = next((help for help in person.referrals if help.offered_id == reported.referral), None)
    if found is None:
        return
    if one.kind is LoggedEvent.ANSWERED:
        found.answer, found.answered_at = reported.codes[ANSWER], one.at
        if found.answer == ServiceAnswer.PERSON_REFUSED and not person.is_child:
            # A person who refuses a service counts as refusing help. No one offers help again until the person agrees.
            person.consents.append((one.at, ConsentCode.NO, None))
    elif one.kind is LoggedEvent.ARRIVED:
        found.arrived, found.arrived_at = reported.codes[ARRIVED], one.at
        # After five weeks without a report, the clock process itself writes the event `ARRIVED`. This event counts as
        # two reports that the person did not arrive, so that responders stop searching.
        is_lost = found.arrived != YES and not found.is_on_the_way
        found.lost += is_lost + (one.channel == EventChannel.CLOCK)
    elif one.kind is LoggedEvent.THIRTY:
        found.thirty, found.thirty_at = reported.codes[THIRTY], one.at


COUNTING_PROOFS = ("", TakeProof.PROVED, TakeProof.UNPROVED)
"""The values of `TakeProof` with which an acknowledgement counts. The empty text is for an event that stores no
`TakeProof`."""


class ClosureRefusal(StrEnum):
    """The reason why a closure cannot be confirmed or requested."""

    NOT_REQUESTED = "not_requested"
    SAME_PERSON = "same_person"
    UNOPENED = "unopened"
    """The person who wants to confirm the closure has not read the case since the closure was requested."""
    IN_CONSOLE = "in_console"
    """The rule needs coded answers about persons, which only the console can decrypt. So the national desk must confirm
    the closure in the console."""
    POSSIBLE = "possible"
    """A person in the case is a possible victim. Before the closure, a responder must screen the person again, or an
    official body must decide."""
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
