"""Defines when the persons of a month's cases are counted: once, 75 days after the month ended. Pure.

Months are those of Kigali's time. A case belongs to the month in which its tip was filed.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from hotline.domain.call_back import KIGALI

COUNTED_AFTER = timedelta(days=75)
"""Time from the end of a month until its persons are counted. Then the codes about them may be erased."""


def month_of(at: datetime | date) -> str:
    """Returns the month of a moment or a day, as in 2026-11."""
    day = at.astimezone(KIGALI) if isinstance(at, datetime) else at
    return f"{day:%Y-%m}"


def begins(month: str) -> datetime:
    """Returns the first moment of a month."""
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=KIGALI)


def ends(month: str) -> datetime:
    """Returns the first moment after a month."""
    return (begins(month) + timedelta(days=31)).replace(day=1)


def counted_at(month: str) -> datetime:
    """Returns when the persons of a month are counted."""
    return ends(month) + COUNTED_AFTER


def due(known: Collection[str], counted: Collection[str], at: datetime) -> Sequence[str]:
    """Returns the months to be counted by now, the earliest first, since the first that is known.

    A month in which no person was met is counted too.
    """
    if not known:
        return ()
    found = [min(known)]
    while found[-1] < month_of(at):
        found.append(month_of(ends(found[-1])))
    return [month for month in found if month not in counted and counted_at(month) <= at]


def counted_before(at: datetime) -> datetime:
    """Returns the moment before which every tip was filed in a month that is counted by `at`."""
    return begins(month_of(at - COUNTED_AFTER))
