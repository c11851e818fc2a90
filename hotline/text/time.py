"""Shows times in Kigali, where the line works."""

from datetime import datetime, timedelta, timezone

KIGALI = timezone(timedelta(hours=2), "CAT")
"""The time zone of callers. Rwanda has no summer time."""


def kigali_time(at: datetime) -> str:
    """Returns a time as screens and messages show it: 25/11 14:05, in Kigali's time."""
    return f"{at.astimezone(KIGALI):%d/%m %H:%M}"
