"""Defines the requests of the web process to the reader process after a work PIN was entered, and the answers. Pure
values.

The web process cannot see if a PIN is right, and it decrypts no case. It gets flags, lists and texts from the reader,
and shows them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hotline.core.ussd import SEPARATOR
from hotline.text.time import kigali_time
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_person_codes import CASE_FORMS, ON_USSD, SENT_BY_USSD, codes_of_kind

WORK_PIN = "work_pin"
"""The answer that contains a work PIN. Only the reader gets it, and it is stored nowhere."""
START_PIN, NEW_PIN, NEW_AGAIN = "start_pin", "new_pin", "new_again"
"""The answers with a start PIN from paper, a new work PIN, and the new work PIN once more."""
READER_PINS = frozenset({WORK_PIN, START_PIN, NEW_PIN, NEW_AGAIN})
"""Answers that only the reader gets. No hop commits them, and they are stored nowhere."""
PIN, NUMBER_KEY, NUMBER_END = "pin", "number_key", "number_end"
"""Fields in the encrypted request: the typed work PIN, the keyed digest of the phone, and its last digits."""
NUMBER_END_DIGITS = 6
WORK_CASE = "work_case"
"""The answer that names a case of the responder."""
WORK_FORM = "work_form"
"""The answer that names the unfinished form about a person. It has another value if the responder continues no form."""
WORK_VERB = "work_verb"
"""The answer that says what the responder wants to do with a case."""
AGAIN = "work_again"
"""The answer with which the responder asks again for content that did not arrive in time."""
WORK_QUESTION = "work_question"
"""The answer that names the question to ask back."""
WORK_WORDS = "work_words"
"""The answer that contains the text of a note. The reader gets it with the PIN. It is stored nowhere in clear text."""
WORK_COLLEAGUE = "work_colleague"
"""The answer that names the colleague to pass a case to."""
WORK_DISTRICT = "work_district"
"""The answer that names the district to pass a case to."""
READ, HISTORY, WARNINGS = "read", "history", "warnings"
"""The values of `WORK_VERB` that ask for a page: the report, the timeline, or the warnings about PINs."""
NOT_ME = "not_me"
"""The value of `WORK_VERB` that ends the PIN of this phone, because another person used it."""
MY_WORK, MY_QUESTIONS, MY_COLLEAGUES = "my_work", "my_questions", "my_colleagues"
"""The lists of the responder's cases, of questions to ask back, and of colleagues who may get a case."""
ASK, PASS, DISTRICT = "ask.", "pass.", "district."
"""Prefixes of verbs: ask the caller a question, pass the case to a colleague, pass the case to a district."""
NOTE = "note_"
"""The prefix of the verbs that write a note. A value of `NoteCode` follows it."""
PAGE = "page"
"""The placeholder of a screen that shows a page of a case."""
KEPT_FOR = timedelta(minutes=10)
"""The time for which a request to the reader is stored. No session lasts that long."""
MIN_PIN_LETTERS = 4
"""A typed answer with this number of digits or more may be a PIN. No digest is made of a text that contains it."""


class ReaderQuestionKind(StrEnum):
    VIEW = "view"
    """The responder's cases, as they were at the beginning of the session."""
    PAGE = "page"
    """A page of a case, in the responder's language."""
    ACT = "act"
    """A command that can also be sent by SMS."""
    PROVE = "prove"
    """A check of the code from an SMS and the start PIN from paper."""
    CHOOSE = "choose"
    """The same check, followed by the work PIN that the responder chooses."""
    CHANGE = "change"
    """A new work PIN, after the present one was entered in this session."""


class ReadingState(StrEnum):
    """The state of a request to the reader. For a waiting phone, `WRONG` and `RESTED` differ only in their texts."""

    ASKED = "asked"
    DONE = "done"
    WRONG = "wrong"
    RESTED = "rested"


NO_PIN = "no_pin"
"""A flag that stays for the session: an enrolled phone has no PIN yet. Any PIN opens its list, without content."""
MAY_PROVE = "may_prove"
"""A flag that stays for the session: an enrolled phone without a PIN can enter the code that it was sent."""
PROVES, PAPER_RIGHT, NUMBER_PROVED, PROOF_OVER = (
    "proves",
    "paper_right",
    "number_proved",
    "proof_over",
)
"""Flags: the code was right, the start PIN was right too, a new number is proved, and no proof is possible now."""
CHOSEN, CHANGED, REFUSED = "pin_chosen", "pin_changed", "pin_refused"
"""Flags: the responder has a work PIN, has changed it, and chose one that is too easy or typed differently twice."""
ENDED, HAS_WARNINGS = "pin_ended", "has_warnings"
"""Flags: the PIN was ended, and there are unread warnings about PINs."""
RIGHT, WAITS, IS_BLOCKED, UNREADABLE = "pin_right", "waits", "pin_rests", "unreadable"
"""Flags: the PIN was right, no answer came in time, the PIN is blocked, and no key decrypts the case."""


@dataclass(frozen=True, slots=True)
class ReaderQuestion:
    """A request to the reader process."""

    kind: ReaderQuestionKind
    reference: str = ""
    verb: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "reference": self.reference, "verb": self.verb}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "ReaderQuestion":
        return cls(ReaderQuestionKind(document["kind"]), document["reference"], document["verb"])


@dataclass(frozen=True, slots=True)
class ReaderAnswer:
    """An answer of the reader process. `repr` does not show its texts."""

    flags: tuple[str, ...] = ()
    lists: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict, repr=False)
    """By the name of the list: the value of each choice, and its label in the responder's language."""
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The values of placeholders in texts. For example, `place.K7Q4` belongs to the case K7Q4."""

    def and_also(self, other: "ReaderAnswer") -> "ReaderAnswer":
        lists, words = {**self.lists, **other.lists}, {**self.words, **other.words}
        return ReaderAnswer((*self.flags, *other.flags), lists, words)

    def to_dict(self) -> dict[str, Any]:
        lists = {name: [list(one) for one in choices] for name, choices in self.lists.items()}
        return {"flags": [*self.flags], "lists": lists, "words": dict(self.words)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "ReaderAnswer":
        return cls(
            tuple(document["flags"]),
            {
                name: tuple((value, label) for value, label in choices)
                for name, choices in document["lists"].items()
            },
            dict(document["words"]),
        )


def blocked_answer(until: datetime | None) -> ReaderAnswer:
    """Returns the answer to a phone whose PIN is blocked for some time.

    The answer names the time of the next possible attempt, if it is known.
    """
    return ReaderAnswer((IS_BLOCKED,), words={} if until is None else {"time": kigali_time(until)})


def bound_to(session_key: str, text_digest: str) -> str:
    """Returns a name for one place in the text of one session.

    A value that is bound to this name is valid nowhere else.
    """
    return f"{session_key}:{text_digest}"


def without_pins(text: str) -> str:
    """Returns the text in the same length. The first part that may be a PIN, and all after it, are replaced. Only a
    digest of this text is stored.

    With a digest of the full text, a million attempts would find the PIN. The answers about a person would be found
    with even fewer attempts.
    """
    parts = text.split(SEPARATOR)
    first = next((at for at, part in enumerate(parts) if _may_be_pin(part)), len(parts))
    return SEPARATOR.join((*parts[:first], *("#" * len(part) for part in parts[first:])))


def _may_be_pin(typed: str) -> bool:
    return sum(letter.isdecimal() for letter in typed) >= MIN_PIN_LETTERS


# Collects what a responder enters about one person, and builds the encrypted request that carries
# it with the PIN. Pure.

PERSON = "person"
"""The number of the person within the case, in the request and as a placeholder in the reader's answer."""
CODE = "code."
"""The prefix of the codes in the request."""
NEW = "new"
"""The value for a person who is not recorded yet."""
WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON = "work_person", "arrival_person", "thirty_person"
"""The answers that name a person: to screen or to help, to report as arrived, and to report on after thirty days."""
MADE_PERSON = "made_person"
"""The answer that names a person, after this form was already recorded about them once. If the responder goes back, the
record of this person is corrected."""
STARTED = "started"
"""The prefix before a case's reference, for the flag, the list and the placeholder of an unfinished form."""
SCREENING, KEEPING = "screening", "keeping"
"""The flow with the questions on site, and the flow that waits until the reader has recorded a form."""
FLOWS = frozenset({SCREENING, "helping", "following"})
"""The flows that begin with the choice of a person."""
USSD_FORMS = {kind: form for kind, form in CASE_FORMS.items() if form.names(ON_USSD)}
PERSON_VERBS = frozenset(kind.value for kind in USSD_FORMS)
"""The verbs of requests about a person. Each verb equals the kind of the event that the request writes."""
WHO = {LoggedEvent.ARRIVED: ARRIVAL_PERSON, LoggedEvent.THIRTY: THIRTY_PERSON}
"""The answer that names the person, if this is not `WORK_PERSON`."""
CODE_ANSWER = "person_"
"""The prefix of the answers in which a flow stores a code."""
KEPT_ANSWERS = frozenset(
    f"{CODE_ANSWER}{code}"
    for form in USSD_FORMS.values()
    for code in form.names(ON_USSD)
    if len(form.names(ON_USSD)) > 1
)
"""The answers to forms that have several questions."""


def codes_in(answers: Mapping[str, str]) -> dict[str, str]:
    """Returns the codes among the answers of a session."""
    return {
        name.removeprefix(CODE_ANSWER): value
        for name, value in answers.items()
        if name.startswith(CODE_ANSWER)
    }


def ended_by(name: str, answers: Mapping[str, str]) -> LoggedEvent | None:
    """Returns the form that this answer completes. Returns None if the form has further questions."""
    code, codes = name.removeprefix(CODE_ANSWER), codes_in(answers)
    if not name.startswith(CODE_ANSWER):
        return None
    return next(
        (kind for kind, form in USSD_FORMS.items() if form.questions(codes, ON_USSD)[-1] == code),
        None,
    )


def form_content(kind: LoggedEvent, answers: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the person and the codes for the reader, without codes that a correction made unnecessary.

    If several persons may be meant, the flow has asked the responder to choose. Otherwise a new person is meant, or the
    only person who is due.
    """
    meant = USSD_FORMS[kind].meant(codes_in(answers), SENT_BY_USSD)
    codes = {f"{CODE}{code}": value for code, value in meant.items()}
    person = answers.get(WHO[kind], "") if kind in WHO else _person(answers)
    return {PERSON: person, **codes} if person else codes


def _person(answers: Mapping[str, str]) -> str:
    person = answers.get(WORK_PERSON, NEW)
    return answers.get(MADE_PERSON, person) if person == NEW else person


@dataclass(frozen=True, slots=True)
class StartedForm:
    """A form about a person that a responder has not finished."""

    kind: LoggedEvent
    person: str
    """The number of the person within the case, or `NEW`."""
    codes: Mapping[str, str] = field(repr=False)

    @property
    def answers(self) -> Mapping[str, str]:
        """Returns the answers of a session in which the responder has filled in this form up to here."""
        codes = {f"{CODE_ANSWER}{code}": value for code, value in self.codes.items()}
        return {WORK_PERSON: self.person, **codes}

    @property
    def step(self) -> tuple[int, int]:
        """Returns the number of the next question, and the number of all questions.

        Skipped questions are not counted.
        """
        asked: Sequence[str] = USSD_FORMS[self.kind].questions(self.codes, ON_USSD)
        last = max((at for at, code in enumerate(asked) if code in self.codes), default=-1)
        given = sum(code in self.codes for code in asked)
        return given + 1, given + len(asked) - last - 1

    def to_text(self) -> str:
        document = {"kind": self.kind.value, "person": self.person, "codes": dict(self.codes)}
        return json.dumps(document, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "StartedForm":
        """Reads a form from its text. Drops codes that the form does not have.

        Raises ValueError, KeyError or TypeError for any other text.
        """
        document = json.loads(text)
        kind = LoggedEvent(document["kind"])
        if kind not in USSD_FORMS:
            raise ValueError(f"responders have no phone form for this kind of event: {kind}")
        return cls(kind, str(document["person"]), codes_of_kind(kind, document["codes"]))


def started_form(name: str, answers: Mapping[str, str], flows: Sequence[str]) -> StartedForm:
    """Returns the form to which this answer belongs, with all answers so far.

    `flows` contains the flows that are open now.
    """
    code = name.removeprefix(CODE_ANSWER)
    kinds = [kind for kind, form in USSD_FORMS.items() if code in form.names(ON_USSD)]
    if len(kinds) > 1:
        kinds = [kind for kind in kinds if (kind is LoggedEvent.SCREENED) is (SCREENING in flows)]
    codes = USSD_FORMS[kinds[0]].meant(codes_in(answers), SENT_BY_USSD)
    return StartedForm(kinds[0], _person(answers), codes)


def person_and_codes(typed: Mapping[str, str]) -> tuple[int | None, Mapping[str, str]]:
    """Returns the number of the person and the codes in a request.

    The number is 0 for a new person and None for no person.
    """
    person = typed.get(PERSON, "")
    codes = {
        name.removeprefix(CODE): value for name, value in typed.items() if name.startswith(CODE)
    }
    if person == NEW:
        return 0, codes
    return (int(person) if person.isdecimal() else None), codes
