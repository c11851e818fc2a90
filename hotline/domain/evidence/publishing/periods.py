"""A quarter or a year as it is published: totals of months, where they give no month back; else "at least". Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.edition import Edition, FigureCell, Span, months_in, span_of
from hotline.domain.evidence.linked import linked
from hotline.domain.evidence.over_time import AtLeast, TotalTable, over_time
from hotline.domain.evidence.publishing.agreed import Totals, agreed
from hotline.domain.evidence.publishing.audited_totals import ReadMonths, audited
from hotline.domain.evidence.publishing.cells import (
    Bounds,
    ShownNumber,
    count_cells,
    keys_of,
    share_rows,
    shared,
)
from hotline.domain.evidence.publishing.made import Made, PublishedCount
from hotline.domain.evidence.publishing.months import bounds_of, with_measured
from hotline.domain.evidence.publishing.rules import K, counts_as, dimensions_of, may_show
from hotline.domain.evidence.raw import AT, Measured, RawShare
from hotline.domain.evidence.tables import ALL, CountTable, PublishedTable

Months = Mapping[str, Sequence[Made]]
"""By month, the versions of one edition, the newest last."""


@dataclass(frozen=True, slots=True)
class PeriodBefore:
    """What was published that a total is judged by."""

    months: Months
    """Each month of the period that was counted, in the same edition."""
    earlier: Sequence[Made] = ()
    """Totals within the period: the quarters of a year."""
    inside: Made | None = None
    """The same period as it is read inside."""
    inside_months: Months | None = None
    """For an edition for the outside."""


def period(
    name: str, edition: Edition, before: PeriodBefore, measures: Sequence[Measured] = ()
) -> Made:
    """Raises ValueError for a month, and for an edition for the outside that is not told what the inside reads."""
    span = span_of(name)
    if span is Span.MONTH:
        raise ValueError("a month is no total")
    if edition is Edition.OUTSIDE and (before.inside is None or before.inside_months is None):
        raise ValueError("what is shown outside is a part of what is shown inside")
    months = [one for one in months_in(name) if one in before.months]
    found = _Period(months, edition, span, before)
    counts = {figure: found.versions(figure) for figure in found.figures()}
    names = {figure: some[months[-1]][-1].alike for figure, some in counts.items()}
    totals = agreed({one: found.totals(one, some) for one, some in counts.items()}, names)
    known = {one: before.months[one] for one in months}
    read = ReadMonths(counts, known, before.earlier)

    def cells(totals: Mapping[str, Totals]) -> list[FigureCell]:
        return [cell for one, some in counts.items() for cell in found.told(some, totals[one])]

    totals = audited(totals, read, found.k, cells)
    return Made(with_measured(cells(totals), measures, edition, span), {}, totals)


class _Period:
    def __init__(
        self, months: Sequence[str], edition: Edition, span: Span, before: PeriodBefore
    ) -> None:
        self.months, self.edition, self.span, self.before = months, edition, span, before
        self.k = K[edition]

    def figures(self) -> list[str]:
        """Those that every month has; outside also those that are told of no month there."""
        known = self._source("").values()
        newest = [versions[-1].counts for versions in known]
        return [
            figure
            for figure in newest[0]
            if all(figure in counts for counts in newest)
            and newest[0][figure].at == ALL
            and may_show(figure, frozenset(), self.edition, self.span)
        ]

    def _source(self, figure: str) -> Months:
        """The months that a total is made of."""
        if self.edition is Edition.OUTSIDE and (not figure or self._is_new(figure)):
            assert self.before.inside_months is not None
            return self.before.inside_months
        return self.before.months

    def _is_new(self, figure: str) -> bool:
        """Whether the outside is told of it by this period first, and of none of its months."""
        return not may_show(figure, frozenset(), self.edition, Span.MONTH)

    def versions(self, figure: str) -> Mapping[str, Sequence[PublishedCount]]:
        known = self._source(figure)
        return {
            name: [one.counts[figure] for one in known[name] if figure in one.counts]
            for name in self.months
        }

    def totals(
        self, figure: str, counts: Mapping[str, Sequence[PublishedCount]]
    ) -> Mapping[int, TotalTable]:
        newest = counts[self.months[-1]][-1]
        inside = self.before.inside.totals.get(figure, {}) if self.before.inside else None
        found: dict[int, TotalTable] = {}
        for place, published in newest.tables.items():
            every = [one for versions in counts.values() for one in versions]
            dimensions = dimensions_of(published.table)
            is_told = may_show(figure, dimensions, self.edition, self.span)
            if not is_told or any(place not in one.tables for one in every):
                continue
            known = {name: [one.tables[place] for one in some] for name, some in counts.items()}
            may = None if inside is None else _exact(inside.get(place))
            if self._is_new(figure):
                is_told = self._is_exact(counts_as(figure))
                found[place] = self._alone(known, (may or set()) if is_told else set())
            else:
                found[place] = self._over(figure, place, known, self._limit(counts, place, may))
        return found

    def _is_exact(self, figure: str) -> bool:
        """Whether the whole of a figure that months outside tell is told: else what counts the same gives one back."""
        if not figure or figure not in self.figures():
            return True
        counts = self.versions(figure)
        known = {name: [one.tables[0] for one in some] for name, some in counts.items()}
        inside = self.before.inside.totals.get(figure, {}) if self.before.inside else {}
        whole = self._over(figure, 0, known, _exact(inside.get(0)))
        return isinstance(whole.numbers.get((ALL, ALL)), int)

    def _limit(
        self,
        counts: Mapping[str, Sequence[PublishedCount]],
        place: int,
        may: Collection[Key] | None,
    ) -> Collection[Key] | None:
        """What an audit may show of what a month hides."""
        if place and any(one.tables[0].hidden for some in counts.values() for one in some):
            return set()
        one = counts[self.months[-1]][-1]
        parts = {row.partition(AT)[0] for row in one.tables[place].table.rows}
        if any({share.holds, share.lacks} <= parts for share in one.shares.values()):
            return set()
        return may

    def _over(
        self,
        figure: str,
        place: int,
        known: Mapping[str, Sequence[PublishedTable]],
        may: Collection[Key] | None,
    ) -> TotalTable:
        earlier = [
            one.totals[figure][place]
            for one in self.before.earlier
            if place in one.totals.get(figure, {})
        ]
        return over_time(known, self.months, self.k, earlier=earlier, may=may)

    def _alone(
        self, known: Mapping[str, Sequence[PublishedTable]], may: Collection[Key]
    ) -> TotalTable:
        """Of a figure that has no months outside: protected by itself, and beside the same total inside."""
        tables = [versions[-1].table for versions in known.values()]
        table = _added(tables)
        kept = {key for key in _keys(table) if key not in may}
        whole, *found = linked([_whole(table), table], self.k, also=kept)
        shown = {**whole.numbers, **found[0].numbers}
        return TotalTable(
            frozenset(self.months),
            {key: AtLeast(0) if number is None else number for key, number in shown.items()},
        )

    def told(
        self,
        counts: Mapping[str, Sequence[PublishedCount]],
        tables: Mapping[int, TotalTable],
    ) -> Iterator[FigureCell]:
        newest = counts[self.months[-1]][-1]
        shown: dict[Key, ShownNumber] = {}
        for total in tables.values():
            for key, number in total.numbers.items():
                if key not in shown:
                    shown[key] = _shown(number)
        keys = [key for key in keys_of(newest) if key in shown]
        yield from count_cells(newest, keys, shown, enough=self.k)
        for figure, share in newest.shares.items():
            for row in share_rows(share, keys):
                bounds = self._bounds(counts, share, row)
                of = shown.get((row, ALL))
                most = of.least - self.k if of is not None else 0
                yield shared(figure, share, row, shown, bounds.capped(most))

    def _bounds(
        self, counts: Mapping[str, Sequence[PublishedCount]], share: RawShare, row: str
    ) -> Bounds:
        """What the months tell together."""
        is_outside = self.edition is Edition.OUTSIDE and not self._is_new(counts_figure(counts))
        edition = Edition.OUTSIDE if is_outside else Edition.INSIDE
        holds = lacks = 0
        for name, versions in counts.items():
            inside = self._inside(name) if is_outside else None
            one = bounds_of(versions[-1], share, row, edition, inside)
            holds, lacks = holds + one.holds, lacks + one.lacks
        return Bounds(holds, lacks)

    def _inside(self, month: str) -> Made | None:
        return self.before.inside_months[month][-1] if self.before.inside_months else None


def counts_figure(counts: Mapping[str, Sequence[PublishedCount]]) -> str:
    return next(iter(counts.values()))[-1].figure


def _shown(number: int | AtLeast) -> ShownNumber:
    if isinstance(number, AtLeast):
        return ShownNumber(number.number, is_exact=False)
    return ShownNumber(number, is_exact=True)


def _exact(total: TotalTable | None) -> set[Key]:
    return {key for key, one in total.numbers.items() if isinstance(one, int)} if total else set()


def _keys(table: CountTable) -> set[Key]:
    rows = {ALL, *table.rows, *table.within.values()}
    return {(row, column) for row in rows for column in (ALL, *table.columns)}


def _whole(table: CountTable) -> CountTable:
    return CountTable({(ALL, ALL): sum(table.counts.values())}, ())


def _added(tables: Sequence[CountTable]) -> CountTable:
    counts: dict[Key, int] = {}
    for table in tables:
        for key, number in table.counts.items():
            counts[key] = counts.get(key, 0) + number
    rows = dict.fromkeys(row for table in tables for row in table.rows)
    within = {row: above for table in tables for row, above in table.within.items()}
    columns = dict.fromkeys(column for table in tables for column in table.columns)
    return CountTable(counts, [*rows], [*columns], within)
