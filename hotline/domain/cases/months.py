"""Says when the persons of a month's cases are counted: once, 75 days after it ended. Pure.

A month is Kigali's, and a case belongs to the one in which its tip was filed.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from hotline.domain.call_back import KIGALI

COUNTED_AFTER = timedelta(days=75)
"""How long after the end of a month its persons are counted. Then codes about them may go."""


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

    A month in which nobody was met is counted too.
    """
    if not known:
        return ()
    found = [min(known)]
    while found[-1] < month_of(at):
        found.append(month_of(ends(found[-1])))
    return [month for month in found if month not in counted and counted_at(month) <= at]


def counted_before(at: datetime) -> datetime:
    """Returns the moment before which whatever was filed is of a month that is counted by `at`."""
    return begins(month_of(at - COUNTED_AFTER))
