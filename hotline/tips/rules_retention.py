"""Defines how long data is kept, and when a tip's text is erased. Pure.

An admin is warned `WARNING` before a tip's text is erased. It is never erased sooner after the warning, even if the
clock runs late. What remains are codes for statistics and no text. A legal hold prevents erasure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WORDS = timedelta(days=90)
"""Time for which a tip's text is kept after closing."""
UNCLOSED = timedelta(days=180)
"""Time after filing from which a tip that is still open counts as closed."""
WARNING = timedelta(days=14)
PSEUDONYMS = timedelta(days=30)
"""Time for which the pseudonyms of phones and sessions in tips are kept, and sessions themselves."""
TRIES = timedelta(days=2)
"""Time for which attempts at receipts and codes are kept. It is longer than the period of any limit."""
CALLERS = timedelta(hours=1)
"""Time after which a session's row loses its phone. No network keeps a session open for as long."""
CALLERS_OVER = timedelta(days=3)
"""Age up to which such rows are searched. The clock removes the phones every day."""
INBOUND = timedelta(days=30)
"""Time for which ids of incoming SMS are kept. The gateway repeats an id for twelve hours."""
STRAYS = timedelta(days=7)
"""Time for which delivery reports of unknown messages are kept. The gateway's answer comes within minutes."""
REPLIES = timedelta(days=7)
"""Time for which answers to responders' SMS are recorded. It is longer than the period of any limit."""
PARAMETERS = timedelta(days=90)
"""Time for which the parameters of a message are kept. The times of sending and arrival stay."""


class Keeping(StrEnum):
    """The state of a tip's text. Legal steps: kept -> warned -> erased. `held` may replace any but the last."""

    KEPT = "kept"
    WARNED = "warned"
    """An admin can see when the text will be erased."""
    HELD = "held"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Term:
    """The facts that decide when a tip's text is erased."""

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
        """Returns the earliest time at which the text may be erased if there is no legal hold."""
        end = (self.closed_at or self.filed_at + UNCLOSED) + WORDS
        return end if self.warned_at is None else max(end, self.warned_at + WARNING)
