"""Defines what the web process asks the reader behind a work PIN, and what the reader answers. Pure values.

The web process cannot tell a right PIN from a wrong one, and decrypts no case. It receives flags, lists and texts, and
shows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hotline.domain.call_back import kigali
from hotline.domain.dialogue.ussd import SEPARATOR

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
MOST_PIN_LETTERS = 4
"""An input with this many digits or more may be a PIN. No digest of a text is made over it."""


class AskKind(StrEnum):
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
RIGHT, WAITS, RESTS, UNREADABLE = "pin_right", "waits", "pin_rests", "unreadable"
"""Flags: the PIN was right, nothing came in time, the PIN rests after wrong ones, no key opens this case."""


@dataclass(frozen=True, slots=True)
class ReaderAsk:
    """One question to the reader."""

    kind: AskKind
    reference: str = ""
    verb: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "reference": self.reference, "verb": self.verb}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "ReaderAsk":
        return cls(AskKind(document["kind"]), document["reference"], document["verb"])


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


def rested(until: datetime | None) -> ReaderAnswer:
    """Returns the answer to a phone that rests. It says when the next PIN can be tried, if that is known."""
    return ReaderAnswer((RESTS,), words={} if until is None else {"time": kigali(until)})


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
    return sum(letter.isdecimal() for letter in typed) >= MOST_PIN_LETTERS
