"""Which screens a session was shown and answered, and where it was left: what is counted of that, by names alone. Pure.

A screen is a node of a flow, as in `report/danger`. What somebody keyed or typed stands in no counter.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

WEEK_BEGINS = (1, 8, 15, 22)
"""Days of a month. Its last week ends with it, so that no week is of two months."""


class ScreenMeasure(StrEnum):
    """What is counted, and what its `name` is."""

    SHOWN = "screen_shown"
    """A screen. By language and revision, as the next."""
    ANSWERED = "screen_answered"
    BEGUN = "flow_begun"
    """A flow, as the next."""
    FLOW_LEFT = "flow_left"
    SESSION = "ussd_session"
    """A network's code, as the next."""
    LEFT = "ussd_left"
    ENTERED = "report_entered"
    """Nothing, as the next two."""
    FILED = "report_filed"
    SAVED = "report_saved"
    SECONDS = "seconds_to_filed"
    """So many seconds."""


class Stand(NamedTuple):
    """Where a session stood after one of its inputs."""

    upto: int
    """How many letters of the text led here."""
    screen: str
    """As in `report/danger`; empty where it is nobody's to count."""
    language: str
    answered: bool
    """Whether what was keyed answered the screen before."""
    ends: bool
    reports: bool
    """Whether it is of the report."""


class ScreenCounter(NamedTuple):
    """What is counted together, beside the week."""

    measure: str
    name: str = ""
    language: str = ""
    revision_id: int = 0


class WalkedAt(NamedTuple):
    """Beside which screen it was: when a session began, its language, and the flows that it was shown."""

    week: date
    language: str
    revision_id: int


def week_of(day: date) -> date:
    """The first day of the week of the month that a day lies in."""
    return day.replace(day=max(first for first in WEEK_BEGINS if first <= day.day))


def counted(
    stands: Sequence[Stand], *, network: str, revision_id: int
) -> Mapping[ScreenCounter, int]:
    """What one session adds to the counters. It counts in the language that it was last read in, each screen once.

    One that began behind a private entry counts nowhere, whatever was asked in it.
    """
    if not stands or not stands[0].screen:
        return {}
    last = stands[-1]
    answered = {one.screen for one, then in pairwise(stands) if then.answered}
    found: Counter[ScreenCounter] = Counter()
    for screen in {one.screen for one in stands if one.screen}:
        of = (screen, last.language, revision_id)
        found[ScreenCounter(ScreenMeasure.SHOWN, *of)] = 1
        if screen in answered:
            found[ScreenCounter(ScreenMeasure.ANSWERED, *of)] = 1
    for flow in {_flow(one.screen) for one in stands if one.screen}:
        found[ScreenCounter(ScreenMeasure.BEGUN, flow)] = 1
    found[ScreenCounter(ScreenMeasure.SESSION, network)] = 1
    if not last.ends:
        found[ScreenCounter(ScreenMeasure.LEFT, network)] = 1
        if last.screen:
            found[ScreenCounter(ScreenMeasure.FLOW_LEFT, _flow(last.screen))] = 1
    if any(one.reports for one in stands):
        found[ScreenCounter(ScreenMeasure.ENTERED)] = 1
    return found


def added(
    stands: Sequence[Stand], after: int, *, network: str, revision_id: int
) -> Mapping[ScreenCounter, int]:
    """What a session adds whose screens are counted up to so many letters: some of it may be less than nothing."""
    known = counted(
        [one for one in stands if one.upto <= after], network=network, revision_id=revision_id
    )
    now = counted(stands, network=network, revision_id=revision_id)
    more = {one: now.get(one, 0) - known.get(one, 0) for one in {**known, **now}}
    return {one: number for one, number in more.items() if number}


def _flow(screen: str) -> str:
    return screen.partition("/")[0]
