"""What was published of a month, a quarter or a year: for whom, which version, and its numbers. Pure.

Everything that shows a figure reads this, and nothing else: a page, paper, a sheet, a package, the page of results.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hotline.domain.cases.months import MonthVersion, is_month
from hotline.domain.evidence.suppression import SIGN
from hotline.domain.evidence.tables import ALL

QUARTERS = 4
MONTHS_OF_QUARTER = 3


class Edition(StrEnum):
    INSIDE = "inside"
    """For those who work with the line: k is 5."""
    OUTSIDE = "outside"
    """For everybody else: k is 11, and some figures are by quarter alone, three months late."""


class Span(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def span_of(period: str) -> Span:
    """Of 2026-11, 2026-Q4 or 2026. Raises ValueError for anything else."""
    if is_month(period):
        return Span.MONTH
    if re.fullmatch(rf"2\d{{3}}-Q[1-{QUARTERS}]", period, re.ASCII):
        return Span.QUARTER
    if re.fullmatch(r"2\d{3}", period, re.ASCII):
        return Span.YEAR
    raise ValueError("a period is written as in 2026-11, 2026-Q4 or 2026")


def months_in(period: str) -> Sequence[str]:
    """Raises ValueError."""
    span, year = span_of(period), period[:4]
    if span is Span.MONTH:
        return [period]
    first = (int(period[-1]) - 1) * MONTHS_OF_QUARTER + 1 if span is Span.QUARTER else 1
    count = MONTHS_OF_QUARTER if span is Span.QUARTER else QUARTERS * MONTHS_OF_QUARTER
    return [f"{year}-{number:02}" for number in range(first, first + count)]


def quarters_in(period: str) -> Sequence[str]:
    """Every quarter that a month of it is in. Raises ValueError."""
    found = (f"{one[:4]}-Q{-(-int(one[5:]) // MONTHS_OF_QUARTER)}" for one in months_in(period))
    return [*dict.fromkeys(found)]


@dataclass(frozen=True, slots=True)
class FigureCell:
    """One number: a figure, by no dimension or by one or two, each written `name:value`."""

    figure: str
    row: str
    column: str
    number: int | None
    """None is hidden: small itself, or kept back for another."""
    bound: str = ""
    """What the number says of the true one: `>=` it is so much at least, `<=` at most. Empty: it is exact."""


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """One edition of one period, as it was published."""

    period: str
    edition: Edition
    version: MonthVersion
    made_at: datetime
    made_by: str
    cells: Sequence[FigureCell]
    is_invented: bool = False
    """Of an invented year: whatever shows it says so."""
    of_months: Sequence[str] = field(default=(), compare=False)
    """Where a quarter or a year does not hold all of its months: those that it holds, as whoever reads it finds."""
    _at: Mapping[tuple[str, str, str], FigureCell] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = {(one.figure, one.row, one.column): one for one in self.cells}
        object.__setattr__(self, "_at", found)

    def cell(self, figure: str, row: str = ALL, column: str = ALL) -> FigureCell | None:
        """None: this edition has no such number, not even a hidden one."""
        return self._at.get((figure, row, column))

    def number(self, figure: str, row: str = ALL, column: str = ALL) -> int | None:
        """None is hidden, or not there. A bound is not told: `said` tells it."""
        cell = self.cell(figure, row, column)
        return cell.number if cell is not None else None

    def said(self, figure: str, row: str = ALL, column: str = ALL) -> str:
        """As it is printed."""
        cell = self.cell(figure, row, column)
        if cell is None or cell.number is None:
            return SIGN
        return f"{cell.bound}{cell.number}"

    def rows(self, figure: str, by: str) -> Sequence[str]:
        """The rows `by:...` of a figure, as they are listed."""
        return _listed(one.row for one in self.cells if one.figure == figure and _by(one.row) == by)

    def columns(self, figure: str, by: str) -> Sequence[str]:
        return _listed(
            one.column for one in self.cells if one.figure == figure and _by(one.column) == by
        )

    def figures(self) -> Sequence[str]:
        return _listed(one.figure for one in self.cells)


def _listed(names: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(names))


def _by(name: str) -> str:
    return name.partition(":")[0]


def value_of(name: str) -> str:
    """What a row or a column is of: `11` of `district:11`."""
    return name.partition(":")[2]
