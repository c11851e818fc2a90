"""Describes how a list of tips is filtered. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from hotline.domain.tip import Matter


class TipStanding(StrEnum):
    """The state of a tip, as a list is filtered by it."""

    WAITS = "waits"
    """People are asked to take it, or its closure waits for a second person."""
    TAKEN = "taken"
    HELPED = "helped"
    """A helper is with the person."""
    JUDGED = "judged"
    """Its closure waits for a second person."""
    CLOSED = "closed"
    ALL = "all"


class Asked(StrEnum):
    """Says why people are asked to take a tip that a responder still holds."""

    PASSED_ON = "passed_on"
    SILENT = "silent"
    """The holder has not read it, or says nothing of it."""


class TipStop(StrEnum):
    """Says why a request about a tip changes nothing, where its page has words for it."""

    KEPT_ALREADY = "kept_already"
    SAME_TIP = "same_tip"
    """A tip is not like itself."""
    LINKED_ALREADY = "linked_already"
    NOT_LINKED = "not_linked"


class Whose(StrEnum):
    ANYBODY = "anybody"
    MINE = "mine"
    """Whoever asks is responsible for it."""


@dataclass(frozen=True, slots=True)
class TipFilter:
    """All that fits each of these; what is empty asks for all."""

    standing: TipStanding = TipStanding.WAITS
    matter: Matter = Matter.TIP
    whose: Whose = Whose.ANYBODY
    place: str = ""
    urgency: int | None = None
    category: str = ""
    question: str = ""
    """How the question that was asked back stands: asked, answered, read."""
    soon: bool = False
    """Its words go within 14 days."""
    owes: bool = False
    """Something is owed to a person of it: an answer, an arrival, thirty days, or to be asked again."""
