"""A reader who keeps everything that is published of a count, knows how it all adds up, and has a linear solver."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.raw import RawTable
from hotline.domain.evidence.tables import ALL, CountTable
from tests.domain.evidence.reader import Solver, ancestors

Key = tuple[str, str]
Place = tuple[str, str, str]
Leaf = tuple[str, int, str, str]
"""Month, table, row and column."""


@dataclass
class CountReader:
    """Of one figure, in all months."""

    months: Mapping[str, RawTable]
    """What is true, by month."""
    solver: Solver = field(default_factory=Solver)
    _sums: dict[tuple[str, Place], list[Leaf]] = field(default_factory=dict)
    _truth: dict[tuple[str, Place], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """How the numbers of each month add up, and which numbers its tables have in common."""
        for month, raw in self.months.items():
            margins: dict[str, list[Leaf]] = {}
            for place, table in enumerate(raw.tables):
                for key in keys(table):
                    parts = leaves(table, *key)
                    cells = [(month, place, *one) for one in parts]
                    named = month, read_at(raw, key)
                    self._sums.setdefault(named, cells)
                    self._truth.setdefault(named, sum(table.counts.get(one, 0) for one in parts))
                    if ALL in key:
                        name = key[0] if key[1] == ALL else key[1]
                        if margins.setdefault(name, cells) != cells:
                            self.solver.same(margins[name], cells)

    def knows(self, months: Iterable[str], place: Place) -> bool:
        return all((month, place) in self._sums for month in months)

    def cells(self, months: Iterable[str], place: Place) -> list[Leaf]:
        return [leaf for month in months for leaf in self._sums[month, place]]

    def truth(self, months: Iterable[str], place: Place) -> int:
        return sum(self._truth[month, place] for month in months)

    def reads(self, months: Sequence[str], cells: Iterable[FigureCell]) -> None:
        """An edition of these months: that each number which it shows is what is true."""
        for one in cells:
            place = one.figure, one.row, one.column
            if one.number is None or not self.knows(months, place):
                continue
            if not one.bound:
                self.solver.learns(self.cells(months, place), self.truth(months, place))

    def reads_shares(self, month: str, cells: Sequence[FigureCell]) -> None:
        raw = self.months[month]
        numbers = {(one.figure, one.row): one.number for one in cells if one.column == ALL}
        for one in cells:
            share, of = raw.shares.get(one.figure), numbers.get((raw.figure, one.row))
            if share is None or one.number is None or of is None:
                continue
            part = share.holds if one.row == ALL else f"{share.holds} @ {one.row}"
            least, most = {
                "": (one.number - 0.5, one.number + 0.5),
                ">=": (one.number, 100.0),
                "<=": (0.0, one.number),
            }[one.bound]
            holding = self._sums[month, (f"({part})", "", "")]
            self.solver.between(holding, least * of / 100, most * of / 100)

    def width(self, months: Iterable[str], place: Place) -> int:
        return self.solver.width(self.cells(months, place))


def keys(table: CountTable) -> list[Key]:
    rows = dict.fromkeys((*table.rows, *table.within.values(), ALL))
    return [(row, column) for row in rows for column in dict.fromkeys((*table.columns, ALL))]


def leaves(table: CountTable, row: str, column: str) -> list[Key]:
    rows = [one for one in table.rows if row in (ALL, one) or row in ancestors(table.within, one)]
    columns = [one for one in table.columns if column in (ALL, one)]
    return [(one, other) for one in rows or [ALL] for other in columns or [ALL]]


def read_at(raw: RawTable, key: Key) -> Place:
    """As `named_at`; of a screen, its row comes first."""
    figure, row, column = named_at(raw, key)
    return (figure, raw.at, row) if raw.at != ALL and row else (figure, row, column)


def named_at(raw: RawTable, key: Key) -> Place:
    """Figure, row and column under which a number is read; a rest is read nowhere, and has a name of its own."""
    row, column = key
    name, _, of = row.rpartition(" @ ")
    if name in raw.figures:
        return name, of, column
    if row in raw.figures:
        return row, ALL, column
    if column in raw.figures:
        return column, row, ALL
    if all(one == ALL or (":" in one and "@" not in one) for one in key):
        return raw.figure, row, column
    return f"({row})" if column == ALL else f"({row}, {column})", "", ""
