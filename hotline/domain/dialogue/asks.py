"""What the web process asks of the reader behind a work PIN, and what it is answered. Values alone, pure.

The web knows no right PIN from a wrong one, and opens no case: it is told flags, lists and words, and shows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hotline.domain.call_back import kigali
from hotline.domain.dialogue.ussd import SEPARATOR

WORK_PIN = "work_pin"
"""The answer that a work PIN is asked for. It is told to the reader, and kept nowhere."""
START_PIN, NEW_PIN, NEW_AGAIN = "start_pin", "new_pin", "new_again"
"""The answers that a start PIN from paper, a new work PIN, and the same once more are asked for."""
READER_PINS = frozenset({WORK_PIN, START_PIN, NEW_PIN, NEW_AGAIN})
"""What is typed for the reader alone: no hop commits it, and it is kept nowhere."""
PIN, NUMBER_KEY, NUMBER_END = "pin", "number_key", "number_end"
"""In the sealed box of an ask: what was keyed for a work PIN, the keyed digest of the phone, and its last digits."""
NUMBER_END_DIGITS = 6
WORK_CASE = "work_case"
"""The answer that names a case of hers."""
WORK_FORM = "work_form"
"""The answer that says which form about a person goes on, or another value where none does."""
WORK_VERB = "work_verb"
"""The answer that says what she wants of a case."""
AGAIN = "work_again"
"""The answer by which she asks once more for what did not come in time."""
WORK_QUESTION = "work_question"
"""The answer that names the question which she asks back."""
WORK_WORDS = "work_words"
"""The answer that holds the words of a note. It is told to the reader beside the PIN, and kept nowhere in clear."""
WORK_COLLEAGUE = "work_colleague"
"""The answer that says to which colleague she passes a case on."""
WORK_DISTRICT = "work_district"
"""The answer that says to which district she passes a case on."""
READ, HISTORY, WARNINGS = "read", "history", "warnings"
"""The values of `WORK_VERB` that ask for a page: what was told, what happened, and the warnings about PINs."""
NOT_ME = "not_me"
"""The value of `WORK_VERB` that ends the PIN of this phone: somebody else opened it."""
MY_WORK, MY_QUESTIONS, MY_COLLEAGUES = "my_work", "my_questions", "my_colleagues"
"""The lists of her cases, of the questions that may be asked back, and of those a case may be passed to."""
ASK, PASS, DISTRICT = "ask.", "pass.", "district."
"""Prefixes of verbs: ask a question back by its name, pass on to a colleague, pass on to a district."""
NOTE = "note_"
"""Prefix of the verbs that leave a note; a `NoteCode` follows."""
PAGE = "page"
"""The word of a screen that holds a page of a case."""
KEPT_FOR = timedelta(minutes=10)
"""How long a reading stays: no session lives so long."""
MOST_PIN_LETTERS = 4
"""An input of so many digits, or more, may be a PIN: no digest of a text is made over it."""


class AskKind(StrEnum):
    VIEW = "view"
    """Her cases as they stood when the session began."""
    PAGE = "page"
    """What was told, in her language."""
    ACT = "act"
    """One of the verbs that an SMS may say."""
    PROVE = "prove"
    """Whether the code of an SMS and the start PIN from paper are right."""
    CHOOSE = "choose"
    """The same, and the work PIN that is chosen behind them."""
    CHANGE = "change"
    """Another work PIN, behind the one of this session."""


class ReadingState(StrEnum):
    """Where a reading stands. What leads to `WRONG` or `RESTED` looks alike to whoever waits, but for its words."""

    ASKED = "asked"
    DONE = "done"
    WRONG = "wrong"
    RESTED = "rested"


NO_PIN = "no_pin"
"""A flag that is pinned: an enrolled phone has no PIN yet, and any opens its list without content."""
MAY_PROVE = "may_prove"
"""A flag that is pinned: an enrolled phone without a PIN has a code to key."""
PROVES, PAPER_RIGHT, NUMBER_PROVED, PROOF_OVER = (
    "proves",
    "paper_right",
    "number_proved",
    "proof_over",
)
"""Flags: the code was right; the start PIN too; this is all that a new number wants; nothing can be proved any more."""
CHOSEN, CHANGED, REFUSED = "pin_chosen", "pin_changed", "pin_refused"
"""Flags: she has a PIN; it is another one now; it is too easy, or was not keyed twice alike."""
ENDED, HAS_WARNINGS = "pin_ended", "has_warnings"
"""Flags: the PIN was ended; there are warnings about PINs that were not read."""
RIGHT, WAITS, RESTS, UNREADABLE = "pin_right", "waits", "pin_rests", "unreadable"
"""Flags: the PIN was right; nothing came in time; she rests after wrong PINs; no key of hers opens this case."""


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
    """What the reader said. Its words stay out of `repr`."""

    flags: tuple[str, ...] = ()
    lists: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict, repr=False)
    """By list name, each choice's value and its label in her language."""
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What stands in the places of a text; `place.K7Q4` is of one case."""

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
    """Returns the answer to a phone that rests. It says when the next PIN can be tried, where that is known."""
    return ReaderAnswer((RESTS,), words={} if until is None else {"time": kigali(until)})


def bound_to(session_key: str, text_digest: str) -> str:
    """What belongs to one place of one session's text, and to no other."""
    return f"{session_key}:{text_digest}"


def without_pins(text: str) -> str:
    """The text at the same length, with what may be a PIN struck out, and all behind it: a digest is kept of this.

    A digest of the text itself could be tried with a million PINs, and with what is answered of a person in fewer.
    """
    parts = text.split(SEPARATOR)
    first = next((at for at, part in enumerate(parts) if _may_be_pin(part)), len(parts))
    return SEPARATOR.join((*parts[:first], *("#" * len(part) for part in parts[first:])))


def _may_be_pin(typed: str) -> bool:
    return sum(letter.isdecimal() for letter in typed) >= MOST_PIN_LETTERS
