"""Defines the requests that the web process sends to the reader process after a work PIN was typed, and the answers.

The web process cannot find out if a PIN is right, and cannot decrypt a case. It gets flags, lists and texts from the
reader process, and shows them.
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
from hotline.tips.rules_persons import CASE_FORMS, ON_USSD, SENT_BY_USSD, codes_of_kind

WORK_PIN = "work_pin"
"""The name of the answer that contains a work PIN. Only the reader process gets this answer. It is stored nowhere."""
START_PIN, NEW_PIN, NEW_AGAIN = "start_pin", "new_pin", "new_again"
"""The names of the answers with a start PIN from paper, a new work PIN, and the new work PIN again."""
READER_PINS = frozenset({WORK_PIN, START_PIN, NEW_PIN, NEW_AGAIN})
"""The names of answers that only the reader process gets. They are neither committed nor stored."""
PIN, NUMBER_KEY, NUMBER_END = "pin", "number_key", "number_end"
"""Fields of the encrypted request: the typed work PIN, the keyed digest of the phone number, and the number's last
digits.
"""
NUMBER_END_DIGITS = 6
WORK_CASE = "work_case"
"""The name of the answer that names a case of the responder."""
WORK_FORM = "work_form"
"""The name of the answer that names an unfinished form about a person. It has another value if the responder does not
continue a form.
"""
WORK_VERB = "work_verb"
"""The name of the answer that says what to do with the case."""
AGAIN = "work_again"
"""The name of the answer that requests content again, because it did not arrive in time."""
WORK_QUESTION = "work_question"
"""The name of the answer that names a question for the caller."""
WORK_WORDS = "work_words"
"""The name of the answer that contains the text of a note. The reader gets this text together with the PIN. It is never
stored in clear text.
"""
WORK_COLLEAGUE = "work_colleague"
"""The name of the answer that names the colleague who should get a case."""
WORK_DISTRICT = "work_district"
"""The name of the answer that names the district that should get a case."""
WORK_SHIFT = "work_shift"
"""The name of the answer that names a shift to take or to offer."""
READ, HISTORY, WARNINGS = "read", "history", "warnings"
"""The values of `WORK_VERB` that request a page: the report, the timeline, or the warnings about PINs."""
HANDOVER, HANDOVER_READ = "handover", "handover_read"
"""The values of `WORK_VERB` that request the notes of a handover, and that confirm that they were read. `HANDOVER` is
also the flag that says that notes wait."""
NOT_ME = "not_me"
"""The value of `WORK_VERB` that ends this phone's PIN, because another person has used it."""
MY_WORK, MY_QUESTIONS, MY_COLLEAGUES = "my_work", "my_questions", "my_colleagues"
"""The names of lists: the responder's cases, the questions for callers, and the colleagues who may get a case."""
MY_SHIFTS, FREE_SHIFTS = "my_shifts", "free_shifts"
"""The names of lists: the responder's shifts, and shifts that the responder may take. Each name is also the flag that
the list is not empty."""
ASK, PASS, DISTRICT = "ask.", "pass.", "district."
"""The prefixes of verbs: ask the caller a question, pass the case to a colleague, pass the case to a district."""
SHIFT, TAKES, OFFERS = "shift.", "take.", "offer."
"""The prefix of verbs about a shift, and the prefixes of the shift's name: take it, or offer it to colleagues."""
NOTE = "note_"
"""The prefix of verbs that write a note. A `NoteCode` follows the prefix."""
PAGE = "page"
"""The placeholder on a screen that shows a page of a case."""
KEPT_FOR = timedelta(minutes=10)
"""The time for which a request to the reader is stored. No session lasts so long."""
MIN_PIN_LETTERS = 4
"""A typed answer with at least this number of digits may be a PIN. So no digest is made of a text that contains such an
answer.
"""


class ReaderQuestionKind(StrEnum):
    VIEW = "view"
    """The responder's cases, as they were at the beginning of the session."""
    PAGE = "page"
    """A page of a case, in the responder's language."""
    ACT = "act"
    """A command that also exists by SMS."""
    PROVE = "prove"
    """A check of the code from an SMS and the start PIN from paper."""
    CHOOSE = "choose"
    """The same check, and then the work PIN that the responder chooses."""
    CHANGE = "change"
    """A new work PIN. The responder has already entered the present PIN in this session."""


class ReadingState(StrEnum):
    """The state of a request to the reader process. On a phone, `WRONG` and `RESTED` differ only in their texts."""

    ASKED = "asked"
    DONE = "done"
    WRONG = "wrong"
    RESTED = "rested"


NO_PIN = "no_pin"
"""A flag for the whole session: an enrolled phone does not have a PIN yet. Whatever PIN is typed, such a phone gets a
list without content.
"""
MAY_PROVE = "may_prove"
"""A flag for the whole session: an enrolled phone without a PIN can enter the code from its SMS."""
PROVES, PAPER_RIGHT, NUMBER_PROVED, PROOF_OVER = (
    "proves",
    "paper_right",
    "number_proved",
    "proof_over",
)
"""Flags: the code was right, the start PIN was also right, a new number is proved, and nothing can be proved now."""
CHOSEN, CHANGED, REFUSED = "pin_chosen", "pin_changed", "pin_refused"
"""Flags: the responder chose a PIN, changed the PIN, or typed two different PINs or a PIN that is too easy."""
ENDED, HAS_WARNINGS = "pin_ended", "has_warnings"
"""Flags: the PIN was ended, and there are unread warnings about PINs."""
RIGHT, WAITS, IS_BLOCKED, UNREADABLE = "pin_right", "waits", "pin_rests", "unreadable"
"""Flags: the PIN was right, no answer came in time, the PIN is blocked, and no key decrypts the case."""
ONE_DANGER, ONE_STARTED = "one_danger", "one_started"
"""Flags: the PIN leads to the page of the only danger that no one has taken, or to a form that was just interrupted."""
IS_OWN = "hers"
"""The flag of a case whose assignee is this responder. The reference of the case follows it."""
FIRST = "first"
"""The placeholder for the reference of the case that is shown right after the PIN."""
IN_CONSOLE = "console"
"""The flag of a command that works only in the console. With a reference, it marks a case to be read there."""


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
    """For each list, by its name: the value and the label of each choice, in the responder's language."""
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The values that replace placeholders in texts, by placeholder. For example, `place.K7Q4` is the place of the case
    K7Q4.
    """

    def and_also(self, other: "ReaderAnswer") -> "ReaderAnswer":
        lists, words = {**self.lists, **other.lists}, {**self.words, **other.words}
        return ReaderAnswer((*self.flags, *other.flags), lists, words)

    def without_page(self) -> "ReaderAnswer":
        """Returns the answer without the text of a case."""
        words = {name: word for name, word in self.words.items() if name != PAGE}
        return ReaderAnswer(self.flags, self.lists, words)

    def about_cases(self) -> "ReaderAnswer":
        """Returns only values whose names contain a case's reference. They stay valid in the whole session."""
        words = {name: word for name, word in self.words.items() if "." in name}
        return ReaderAnswer(tuple(one for one in self.flags if "." in one), self.lists, words)

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
    """Returns the answer to a phone whose PIN is blocked.

    If the time is known, the answer says when the next attempt is possible.
    """
    return ReaderAnswer((IS_BLOCKED,), words={} if until is None else {"time": kigali_time(until)})


def bound_to(session_key: str, text_digest: str) -> str:
    """Returns a name for one place in the text of one session.

    A value that is bound to this name cannot be used at another place.
    """
    return f"{session_key}:{text_digest}"


def without_pins(text: str) -> str:
    """Returns the text with the first part that may be a PIN, and everything after it, replaced by `#`. The length of
    the text stays the same. Only a digest of the result is stored.

    From a digest of the whole text, an attacker could find the PIN with a million attempts. Answers about a person
    could be found with even fewer attempts.
    """
    parts = text.split(SEPARATOR)
    first = next((at for at, part in enumerate(parts) if _may_be_pin(part)), len(parts))
    return SEPARATOR.join((*parts[:first], *("#" * len(part) for part in parts[first:])))


def _may_be_pin(typed: str) -> bool:
    return sum(letter.isdecimal() for letter in typed) >= MIN_PIN_LETTERS


# Collects what a responder types about a person, and builds the request that carries it with the PIN. Pure.

PERSON = "person"
"""The name of the person's number, in the request and as a placeholder in the reader's answer."""
CODE = "code."
"""The prefix of codes in the request."""
NEW = "new"
"""The value for a person who is not recorded yet."""
WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON = "work_person", "arrival_person", "thirty_person"
"""The names of answers that name a person: for screening or help, for an arrival, and for the report after thirty
days.
"""
MADE_PERSON = "made_person"
"""The name of the answer that names the person of the form that was just recorded. If the responder goes back and
fills in the form again, the record of this person is corrected."""
STARTED = "started"
"""The prefix of three names that belong to an unfinished form: its flag, its list and its placeholder. A case's
reference follows
it.
"""
SCREENING, KEEPING = "screening", "keeping"
"""The names of the flow with questions on site, and of the flow that waits until the reader has recorded a form."""
FLOWS = frozenset({SCREENING, "helping", "following"})
"""The names of the flows that begin with the choice of a person."""
USSD_FORMS = {kind: form for kind, form in CASE_FORMS.items() if form.names(ON_USSD)}
PERSON_VERBS = frozenset(kind.value for kind in USSD_FORMS)
"""The verbs of requests to record a report about a person. Each verb equals the kind of the event that is recorded."""
WHO = {LoggedEvent.ARRIVED: ARRIVAL_PERSON, LoggedEvent.THIRTY: THIRTY_PERSON}
"""The name of the answer that names the person, if it is not `WORK_PERSON`."""
CODE_ANSWER = "person_"
"""The prefix of the names of answers in which a flow stores a code."""
KEPT_ANSWERS = frozenset(
    f"{CODE_ANSWER}{code}"
    for form in USSD_FORMS.values()
    for code in form.names(ON_USSD)
    if len(form.names(ON_USSD)) > 1
)
"""The names of answers in forms with several questions."""


def codes_in(answers: Mapping[str, str]) -> dict[str, str]:
    """Returns the codes that are among the answers of a session."""
    return {
        name.removeprefix(CODE_ANSWER): value
        for name, value in answers.items()
        if name.startswith(CODE_ANSWER)
    }


def ended_by(name: str, answers: Mapping[str, str]) -> LoggedEvent | None:
    """Returns the form that is complete with this answer. Returns None if the form has more questions."""
    code, codes = name.removeprefix(CODE_ANSWER), codes_in(answers)
    if not name.startswith(CODE_ANSWER):
        return None
    return next(
        (kind for kind, form in USSD_FORMS.items() if form.questions(codes, ON_USSD)[-1] == code),
        None,
    )


def form_content(kind: LoggedEvent, answers: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the person and the codes for the reader. Leaves out codes that another answer makes unnecessary.

    If several persons are possible, the flow has let the responder choose. If the responder chose none, the report is
    about a new person or about the only person who is due.
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
        """Returns the answers of a session in which the responder has filled in this part of the form."""
        codes = {f"{CODE_ANSWER}{code}": value for code, value in self.codes.items()}
        return {WORK_PERSON: self.person, **codes}

    @property
    def step(self) -> tuple[int, int]:
        """Returns the number of the next question, and the number of all questions.

        Questions that are skipped do not count.
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
        """Reads an unfinished form from its text. Drops codes that do not belong to the form.

        Raises ValueError, KeyError or TypeError for any other text.
        """
        document = json.loads(text)
        kind = LoggedEvent(document["kind"])
        if kind not in USSD_FORMS:
            raise ValueError(f"responders cannot report case events of this kind by USSD: {kind}")
        return cls(kind, str(document["person"]), codes_of_kind(kind, document["codes"]))


def started_form(name: str, answers: Mapping[str, str], flows: Sequence[str]) -> StartedForm:
    """Returns the form to which this answer belongs, with all answers so far.

    `flows` contains the names of the flows that are open now.
    """
    code = name.removeprefix(CODE_ANSWER)
    kinds = [kind for kind, form in USSD_FORMS.items() if code in form.names(ON_USSD)]
    if len(kinds) > 1:
        kinds = [kind for kind in kinds if (kind is LoggedEvent.SCREENED) is (SCREENING in flows)]
    codes = USSD_FORMS[kinds[0]].meant(codes_in(answers), SENT_BY_USSD)
    return StartedForm(kinds[0], _person(answers), codes)


def person_and_codes(typed: Mapping[str, str]) -> tuple[int | None, Mapping[str, str]]:
    """Returns the number of the person and the codes in a request.

    The number is 0 for a new person, and None if the request names no person.
    """
    person = typed.get(PERSON, "")
    codes = {
        name.removeprefix(CODE): value for name, value in typed.items() if name.startswith(CODE)
    }
    if person == NEW:
        return 0, codes
    return (int(person) if person.isdecimal() else None), codes
