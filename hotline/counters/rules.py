"""Defines the counters and current values (gauges) of the hotline, and decides when traffic or delivery is abnormal.
Pure.

A gauge (a current value) and a timing (the durations of one operation) are plain values. Each metrics server (the
part of a process that serves `/metrics`) writes these values in its own format. No label of a counter contains a
phone number, a name, a reference or a place. Labels are words from fixed lists, and codes of mobile networks.

Screen counters count only how often a screen was shown and answered, by the screen's name. A screen is a node of a
flow, such as `report/danger`. No counter contains text or digits that a caller typed.

The checks compare the number of sessions, the number of SMS and the share of messages that arrive with the usual
numbers. Small numbers prove nothing, so they never raise an alarm.
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
from hotline.text.quiz import QuizOutcome


class Measure(StrEnum):
    SESSION = "session"
    TOPIC = "topic"


QUIZ_MEASURES: Mapping[QuizOutcome, str] = {outcome: f"quiz_{outcome}" for outcome in QuizOutcome}
"""The name of the counter for each result of comparing two quiz answers."""


BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper limits, in seconds, of the groups in which answer times are counted. A caller's key press must be answered
within 5 seconds, and an attempt to send an SMS ends within 10 seconds."""
BEYOND = len(BOUNDS)


@dataclass(frozen=True, slots=True)
class Sample:
    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    """The current value of one measure."""

    name: str
    help: str
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Timing:
    """The durations of one operation since the process began to count."""

    name: str
    help: str
    labels: Mapping[str, str]
    counts: Sequence[int]
    """The number of durations in each group of answer times. Each duration counts in one group only. The last number
    in the list counts the durations above all limits."""
    seconds: float


def bound_of(seconds: float) -> int:
    """Returns the index in `BOUNDS` of the first limit that is not below `seconds`."""
    return bisect_left(BOUNDS, seconds)


WEEK_BEGINS = (1, 8, 15, 22)
"""The days of a month on which a week of the statistics begins. The last week ends with the month, so that no week is
in two months.
"""


class ScreenMeasure(StrEnum):
    """The kind of events that a screen counter counts. The kind decides the meaning of the counter's `name`."""

    SHOWN = "screen_shown"
    """Counts the sessions in which the named screen was shown."""
    ANSWERED = "screen_answered"
    SESSION = "ussd_session"
    """Counts all USSD sessions of one mobile network. The name of the counter is the code of the network."""


class SessionStep(NamedTuple):
    """The screen that a session showed after one of the caller's inputs."""

    upto: int
    """The number of letters of the session's text that led to this screen."""
    screen: str
    """The name of the shown screen, such as `report/danger`. The name is empty if statistics must not count this
    screen."""
    answered: bool
    """True if the input answered the previous screen."""
    ends: bool


class LeftSession(NamedTuple):
    start: SessionStart
    upto: int
    steps: tuple[SessionStep, ...]


class ScreenCounter(NamedTuple):
    """The measure and the name of one counter of screens. One such counter exists for each week."""

    measure: str
    name: str


def week_of(day: date) -> date:
    """Returns the first day of the counted week that contains this day."""
    return day.replace(day=max(first for first in WEEK_BEGINS if first <= day.day))


def session_counters(steps: Sequence[SessionStep], *, network: str) -> frozenset[ScreenCounter]:
    """Returns the counters that one session increases by one: the counters of its screens, and the counter of its
    network.

    A session with a private short code (of responders, for example) is not counted at all.
    """
    if not steps or not steps[0].screen:
        return frozenset()
    screens = {step.screen for step in steps} - {""}
    answered = {step.screen for step, following in pairwise(steps) if following.answered} & screens
    return frozenset(
        {
            ScreenCounter(ScreenMeasure.SESSION, network),
            *(ScreenCounter(ScreenMeasure.SHOWN, screen) for screen in screens),
            *(ScreenCounter(ScreenMeasure.ANSWERED, screen) for screen in answered),
        }
    )


def new_counters(
    steps: Sequence[SessionStep], after: int, *, network: str
) -> frozenset[ScreenCounter]:
    """Returns the counters that a session must still increase, if the screens for its first `after` letters are already
    counted."""
    counted = session_counters([step for step in steps if step.upto <= after], network=network)
    return session_counters(steps, network=network) - counted


BUSY = 10
"""The hotline can detect a quiet hour only if at least this many sessions are usual in this hour. With fewer sessions,
an hour without any session can be normal."""
FLOOD, FLOOD_FROM = 5, 20
"""An hour has a flood of SMS if the number of SMS is at least `FLOOD` times the usual number, and also at least
`FLOOD_FROM`."""
QUIET = 0.2
"""An hour is quiet if its number of sessions is less than this share of the usual number."""
ENOUGH = 10
"""The hotline computes the share of messages that arrived only if it has at least this many delivery reports from one
hour."""
WORSE = 0.2
"""A mobile network counts as faulty if the share of messages that arrive is this much lower than usual."""
USUAL = 0.9
"""The usual share of messages that arrive, for a network without earlier data."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Two numbers from a mobile network's delivery reports: how many messages arrived, and how many did not arrive."""

    arrived: int
    lost: int

    @property
    def rate(self) -> float | None:
        """Returns the share of messages that arrived. Returns None if there are too few delivery reports."""
        total = self.arrived + self.lost
        return self.arrived / total if total >= ENOUGH else None


def is_quiet(sessions: int, before: Sequence[int]) -> bool:
    """Returns True if there are far fewer sessions than usual at this hour. A hotline without earlier data never
    counts as quiet."""
    usual = median(before) if before else 0
    return usual >= BUSY and sessions < usual * QUIET


def is_flood(sms: int, before: Sequence[int]) -> bool:
    """Returns True if the hotline wrote far more SMS than usual at this hour."""
    return sms >= max(FLOOD_FROM, FLOOD * (median(before) if before else 0))


def is_worse(now: Arrivals, usual: Arrivals | None) -> bool:
    """Returns True if the share of messages that arrive is far lower than usual."""
    if now.rate is None:
        return False
    measure = usual.rate if usual is not None and usual.rate is not None else USUAL
    return now.rate < measure - WORSE


def budget_level(balance: float, budget: float) -> int:
    """Returns the level of the alarm about the gateway's budget: 1, 2 or 3 if 50, 80 or 100 percent is spent,
    otherwise 0."""
    spent = 1 - balance / budget
    return sum(spent >= share for share in (0.5, 0.8, 1.0))
