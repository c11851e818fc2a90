"""When a month of cases is counted: twice, and never again. Pure.

A month is Kigali's, and a case belongs to the one in which its tip was filed.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.call_back import KIGALI


class MonthVersion(StrEnum):
    FIRST = "first"
    REVISED = "revised"
    """What became of people later is in it, and codes about them may go."""


FIRST_COUNT, LAST_COUNT = timedelta(days=5), timedelta(days=75)
AFTER = {MonthVersion.FIRST: FIRST_COUNT, MonthVersion.REVISED: LAST_COUNT}
"""How long after the end of a month it is counted."""


def month_of(at: datetime) -> str:
    """As in 2026-11."""
    return f"{at.astimezone(KIGALI):%Y-%m}"


def is_month(written: str) -> bool:
    """Of this thousand of years: of others no day can be reckoned that lies a little beyond."""
    return re.fullmatch(r"2\d{3}-(0[1-9]|1[0-2])", written, re.ASCII) is not None


def begins(month: str) -> datetime:
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=KIGALI)


def ends(month: str) -> datetime:
    """The first moment that is of the next."""
    return (begins(month) + timedelta(days=31)).replace(day=1)


def due_at(month: str, version: MonthVersion) -> datetime:
    return ends(month) + AFTER[version]


def due(
    months: Iterable[str], made: dict[MonthVersion, frozenset[str]], at: datetime
) -> Sequence[tuple[str, MonthVersion]]:
    """Which months are to be counted now, the earliest first. A first count that is late is made all the same."""
    return [
        (month, version)
        for month in sorted(set(months))
        for version in MonthVersion
        if month not in made[version] and due_at(month, version) <= at
    ]


def since(first: str, at: datetime) -> Sequence[str]:
    """Every month from one to that of a moment: one in which nobody was met is counted as well."""
    found = [first]
    while found[-1] < month_of(at):
        found.append(month_of(ends(found[-1])))
    return found


def counted_before(at: datetime) -> datetime:
    """Whatever was filed before this is of a month whose last count is due by `at`."""
    return begins(month_of(at - LAST_COUNT))
