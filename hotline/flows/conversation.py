"""Defines the events that a turn reports. Names are in the past tense. Services decide what each event causes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from hotline.text.languages import FIRST


@dataclass(frozen=True, slots=True)
class FlowEntered:
    """The caller entered a flow, from another flow or at the start."""

    flow: str


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    language: str


@dataclass(frozen=True, slots=True)
class TopicRead:
    """A node with a topic was shown."""

    topic: str


@dataclass(frozen=True, slots=True)
class Answered:
    name: str
    value: str

    def __repr__(self) -> str:
        """Returns the event without its value, which may be the caller's own words."""
        return f"Answered({self.name})"


@dataclass(frozen=True, slots=True)
class PinGiven:
    """The caller keyed a PIN. Only this event holds it. The conversation state never does."""

    name: str
    pin: str

    def __repr__(self) -> str:
        return f"PinGiven({self.name})"


@dataclass(frozen=True, slots=True)
class Completed:
    """A node marked `completes` was reached, so the report has all its answers."""

    what: str


@dataclass(frozen=True, slots=True)
class Erased:
    """The caller keyed `000`."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The dialogue ended."""


Event = (
    FlowEntered | LanguageChosen | TopicRead | Answered | PinGiven | Completed | Erased | Finished
)


# Defines the conversation state of one caller. It is small, immutable, and converts to and from JSON.

STACKS = 4096
"""Most call stacks whose text form is cached. Few are needed, because many callers are at the same places."""


class Place(NamedTuple):
    """A node of a flow, and the page of its screen, from 0."""

    flow: str
    node: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts about the world that the engine gets for one session. Equal facts give equal screens."""

    flags: Mapping[str, bool] = field(default_factory=dict)
    """Flags that conditions read with `when: {flag: ...}`, for example `reporting`."""
    lists: Mapping[str, tuple["Option", ...]] = field(default_factory=dict)
    """Lists that no flow can hold, by name, for example `my_cases`. They add to the flow set's own lists."""
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Values of the placeholders in a text, for example `{receipt}`. `WIDEST` of `flow.py` lists them."""
    language: str = FIRST
    """Language of a private short code, from the enrolled phone. The language of other callers is not known."""
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Answers of an earlier session. A private flow that this turn calls begins with them."""


class Option(NamedTuple):
    """One choice of a list."""

    value: str
    label: Mapping[str, str]
    """Label by language code."""


@dataclass(frozen=True, slots=True)
class ConversationState:
    language: str
    calls: tuple[Place, ...]
    """Call stack. The last place is the caller's."""
    trail: tuple[tuple[Place, ...], ...] = ()
    """Call stacks that `0` goes back to, oldest first."""
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Answers of the current report attempt."""
    attempts: int = 0
    """Count of report attempts in this session."""
    erased: bool = False
    """True where the caller keyed `000` and no report attempt began since."""
    finished: bool = False

    def at(
        self, calls: tuple[Place, ...], *, trail: tuple[tuple[Place, ...], ...] | None = None
    ) -> "ConversationState":
        """Returns a copy at another place. Each hop does this several times, and `replace` is four times slower."""
        return ConversationState(
            self.language,
            calls,
            self.trail if trail is None else trail,
            self.answers,
            self.attempts,
            self.erased,
            self.finished,
        )

    def saying(self, answers: Mapping[str, str]) -> "ConversationState":
        """Returns a copy with other answers."""
        where = (self.language, self.calls, self.trail)
        return ConversationState(*where, answers, self.attempts, self.erased, self.finished)

    def to_dict(self) -> dict[str, Any]:
        """Returns a small JSON document with short names and without default values."""
        document: dict[str, Any] = {"l": self.language, "c": _written(self.calls)}
        if self.trail:
            document["t"] = [_written(calls) for calls in self.trail]
        if self.answers:
            document["a"] = dict(self.answers)
        if self.attempts:
            document["p"] = self.attempts
        if self.erased:
            document["e"] = True
        if self.finished:
            document["f"] = True
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "ConversationState":
        """Returns the conversation state that `to_dict` wrote. JSON in between changes nothing."""
        return cls(
            language=document["l"],
            calls=_places(document["c"]),
            trail=tuple([_places(calls) for calls in document.get("t", ())]),
            answers=dict(document.get("a", {})),
            attempts=document.get("p", 0),
            erased=document.get("e", False),
            finished=document.get("f", False),
        )


@lru_cache(maxsize=STACKS)
def _written(calls: tuple[Place, ...]) -> str:
    """Returns the call stack as text: `front.front.0 rights.rights.0`. No name contains a dot or a blank."""
    return " ".join(f"{place.flow}.{place.node}.{place.page}" for place in calls)


@lru_cache(maxsize=STACKS)
def _places(written: str) -> tuple[Place, ...]:
    """Returns the call stack that `_written` wrote. Raises ValueError for any other text."""
    parts = (place.split(".") for place in written.split())
    return tuple(Place(flow, node, int(page)) for flow, node, page in parts)
