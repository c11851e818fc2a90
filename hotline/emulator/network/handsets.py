"""A phone: whether it is on, what it received, what its call log keeps."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hotline.emulator.network.networks import NAMES


class Direction(StrEnum):
    RECEIVED = "received"
    SENT = "sent"


@dataclass(slots=True)
class Sms:
    """One message as the handset keeps it."""

    id: str
    direction: Direction
    peer: str = field(repr=False)
    text: str = field(repr=False)
    at: float
    read: bool = False

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "direction": self.direction,
            "peer": self.peer,
            "text": self.text,
            "at": self.at,
            "read": self.read,
        }


@dataclass(slots=True)
class DialledCall:
    """A dialled string: it stays on the phone, whoever holds it next."""

    dialled: str
    at: float


@dataclass(slots=True)
class Handset:
    msisdn: str = field(repr=False)
    network: str
    power: bool = True
    session: str | None = None
    """The dialogue on its screen, running or just ended."""
    messages: list[Sms] = field(default_factory=list)
    calls: list[DialledCall] = field(default_factory=list)
    received: int = 0
    """How many messages came in, ever: a page shakes when it grows."""

    def shown(self, screen: dict[str, Any]) -> dict[str, Any]:
        return {
            "msisdn": self.msisdn,
            "network": self.network,
            "operator": NAMES.get(self.network, "Test"),
            "power": self.power,
            "screen": screen,
            "inbox": [sms.shown() for sms in reversed(self.messages)],
            "unread": sum(
                not sms.read for sms in self.messages if sms.direction is Direction.RECEIVED
            ),
            "received": self.received,
            "calls": [{"dialled": call.dialled, "at": call.at} for call in reversed(self.calls)],
        }
