"""Defines the counters and gauges of the line, and decides when traffic or delivery is abnormal. Pure.

Gauges and timings are plain values. Each server writes them in its own format. No label holds a number, a name, a
reference or a place. Labels are words of closed lists and codes of networks.

Screen counters count the screens that sessions were shown and answered, by name only. A screen is a node of a flow, as
in `report/danger`. No counter contains text or keys that a caller typed.

The checks compare traffic and arrival with their usual values. Small numbers prove nothing, so they raise no alarm.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from hotline.core.ussd import SessionStart


class Measure(StrEnum):
    SESSION = "session"
    TOPIC = "topic"


BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds in seconds by which answers are counted. Every hop must be answered within the last."""
BEYOND = len(BOUNDS)


@dataclass(frozen=True, slots=True)
class Sample:
    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    """The present value of one measure."""

    name: str
    help: str
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Timing:
    """The durations of one operation since counting began."""

    name: str
    help: str
    labels: Mapping[str, str]
    counts: Sequence[int]
    """Number of durations up to each bound, not cumulative. The last is the number above all bounds."""
    seconds: float


def bound_of(seconds: float) -> int:
    """Returns the index of the first bound that is not below `seconds`."""
    return bisect_left(BOUNDS, seconds)


def quantile(values: Sequence[float], share: float) -> float:
    """Returns the smallest value that this share of the values does not exceed. There must be at least one value."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -(-int(share * 100) * len(ordered) // 100) - 1))]


WEEK_BEGINS = (1, 8, 15, 22)
"""Days of a month on which a week begins. The last week ends with the month, so no week is in two months."""


class ScreenMeasure(StrEnum):
    """The kind of a screen counter. It decides what the counter's `name` means."""

    SHOWN = "screen_shown"
    """Sessions that were shown the named screen."""
    ANSWERED = "screen_answered"
    SESSION = "ussd_session"
    """Sessions. The name is a network's code."""


class SessionStep(NamedTuple):
    """The position of a session after one of its inputs."""

    upto: int
    """Number of letters of the dialled text that led here."""
    screen: str
    """The name of the screen, as in `report/danger`. Empty if the screen must not be counted."""
    answered: bool
    """True if the input answered the screen before."""
    ends: bool


class LeftSession(NamedTuple):
    start: SessionStart
    upto: int
    steps: tuple[SessionStep, ...]


class ScreenCounter(NamedTuple):
    """The name of one counter, without its week."""

    measure: str
    name: str


def week_of(day: date) -> date:
    """Returns the first day of the week of the month that contains a day."""
    return day.replace(day=max(first for first in WEEK_BEGINS if first <= day.day))


def session_counters(steps: Sequence[SessionStep], *, network: str) -> frozenset[ScreenCounter]:
    """Returns the counters to which one session adds one: each of its screens once, and its network.

    A session that began at a private short code counts nowhere.
    """
    if not steps or not steps[0].screen:
        return frozenset()
    shown = {one.screen for one in steps} - {""}
    answered = {one.screen for one, then in pairwise(steps) if then.answered} & shown
    return frozenset(
        {
            ScreenCounter(ScreenMeasure.SESSION, network),
            *(ScreenCounter(ScreenMeasure.SHOWN, screen) for screen in shown),
            *(ScreenCounter(ScreenMeasure.ANSWERED, screen) for screen in answered),
        }
    )


def new_counters(
    steps: Sequence[SessionStep], after: int, *, network: str
) -> frozenset[ScreenCounter]:
    """Returns the counters that a session adds, if it was already counted up to `after` letters."""
    known = session_counters([one for one in steps if one.upto <= after], network=network)
    return session_counters(steps, network=network) - known


BUSY = 10
"""Usual sessions in an hour from which their absence means something."""
QUIET = 0.2
"""Share of the usual sessions below which the line is quiet."""
ENOUGH = 10
"""Delivery reports in an hour from which a rate is computed."""
WORSE = 0.2
"""Fall below its usual rate from which a network is faulty."""
USUAL = 0.9
"""Rate with which a network without a past is compared."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The numbers of messages that arrived and that did not, by a network's delivery reports."""

    arrived: int
    lost: int

    @property
    def rate(self) -> float | None:
        """Returns the share of messages that arrived. Returns None if there are too few reports."""
        total = self.arrived + self.lost
        return self.arrived / total if total >= ENOUGH else None


def is_quiet(sessions: int, before: Sequence[int]) -> bool:
    """Returns True if there are far fewer sessions than usual for this hour. A line without a past is never quiet."""
    usual = median(before) if before else 0
    return usual >= BUSY and sessions < usual * QUIET


def is_worse(now: Arrivals, usual: Arrivals | None) -> bool:
    """Returns True if far fewer messages arrive than usual."""
    if now.rate is None:
        return False
    measure = usual.rate if usual is not None and usual.rate is not None else USUAL
    return now.rate < measure - WORSE


def budget_level(balance: float, budget: float) -> int:
    """Returns the alarm's level for a spent budget: 0, or 1, 2 and 3 from 50, 80 and 100 percent."""
    gone = 1 - balance / budget
    return sum(gone >= share for share in (0.5, 0.8, 1.0))
