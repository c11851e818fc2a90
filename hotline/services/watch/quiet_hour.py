"""Whether fewer people call than usually at this hour."""

from dataclasses import dataclass
from statistics import median

from hotline.domain.reach.counters import is_quiet
from hotline.ports import Kit
from hotline.store.watch import traffic


@dataclass(frozen=True, slots=True)
class QuietHour:
    sessions: int
    """In the last hour."""
    usual: int
    """In this hour of the weeks before."""


def look(kit: Kit) -> QuietHour | None:
    """None where it is as busy as usually, or the line has no past. Raises StoreUnavailable."""
    at = kit.now()
    with kit.database.reading() as session:
        now, before = traffic.sessions(session, at), traffic.sessions_of_weeks(session, at)
    return QuietHour(now, round(median(before))) if is_quiet(now, before) else None
