"""Defines a written conversation as compiled values: nodes, choices and texts.

`document.py` builds them from YAML or JSON.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar

from hotline.engine.keying import PIN_DIGITS
from hotline.engine.numbers.numbers import Number, flags
from hotline.engine.run import Option

Text = Mapping[str, str]
"""One text in every language, by language code."""


REASON_LETTERS = 20
"""Fewest letters of a reason that the check accepts."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of an answer or a flag. It holds where the answer is one of `values`, or where the flag is set."""

    answer: str | None = None
    values: tuple[str, ...] = ()
    flag: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """Conditional text in front of a node's text. It shows only where all its conditions hold."""

    whens: tuple[Condition, ...]
    text: Text
    number: str | None = None
    """Phone number in the text. One of the conditions requires that the number is verified."""


@dataclass(frozen=True, slots=True)
class Choice:
    label: Text
    value: str = ""
    """Value to save. Empty saves nothing, and the choice only leads on."""
    goes: str | None = None
    key: str | None = None
    """Fixed digit. Choices without one are numbered in order."""
    same_line: bool = False
    """True where the choice follows the previous one on the same line."""
    language: str | None = None
    """Language that this choice switches the conversation to."""
    when: Condition | None = None
    every_page: bool = False
    """True where a choice after a list is on each of its pages, so that "not sure" is always visible."""


@dataclass(frozen=True, slots=True)
class Say:
    """A message of one or more pages. `9` leads on."""

    text: Text
    goes: str | None = None
    leads: tuple[Lead, ...] = ()
    topic: str | None = None
    completes: str | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    text: Text
    choices: tuple[Choice, ...]
    saves: str | None = None
    goes: str | None = None
    """Next node for choices without a target."""
    leads: tuple[Lead, ...] = ()
    note: Text | None = None
    """Text under the choices, on the last page."""
    languages: bool = False
    """True where the last line offers every other language on the highest keys: `7 English`, `8 Francais`."""
    topic: str | None = None
    completes: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question answered with words, digits, a place from a list, or a PIN.

    The conversation state never holds a PIN.
    """

    text: Text
    kind: Literal["words", "number", "place", "pin"]
    saves: str
    goes: str
    list: str | None = None
    """List of places. `{name}` is replaced by an earlier answer: `districts.{province}`."""
    choices: tuple[Choice, ...] = ()
    """Choices after the list, such as "not sure"."""
    skip: Text | None = None
    """Label of `0` for words and numbers. `0` then skips the question instead of going back."""
    one: Text | None = None
    """Question for a list with a single place, whose name replaces `{found}`. Its choice is then "Yes"."""
    none: Text | None = None
    """Text shown instead of the question where the list is empty."""
    weak: str | None = None
    """Node for a new PIN that is easy to guess. Such a PIN is not passed on."""
    digits: int = PIN_DIGITS
    """Digits of a PIN."""
    leads: tuple[Lead, ...] = ()
    topic: str | None = None
    completes: str | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    goes: str
    when: Condition | None = None
    """Condition of the arm. None means that it always holds, as the last arm of a branch must."""


@dataclass(frozen=True, slots=True)
class Branch:
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of another flow. `goes` is the node after its return. None ends this flow with the called one."""

    flow: str
    goes: str | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a flow. With a text it is the last screen. Without one the flow returns to its caller."""

    text: Text | None = None


Node = Say | Menu | Ask | Branch | Call | Finish


@dataclass(frozen=True, slots=True)
class Signed:
    """An approval of a node's text: who gave it, when, and for which digest. See `questions.py`."""

    by: str
    on: date
    digest: str


@dataclass(frozen=True, slots=True)
class Flow:
    name: str
    start: str
    nodes: Mapping[str, Node]
    gathers: str | None = None
    """Kind of report that its answers make ("tip").

    Entering begins a report attempt. Digits dialled ahead never enter it.
    """
    private: bool = False
    """True where only its own short code or another private flow opens it, and the service allows that (responders)."""
    signed: Mapping[str, Signed] = field(default_factory=dict)
    """Approvals of questions by node name."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Reasons by node name. A reason excuses too many lines for a narrow phone, or words that the check finds."""

    def reason_of(self, node: str) -> str | None:
        """Returns the reason of a node. None where there is none, or where it is too short."""
        reason = self.reasons.get(node, "")
        return reason if len(reason.strip()) >= REASON_LETTERS else None


@dataclass(frozen=True, slots=True)
class Book:
    """All flows of one revision, with their lists and the published short codes."""

    flows: Mapping[str, Flow]
    front: str = "front"
    lists: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    """Landing flow of each short code by its suffix. `*384*777*90#` has the suffix "90"."""
    numbers: Mapping[str, Number] = field(default_factory=dict)
    """Phone numbers that a conditional text may show, by their digits, verified or not."""
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Phrases of the code that this revision changes, by language and name."""
    drawings: dict[tuple[object, ...], object] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Cache of `page_cache.py`. It holds as many drawings as the flow set has screens, in every language."""
    days: dict[date, Mapping[str, bool]] = field(default_factory=dict, compare=False, repr=False)
    """Cache of the numbers that show, by the day on which sessions begin."""
    dependants: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    """Cache of the answers to drop when another answer changes."""


def numbers_shown(book: Book, today: date) -> Mapping[str, bool]:
    """Returns the flags of the phone numbers for a session that begins today. Cached, because every hop needs them."""
    shown = book.days.get(today)
    if shown is None:
        shown = book.days[today] = flags(book.numbers, today)
    return shown


def numbers_named(book: Book) -> frozenset[str]:
    """Returns the phone numbers that some conditional text shows while they are verified."""
    nodes = (node for flow in book.flows.values() for node in flow.nodes.values())
    leads = (lead for node in nodes if isinstance(node, Say | Menu | Ask) for lead in node.leads)
    return frozenset(lead.number for lead in leads if lead.number is not None)


T = TypeVar("T")


def reached(begins: Iterable[T], following: Callable[[T], Iterable[T]]) -> list[T]:
    """Returns every item reachable from `begins`, those included, without duplicates."""
    found = dict.fromkeys(begins)
    waiting = [*found]
    while waiting:
        for one in following(waiting.pop()):
            if one not in found:
                found[one] = None
                waiting.append(one)
    return [*found]
