"""Which screens a session was shown and answered: what is counted of that, by names alone. Pure.

A screen is a node of a flow, as in `report/danger`. What somebody keyed or typed stands in no counter.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

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
