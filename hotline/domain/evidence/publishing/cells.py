"""What was protected, as cells that are read: named by figure, row and column; shares of what is shown. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.linked import OTHERS
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.publishing.rules import dimension
from hotline.domain.evidence.raw import AT, Measured, RawShare, RawTable, part_of
from hotline.domain.evidence.tables import ALL, CountTable, numbers

Place = tuple[str, str, str]
"""Figure, row and column."""
AT_LEAST, AT_MOST = ">=", "<="
HUNDRED = 100


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """What may be read of a number: that it is so much at least, and whether it is so much."""

    least: int
    is_exact: bool


Numbers = Mapping[Key, ShownNumber]
"""By row and column; a number that is not there is hidden."""


def place_of(count: PublishedCount | RawTable, key: Key) -> Place | None:
    """Where a number of a table is read; None: nowhere, it is a rest or was put together."""
    figure, (row, column) = count.figure, key
    name, at, of = row.rpartition(AT)
    if at and name in count.figures:
        return name, of, column
    if row in count.figures:
        figure, row = row, ALL
    elif column in count.figures:
        figure, column = column, ALL
    told = all(one == ALL or (dimension(one) and AT not in one) for one in (row, column))
    if not told:
        return None
    return (figure, row, column) if count.at == ALL else (figure, count.at, row)


def named_of(count: PublishedCount, number: int, key: Key) -> Place:
    """Where a number of one table is read, or a name of its own."""
    return place_of(count, key) or (f"{count.name} in {number}", *key)


def keys_at(count: RawTable, places: Collection[Place]) -> set[Key]:
    """The numbers of its tables that are read there."""
    found = {key for table in count.tables for key in numbers(table)}
    return {key for key in found if place_of(count, key) in places}


def count_cells(
    count: PublishedCount, keys: Iterable[Key], shown: Numbers, *, enough: int
) -> Iterator[FigureCell]:
    """Each number of the count, the first time that a table has it. "At least" is told from `enough` on."""
    seen: set[Place] = set()
    for key in keys:
        place = place_of(count, key)
        if place is None or place in seen:
            continue
        seen.add(place)
        one = shown.get(key)
        if one is None or (not one.is_exact and one.least < enough):
            yield FigureCell(*place, None)
        else:
            yield FigureCell(*place, one.least, "" if one.is_exact else AT_LEAST)


def keys_of(count: PublishedCount) -> Iterator[Key]:
    """Of all its tables, as they were before anything was put together."""
    steps = [
        row
        for published in count.tables.values()
        for row in published.table.within.values()
        if row in count.figures
    ]
    for published in count.tables.values():
        yield from published.numbers
        table = published.table
        rows, columns = _before(table, table.rows), _before(table, table.columns)
        for row in (*rows, *(dict.fromkeys(steps) if count.figures & {*rows} else ())):
            for column in (ALL, *columns):
                yield row, column


def _before(table: CountTable, names: Iterable[str]) -> list[str]:
    return [
        part
        for name in names
        for part in (sorted(table.parts(name)) if name.startswith(OTHERS) else [name])
    ]


@dataclass(frozen=True, slots=True)
class Bounds:
    """In how many it holds at least, and in how many it does not, as far as that may be told."""

    holds: int = 0
    lacks: int = 0

    def capped(self, most: int) -> "Bounds":
        return Bounds(max(0, min(self.holds, most)), max(0, min(self.lacks, most)))


def share_rows(share: RawShare, keys: Iterable[Key]) -> list[str]:
    """The rows that have the parts of a share, in their order."""
    rows = (row for row, column in keys if column == ALL)
    found = [row.removeprefix(share.holds) for row in rows if row.startswith(share.holds)]
    return list(dict.fromkeys(row.removeprefix(AT) or ALL for row in found))


def shared(figure: str, share: RawShare, row: str, shown: Numbers, bounds: Bounds) -> FigureCell:
    """The share of one row: exact where both parts are shown, or a bound."""
    of = shown.get((row, ALL))
    holds, lacks = (shown.get((part_of(one, row), ALL)) for one in (share.holds, share.lacks))
    if of is None or not of.is_exact or of.least < max(1, share.least):
        return FigureCell(figure, row, ALL, None)
    if holds is not None and lacks is not None and holds.is_exact and lacks.is_exact:
        return FigureCell(figure, row, ALL, round(HUNDRED * holds.least / of.least))
    if bounds.holds and bounds.holds >= bounds.lacks:
        return FigureCell(figure, row, ALL, HUNDRED * bounds.holds // of.least, AT_LEAST)
    if bounds.lacks:
        number = HUNDRED - HUNDRED * bounds.lacks // of.least
        return FigureCell(figure, row, ALL, number, AT_MOST)
    return FigureCell(figure, row, ALL, None)


SLOWEST = "_ninety"
"""Of few, the ninetieth is the slowest: it is told of twice as many as the others."""


def measured(one: Measured, cells: Mapping[Place, FigureCell], k: int) -> FigureCell:
    """Shown where it is made of enough, and that is published: "at least" so many may hide a month of one."""
    made_of = cells.get((one.counted, one.row, ALL)) if one.counted else None
    enough = 2 * k if one.figure.endswith(SLOWEST) else k
    is_told = one.of >= enough and (
        not one.counted
        or (made_of is not None and made_of.number is not None and not made_of.bound)
    )
    return FigureCell(one.figure, one.row, ALL, one.number if is_told else None)
