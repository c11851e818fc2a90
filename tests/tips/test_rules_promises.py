"""Tests how a list describes the waiting time of a tip in relation to the promised time."""

from datetime import timedelta

import pytest

from hotline.tips.rules_receipts import wait_of
from tests.support.builders import NOON

MINUTES, HOURS = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("urgency", "spent", "says", "late"),
    [
        (1, timedelta(seconds=20), "0 of 3 min", False),
        (1, 3 * MINUTES, "3 of 3 min", False),
        (1, timedelta(minutes=3, seconds=1), "4 of 3 min", True),
        (3, timedelta(hours=2, seconds=30), "3 of 2 h", True),
        (1, 9 * MINUTES, "9 of 3 min", True),
        (1, 5 * HOURS, "5 h of 3 min", True),
        (1, 72 * HOURS, "3 days of 3 min", True),
        (2, 14 * MINUTES, "14 of 15 min", False),
        (3, 61 * MINUTES, "1 of 2 h", False),
        (3, 59 * MINUTES, "59 min of 2 h", False),
        (3, 3 * HOURS, "3 of 2 h", True),
        (1, -1 * MINUTES, "0 of 3 min", False),
    ],
)
def test_a_wait_beside_its_promise(urgency: int, spent: timedelta, says: str, late: bool) -> None:
    waits = wait_of(urgency, NOON, ended_at=None, now=NOON + spent)
    assert (str(waits), waits.is_late) == (says, late)
    minutes, promised = waits.minutes
    assert minutes > promised if late else minutes <= promised
    over = wait_of(urgency, NOON, ended_at=NOON + spent, now=NOON + 100 * HOURS)
    assert (str(over), over.is_late) == (says, late)
