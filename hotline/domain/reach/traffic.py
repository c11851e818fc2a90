"""Whether the line is as busy, and its messages arrive as surely, as they usually do. Pure.

Small numbers say nothing: below them nobody is woken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

BUSY = 10
"""Sessions in an hour that are usual enough for their absence to mean something."""
QUIET = 0.2
"""Less than this share of the usual is quiet."""
ENOUGH = 10
"""Reports in an hour that make a rate."""
WORSE = 0.2
"""So much below its usual rate a network is faulty."""
USUAL = 0.9
"""What a network without a past is measured by."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a network's delivery reports said: how many arrived, how many did not."""

    arrived: int
    lost: int

    @property
    def rate(self) -> float | None:
        """None of too few."""
        total = self.arrived + self.lost
        return self.arrived / total if total >= ENOUGH else None


def is_quiet(sessions: int, before: Sequence[int]) -> bool:
    """Fewer sessions than in the same hour of the weeks before. A line with no past is never quiet."""
    usual = median(before) if before else 0
    return usual >= BUSY and sessions < usual * QUIET


def is_worse(now: Arrivals, usual: Arrivals | None) -> bool:
    """Whether fewer messages arrive than usually."""
    if now.rate is None:
        return False
    measure = usual.rate if usual is not None and usual.rate is not None else USUAL
    return now.rate < measure - WORSE


def spent(balance: float, budget: float) -> int:
    """How much of a budget is gone, as an alarm counts it: 0, or past 50, 80 and 100 of a hundred."""
    gone = 1 - balance / budget
    return sum(gone >= share for share in (0.5, 0.8, 1.0))
