"""An MT as the gateway keeps it: what was asked, what was answered, how far it came."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Sent:
    id: str
    """`None`, the word, for what was refused."""
    to: str = field(repr=False)
    sender: str
    text: str = field(repr=False)
    status_code: int
    status: str
    accepted_at: float
    """When the gateway decided, accepted or not; epoch seconds."""
    accepted: bool
    parts: int = 1
    fault: str | None = None
    """What the caller was made to suffer while it was recorded."""
    delivered_at: float | None = None
    reports: list[str] = field(default_factory=list)
    untold: list[dict[str, str]] = field(default_factory=list, repr=False)
    """Reports on their way: told one after the other, by whoever found nobody telling."""
    telling: bool = False

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "to": self.to,
            "from": self.sender,
            "text": self.text,
            "status_code": self.status_code,
            "status": self.status,
            "accepted": self.accepted,
            "accepted_at": self.accepted_at,
            "parts": self.parts,
            "fault": self.fault,
            "delivered_at": self.delivered_at,
            "reports": list(self.reports),
        }
