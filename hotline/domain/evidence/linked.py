"""Protects tables that share numbers: one table's margins are another one's cells. Pure.

The coarse ones come first: the nation, then provinces, then districts; one dimension before two. In a finer table no
number that was published may be hidden, and none that was hidden may be missed: rows and columns whose margins are
hidden are put together as `others`, whose margin follows from what is published. So a table shares nothing but
published numbers with those before it, and its own ranges are exact.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.suppression import attempt, withheld
from hotline.domain.evidence.tables import (
    ALL,
    CountTable,
    PublishedTable,
    merged,
    numbers,
)

OTHERS = "others"
OTHER_COLUMNS = "others across"


@dataclass(frozen=True, slots=True)
class _Margins:
    """The rows and columns of the tables before, by name, and whether their margins are published."""

    shown: Mapping[str, bool]

    def decided(self, names: Sequence[str]) -> bool:
        return any(name in self.shown for name in names)

    def good(self, name: str) -> bool:
        return self.shown.get(name, False)


def linked(
    tables: Sequence[CountTable],
    k: int,
    *,
    before: Sequence[PublishedTable] = (),
    beside: Sequence[PublishedTable] = (),
    also: Collection[Key] = (),
) -> list[PublishedTable]:
    """Protects each table beside those before it.

    `before` is the first version of the same tables, for a revised one: what it hid is hidden again. So even who
    knows which numbers changed learns no more from both versions than from the first. `beside` are the same tables as
    somebody else reads them who may read more: nothing is shown that they hide. `also` is hidden in each table.
    """
    if _in_a_ring(tables):
        raise ValueError("tables of two dimensions each join their dimensions to a ring")

    found: list[PublishedTable] = []
    for place, table in enumerate(tables):
        others = [others[place] for others in (before, beside) if others]
        found.append(_beside(table, _margins(found), k, others, also))
    return found


def _in_a_ring(tables: Sequence[CountTable]) -> bool:
    """Whether dimensions are joined to a ring (form by sex, sex by age, age by form): their ranges are not exact."""
    groups: list[set[frozenset[str]]] = []
    for table in tables:
        if not table.columns:
            continue
        ends = frozenset(table.rows), frozenset(table.columns)
        met = [group for group in groups if group & set(ends)]
        if any(group >= set(ends) for group in met):
            return True
        groups = [group for group in groups if group not in met]
        groups.append(set(ends).union(*met))
    return False


def _margins(found: Sequence[PublishedTable]) -> _Margins:
    shown: dict[str, bool] = {}
    for published in found:
        for (row, column), number in published.numbers.items():
            if ALL in (row, column):
                shown.setdefault(row if column == ALL else column, number is not None)
    return _Margins(shown)


def _beside(
    table: CountTable,
    margins: _Margins,
    k: int,
    others: Sequence[PublishedTable],
    also: Collection[Key],
) -> PublishedTable:
    """Where the whole is hidden nothing finer is shown. Else each margin is k at least, and its cells can be hidden."""
    if margins.shown.get(ALL) is False:
        return withheld(table)

    folded, shared = _folded(table, margins)
    kept = {*also, *(key for other in others for key in kept_back(folded, other))}
    published = attempt(folded, k, shared=shared, kept_back=kept)
    return published or withheld(folded, shared=shared)


def _folded(table: CountTable, margins: _Margins) -> tuple[CountTable, set[Key]]:
    """The table with `others`, and its numbers that follow from the tables before it."""
    names: dict[str, str] = {}
    down = margins.decided([*table.rows, *({*table.within.values()} - {ALL})])
    across = margins.decided(table.columns)
    if across:
        hidden = [column for column in table.columns if not margins.good(column)]
        names |= dict.fromkeys(hidden, OTHER_COLUMNS)
    if down:
        names |= _others(table, margins)

    folded = merged(table, names)
    if down:
        folded = replace(folded, within=_shown_tree(table, names, margins))
    shared = {
        (row, column)
        for row, column in numbers(folded)
        if (column == ALL and (row in names.values() or margins.good(row)))
        or (row == ALL and across)
        or ((row, column) == (ALL, ALL) and ALL in margins.shown)
    }
    return folded, shared


def _others(table: CountTable, margins: _Margins) -> dict[str, str]:
    """The hidden rows, each as one of the others of the row that is published and holds it.

    A row that no table has had is hidden as the row is that holds it: it may be a part of a published one.
    """
    names: dict[str, str] = {}
    for row in table.rows:
        known = (above for above in table.above(row) if above != ALL and above in margins.shown)
        if not margins.good(next(known, "")):
            above = next(_published_above(table, row, margins))
            names[row] = OTHERS if above == ALL else f"{OTHERS} {above}"
    return names


def _shown_tree(table: CountTable, names: Mapping[str, str], margins: _Margins) -> dict[str, str]:
    """What each row is part of, without the rows that are not published."""
    within: dict[str, str] = {}
    for row in table.rows:
        child = names.get(row, row)
        for above in _published_above(table, row, margins):
            if above != ALL:
                within[child] = above
                child = above
    return within


def _published_above(table: CountTable, row: str, margins: _Margins) -> Iterator[str]:
    for above in table.above(table.parent(row)):
        if above == ALL or margins.good(above):
            yield above


def kept_back(table: CountTable, first: PublishedTable) -> set[Key]:
    """The numbers of a table that hold anything its first version hid, and that this did not publish itself."""
    before = _cells(first.table)
    seen = {cells: first.numbers[key] for key, cells in before.items()}
    hidden = frozenset[Key]().union(*(cells for cells, number in seen.items() if number is None))
    return {
        key for key, cells in _cells(table).items() if seen.get(cells) is None and cells & hidden
    }


def _cells(table: CountTable) -> Mapping[Key, frozenset[Key]]:
    """The smallest cells that each number is the sum of, by the names before anything was put together."""
    found: dict[Key, set[Key]] = defaultdict(set)
    for row in table.rows or (ALL,):
        for column in table.columns or (ALL,):
            smallest = set(product(table.parts(row), table.parts(column)))
            for above in table.above(row):
                found[above, column] |= smallest
                found[above, ALL] |= smallest
    return {key: frozenset(cells) for key, cells in found.items()}
