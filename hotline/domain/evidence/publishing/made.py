"""An edition that was made: what anybody may read of it, and by which true counts later ones are judged. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.over_time import AtLeast, TotalTable
from hotline.domain.evidence.raw import RawShare, part_of
from hotline.domain.evidence.tables import ALL, CountTable, PublishedTable, numbers


@dataclass(frozen=True, slots=True)
class PublishedCount:
    """One count, with each of its tables that is shown."""

    figure: str
    figures: frozenset[str]
    shares: Mapping[str, RawShare]
    tables: Mapping[int, PublishedTable]
    """By their place among all that it is told by. The whole alone is the first."""
    alike: str = ""
    """As of the `RawTable`: what is hidden of one is hidden of all of this name."""
    at: str = ALL
    """As of the `RawTable`: the row that all of it is of."""

    @property
    def name(self) -> str:
        """No two counts have one."""
        return part_of(self.figure, self.at)


@dataclass(frozen=True, slots=True)
class Made:
    """An edition of a period."""

    cells: Sequence[FigureCell]
    """What is read."""
    counts: Mapping[str, PublishedCount] = field(default_factory=dict, repr=False)
    """Of a month. Raw, by name: for whoever makes the next edition, and for nobody else."""
    totals: Mapping[str, Mapping[int, TotalTable]] = field(default_factory=dict, repr=False)
    """Of a quarter or a year, by figure and the place of the table."""

    def working(self) -> bytes:
        """What is kept beside the edition: the true counts, and what was hidden of them."""
        kept = {
            "counts": [_written(one) for one in self.counts.values()],
            "totals": {
                figure: {place: _written_total(one) for place, one in tables.items()}
                for figure, tables in self.totals.items()
            },
        }
        return json.dumps(kept).encode()


def made(cells: Sequence[FigureCell], working: bytes) -> Made:
    """As it was kept."""
    kept = json.loads(working)
    counts = [_count(one) for one in kept["counts"]]
    totals = {
        figure: {int(place): _total(one) for place, one in tables.items()}
        for figure, tables in kept["totals"].items()
    }
    return Made(cells, {one.name: one for one in counts}, totals)


def _written(count: PublishedCount) -> dict[str, Any]:
    return {
        "figure": count.figure,
        "figures": sorted(count.figures),
        "alike": count.alike,
        "at": count.at,
        "shares": {name: [one.holds, one.lacks, one.least] for name, one in count.shares.items()},
        "tables": [
            {
                "place": place,
                "rows": [*one.table.rows],
                "columns": [*one.table.columns],
                "within": dict(one.table.within),
                "made_of": {name: sorted(parts) for name, parts in one.table.made_of.items()},
                "counts": [[*key, number] for key, number in sorted(one.table.counts.items())],
                "hidden": sorted(one.hidden),
                "bounds": [
                    [*key, least, None if most == inf else most]
                    for key, (least, most) in sorted(one.table.bounds.items())
                ],
            }
            for place, one in count.tables.items()
        ],
    }


def _count(kept: Mapping[str, Any]) -> PublishedCount:
    return PublishedCount(
        kept["figure"],
        frozenset(kept["figures"]),
        {name: RawShare(*one) for name, one in kept["shares"].items()},
        dict(_tables(kept["tables"])),
        kept.get("alike", ""),
        kept.get("at", ALL),
    )


def _tables(kept: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, PublishedTable]]:
    for one in kept:
        table = CountTable(
            {(row, column): number for row, column, number in one["counts"]},
            one["rows"],
            one["columns"],
            one["within"],
            made_of={name: frozenset(parts) for name, parts in one["made_of"].items()},
            bounds={
                (row, column): (least, inf if most is None else most)
                for row, column, least, most in one.get("bounds", ())
            },
        )
        hidden = {(row, column) for row, column in one["hidden"]}
        shown = {key: None if key in hidden else n for key, n in numbers(table).items()}
        yield one["place"], PublishedTable(table, shown)


def _written_total(total: TotalTable) -> dict[str, Any]:
    numbers = [
        [*key, one.number if isinstance(one, AtLeast) else one, isinstance(one, AtLeast)]
        for key, one in sorted(total.numbers.items())
    ]
    return {"months": sorted(total.months), "numbers": numbers}


def _total(kept: Mapping[str, Any]) -> TotalTable:
    return TotalTable(
        frozenset(kept["months"]),
        {
            (row, column): AtLeast(number) if is_least else number
            for row, column, number, is_least in kept["numbers"]
        },
    )
