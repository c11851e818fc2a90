"""Totals of two counts that differ by a few in the months that do not tell of both: one of them is not told. Pure.

What is over in a month is no number of any table. Two totals tell how much it is in all months together, so in those
that keep it back it has to leave as much open as any hidden number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.over_time import AtLeast
from hotline.domain.evidence.publishing.agreed import Totals
from hotline.domain.evidence.publishing.cells import Place, place_of
from hotline.domain.evidence.publishing.known import ToldNumbers
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.publishing.related import (
    EACH,
    MORE_OFTEN,
    ROWS,
    Related,
    of,
    related,
)
from hotline.domain.evidence.publishing.rules import dimension
from hotline.domain.evidence.tables import ALL

WITH = {"screened_possible": "screened_"}
"""How the figures begin that go with one of them: they would give it back."""
BOUNDED = {of("tips_acted")}
"""What is told as a bound where it is not told: how many of a hundred were acted on."""
Versions = Mapping[str, Sequence[PublishedCount]]
"""By month, the versions of one count, the newest last."""


@dataclass(frozen=True, slots=True)
class JudgedTotals:
    """What totals are judged by: by figure, the months of each."""

    counts: Mapping[str, Versions]
    told_by_month: frozenset[str]
    """The figures of which months are told in this edition."""
    earlier: Sequence[Mapping[str, Totals]]
    """The totals of the periods within this one."""
    k: int


@dataclass(frozen=True, slots=True)
class _PeriodRead:
    """Who has one version of each month, and all totals within the period."""

    months: Mapping[str, ToldNumbers]
    covered: Sequence[tuple[set[Place], frozenset[str]]]
    by: JudgedTotals

    def left(self, more: Sequence[Place], less: Sequence[Place], told: set[Place]) -> float:
        """How much the ones are more than the others in the months that do not tell of these; endless without any.

        Not in those of which a total within the period tells the ones: they were judged with it.
        """
        within = {*more, *less} & told or {*more}
        known = {month for some, months in self.covered if some >= within for month in months}
        found = [
            sum(month.true.get(p, 0) for p in more) - sum(month.true.get(p, 0) for p in less)
            for name, month in self.months.items()
            if name not in known and not self._is_told(told, month)
        ]
        return sum(found) if found else inf

    def places(self) -> set[Place]:
        """What is counted in the months."""
        return {place for one in self.months.values() for place in one.at}

    def narrowest(self, less: Place, more: Sequence[Place], times: int) -> float:
        """How wide the first is at least in a month that does not tell it, beside its total and that of the others.

        In each month it is no more than these. Endless where no month keeps it back, or all tell the others: then each
        month's own bounds are in its table.
        """
        hiding = [one for one in self.months.values() if not self._is_told({less}, one)]
        if all(self._is_told({*more}, one) for one in hiding):
            return inf
        ends = [times * sum(month.true.get(p, 0) for p in more) for month in hiding]
        whole = sum(month.true.get(less, 0) for month in hiding)
        return min(min(end, whole) - max(0, whole - (sum(ends) - end)) for end in ends)

    def _is_told(self, places: set[Place], month: ToldNumbers) -> bool:
        return month.told.keys() >= places and self.by.told_by_month.issuperset(
            month.at[place][0] for place in places
        )


def without_near(totals: Mapping[str, Totals], by: JudgedTotals) -> dict[str, Totals]:
    """By figure, without what tells with another total of a few."""
    told = _told(totals, by)
    covered = [(_told(one, by), _months(one)) for one in by.earlier]
    readers = [_PeriodRead(_months_known(by, place), covered, by) for place in (0, -1)]
    hidden = {
        one.hides for one in related(told) if one.hides is not None and _fewest(one, readers) < by.k
    }
    for less, more, _, _ in ROWS:
        if less in EACH and {less, more} <= by.counts.keys() and _is_hidden(by, less, more):
            hidden |= {of(less), of(more)}
    for less, more, dimensions, _ in ROWS:
        if ALL in dimensions and of(more) in told and of(less) not in told and less in by.counts:
            # Where the one is not told, there is one of the other at least to it.
            rest = min(one.left([of(more)], [], {of(less)}) for one in readers)
            hidden |= {of(more)} if rest <= by.k else set()
    for often, once in MORE_OFTEN.items():
        if often in told:
            rest = min(one.left([often], [once], {often}) for one in readers)
            hidden |= {often} if rest < by.k else set()
    for one in related(told | BOUNDED & readers[0].places()):
        if len({*one.less}) == 1 and told.issuperset(one.less):
            part = one.less[0]
            widths = (read.narrowest(part, one.more, one.times) for read in readers)
            hidden |= {one.hides or part} if min(widths) < by.k else set()
    found = dict(totals)
    for place in hidden:
        for figure, versions in by.counts.items():
            found[figure] = _without(found[figure], place, _newest(versions))
    return found


def _is_hidden(by: JudgedTotals, *figures: str) -> bool:
    """Whether a month does not tell all of one of them: to leave it k open, of the other more would have to be open."""
    every = (some for figure in figures for some in by.counts[figure].values())
    return any(one.tables[0].hidden for some in every for one in some)


def _fewest(one: Related, readers: Sequence[_PeriodRead]) -> float:
    """What is over in the months that are not told of: of two readers, for whom it is less."""
    more, less = [*one.more] * one.times, [*one.less]
    return min(reader.left(more, less, {*more, *less}) for reader in readers)


def _newest(versions: Versions) -> PublishedCount:
    return next(iter(versions.values()))[-1]


def _told(totals: Mapping[str, Totals], by: JudgedTotals) -> set[Place]:
    """Each exact number that is read."""
    found: dict[Place, bool] = {}
    for figure in totals.keys() & by.counts.keys():
        count = _newest(by.counts[figure])
        for table in totals[figure].values():
            for key, number in table.numbers.items():
                place = place_of(count, key)
                if place is not None:
                    found.setdefault(place, not isinstance(number, AtLeast))
    return {place for place, is_told in found.items() if is_told}


def _months(totals: Mapping[str, Totals]) -> frozenset[str]:
    return frozenset().union(*(one.months for some in totals.values() for one in some.values()))


def _months_known(by: JudgedTotals, place: int) -> dict[str, ToldNumbers]:
    """By month, as who has the first versions knows it, or the newest."""
    months: dict[str, list[PublishedCount]] = {}
    for versions in by.counts.values():
        for month, some in versions.items():
            months.setdefault(month, []).append(some[place])
    return {month: ToldNumbers.plain(some) for month, some in months.items()}


def _without(tables: Totals, place: Place, count: PublishedCount) -> Totals:
    """Of a row all that the figure is told by with it. How much it is at least is not said either."""
    family = WITH.get(place[0])

    def is_gone(key: Key) -> bool:
        figure, row, _ = place_of(count, key) or ("", "", "")
        if place[1] != ALL:
            return figure == place[0] and dimension(row) == dimension(place[1])
        is_whole = place == (count.figure, ALL, ALL)
        return is_whole or figure == place[0] or (family is not None and figure.startswith(family))

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
