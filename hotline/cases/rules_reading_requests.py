"""Defines the requests that the web process sends to the reader process, and the replies of the reader process. The web
process sends a request after a responder has typed a PIN. Also collects the answers about a person that a responder
types. Pure.

The web process cannot check a PIN and cannot decrypt a case. The web process only shows the flags, lists and texts in
the replies.

In this module, an "answer" is a value that a flow stores under a name during a conversation. Most constants of this
module are names of answers.
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
"""The name under which a flow stores the responder's PIN. Only the reader process gets the PIN."""
START_PIN, NEW_PIN, NEW_AGAIN = "start_pin", "new_pin", "new_again"
"""Three names under which a flow stores a PIN: the start PIN from paper, the new PIN, and its repetition."""
READER_PINS = frozenset({WORK_PIN, START_PIN, NEW_PIN, NEW_AGAIN})
"""The names under which flows store PINs. Only the reader process gets these PINs."""
PIN, NUMBER_KEY, NUMBER_END = "pin", "number_key", "number_end"
"""Three fields of the encrypted request: the typed PIN, the keyed digest of the phone number, and the last digits of
the number."""
NUMBER_END_DIGITS = 6
WORK_CASE = "work_case"
"""The name under which a flow stores the reference of the chosen case."""
WORK_FORM = "work_form"
"""The name under which a flow stores the kind of the form that the responder continues."""
WORK_VERB = "work_verb"
"""The name under which a flow stores the command that the responder chose for the case."""
AGAIN = "work_again"
"""The name under which a flow stores a responder's choice to request content again, if it did not arrive in time."""
WORK_QUESTION = "work_question"
"""The name under which a flow stores the question that the responder chose for the caller."""
WORK_WORDS = "work_words"
"""The name under which a flow stores the text of a note. The request to the reader process contains the text in
encrypted form, together with the PIN."""
WORK_COLLEAGUE = "work_colleague"
"""The name under which a flow stores the colleague who is asked to take a case."""
WORK_DISTRICT = "work_district"
"""The name under which a flow stores the district that is asked to take a case."""
WORK_SHIFT = "work_shift"
"""The name under which a flow stores the shift that the responder takes or offers to colleagues."""
READ, HISTORY, WARNINGS = "read", "history", "warnings"
"""Three commands that request a page: the report, the timeline, or the warnings about PINs."""
HANDOVER, HANDOVER_READ = "handover", "handover_read"
"""Two commands about handover notes. `HANDOVER` requests the notes, and `HANDOVER_READ` confirms that the responder has
read the notes. `HANDOVER` is also the name of a flag, which says that the responder has unread handover notes."""
NOT_ME = "not_me"
"""The command that ends the PIN of this phone's responder. A responder chooses this command if a different person has
used the PIN."""
MY_WORK, MY_QUESTIONS, MY_COLLEAGUES = "my_work", "my_questions", "my_colleagues"
"""Three lists on the phone: the responder's cases, the questions for callers, and the colleagues who can be asked to
take a case."""
MY_SHIFTS, FREE_SHIFTS = "my_shifts", "free_shifts"
"""Two lists on the phone: the responder's own shifts, and the shifts that the responder may take. Each name is also the
name of a flag, which says that the list is not empty."""
ASK, PASS, DISTRICT = "ask.", "pass.", "district."
"""The first parts of the names of three commands. `ASK` asks the caller a question. `PASS` passes the case to a
colleague, and `DISTRICT` passes the case to a district."""
SHIFT, TAKES, OFFERS = "shift.", "take.", "offer."
"""`SHIFT` is the first part of the name of a command about a shift. `TAKES` or `OFFERS` follows, and then the name of
the shift that the responder takes or offers to colleagues."""
NOTE = "note_"
"""The first part of the name of a command that writes a note. A value of `NoteCode` completes the name."""
PAGE = "page"
"""In a screen's text, a page about a case replaces this placeholder."""
KEPT_FOR = timedelta(minutes=10)
"""The time for which requests to the reader process are stored."""
MIN_PIN_LETTERS = 4
"""A typed answer with at least this many digits may be a PIN. The hotline never computes a digest from such an answer,
because an attacker could find the PIN from the digest."""


class ReaderQuestionKind(StrEnum):
    VIEW = "view"
    """A request for the list of the responder's cases, as it was when the session began."""
    PAGE = "page"
    """A request for a page about a case, in the responder's language."""
    ACT = "act"
    """A command about a case, such as taking the case."""
    PROVE = "prove"
    """A request to check the code from an SMS and the start PIN from paper."""
    CHOOSE = "choose"
    """A request to check the code and the start PIN again, and to set the PIN that the responder has chosen."""
    CHANGE = "change"
    """A request to set a new PIN. The responder has already entered the old PIN in this session."""


class ReadingState(StrEnum):
    """The state of a request to the reader process. `WRONG`: the PIN was refused. `RESTED`: the request was not carried
    out, because the phone is blocked or the request came too late."""

    ASKED = "asked"
    DONE = "done"
    WRONG = "wrong"
    RESTED = "rested"


NO_PIN = "no_pin"
"""A flag for the whole session: the phone is enrolled, but has no PIN yet. If a person types a PIN on this phone, the
hotline shows an empty list of cases."""
MAY_PROVE = "may_prove"
"""A flag for the whole session: the phone is enrolled without a PIN, and can enter the code from its SMS."""
PROVES, PAPER_RIGHT, NUMBER_PROVED, PROOF_OVER = (
    "proves",
    "paper_right",
    "number_proved",
    "proof_over",
)
"""Four flags. `PROVES`: the code was right. `PAPER_RIGHT`: the code and the start PIN were right. `NUMBER_PROVED`: a
new phone number is proved. `PROOF_OVER`: the hotline accepts no code from this phone now."""
CHOSEN, CHANGED, REFUSED = "pin_chosen", "pin_changed", "pin_refused"
"""Three flags. `CHOSEN`: the responder has chosen a first PIN. `CHANGED`: the responder has changed the PIN. `REFUSED`:
the new PIN is easy to guess, or the responder typed two different PINs."""
ENDED, HAS_WARNINGS = "pin_ended", "has_warnings"
"""Two flags: the PIN has ended, or the responder has unread warnings about PINs."""
RIGHT, WAITS, IS_BLOCKED, UNREADABLE = "pin_right", "waits", "pin_rests", "unreadable"
"""Four flags. `RIGHT`: the PIN was right. `WAITS`: the reader process did not answer in time. `IS_BLOCKED`: the phone
is blocked after wrong PINs. `UNREADABLE`: no key decrypts the case."""
ONE_DANGER, ONE_STARTED = "one_danger", "one_started"
"""Two flags that choose the screen after the PIN. `ONE_DANGER` chooses the page of the only case about danger that no
responder has taken. `ONE_STARTED` chooses a form that the responder left unfinished a short time ago."""
IS_OWN = "hers"
"""The first part of the name of a flag. The flag says that this responder is the assignee of a case. The reference of
the case completes the name of the flag."""
FIRST = "first"
"""The placeholder for a case's reference, if the phone shows this case right after the PIN."""
IN_CONSOLE = "console"
"""This flag says that the responder must use the console for a command. If the reference of a case follows the name of
the flag, the responder must read the case in the console."""


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
    """The choices of each list. Maps the name of each list to its entries. Each entry has a value for the request, and
    a label in the responder's language."""
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Maps each placeholder in a text to its value. For example, the value for `place.K7Q4` is the place of the case
    K7Q4."""

    def and_also(self, other: "ReaderAnswer") -> "ReaderAnswer":
        lists, words = {**self.lists, **other.lists}, {**self.words, **other.words}
        return ReaderAnswer((*self.flags, *other.flags), lists, words)

    def without_page(self) -> "ReaderAnswer":
        """Returns the answer without the text of a case."""
        words = {name: word for name, word in self.words.items() if name != PAGE}
        return ReaderAnswer(self.flags, self.lists, words)

    def about_cases(self) -> "ReaderAnswer":
        """Returns a copy of the answer with all its lists. The copy has only those flags and values whose names contain
        the reference of a case. These flags and values stay valid for the whole session."""
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


def blocked_answer(until: datetime | None, at: datetime) -> ReaderAnswer:
    """Returns the answer for a phone that is blocked after wrong PINs.

    The answer says when the responder can try again. If that time is not known, the answer names the next minute.
    """
    return ReaderAnswer(
        (IS_BLOCKED,), words={"time": kigali_time(until or at + timedelta(minutes=1))}
    )


def bound_to(session_key: str, text_digest: str) -> str:
    """Returns a label for one request, made from the session's key and a digest of the text that the session has sent.
    A value that is encrypted with a label can be decrypted only with the same label.
    """
    return f"{session_key}:{text_digest}"


def without_pins(text: str) -> str:
    """Returns the text, with `#` in place of each character from the first part that may be a PIN to the end. The
    separators between the parts stay. The hotline stores only a digest of the returned text.

    From a digest of the whole text, an attacker could find the PIN with a million attempts. For the answers about a
    person, even fewer attempts would be enough.
    """
    parts = text.split(SEPARATOR)
    digits = (sum(map(str.isdecimal, part)) for part in parts)
    first = next((at for at, one in enumerate(digits) if one >= MIN_PIN_LETTERS), len(parts))
    return SEPARATOR.join((*parts[:first], *("#" * len(part) for part in parts[first:])))


# The code below collects what a responder types about a person. A request carries these values to the reader process,
# together with the PIN.

PERSON = "person"
"""The field of the request that contains the number of the person. Also the name of a placeholder in the answer."""
CODE = "code."
"""In the request, the name of a field begins with this text if the field contains a coded answer."""
NEW = "new"
"""The value of `PERSON` for a person who is not recorded yet."""
WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON = "work_person", "arrival_person", "thirty_person"
"""Three names under which a flow stores the number of a person. Before a screening or an offer of help, the flow asks
for the first number. Before the report of an arrival, the flow asks for the second number. Before the report after
thirty days, the flow asks for the third number."""
MADE_PERSON = "made_person"
"""After the reader process has recorded a form about a person, the hotline stores the person's number under this name.
If the responder fills in the form again, the new form corrects the record of the person."""
STARTED = "started"
"""For an unfinished form, three names begin with this text: the names of its flag, its list and its placeholder. The
reference of the case completes each name."""
SCREENING, KEEPING = "screening", "keeping"
"""Two flows: the flow with the questions on site, and the flow that waits until the reader process has recorded a
form."""
FLOWS = frozenset({SCREENING, "helping", "following"})
"""The flows that begin with the choice of a person."""
USSD_FORMS = {kind: form for kind, form in CASE_FORMS.items() if form.names(ON_USSD)}
PERSON_VERBS = frozenset(kind.value for kind in USSD_FORMS)
"""The commands that record a report about a person. The name of each command is the kind of the recorded case event."""
WHO = {LoggedEvent.ARRIVED: ARRIVAL_PERSON, LoggedEvent.THIRTY: THIRTY_PERSON}
"""Maps two kinds of forms to the name under which the flow stores the person's number. All other kinds use
`WORK_PERSON`."""
CODE_ANSWER = "person_"
"""The first letters of an answer's name, if the answer is about a person and comes from a fixed list."""
KEPT_ANSWERS = frozenset(
    f"{CODE_ANSWER}{code}"
    for form in USSD_FORMS.values()
    for code in form.names(ON_USSD)
    if len(form.names(ON_USSD)) > 1
)
"""The names of the answers in forms that have more than one question."""


def codes_in(answers: Mapping[str, str]) -> dict[str, str]:
    """Returns the coded answers about a person that a responder has chosen in this session."""
    return {
        name.removeprefix(CODE_ANSWER): value
        for name, value in answers.items()
        if name.startswith(CODE_ANSWER)
    }


def ended_by(name: str, answers: Mapping[str, str]) -> LoggedEvent | None:
    """Returns the kind of form whose last question has the answer `name`. Returns None if the form has further
    questions."""
    code, codes = name.removeprefix(CODE_ANSWER), codes_in(answers)
    if not name.startswith(CODE_ANSWER):
        return None
    return next(
        (kind for kind, form in USSD_FORMS.items() if form.questions(codes, ON_USSD)[-1] == code),
        None,
    )


def form_content(kind: LoggedEvent, answers: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the number of the person and the coded answers of a form, for the request to the reader process. Leaves
    out a coded answer that a different answer of the form makes unnecessary.

    If the flow has not asked for a person, only one is possible: a new person, or the only person with a due report.
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
    """The number of the person in the case, or `NEW`."""
    codes: Mapping[str, str] = field(repr=False)

    @property
    def answers(self) -> Mapping[str, str]:
        """Returns the answers of this unfinished form, by the names that the flow uses."""
        codes = {f"{CODE_ANSWER}{code}": value for code, value in self.codes.items()}
        return {WORK_PERSON: self.person, **codes}

    @property
    def step(self) -> tuple[int, int]:
        """Returns the position of the next question in the form, and the number of all questions.

        Does not count questions that the form skips.
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
        """Returns the unfinished form that this text contains. Leaves out codes that do not belong to the form.

        Raises ValueError, KeyError or TypeError if the text contains no form.
        """
        document = json.loads(text)
        kind = LoggedEvent(document["kind"])
        if kind not in USSD_FORMS:
            raise ValueError(f"responders cannot report case events of this kind by USSD: {kind}")
        return cls(kind, str(document["person"]), codes_of_kind(kind, document["codes"]))


def started_form(name: str, answers: Mapping[str, str], flows: Sequence[str]) -> StartedForm:
    """Returns the unfinished form to which the answer `name` belongs, with all coded answers that the responder has
    given until now.

    `flows` contains the names of the flows in which the responder is now.
    """
    code = name.removeprefix(CODE_ANSWER)
    kinds = [kind for kind, form in USSD_FORMS.items() if code in form.names(ON_USSD)]
    if len(kinds) > 1:
        kinds = [kind for kind in kinds if (kind is LoggedEvent.SCREENED) is (SCREENING in flows)]
    codes = USSD_FORMS[kinds[0]].meant(codes_in(answers), SENT_BY_USSD)
    return StartedForm(kinds[0], _person(answers), codes)


def person_and_codes(typed: Mapping[str, str]) -> tuple[int | None, Mapping[str, str]]:
    """Returns the number of the person and the codes that a request contains.

    The number is 0 for a new person, and None if the request names no person.
    """
    person = typed.get(PERSON, "")
    codes = {
        name.removeprefix(CODE): value for name, value in typed.items() if name.startswith(CODE)
    }
    if person == NEW:
        return 0, codes
    return (int(person) if person.isdecimal() else None), codes
