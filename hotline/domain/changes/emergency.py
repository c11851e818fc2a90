"""How long words last that one approver publishes alone. Pure."""

from datetime import datetime, timedelta

LASTS = timedelta(hours=4)
"""After which the clock brings the state before back, unless a second person has confirmed."""


def ends(published_at: datetime, lapses_at: datetime | None) -> datetime:
    """When the clock ends it: a second one lasts no longer than the first, and says so."""
    return lapses_at or published_at + LASTS
