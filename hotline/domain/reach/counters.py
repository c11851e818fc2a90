"""What is counted of the line. Pure.

What is measured of the line, as values that whoever serves them words in its own way. Pure.

No label holds a number, a name, a reference or a place: labels are words of closed lists, and codes of networks.

Which screens a session was shown and answered: what is counted of that, by names alone. Pure.

A screen is a node of a flow, as in `report/danger`. What somebody keyed or typed stands in no counter.

Whether the line is as busy, and its messages arrive as surely, as they usually do. Pure.

Small numbers say nothing: below them nobody is woken.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import NamedTuple


class Measure(StrEnum):
    SESSION = "session"
    TOPIC = "topic"


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


WEEK_BEGINS = (1, 8, 15, 22)
"""Days of a month. Its last week ends with it, so that no week is of two months."""


class ScreenMeasure(StrEnum):
    """What is counted, and what its `name` is."""

    SHOWN = "screen_shown"
    """A screen, as the next."""
    ANSWERED = "screen_answered"
    SESSION = "ussd_session"
    """A network's code."""


class Stand(NamedTuple):
    """Where a session stood after one of its inputs."""

    upto: int
    """How many letters of the text led here."""
    screen: str
    """As in `report/danger`; empty where it is nobody's to count."""
    answered: bool
    """Whether what was keyed answered the screen before."""
    ends: bool


class ScreenCounter(NamedTuple):
    """What is counted together, beside the week."""

    measure: str
    name: str


def week_of(day: date) -> date:
    """The first day of the week of the month that a day lies in."""
    return day.replace(day=max(first for first in WEEK_BEGINS if first <= day.day))


def counted(stands: Sequence[Stand], *, network: str) -> frozenset[ScreenCounter]:
    """Returns the counters to which one session adds one: each screen once, and its network.

    One that began behind a private entry counts nowhere, whatever was asked in it.
    """
    if not stands or not stands[0].screen:
        return frozenset()
    shown = {one.screen for one in stands} - {""}
    answered = {one.screen for one, then in pairwise(stands) if then.answered} & shown
    return frozenset(
        {
            ScreenCounter(ScreenMeasure.SESSION, network),
            *(ScreenCounter(ScreenMeasure.SHOWN, screen) for screen in shown),
            *(ScreenCounter(ScreenMeasure.ANSWERED, screen) for screen in answered),
        }
    )


def added(stands: Sequence[Stand], after: int, *, network: str) -> frozenset[ScreenCounter]:
    """Returns the counters to which a session adds one that is counted up to so many letters."""
    known = counted([one for one in stands if one.upto <= after], network=network)
    return counted(stands, network=network) - known


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
