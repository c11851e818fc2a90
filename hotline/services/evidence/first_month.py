"""When a line's first figures come."""

from datetime import datetime

from hotline.domain.cases import months
from hotline.domain.cases.months import MonthVersion
from hotline.ports import Kit
from hotline.store.reach import outreach


def due_at(kit: Kit) -> datetime:
    """Of the first month in which anything was counted, or of the one that runs. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        first = outreach.first_day(session)
    month = f"{first:%Y-%m}" if first is not None else months.month_of(kit.now())
    return months.due_at(month, MonthVersion.FIRST)
