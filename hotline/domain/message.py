"""Messages in and out, as values. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    ALERT = "alert"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class MessageIn:
    """An MO. Its words and its sender stay out of `repr`, and so out of every log and traceback."""

    provider_id: str
    sender: str = field(repr=False)
    """E.164."""
    text: str = field(repr=False)
    sent_at: datetime | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class ReportIn:
    """A delivery report."""

    provider_id: str
    status: str
    failure_reason: str | None = None
