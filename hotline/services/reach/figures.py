"""What the line did, in figures that identify nobody: of a month that is over, made once and then only read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hotline.domain.cases import months
from hotline.domain.cases.months import AFTER, MonthVersion
from hotline.domain.evidence.edition import Edition, FigureCell, PublishedFigures
from hotline.domain.evidence.month_figures import (
    ALL,
    ANSWERED,
    ASKED,
    KEPT_BACK,
    QUIZ,
    RIGHT_AFTER,
    RIGHT_BEFORE,
    SCORE,
    MonthCell,
)
from hotline.domain.reach.counters import By
from hotline.domain.rolls.quiz import Bound, Gain, Share, average, pooled
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.store.evidence import figure_editions
from hotline.store.flows import flows

ShownCell = int | str
"""A number, a share with what it says of the true one, or the sign of whatever is kept back."""


@dataclass(frozen=True, slots=True)
class MonthEdition:
    """What is told of one month."""

    month: str
    cells: Mapping[tuple[str, str], Mapping[str, MonthCell]]
    """By figure and what it is by, in the order of its rows."""
    published: PublishedFigures
    names: Mapping[str, str] = field(default_factory=dict)
    """What the posters are called that name the entries."""

    def column(self, figure: str, by: str) -> Mapping[str, ShownCell]:
        return {row: said(cell) for row, cell in self.cells.get((figure, by), {}).items()}

    def number(self, figure: str) -> ShownCell:
        """The nation's."""
        return self.column(figure, ALL).get(ALL, KEPT_BACK)

    def figures(self, by: str) -> list[str]:
        return [figure for figure, of in self.cells if of == by]

    def rows(self, figures: Iterable[str], by: str) -> list[str]:
        return [*dict.fromkeys(row for one in figures for row in self.cells.get((one, by), {}))]

    def gain(self, thing: str) -> Gain | None:
        """None where too few were asked."""
        shares = [self.cells.get((one, QUIZ), {}).get(thing) for one in (RIGHT_BEFORE, RIGHT_AFTER)]
        before, after = (_share(one) if one is not None else None for one in shares)
        return Gain(before, after) if before is not None and after is not None else None

    def gains(self) -> Gain | None:
        """Over all things, made of what is told of each."""
        asked = self.cells.get((ASKED, QUIZ), {})
        found = [(cell.number, self.gain(thing)) for thing, cell in asked.items()]
        return pooled([(number, one) for number, one in found if number and one is not None])

    def score(self) -> Share | None:
        """Of officers' lessons, over all districts, made of what is told of each."""
        answered, right = (self.cells.get((one, By.DISTRICT), {}) for one in (ANSWERED, SCORE))
        found = [(answered[code].number, _share(cell)) for code, cell in right.items()]
        return average([(number, one) for number, one in found if number and one is not None])


@dataclass(frozen=True, slots=True)
class NationsMonth:
    """The nation's numbers of one month, by figure."""

    month: str
    numbers: Mapping[str, ShownCell]


def said(cell: MonthCell) -> ShownCell:
    if cell.number is None:
        return KEPT_BACK
    return f"{cell.bound}{cell.number}" if cell.bound else cell.number


def _share(cell: MonthCell) -> Share | None:
    return None if cell.number is None else Share(cell.number, Bound(cell.bound))


def edition(kit: Kit, month: str | None = None) -> MonthEdition:
    """Of one month, or of the last that is made: its newest version. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        wanted = month or figure_editions.newest_month(session, Edition.INSIDE)
        found = figure_editions.read(session, wanted, Edition.INSIDE) if wanted else None
        names = flows.entry_names(session)
    if found is None:
        raise NotFound(_not_made(wanted or months.month_of(kit.now())))
    return MonthEdition(found.period, _by_figure(found), found, names)


def _not_made(month: str) -> str:
    at = months.due_at(month, MonthVersion.FIRST)
    return f"{month}: its figures are made {AFTER[MonthVersion.FIRST].days} days after it ended: on {at:%Y-%m-%d}"


def _by_figure(
    published: PublishedFigures,
) -> Mapping[tuple[str, str], Mapping[str, MonthCell]]:
    """Those of one dimension, or of none."""
    found: dict[tuple[str, str], dict[str, MonthCell]] = {}
    for one in published.cells:
        if one.column == ALL:
            by, _, row = one.row.partition(":") if one.row != ALL else (ALL, "", ALL)
            cell = MonthCell(one.figure, by, row, one.number, one.bound)
            found.setdefault((one.figure, by), {})[row] = cell
    return found


def every_month(kit: Kit) -> Mapping[str, Mapping[str, ShownCell]]:
    """The nation's numbers by month. Months have no total: whoever came in two of them is in both."""
    with kit.database.reading() as session:
        found = figure_editions.nation_by_month(session, Edition.INSIDE)
    return {month: {one.figure: _said(one) for one in cells} for month, cells in found.items()}


def newest_numbers(kit: Kit) -> NationsMonth | None:
    """Of the last month that is made; None before the first is. Raises StoreUnavailable."""
    found = every_month(kit)
    return NationsMonth(month, found[month]) if (month := max(found, default=None)) else None


def _said(cell: FigureCell) -> ShownCell:
    return said(MonthCell(cell.figure, ALL, ALL, cell.number, cell.bound))
