"""When the figures of a period are published: each edition once, and in the order in which it may be read. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.cases import months
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import (
    MONTHS_OF_QUARTER,
    QUARTERS,
    Edition,
    Span,
    months_in,
    quarters_in,
    span_of,
)

OUTSIDE_AFTER = timedelta(days=90)
"""How long after its end a quarter or a year is published for everybody."""
BOTH = (Edition.INSIDE, Edition.OUTSIDE)


@dataclass(frozen=True, slots=True)
class EditionSet:
    """What is counted once and published together."""

    period: str
    version: MonthVersion
    editions: Sequence[Edition]

    @property
    def due_at(self) -> datetime:
        return due_at(self.period, self.editions[0], self.version)


def due_at(period: str, edition: Edition, version: MonthVersion) -> datetime:
    """Not before it. A quarter and a year are made of revised months, once. Raises ValueError."""
    last = months_in(period)[-1]
    if span_of(period) is Span.MONTH:
        return months.due_at(last, version)
    if edition is Edition.OUTSIDE:
        return months.ends(last) + OUTSIDE_AFTER
    return months.due_at(last, MonthVersion.REVISED)


@dataclass(frozen=True, slots=True)
class PublishedSoFar:
    editions: Collection[tuple[str, Edition, MonthVersion]]
    """Period, edition and version."""
    closed: Collection[str] = ()
    """Months that are never revised, nor added up: what they were made of was not kept."""

    def has(self, period: str, edition: Edition, version: MonthVersion) -> bool:
        return (period, edition, version) in self.editions


def sets_due(
    counted: Sequence[str],
    published: PublishedSoFar,
    waiting: Collection[tuple[str, MonthVersion]],
    at: datetime,
) -> Sequence[EditionSet]:
    """The earliest first: whatever is published later is judged beside it.

    `counted` are the months since the first on which anything was counted. `waiting` are those whose cases the reader
    has to count first.
    """
    found = [
        one
        for month in counted
        if month not in published.closed
        for one in _of_month(month, published, waiting, at)
    ]
    revised = {
        *(one.period for one in found if one.version is MonthVersion.REVISED),
        *(one for one in counted if published.has(one, Edition.INSIDE, MonthVersion.REVISED)),
    }
    found += [
        one
        for period in _totals(counted)
        if _is_over(period, counted) and revised.issuperset(_inside(period, counted))
        for one in (EditionSet(period, MonthVersion.REVISED, (edition,)) for edition in BOTH)
        if one.due_at <= at and not published.has(period, one.editions[0], one.version)
    ]
    return sorted(found, key=lambda one: (one.due_at, _order(one), one.period))


def _of_month(
    month: str,
    published: PublishedSoFar,
    waiting: Collection[tuple[str, MonthVersion]],
    at: datetime,
) -> Iterable[EditionSet]:
    for version in MonthVersion:
        if (month, version) in waiting or months.due_at(month, version) > at:
            return
        if not published.has(month, Edition.INSIDE, version):
            yield EditionSet(month, version, BOTH)


def _totals(counted: Sequence[str]) -> Sequence[str]:
    """The quarters and years in which anything was counted."""
    quarters = [quarter for month in counted for quarter in quarters_in(month)]
    return [*dict.fromkeys([*quarters, *(month[:4] for month in counted)])]


def _inside(period: str, counted: Sequence[str]) -> Sequence[str]:
    """Its months but for those before the line began."""
    return [month for month in months_in(period) if month in counted]


def _is_over(period: str, counted: Sequence[str]) -> bool:
    return months_in(period)[-1] in counted


def _order(one: EditionSet) -> int:
    """A month before its quarter, a quarter before its year, where they are due at one moment."""
    return [*Span].index(span_of(one.period))


def period_before(period: str) -> str:
    """2026-10 of 2026-11; 2025-Q4 of 2026-Q1. Raises ValueError."""
    span, year = span_of(period), int(period[:4])
    if span is Span.YEAR:
        return f"{year - 1:04}"
    last = QUARTERS if span is Span.QUARTER else QUARTERS * MONTHS_OF_QUARTER
    number = int(period[5:].removeprefix("Q")) - 1
    if not number:
        year, number = year - 1, last
    return f"{year:04}-Q{number}" if span is Span.QUARTER else f"{year:04}-{number:02}"
