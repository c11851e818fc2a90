"""How long what is kept is kept, and what comes before it is forgotten. Pure.

A tip's words are told of `WARNING` before they go, and never go within `WARNING` of that, however late the clock comes
to it. What is left is a tombstone: codes for statistics, and nothing that was said. A legal hold stops it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WORDS = timedelta(days=90)
"""After closing."""
UNCLOSED = timedelta(days=180)
"""So long after it was filed a tip that nobody closed counts as closed."""
WARNING = timedelta(days=14)
PSEUDONYMS = timedelta(days=30)
"""Of phones and sessions, in tips; and sessions themselves."""
TRIES = timedelta(days=2)
"""At receipts and codes: longer than any limit counts."""
CALLERS = timedelta(hours=1)
"""Longer than any network keeps a session open: then its row forgets whose phone it was."""
CALLERS_OVER = timedelta(days=3)
"""How far back one looks for such rows: the clock does it every day."""
INBOUND = timedelta(days=30)
"""Ids of MOs: the gateway repeats one for twelve hours."""
STRAYS = timedelta(days=7)
"""Delivery reports whose message is unknown: the gateway's answer, which names one, comes within minutes."""
REPLIES = timedelta(days=7)
"""What was answered to the SMS of responders: longer than any limit counts."""
PARAMETERS = timedelta(days=90)
"""What a message was about; that it was sent, and when it arrived, stays."""


class Keeping(StrEnum):
    """How a tip's words stand. Legal steps: kept -> warned -> erased; held in place of any but the last."""

    KEPT = "kept"
    WARNED = "warned"
    """An admin can see when they go."""
    HELD = "held"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Term:
    """What decides when a tip's words go."""

    filed_at: datetime
    closed_at: datetime | None = None
    warned_at: datetime | None = None
    erased_at: datetime | None = None
    held: bool = False

    @property
    def keeping(self) -> Keeping:
        if self.erased_at is not None:
            return Keeping.ERASED
        if self.held:
            return Keeping.HELD
        return Keeping.KEPT if self.warned_at is None else Keeping.WARNED

    @property
    def goes_at(self) -> datetime:
        """The earliest moment at which the words may go, were nobody to hold them."""
        end = (self.closed_at or self.filed_at + UNCLOSED) + WORDS
        return end if self.warned_at is None else max(end, self.warned_at + WARNING)
