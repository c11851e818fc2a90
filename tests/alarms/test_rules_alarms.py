"""Tests when an alarm notifies on-call contacts, how often, and when it is over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alarms.rules import (
    EVENT_ALARMS,
    REMINDED,
    Alarm,
    AlarmState,
    Notice,
    after_acknowledgement,
    next_state,
)
from tests.support.builders import NOON

MINUTE = timedelta(minutes=1)


def at(minutes: float) -> datetime:
    return NOON + MINUTE * minutes


def checked(
    alarm: Alarm, looks: Iterable[tuple[float, int]], start: AlarmState | None = None
) -> tuple[list[tuple[float, Notice]], AlarmState | None]:
    """Simulates checks of an alarm. Returns each notice with the minute of its check, and the last state of the
    alarm. `looks` contains the minute of each check and the level of the fault at this check.
    """
    standing, told = start, []
    for minute, level in looks:
        change = next_state(standing, alarm, level, at(minute))
        standing = change.now
        if change.notice is not None:
            told.append((minute, change.notice))
    return told, standing


def test_alarm_repeats_notices_at_growing_intervals() -> None:
    told, _ = checked(Alarm.QUEUE_PAUSED, ((minute, 1) for minute in range(400)))
    assert told == [
        (0, Notice.RAISED),
        (10, Notice.AGAIN),
        (30, Notice.AGAIN),
        (70, Notice.AGAIN),
        (150, Notice.AGAIN),
        (310, Notice.AGAIN),
    ]


def test_short_fault_sends_no_notice() -> None:
    told, standing = checked(Alarm.REDIS, [(0, 1), (1, 1), (1.9, 0), (5, 0)])
    assert (told, standing) == ([], None)
    told, _ = checked(Alarm.REDIS, [(0, 1), (1, 1), (2, 1)])
    assert told == [(2, Notice.RAISED)]


def test_alarm_ends_two_minutes_after_fault() -> None:
    told, standing = checked(Alarm.QUEUE_PAUSED, [(0, 1), (1, 0), (2, 0), (3, 0), (4, 0)])
    assert told == [(0, Notice.RAISED), (3, Notice.OVER)]
    assert standing is None


def test_intermittent_fault_raises_one_alarm() -> None:
    told, _ = checked(Alarm.QUEUE_PAUSED, [(0, 1), (1, 0), (2, 1), (3, 0), (4, 1), (5, 0), (7, 0)])
    assert told == [(0, Notice.RAISED), (7, Notice.OVER)]


def test_acknowledged_alarm_repeats_after_a_day_and_can_end() -> None:
    _, standing = checked(Alarm.QUEUE_PAUSED, [(0, 1)])
    assert standing is not None
    named = after_acknowledgement(standing, "Keza", at(1))
    assert named is not None
    day = REMINDED / MINUTE
    told, _ = checked(Alarm.QUEUE_PAUSED, [(60, 1), (day, 1), (day + 1, 1), (day + 2, 1)], named)
    assert told == [(day + 1, Notice.AGAIN)]
    told, _ = checked(Alarm.QUEUE_PAUSED, [(60, 0), (63, 0)], named)
    assert told == [(63, Notice.OVER)]


def test_acknowledged_districts_alarm_repeats_after_a_week() -> None:
    _, standing = checked(Alarm.DISTRICTS, [(0, 1)])
    assert standing is not None
    named = after_acknowledgement(standing, "Keza", at(1))
    assert named is not None
    week = 7 * REMINDED / MINUTE
    told, _ = checked(Alarm.DISTRICTS, [(week / 7 + 2, 1), (week, 1), (week + 1, 1)], named)
    assert told == [(week + 1, Notice.AGAIN)]


@pytest.mark.parametrize("alarm", EVENT_ALARMS)
def test_acknowledgement_ends_event_alarm(alarm: Alarm) -> None:
    told, standing = checked(alarm, ((minute, 1) for minute in range(31)))
    assert [notice for _, notice in told] == [Notice.RAISED, Notice.AGAIN, Notice.AGAIN]
    assert standing is not None
    assert after_acknowledgement(standing, "Keza", at(31)) is None


def test_worse_fault_cancels_acknowledgement() -> None:
    _, standing = checked(Alarm.DISK, [(0, 1)])
    assert standing is not None
    named = after_acknowledgement(standing, "Keza", at(1))
    assert named is not None
    told, after = checked(Alarm.DISK, [(2, 1), (3, 2), (4, 2), (5, 1), (6, 2)], named)
    assert told[0] == (3, Notice.AGAIN)
    assert after is not None
    assert after.acknowledged_by is None


def test_clock_set_back_by_a_year_stops_no_notice() -> None:
    _, standing = checked(Alarm.QUEUE_PAUSED, [(0, 1)])
    back = -365 * 24 * 60
    told, _ = checked(Alarm.QUEUE_PAUSED, [(back, 1), (back + 1, 1), (back + 21, 1)], standing)
    assert [notice for _, notice in told] == [Notice.AGAIN, Notice.AGAIN]


@given(st.lists(st.tuples(st.floats(0.1, 300), st.integers(0, 3)), max_size=60))
def test_raised_and_over_notices_alternate(looks: list[tuple[float, int]]) -> None:
    minute, walked = 0.0, []
    for pause, level in looks:
        minute += pause
        walked.append((minute, level))
    told, _ = checked(Alarm.QUEUE_PAUSED, walked)

    open_ = False
    for _, notice in told:
        assert (notice is Notice.RAISED) is not open_
        open_ = notice is not Notice.OVER


@pytest.mark.parametrize("alarm", Alarm)
def test_lasting_fault_raises_alarm_in_ten_minutes(alarm: Alarm) -> None:
    told, _ = checked(alarm, ((minute, 1) for minute in range(11)))
    assert told[0][1] is Notice.RAISED
