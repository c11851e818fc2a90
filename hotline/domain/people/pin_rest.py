"""Decides how long a phone rests after wrong PINs. Pure."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from hotline.domain.call_back import KIGALI

IN_A_ROW = 3
"""So many wrong PINs without a right one rest the phone for `SHORT`."""
IN_A_DAY = 6
"""So many within `DAY`, without a right one, rest it until `WAKES`."""
SHORT, DAY = timedelta(minutes=10), timedelta(hours=24)
WAKES = time(6)
"""In Kigali's time."""


def rested_until(wrong: Sequence[datetime]) -> datetime | None:
    """Returns when the last of these wrong PINs stops resting the phone. None if it rests nothing.

    `wrong` holds the times of the wrong PINs since the last right one, oldest first. A long rest starts the count anew.
    """
    until, in_a_row, today = None, 0, list[datetime]()
    for at in wrong:
        until, in_a_row = None, in_a_row + 1
        today = [*(one for one in today if at - one < DAY), at]
        if len(today) >= IN_A_DAY:
            until, in_a_row, today = _morning_after(at), 0, []
        elif in_a_row >= IN_A_ROW:
            until, in_a_row = at + SHORT, 0
    return until


def is_long(at: datetime, until: datetime) -> bool:
    """Returns True if a rest that began at `at` is the long one, after which colleagues take over."""
    return until - at > SHORT or until == _morning_after(at)


def _morning_after(at: datetime) -> datetime:
    local = at.astimezone(KIGALI)
    morning = datetime.combine(local.date(), WAKES, KIGALI)
    if morning <= local:
        morning += timedelta(days=1)
    return max(morning, at + SHORT)
