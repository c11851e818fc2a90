"""A USSD dialogue as the network keeps it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hotline.emulator.network.handsets import Timer


class Phase(StrEnum):
    """asking -> open -> asking ... -> ended."""

    ASKING = "asking"
    OPEN = "open"
    ENDED = "ended"


class SessionStatus(StrEnum):
    """How it ended, in the gateway's words."""

    SUCCESS = "Success"
    INCOMPLETE = "Incomplete"
    FAILED = "Failed"


@dataclass(slots=True)
class Hop:
    text: str = field(repr=False)
    """All that was keyed so far, as posted."""
    asked_at: float
    answered_at: float | None = None
    answer: str | None = field(default=None, repr=False)
    """The body, prefix included."""
    error: str | None = None

    def shown(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "asked_at": self.asked_at,
            "answered_at": self.answered_at,
            "answer": self.answer,
            "error": self.error,
        }


@dataclass(slots=True)
class UssdSession:
    id: str
    msisdn: str = field(repr=False)
    network: str
    dialled: str
    service_code: str
    """As posted: with the suffix where the network leaves it there."""
    path: list[str] = field(default_factory=list, repr=False)
    hops: list[Hop] = field(default_factory=list)
    phase: Phase = Phase.ASKING
    status: SessionStatus | None = None
    screen: str = field(default="", repr=False)
    error: str = ""
    started_at: float = 0.0
    ended_at: float | None = None
    metadata: list[str] = field(default_factory=list)
    idle: Timer | None = None
    dialog: Timer | None = None

    @property
    def text(self) -> str:
        return "*".join(self.path)

    def shown(self, size: dict[str, Any]) -> dict[str, Any]:
        return {
            "session": self.id,
            "from": self.msisdn,
            "network": self.network,
            "dialled": self.dialled,
            "phase": self.phase,
            "open": self.phase is Phase.OPEN,
            "status": self.status,
            "screen": self.screen,
            "error": self.error,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "hops": [hop.shown() for hop in self.hops],
            **size,
        }
