"""A written conversation: nodes, choices and texts, as compiled values.

`document.py` makes them out of YAML or JSON.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar

from hotline.engine.keying import PIN_DIGITS
from hotline.engine.numbers.numbers import Number, flags
from hotline.engine.run import Option

Text = Mapping[str, str]
"""One text in every language, by code."""


REASON_LETTERS = 20
"""The fewest letters of a reason that the check accepts."""


@dataclass(frozen=True, slots=True)
class Condition:
    """True where an answer of this passage is one of `values`, or a flag of the session is set."""

    answer: str | None = None
    values: tuple[str, ...] = ()
    flag: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """Words in front of a node's text that stand only where all its conditions hold."""

    whens: tuple[Condition, ...]
    text: Text
    number: str | None = None
    """The phone number that the words name; that it is signed is one of the conditions."""


@dataclass(frozen=True, slots=True)
class Choice:
    label: Text
    value: str = ""
    """What is saved; empty saves nothing, the choice only leads on."""
    goes: str | None = None
    key: str | None = None
    """A fixed digit; without one, choices are numbered in their order."""
    same_line: bool = False
    """Stands behind the choice before it, not under it."""
    language: str | None = None
    """Choosing it changes the language of the run."""
    when: Condition | None = None
    every_page: bool = False
    """After a list: stands on each page of it, so that nobody turns pages to say "not sure"."""


@dataclass(frozen=True, slots=True)
class Say:
    """Text over as many pages as it takes; `9` leads on."""

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
    """Where a choice without a target of its own leads."""
    leads: tuple[Lead, ...] = ()
    note: Text | None = None
    """Words under the choices, on the last page."""
    languages: bool = False
    """Offers every other language on a last line of its own, on the highest keys: `7 English`, `8 Francais`."""
    topic: str | None = None
    completes: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question answered in words, in digits, or out of a list of places; or by a PIN, which no run ever holds."""

    text: Text
    kind: Literal["words", "number", "place", "pin"]
    saves: str
    goes: str
    list: str | None = None
    """Which list a place comes from; `{name}` stands for an earlier answer: `districts.{province}`."""
    choices: tuple[Choice, ...] = ()
    """Choices after the list: "not sure"."""
    skip: Text | None = None
    """Words and numbers: `0` skips the question instead of going back."""
    one: Text | None = None
    """A place: asks about the list's only place, whose name stands for `{found}`; its choice is then "Yes"."""
    none: Text | None = None
    """A place: said instead of the question where the list is empty."""
    weak: str | None = None
    """A PIN that is chosen: where one leads that is easily guessed. It is not told to anybody."""
    digits: int = PIN_DIGITS
    """How many a PIN has."""
    leads: tuple[Lead, ...] = ()
    topic: str | None = None
    completes: str | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    goes: str
    when: Condition | None = None
    """Without one the arm always holds: the last of a branch."""


@dataclass(frozen=True, slots=True)
class Branch:
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """Another flow, and where to go on when it returns (nowhere: it ends as that one ends)."""

    flow: str
    goes: str | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The last screen; without a text the flow returns to the one that called it."""

    text: Text | None = None


Node = Say | Menu | Ask | Branch | Call | Finish


@dataclass(frozen=True, slots=True)
class Signed:
    """Who answers for a node's words, since when, and for which: `questions.py` says what it means."""

    by: str
    on: date
    digest: str


@dataclass(frozen=True, slots=True)
class Flow:
    name: str
    start: str
    nodes: Mapping[str, Node]
    gathers: str | None = None
    """What its answers make ("tip"). Entering begins a passage; no digit dialled ahead ever enters it."""
    private: bool = False
    """Entered by its published entry alone, where the service allows it (the responders' list), or from behind one."""
    signed: Mapping[str, Signed] = field(default_factory=dict)
    """By node: those that somebody answers for by name."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """By node: why it has more lines than a narrow phone shows well, or says words that the check finds."""

    def reason_of(self, node: str) -> str | None:
        """Returns the reason of a node. None if there is none, or if it is too short to say anything."""
        reason = self.reasons.get(node, "")
        return reason if len(reason.strip()) >= REASON_LETTERS else None


@dataclass(frozen=True, slots=True)
class Book:
    """All flows of one revision, the lists they choose from, and the published entries."""

    flows: Mapping[str, Flow]
    front: str = "front"
    lists: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    """Published suffix -> flow: `*384*777*90#` is "90"."""
    numbers: Mapping[str, Number] = field(default_factory=dict)
    """Phone numbers that a lead may name, by their digits: signed or not yet."""
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Words of the code that this revision says otherwise than the catalogues, by language and name."""
    drawings: dict[tuple[object, ...], object] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What `page_cache.py` has drawn of this book: as many as it has screens, in every language."""
    days: dict[date, Mapping[str, bool]] = field(default_factory=dict, compare=False, repr=False)
    """Which numbers show, by the day on which sessions begin."""
    dependants: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    """Which answers fall with another, once it was asked."""


def numbers_shown(book: Book, today: date) -> Mapping[str, bool]:
    """The flags of the book's numbers for a session that begins today, remembered: every hop asks for them."""
    shown = book.days.get(today)
    if shown is None:
        shown = book.days[today] = flags(book.numbers, today)
    return shown


def numbers_named(book: Book) -> frozenset[str]:
    """The phone numbers that some lead shows while they are signed."""
    nodes = (node for flow in book.flows.values() for node in flow.nodes.values())
    leads = (lead for node in nodes if isinstance(node, Say | Menu | Ask) for lead in node.leads)
    return frozenset(lead.number for lead in leads if lead.number is not None)


T = TypeVar("T")


def reached(begins: Iterable[T], following: Callable[[T], Iterable[T]]) -> list[T]:
    """Returns all that a walk from these comes to, themselves included, each once."""
    found = dict.fromkeys(begins)
    waiting = [*found]
    while waiting:
        for one in following(waiting.pop()):
            if one not in found:
                found[one] = None
                waiting.append(one)
    return [*found]
