"""In which hours a district had nobody who could be told: reckoned plainly, hour by hour, from who was away."""

from collections import Counter
from datetime import datetime, timedelta

from hotline.domain.places.places import districts
from tests.plain.numbers import ALL, Numbers
from tests.plain.seen import InTime, Seen

HOUR = timedelta(hours=1)


def hours(seen: Seen, in_time: InTime, until: datetime) -> Numbers:
    """Looked at since the line began."""
    found: Numbers = Counter()
    codes = [one.code for one in districts()]
    hour = seen.begins
    while hour <= until:
        if in_time(hour):
            found["hours", ALL, ALL] += len(codes)
            found.update(("hours", f"district:{code}", ALL) for code in codes)
            for one in {
                away.district for away in seen.ledger.away if away.starts_at <= hour < away.ends_at
            }:
                found.update(("hours_uncovered", row, ALL) for row in (ALL, f"district:{one}"))
        hour += HOUR
    return found
