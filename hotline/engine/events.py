"""What a turn says happened. Past tense, one class each; what to do about it is a service's business."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlowEntered:
    """A flow was entered, from another flow or at the start."""

    flow: str


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    language: str


@dataclass(frozen=True, slots=True)
class TopicRead:
    """A node marked with a topic was shown."""

    topic: str


@dataclass(frozen=True, slots=True)
class Answered:
    name: str
    value: str

    def __repr__(self) -> str:
        """Without the value: it may be her words."""
        return f"Answered({self.name})"


@dataclass(frozen=True, slots=True)
class PinGiven:
    """A PIN was keyed. It stands here and nowhere else: the run goes on without it."""

    name: str
    pin: str

    def __repr__(self) -> str:
        return f"PinGiven({self.name})"


@dataclass(frozen=True, slots=True)
class Completed:
    """A node marked `completes` was reached: what was gathered is whole."""

    what: str


@dataclass(frozen=True, slots=True)
class Erased:
    """`000` was keyed."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The dialogue is over."""


Event = (
    FlowEntered | LanguageChosen | TopicRead | Answered | PinGiven | Completed | Erased | Finished
)
