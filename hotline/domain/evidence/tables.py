"""Tables of counts with their margins: rows may lie within others (districts in a province), columns are flat. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hotline.domain.evidence.circulation import Arc, Circulation, Key

ALL = "all"
_END: Key = ("", "")


@dataclass(frozen=True, slots=True)
class CountTable:
    """The counts of rows that have no parts. All other numbers of the table are sums of them."""

    counts: Mapping[Key, int]
    """By row and column; by row and `ALL` where there are no columns. What is missing is zero."""
    rows: Sequence[str]
    columns: Sequence[str] = ()
    within: Mapping[str, str] = field(default_factory=dict)
    """The row that a row is part of, where that is not the whole table."""
    made_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What a row or column was put together of, where it was."""
    bounds: Mapping[Key, tuple[float, float]] = field(default_factory=dict)
    """The least and the most that a number can be, as other counts tell."""

    def parts(self, name: str) -> frozenset[str]:
        return self.made_of.get(name, frozenset({name}))

    def parent(self, row: str) -> str:
        return self.within.get(row, ALL)

    def above(self, row: str) -> Iterator[str]:
        """The row and all that it is part of, the whole table last."""
        while row != ALL:
            yield row
            row = self.parent(row)
        yield ALL


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """What of a table may be read."""

    table: CountTable
    """With its rows and columns as they were put together."""
    numbers: Mapping[Key, int | None]
    """None is hidden: small itself, or kept back for another. Nobody is told which."""

    @property
    def hidden(self) -> frozenset[Key]:
        return frozenset(key for key, number in self.numbers.items() if number is None)


def numbers(table: CountTable) -> Mapping[Key, int]:
    """Each count and each margin."""
    found: dict[Key, int] = defaultdict(int)
    for row in table.rows or (ALL,):
        for column in table.columns or (ALL,):
            count = table.counts.get((row, column), 0)
            for above in table.above(row):
                for key in {(above, column), (above, ALL)}:
                    found[key] += count
    return found


def circulation(table: CountTable) -> Circulation:
    """The whole goes to its rows, a row to its cells, and each cell by its column back to the whole.

    A row's node is `(row, "")`, and the node where the column of all parts of a row comes together is `(row, column)`.
    """
    return Circulation(
        Arc(key, *_ends(table, *key), value, *table.bounds.get(key, ()))
        for key, value in sorted(numbers(table).items())
    )


def _ends(table: CountTable, row: str, column: str) -> tuple[Key, Key]:
    parts = row not in table.rows and bool(table.rows)
    if column == ALL:
        tail = _END if row == ALL else (table.parent(row), "")
        return tail, (row, "") if parts or table.columns else _END
    head = _END if row == ALL else (table.parent(row), column)
    return (row, column) if parts else (row, ""), head


def merged(table: CountTable, names: Mapping[str, str]) -> CountTable:
    """Puts rows and columns that get one name together. Rows that are put together are part of one row."""
    counts: dict[Key, int] = defaultdict(int)
    for (row, column), count in table.counts.items():
        counts[names.get(row, row), names.get(column, column)] += count
    within = dict(table.within)
    for row in table.rows:
        new = names.get(row, row)
        if new != table.parent(row):
            within[new] = table.parent(row)
    made_of: dict[str, frozenset[str]] = {}
    for old in (*table.rows, *table.columns):
        new = names.get(old, old)
        made_of[new] = made_of.get(new, frozenset()) | table.parts(old)
    return replace(
        table,
        counts=counts,
        rows=tuple(dict.fromkeys(names.get(row, row) for row in table.rows)),
        columns=tuple(dict.fromkeys(names.get(column, column) for column in table.columns)),
        within=within,
        made_of=made_of,
        bounds={
            key: one
            for key, one in table.bounds.items()
            if not {*key} & ({*names} | {*names.values()})
        },
    )
