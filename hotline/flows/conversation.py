"""Defines the state of a conversation with one caller, and the events that each input of the caller causes. Event
names are in the past tense. Services decide what happens after each event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hotline.text.languages import FIRST


@dataclass(frozen=True, slots=True)
class FlowEntered:
    """The caller entered a flow, from another flow or at the start of the call."""

    flow: str


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    language: str


@dataclass(frozen=True, slots=True)
class TopicRead:
    """The engine showed a node that has a topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class Answered:
    name: str
    value: str

    def __repr__(self) -> str:
        """Returns the event's name without its value, because the value may be the caller's own words."""
        return f"Answered({self.name})"


@dataclass(frozen=True, slots=True)
class PinGiven:
    """The caller typed a PIN. Only this event contains the PIN. The conversation state never contains the PIN."""

    name: str
    pin: str

    def __repr__(self) -> str:
        return f"PinGiven({self.name})"


@dataclass(frozen=True, slots=True)
class Completed:
    """The caller reached a node marked `completes`, so the report has all its answers."""

    what: str


@dataclass(frozen=True, slots=True)
class Erased:
    """The caller typed `000` to erase the report."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The conversation ended."""


Event = (
    FlowEntered | LanguageChosen | TopicRead | Answered | PinGiven | Completed | Erased | Finished
)


# The classes below define the conversation state of one caller. A state is small and never changes.


class Place(NamedTuple):
    """A node of a flow, and the number of the page that the caller sees. The first page is 0."""

    flow: str
    node: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that the engine gets from the service for one session, such as the caller's cases. The engine shows
    the same screen whenever the facts and the state are the same."""

    flags: Mapping[str, bool] = field(default_factory=dict)
    """The flags that conditions test with `when: {flag: ...}`."""
    lists: Mapping[str, tuple["Option", ...]] = field(default_factory=dict)
    """Lists that exist only in one session, by name, for example `my_cases`. The engine looks for a list among these
    lists first, and then among the lists of the flow set."""
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The values that replace placeholders in a text, for example for `{receipt}`. `WIDEST` in `flow.py` lists the
    placeholders."""
    language: str = FIRST
    """For a private short code, the language in which the conversation starts. The service knows this language from
    the enrolled phone."""
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Answers from an earlier session. When one flow calls another flow, the called flow gets these answers."""


class Option(NamedTuple):
    """One choice of a list."""

    value: str
    label: Mapping[str, str]
    """The label, by language code."""


@dataclass(frozen=True, slots=True)
class ConversationState:
    language: str
    calls: tuple[Place, ...]
    """The call stack: the current place in each open flow. The last place shows where the caller is."""
    trail: tuple[tuple[Place, ...], ...] = ()
    """The earlier places of the caller to which the key `0` leads back, oldest first."""
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The answers of the current report attempt."""
    attempts: int = 0
    """The number of report attempts in this session."""
    erased: bool = False
    """True if the caller typed `000` and has begun no report attempt since."""
    finished: bool = False

    def at(
        self, calls: tuple[Place, ...], *, trail: tuple[tuple[Place, ...], ...] | None = None
    ) -> "ConversationState":
        """Returns a copy of the state with the new `calls` and, if given, the new `trail`. `dataclasses.replace` would
        be four times slower."""
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
        """Returns a copy of the state with `answers` in place of its answers."""
        unchanged = (self.language, self.calls, self.trail)
        return ConversationState(*unchanged, answers, self.attempts, self.erased, self.finished)
