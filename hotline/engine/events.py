"""Defines the events that a turn reports. Names are in the past tense. Services decide what each event causes."""

from dataclasses import dataclass


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
