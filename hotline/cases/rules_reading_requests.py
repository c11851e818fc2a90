"""Defines what the web process asks the reader behind a work PIN, and what the reader answers. Pure values.

The web process cannot tell a right PIN from a wrong one, and decrypts no case. It receives flags, lists and texts, and
shows them.
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
"""The answer that holds a work PIN. It goes to the reader, and is stored nowhere."""
START_PIN, NEW_PIN, NEW_AGAIN = "start_pin", "new_pin", "new_again"
"""The answers that hold a start PIN from paper, a new work PIN, and the new PIN once more."""
READER_PINS = frozenset({WORK_PIN, START_PIN, NEW_PIN, NEW_AGAIN})
"""Answers for the reader only. No hop commits them, and they are stored nowhere."""
PIN, NUMBER_KEY, NUMBER_END = "pin", "number_key", "number_end"
"""Fields in the sealed box of an ask: the keyed work PIN, the keyed digest of the phone, and its last digits."""
NUMBER_END_DIGITS = 6
WORK_CASE = "work_case"
"""The answer that names a case of the responder."""
WORK_FORM = "work_form"
"""The answer that names the form about a person to continue. It has another value if there is none."""
WORK_VERB = "work_verb"
"""The answer that says what the responder wants to do with a case."""
AGAIN = "work_again"
"""The answer with which the responder asks again for what did not come in time."""
WORK_QUESTION = "work_question"
"""The answer that names the question to ask back."""
WORK_WORDS = "work_words"
"""The answer that holds the text of a note. It goes to the reader with the PIN, and is stored nowhere in clear."""
WORK_COLLEAGUE = "work_colleague"
"""The answer that names the colleague who gets a case from the responder."""
WORK_DISTRICT = "work_district"
"""The answer that names the district that gets a case from the responder."""
READ, HISTORY, WARNINGS = "read", "history", "warnings"
"""The values of `WORK_VERB` that ask for a page: the report, the timeline, and the warnings about PINs."""
NOT_ME = "not_me"
"""The value of `WORK_VERB` that ends the PIN of this phone, because another person opened it."""
MY_WORK, MY_QUESTIONS, MY_COLLEAGUES = "my_work", "my_questions", "my_colleagues"
"""The lists of the responder's cases, of questions to ask back, and of colleagues who may get a case."""
ASK, PASS, DISTRICT = "ask.", "pass.", "district."
"""Prefixes of verbs: ask a question back by its name, pass on to a colleague, pass on to a district."""
NOTE = "note_"
"""Prefix of the verbs that leave a note. A `NoteCode` follows."""
PAGE = "page"
"""The placeholder of a screen that shows a page of a case."""
KEPT_FOR = timedelta(minutes=10)
"""Time for which a reading is stored. No session lasts so long."""
MIN_PIN_LETTERS = 4
"""An input with this many digits or more may be a PIN. No digest of a text is made over it."""


class ReaderQuestionKind(StrEnum):
    VIEW = "view"
    """The responder's cases, as they were when the session began."""
    PAGE = "page"
    """A page of a case, in the responder's language."""
    ACT = "act"
    """One of the verbs that an SMS may say."""
    PROVE = "prove"
    """A check of the code from an SMS and the start PIN from paper."""
    CHOOSE = "choose"
    """The same check, and the work PIN that the responder chooses after it."""
    CHANGE = "change"
    """A new work PIN, behind the one of this session."""


class ReadingState(StrEnum):
    """The state of a reading. For a waiting phone, the paths to `WRONG` and `RESTED` differ only in their texts."""

    ASKED = "asked"
    DONE = "done"
    WRONG = "wrong"
    RESTED = "rested"


NO_PIN = "no_pin"
"""A flag that is pinned: an enrolled phone has no PIN yet, and any PIN opens its list without content."""
MAY_PROVE = "may_prove"
"""A flag that is pinned: an enrolled phone without a PIN has a code to key."""
PROVES, PAPER_RIGHT, NUMBER_PROVED, PROOF_OVER = (
    "proves",
    "paper_right",
    "number_proved",
    "proof_over",
)
"""Flags about a proof: the code was right, the start PIN too, a new number needs no more, no proof is possible now."""
CHOSEN, CHANGED, REFUSED = "pin_chosen", "pin_changed", "pin_refused"
"""Flags about the work PIN: the responder has one, has a new one, keyed one too easy or not twice the same."""
ENDED, HAS_WARNINGS = "pin_ended", "has_warnings"
"""Flags: the PIN was ended, there are unread warnings about PINs."""
RIGHT, WAITS, IS_BLOCKED, UNREADABLE = "pin_right", "waits", "pin_rests", "unreadable"
"""Flags: the PIN was right, nothing came in time, the PIN rests after wrong ones, no key opens this case."""


@dataclass(frozen=True, slots=True)
class ReaderQuestion:
    """One question to the reader."""

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
    """One answer of the reader. Its texts stay out of `repr`."""

    flags: tuple[str, ...] = ()
    lists: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict, repr=False)
    """By list name, each choice's value and its label in the responder's language."""
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The values of a text's placeholders. `place.K7Q4` is for one case."""

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
    """Returns the answer to a phone that rests. It says when the next PIN can be tried, if that is known."""
    return ReaderAnswer((IS_BLOCKED,), words={} if until is None else {"time": kigali_time(until)})


def bound_to(session_key: str, text_digest: str) -> str:
    """Returns the name of one place in one session's text. A value bound to it is valid nowhere else."""
    return f"{session_key}:{text_digest}"


def without_pins(text: str) -> str:
    """Returns the text at the same length, with the first possible PIN and all after it struck out. A digest of this is
    stored.

    A digest of the text itself could be tested with a million PINs. For the answers about a person, fewer would be
    enough.
    """
    parts = text.split(SEPARATOR)
    first = next((at for at, part in enumerate(parts) if _may_be_pin(part)), len(parts))
    return SEPARATOR.join((*parts[:first], *("#" * len(part) for part in parts[first:])))


def _may_be_pin(typed: str) -> bool:
    return sum(letter.isdecimal() for letter in typed) >= MIN_PIN_LETTERS


# Collects what a responder keys about one person, and builds the sealed box that the reader gets with the PIN. Pure.

PERSON = "person"
"""The number of the person within the case, in the box and as a placeholder in the reader's answer."""
CODE = "code."
"""Prefix of the codes in the box."""
NEW = "new"
"""The value for a person who is not recorded yet."""
WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON = "work_person", "arrival_person", "thirty_person"
"""The answers that name a person: to screen or help, who may have arrived, to ask about after thirty days."""
MADE_PERSON = "made_person"
"""The answer that names the person recorded in this round already. Going back corrects that record."""
STARTED = "started"
"""Prefix of a case's name: the flag, the list and the placeholder of a form that was not finished there."""
SCREENING, KEEPING = "screening", "keeping"
"""The flow of the questions on site, and the flow that waits until the reader has recorded a form."""
FLOWS = frozenset({SCREENING, "helping", "following"})
"""The flows that begin by choosing a person of their own."""
USSD_FORMS = {kind: form for kind, form in CASE_FORMS.items() if form.names(ON_USSD)}
PERSON_VERBS = frozenset(kind.value for kind in USSD_FORMS)
"""The verbs of asks about a person. Each is the kind of the event that it writes."""
WHO = {LoggedEvent.ARRIVED: ARRIVAL_PERSON, LoggedEvent.THIRTY: THIRTY_PERSON}
"""The answer that names the person, if it is not `WORK_PERSON`."""
CODE_ANSWER = "person_"
"""Prefix of the answers that a flow stores for a code."""
KEPT_ANSWERS = frozenset(
    f"{CODE_ANSWER}{code}"
    for form in USSD_FORMS.values()
    for code in form.names(ON_USSD)
    if len(form.names(ON_USSD)) > 1
)
"""The answers of forms with several questions."""


def codes_in(answers: Mapping[str, str]) -> dict[str, str]:
    """Returns the codes among the answers of a session."""
    return {
        name.removeprefix(CODE_ANSWER): value
        for name, value in answers.items()
        if name.startswith(CODE_ANSWER)
    }


def ended_by(name: str, answers: Mapping[str, str]) -> LoggedEvent | None:
    """Returns the form whose last question this answer is. Returns None if the form asks more."""
    code, told = name.removeprefix(CODE_ANSWER), codes_in(answers)
    if not name.startswith(CODE_ANSWER):
        return None
    return next(
        (kind for kind, form in USSD_FORMS.items() if form.questions(told, ON_USSD)[-1] == code),
        None,
    )


def form_content(kind: LoggedEvent, answers: Mapping[str, str]) -> Mapping[str, str]:
    """Returns what the reader gets: the person and the codes, without those that a correction made needless.

    If several persons may be meant, the flow has asked for one. If it has not asked, a new person is meant, or the only
    one who is due.
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
    """A form about a person that a responder has begun and not finished."""

    kind: LoggedEvent
    person: str
    """A number within the case, or `NEW`."""
    codes: Mapping[str, str] = field(repr=False)

    @property
    def answers(self) -> Mapping[str, str]:
        """Returns the answers of a session in which the responder has filled in this form so far."""
        codes = {f"{CODE_ANSWER}{code}": value for code, value in self.codes.items()}
        return {WORK_PERSON: self.person, **codes}

    @property
    def step(self) -> tuple[int, int]:
        """Returns the number of the next question, and how many there are. Skipped questions are not counted."""
        asked: Sequence[str] = USSD_FORMS[self.kind].questions(self.codes, ON_USSD)
        last = max((at for at, code in enumerate(asked) if code in self.codes), default=-1)
        given = sum(code in self.codes for code in asked)
        return given + 1, given + len(asked) - last - 1

    def to_text(self) -> str:
        document = {"kind": self.kind.value, "person": self.person, "codes": dict(self.codes)}
        return json.dumps(document, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "StartedForm":
        """Returns the form in a text, without codes that the form does not have. Raises ValueError, KeyError or
        TypeError for another document."""
        document = json.loads(text)
        kind = LoggedEvent(document["kind"])
        if kind not in USSD_FORMS:
            raise ValueError(f"no form of a phone: {kind}")
        return cls(kind, str(document["person"]), codes_of_kind(kind, document["codes"]))


def started_form(name: str, answers: Mapping[str, str], flows: Sequence[str]) -> StartedForm:
    """Returns the form to which this answer belongs, with all its answers so far. `flows` are the open ones."""
    code = name.removeprefix(CODE_ANSWER)
    kinds = [kind for kind, form in USSD_FORMS.items() if code in form.names(ON_USSD)]
    if len(kinds) > 1:
        kinds = [kind for kind in kinds if (kind is LoggedEvent.SCREENED) is (SCREENING in flows)]
    codes = USSD_FORMS[kinds[0]].meant(codes_in(answers), SENT_BY_USSD)
    return StartedForm(kinds[0], _person(answers), codes)


def person_and_codes(typed: Mapping[str, str]) -> tuple[int | None, Mapping[str, str]]:
    """Returns the number of the person and the codes in a box. The number is 0 for a new person, None for no person."""
    person = typed.get(PERSON, "")
    codes = {
        name.removeprefix(CODE): value for name, value in typed.items() if name.startswith(CODE)
    }
    if person == NEW:
        return 0, codes
    return (int(person) if person.isdecimal() else None), codes
