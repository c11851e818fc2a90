"""Totals of a quarter or a year, without those that tell too much beside its months and all other counts. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.over_time import AtLeast
from hotline.domain.evidence.publishing.agreed import Totals
from hotline.domain.evidence.publishing.audit.audit_reader import AuditReader, MonthRead
from hotline.domain.evidence.publishing.audit.share_bounds import share_bounds
from hotline.domain.evidence.publishing.audit.telling_too_much import (
    TotalRead,
    exact,
    named,
    of_total,
)
from hotline.domain.evidence.publishing.cells import Place, place_of
from hotline.domain.evidence.publishing.made import Made, PublishedCount
from hotline.domain.evidence.publishing.near import REPEATING
from hotline.domain.evidence.publishing.rules import dimension
from hotline.domain.evidence.tables import ALL

WITH = {"screened_possible": "screened_"}
"""How the figures begin that go with one of them: they would give it back."""
Versions: TypeAlias = Mapping[str, Sequence[PublishedCount]]
"""By month, the versions of one count, the newest last."""


@dataclass(frozen=True, slots=True)
class ReadMonths:
    """What was published before the totals that are audited."""

    counts: Mapping[str, Versions]
    """By figure."""
    months: Mapping[str, Sequence[Made]]
    """What of them is read in the same edition, the newest version last."""
    earlier: Sequence[Made] = ()
    """The totals of the periods within this one."""

    def newest(self) -> list[PublishedCount]:
        last = max(self.months)
        return [versions[last][-1] for versions in self.counts.values()]

    def readers(self) -> list[AuditReader]:
        is_revised = any(len(versions) > 1 for versions in self.months.values())
        return [
            AuditReader({name: self._month(name, version) for name in self.months})
            for version in ((0, -1) if is_revised else (-1,))
        ]

    def total(self, months: Iterable[str], cells: Sequence[FigureCell]) -> TotalRead:
        return TotalRead(sorted(months), cells, [*share_bounds(self.newest(), cells)])

    def _month(self, name: str, version: int) -> MonthRead:
        own = self.months[name][version]
        counts: dict[str, PublishedCount] = {}
        for versions in self.counts.values():
            counts[versions[name][version].name] = versions[name][version]
        every = [*{**counts, **own.counts}.values()]
        read = self.months[name] if version == 0 else [self.months[name][-1]]
        told = {place for one in read for place in exact(one.cells)}
        bounds = [*share_bounds(every, own.cells)]
        return MonthRead(every, told, named(own.cells), _flows(own.cells), bounds)


def _flows(cells: Iterable[FigureCell]) -> dict[Place, int]:
    """As far as they are told: whatever else they count is in no table."""
    return {
        (one.figure, one.row, one.column): one.number
        for one in cells
        if dimension(one.row) == REPEATING and one.number is not None and not one.bound
    }


def audited(
    totals: Mapping[str, Totals],
    read: ReadMonths,
    k: int,
    cells: Callable[[Mapping[str, Totals]], Sequence[FigureCell]],
) -> dict[str, Totals]:
    """By figure. `cells` is what is read of totals. Raises ArithmeticError."""
    found, readers = dict(totals), read.readers()
    earlier = [read.total(_months(one.totals), one.cells) for one in read.earlier]
    while gone := of_total(readers, read.total(read.months, cells(found)), earlier, k):
        for place in gone:
            found = _without(found, place, read.newest())
    return found


def _months(totals: Mapping[str, Totals]) -> frozenset[str]:
    return frozenset().union(*(one.months for some in totals.values() for one in some.values()))


def _without(
    totals: Mapping[str, Totals], place: Place, counts: Sequence[PublishedCount]
) -> dict[str, Totals]:
    """Nor is a row of it told by what speaks of the same."""
    figure, row, column = place
    of = next(one for one in counts if figure in (one.figure, *one.figures))
    found = dict(totals)
    for one in counts:
        if one is of:
            found[one.figure] = _hidden(totals[one.figure], one, place)
        elif row != ALL and one.alike and one.alike == of.alike:
            found[one.figure] = _hidden(totals[one.figure], one, (one.figure, row, column))
    return found


def _hidden(tables: Totals, count: PublishedCount, place: Place) -> Totals:
    """With all that it is told by. How much it is at least is not said either: that would be one more to judge."""
    family = WITH.get(place[0])

    def is_gone(key: Key) -> bool:
        figure, row, column = place_of(count, key) or ("", "", "")
        if place in ((figure, row, column), (count.figure, ALL, ALL)):
            return True
        if place[1:] == (ALL, ALL):
            return figure == place[0] or (family is not None and figure.startswith(family))
        return place[2] == ALL and (figure, row) == place[:2]

    return {
        at: replace(
            table,
            numbers={
                key: AtLeast(0) if is_gone(key) and not isinstance(number, AtLeast) else number
                for key, number in table.numbers.items()
            },
        )
        for at, table in tables.items()
    }
