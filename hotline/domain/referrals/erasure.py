"""What becomes of a wish to erase a tip's words. Pure.

Whoever holds the phone and the PIN may be the one whom the tip is about. So a wish is never the end of a case by
itself: words that nobody has acted on yet, and those of an open danger, go only when the national desk says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.referrals.clocks import in_hours
from hotline.domain.tip import Urgency

WITHIN = timedelta(hours=72)
"""From the wish to its end, or to the national desk's decision."""
ASKED_AGAIN = timedelta(days=1)
"""A decision that is overdue: the desk is told again, in working hours."""
KEPT_FOR = timedelta(days=30)
"""After "keep", and under a legal hold: then somebody decides anew."""


class WordsFate(StrEnum):
    """What may become of the words now."""

    GO = "go"
    """At closing, or when the wish's time is over."""
    DECIDED = "decided"
    """The national desk decides; the clock erases nothing."""
    HELD = "held"
    """A court asked for them: nobody erases."""


@dataclass(frozen=True, slots=True)
class Wished:
    """How a case stands whose words somebody wants erased."""

    urgency: int
    taken: bool
    closed: bool
    held: bool

    @property
    def fate(self) -> WordsFate:
        if self.held:
            return WordsFate.HELD
        if self.closed:
            return WordsFate.GO
        return (
            WordsFate.DECIDED if not self.taken or self.urgency == Urgency.DANGER else WordsFate.GO
        )


def next_due(fate: WordsFate, at: datetime) -> datetime:
    """When a wish whose clock has fired comes up again, where the words are still there."""
    return at + KEPT_FOR if fate is WordsFate.HELD else in_hours(at + ASKED_AGAIN)
