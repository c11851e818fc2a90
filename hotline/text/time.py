"""Formats times for Kigali, where the hotline works."""

from datetime import datetime, time, timedelta, timezone

KIGALI = timezone(timedelta(hours=2), "CAT")
"""The time zone of callers. Rwanda has no summer time."""


def kigali_time(at: datetime) -> str:
    """Returns a time in the form that screens and messages show, such as 25/11 14:05. The result is the time in
    Kigali."""
    return f"{at.astimezone(KIGALI):%d/%m %H:%M}"


def midnight(at: datetime) -> datetime:
    """Returns the time when the day of `at` began in Kigali."""
    local = at.astimezone(KIGALI)
    return datetime.combine(local.date(), time(), KIGALI).astimezone(at.tzinfo)


def last_six(at: datetime) -> datetime:
    """Returns the latest time, not later than `at`, when the clock in Kigali showed 06:00."""
    six = at.astimezone(KIGALI).replace(hour=6, minute=0, second=0, microsecond=0)
    return (six if six <= at else six - timedelta(days=1)).astimezone(at.tzinfo)
