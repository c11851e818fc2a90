"""Protects what was counted: each count with all its tables, beside what others and earlier versions show. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.edition import Edition, Span
from hotline.domain.evidence.linked import OTHERS, linked
from hotline.domain.evidence.publishing.made import Made, PublishedCount
from hotline.domain.evidence.publishing.rules import K, dimension, dimensions_of, may_show
from hotline.domain.evidence.raw import RawTable
from hotline.domain.evidence.tables import ALL, CountTable, PublishedTable, merged

REST = "not in these rows"
TOLD_NATIONALLY = "province:national"
"""Tips with an official, abroad, and where nobody knows: rows within it inside, one row outside."""


@dataclass(frozen=True, slots=True)
class PublishedBefore:
    """What was published of the same period already."""

    first: Made | None = None
    """Its first version, in the same edition."""
    inside: Made | None = None
    """Of the same version, for who reads more. An edition for the outside needs it."""


Places = Mapping[int, CountTable]
"""The tables of a count that are shown, by their place among all."""


def shown_tables(count: RawTable, edition: Edition, span: Span) -> dict[int, CountTable]:
    """The whole alone comes first: no breakdown decides whether it is shown."""
    of = frozenset({dimension(count.at)}) if count.at != ALL else frozenset[str]()
    if not may_show(count.figure, of, edition, span):
        return {}
    whole = sum(count.tables[0].counts.values())
    every = [CountTable({(ALL, ALL): whole}, ()), *(_with_rest(one, whole) for one in count.tables)]
    return {
        place: _of_edition(table, edition)
        for place, table in enumerate(every)
        if sum(table.counts.values()) == whole
        and may_show(count.figure, of | dimensions_of(table), edition, span)
    }


def _with_rest(table: CountTable, whole: int) -> CountTable:
    """With those whom its rows do not count, so that it adds up."""
    rest = whole - sum(table.counts.values())
    if rest <= 0 or table.columns:
        return table
    return replace(table, counts={**table.counts, (REST, ALL): rest}, rows=[*table.rows, REST])


def _of_edition(table: CountTable, edition: Edition) -> CountTable:
    if edition is Edition.INSIDE:
        return table
    together = {row for row, above in table.within.items() if above == TOLD_NATIONALLY}
    return merged(table, dict.fromkeys(together, TOLD_NATIONALLY)) if together else table


def protected_count(
    count: RawTable,
    places: Places,
    edition: Edition,
    before: PublishedBefore,
    also: Collection[Key],
) -> PublishedCount:
    first, inside = (_tables(made, count.name, places) for made in (before.first, before.inside))
    tables = [*places.values()]
    if first:
        tables = [_aligned(table, one) for table, one in zip(tables, first, strict=True)]
    found = linked(tables, K[edition], before=first, beside=inside, also=also)
    everything = {key for published in found for key in published.numbers} - {(ALL, ALL)}
    if count.is_whole and not everything <= {*also} and any(one.hidden for one in found):
        return protected_count(count, places, edition, before, everything | {*also})
    shown = dict(zip(places, found, strict=True))
    return PublishedCount(count.figure, count.figures, count.shares, shown, count.alike, count.at)


def _tables(made: Made | None, name: str, places: Places) -> list[PublishedTable]:
    """The same tables in an edition that was made; none where it has not all of them."""
    count = made.counts.get(name) if made is not None else None
    if count is None or not count.tables.keys() >= places.keys():
        return []
    return [count.tables[place] for place in places]


def hidden_margins(count: PublishedCount) -> set[Key]:
    return {
        (row, column)
        for published in count.tables.values()
        for row, column in published.hidden
        if column == ALL and dimension(row)
    }


def _aligned(table: CountTable, known: PublishedTable) -> CountTable:
    """With the rows and columns that were there before: what is new is of the others, what is gone counts nobody."""
    rows = _names(known.table, known.table.rows)
    columns = _names(known.table, known.table.columns)
    news = {
        name: f"{dimension(name)}:other"
        for name in (*table.rows, *table.columns)
        if dimension(name) and name not in {*rows, *columns}
    }
    found = merged(table, news) if news else table
    within = {row: above for row, above in known.table.within.items() if row not in found.rows}
    return replace(
        found,
        rows=_together(found.rows, rows),
        columns=_together(found.columns, columns),
        within={**within, **found.within},
    )


def _names(table: CountTable, names: Sequence[str]) -> list[str]:
    """As they were before some of them were put together as others."""
    return [
        part
        for name in names
        for part in (sorted(table.parts(name)) if name.startswith(OTHERS) else [name])
    ]


def _together(names: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *more)))
