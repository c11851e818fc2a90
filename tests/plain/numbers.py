"""How plain numbers are called, and the calendar that they lie in."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import TypeAlias

Numbers: TypeAlias = Counter[tuple[str, str, str]]
"""By figure, row and column. What is not there is zero."""
ALL = "all"
HOLDS = "holds"
"""The column of the part that a share is of."""
KIGALI = timezone(timedelta(hours=2))
SATURDAY = 5


def month_of(at: datetime) -> str:
    return at.astimezone(KIGALI).strftime("%Y-%m")


def days(at: datetime) -> Sequence[str]:
    day = at.astimezone(KIGALI).date()
    week = max(first for first in (1, 8, 15, 22) if first <= day.day)
    return f"day:{day.isoformat()}", f"week:{day.replace(day=week).isoformat()}"


def working_morning(at: datetime) -> datetime:
    """Eight o'clock of the next day on which people work."""
    day = at.astimezone(KIGALI) + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day.replace(hour=8, minute=0, second=0, microsecond=0)
