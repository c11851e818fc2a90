"""What is measured of the line, as values that whoever serves them words in its own way. Pure.

No label holds a number, a name, a reference or a place: labels are words of closed lists, and codes of networks.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds within which an answer is counted; a hop is promised within the last."""
BEYOND = len(BOUNDS)


@dataclass(frozen=True, slots=True)
class Sample:
    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    """Something as it stands now."""

    name: str
    help: str
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Timing:
    """How often something took how long, since it was first counted."""

    name: str
    help: str
    labels: Mapping[str, str]
    counts: Sequence[int]
    """By bound, each alone, and what is beyond the last."""
    seconds: float


def bound_of(seconds: float) -> int:
    """The place in `BOUNDS` of the first that holds it."""
    return bisect_left(BOUNDS, seconds)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many of them do not exceed. There is one at least."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -(-int(share * 100) * len(ordered) // 100) - 1))]
