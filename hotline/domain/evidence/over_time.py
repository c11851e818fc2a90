"""Totals over months that were published before: a quarter, a year. Pure.

Such a total may give back what a month hid. It is shown only if each number that a month hides keeps its range beside
it, and beside every earlier version and total; else "at least" what the months show together. A month's days and weeks
are never published beside it: they would be its parts, and nothing here knows of them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.known_months import KnownMonths
from hotline.domain.evidence.tables import ALL, PublishedTable, numbers

Months = Mapping[str, Sequence[PublishedTable]]
"""By month, its published versions, the newest last; of one table."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """What is published where a total would say more than its months may."""

    number: int


@dataclass(frozen=True, slots=True)
class TotalTable:
    """A table over some months."""

    months: frozenset[str]
    numbers: Mapping[Key, int | AtLeast]


def over_time(
    known: Months,
    period: Sequence[str],
    k: int,
    *,
    earlier: Sequence[TotalTable] = (),
    may: Collection[Key] | None = None,
) -> TotalTable:
    """The table over the months of a period, beside all months that are known and the totals before it.

    Of numbers that a month hides none is shown but those that `may` be, where that is given.
    """
    spans = [frozenset(period), *(total.months for total in earlier)]
    if any(one & other not in (one, other, frozenset()) for one in spans for other in spans):
        raise ValueError("periods overlap, and neither lies within the other")

    audit = _Audit(known, frozenset(period), k, earlier, may)
    audit.months_keep_their_range()
    audit.hidden_totals_keep_theirs()

    shown = {key: audit.counts[key] for key in audit.shown | audit.implied}
    return TotalTable(frozenset(period), _at_least(known, period) | shown)


def _at_least(known: Months, period: Sequence[str]) -> dict[Key, int | AtLeast]:
    """What the newest versions show together, of each number that is made of the same rows and columns in them."""
    newest = [known[name][-1] for name in period]
    found: dict[Key, int | AtLeast] = {}
    for key in {key for published in newest for key in published.numbers}:
        having = [published for published in newest if key in published.numbers]
        if len({_made_of(published, key) for published in having}) == 1:
            found[key] = AtLeast(sum(published.numbers[key] or 0 for published in having))
    return found


def _made_of(published: PublishedTable, key: Key) -> tuple[frozenset[str], ...]:
    return tuple(published.table.parts(name) for name in key)


class _Audit:
    """Takes back totals, the cheapest first, until what the months hide has its range again.

    It asks two readers: one has the first versions and is told what each later one changed; one has the last versions.
    """

    def __init__(
        self,
        known: Months,
        period: frozenset[str],
        k: int,
        earlier: Sequence[TotalTable],
        may: Collection[Key] | None,
    ) -> None:
        self.period, self.k = period, k
        revised = any(len(versions) > 1 for versions in known.values())
        self.readers = [
            KnownMonths({name: versions[place] for name, versions in known.items()})
            for place in ((0, -1) if revised else (-1,))
        ]
        self.counts = _common(known, period)
        self.implied = {
            key for key, count in self.counts.items() if count >= k and self._follows(key, earlier)
        }
        self.shown = {key for key, count in self.counts.items() if count >= k} - self.implied
        if may is not None:
            self.shown &= {*may}
        self.hidden_before = [
            (key, total.months)
            for total in earlier
            for key in _common(known, total.months).keys() - _shown(total)
        ]
        for reader in self.readers:
            for total in earlier:
                for key in _shown(total):
                    reader.learn(key, total.months)
            for key in self.shown:
                reader.learn(key, period)

    def months_keep_their_range(self) -> None:
        for reader in self.readers:
            for name, key in reader.hidden():
                while self.shown and reader.width(name, key, self.k) < self.k:
                    self._take_back(reader.in_the_way(name, key, self._prices()))

    def hidden_totals_keep_theirs(self) -> None:
        """Of this period, and of the periods before."""
        waiting = [(key, self.period) for key in self.counts.keys() - self.shown - self.implied]
        waiting += self.hidden_before
        for key, months in sorted(waiting, key=lambda one: (one[0], sorted(one[1]))):
            self._keeps_its_range(key, months)

    def _keeps_its_range(self, key: Key, months: frozenset[str]) -> None:
        for reader, hiding in zip(self.readers, self._hiding(key, months), strict=True):
            while hiding and self.shown and reader.total_width(key, months, self.k) < self.k:
                ways = [reader.in_the_way(name, key, self._prices()) for name in hiding]
                for gone in self._take_back(next((way for way in ways if way), set())):
                    self._keeps_its_range(gone, self.period)

    def _follows(self, key: Key, earlier: Sequence[TotalTable]) -> bool:
        """Whether each month is published, by itself or in an earlier total of this period."""
        told: set[str] = set()
        for total in earlier:
            if total.months <= self.period and isinstance(total.numbers.get(key), int):
                told |= total.months
        return all(told.issuperset(hiding) for hiding in self._hiding(key, self.period))

    def _hiding(self, key: Key, months: frozenset[str]) -> list[list[str]]:
        """By reader, the months that hide the number."""
        return [
            [name for name in sorted(months) if key in reader.months[name].hidden]
            for reader in self.readers
        ]

    def _take_back(self, totals: set[Key]) -> list[Key]:
        """These totals; all of them where none is known to help."""
        gone = sorted(totals & self.shown or self.shown)
        self.shown.difference_update(gone)
        for reader in self.readers:
            for key in gone:
                reader.forget(key, self.period)
        return gone

    def _prices(self) -> dict[Key, int]:
        """What is lost with a total. The whole is dearer than all others."""
        prices = {key: self.counts[key] for key in self.shown}
        if (ALL, ALL) in prices:
            prices[ALL, ALL] *= 2 * len(prices)
        return prices


def _common(known: Months, period: frozenset[str]) -> dict[Key, int]:
    """The counts of each number that all versions of all months have, made of the same rows and columns."""
    tables = [published for name in sorted(period) for published in known[name]]
    newest = [numbers(known[name][-1].table) for name in sorted(period)]
    return {
        key: sum(counted[key] for counted in newest)
        for key in tables[0].numbers
        if all(
            key in other.numbers and _made_of(other, key) == _made_of(tables[0], key)
            for other in tables
        )
    }


def _shown(total: TotalTable) -> set[Key]:
    return {key for key, number in total.numbers.items() if isinstance(number, int)}
