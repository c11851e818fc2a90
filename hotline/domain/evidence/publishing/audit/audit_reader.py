"""A reader who has all that was published of some months, and knows what holds between its numbers. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TypeAlias

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.publishing.audit.share_bounds import ShareBound
from hotline.domain.evidence.publishing.audit.sums import Groups, KnownSum, Sum, added
from hotline.domain.evidence.publishing.cells import Place, named_of
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.publishing.related import related
from hotline.domain.evidence.publishing.rules import dimensions_of
from hotline.domain.evidence.tables import ALL, PublishedTable, circulation, numbers

CHANNEL, WROTE = "channel:", "channel:sms"
Months: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class MonthRead:
    """A month as one reader has it."""

    counts: Sequence[PublishedCount]
    """In his version: raw."""
    told: Collection[Place]
    """What is read of it, in all versions that he has."""
    named: Collection[Place]
    """What could be read of it in his."""
    measured: Mapping[Place, int] = field(default_factory=dict)
    """What is no part of a table: raw."""
    bounds: Sequence[ShareBound] = ()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What tells a reader too much of one number."""

    told: Collection[Place]
    """Numbers of months."""
    news: Collection[int]
    """Those of the news that do, by their places."""


class AuditReader:
    """Of one version of each month."""

    def __init__(self, months: Mapping[str, MonthRead]) -> None:
        self.relations: list[KnownSum] = []
        """What he knows that no table of one count says."""
        self.hidden: dict[str, Collection[Place]] = {}
        """By month."""
        self._tables: list[KnownSum] = []
        self._over: dict[tuple[Place, ...], tuple[Sequence[Place], Sequence[Place]]] = {}
        """Of which the first may be a few people fewer than the second."""
        self._at: dict[tuple[str, Place], int] = {}
        self._names: list[Place] = []
        self._true: list[int] = []
        self._told: set[int] = set()
        for name, month in months.items():
            places = dict.fromkeys(self._numbers(name, month))
            self.hidden[name] = [
                one for one in month.named if one in places and one not in month.told
            ]
            self._told |= {self._at[name, one] for one in month.told if one in places}
            self._relates(name, places)
            for bound in month.bounds:
                self.relations += self.share([name], bound)

    def has(self, months: Months, *places: Place) -> bool:
        return all((month, place) in self._at for month in months for place in places)

    def true(self, months: Months, *places: Place) -> int:
        return sum(self._true[at] for at in self._all(months, places))

    def is_known(self, months: Months, place: Place) -> bool:
        """Whether each month tells it, or it is of nobody there."""
        return all(
            self._at[one, place] in self._told or self._is_of_nobody(one, place) for one in months
        )

    def number(self, months: Months, place: Place) -> Sum:
        return added(self._all(months, [place]))

    def few(self, months: Months, k: int) -> Iterator[Sum]:
        """Two counts that differ by fewer than k: how much more the one is."""
        for less, more in self._over.values():
            if not self.has(months, *less, *more):
                continue
            if 0 < self.true(months, *more) - self.true(months, *less) < k:
                yield added(self._all(months, more), self._all(months, less))

    def share(self, months: Months, one: ShareBound) -> Iterator[KnownSum]:
        """What does not hold of the true numbers teaches nothing."""
        if self.has(months, one.holds):
            true = self.true(months, one.holds)
            if one.least <= true <= one.most:
                yield KnownSum(self.number(months, one.holds), true - one.least, one.most - true)

    def _is_of_nobody(self, month: str, place: Place) -> bool:
        """Where nobody wrote, calls by channel are all calls and none: two counts of them are equal, and both stand."""
        figure, row, column = place
        wrote = figure, WROTE, column
        return (
            row.startswith(CHANNEL) and self.has([month], wrote) and not self.true([month], wrote)
        )

    def narrowed(
        self,
        asked: Iterable[Sum],
        k: int,
        news: Sequence[KnownSum],
        beside: Sequence[KnownSum] = (),
    ) -> Iterator[Narrowed]:
        """Of each sum whose range the news make narrower than k. Raises ArithmeticError.

        Whatever the news do not reach was judged before: by its own table, or with its month.
        """
        known = [*news, *beside, *self._tables]
        free = [[at for at in one.cells if at not in self._told] for one in known]
        binding = [place for place in range(len(known)) if free[place]]
        groups = Groups(len(self._true))
        for place in binding:
            groups.join(free[place])
        reached = {groups.of(at) for place in binding if place < len(news) for at in free[place]}
        kept = [place for place in binding if groups.of(free[place][0]) in reached]
        sums = [
            one
            for one in asked
            if reached & {groups.of(at) for at in one} or self._told.issuperset(one)
        ]
        if not sums:
            return
        # Numpy is imported where there is something to solve, and nowhere else.
        from hotline.domain.evidence.publishing.audit.solver import Solver

        solver = Solver(self._true, self._told, [known[place] for place in kept])
        for found in solver.narrow(sums, k):
            places = {kept[row] for row in found.known}
            told = {self._names[at] for at in found.told}
            yield Narrowed(told, {place for place in places if place < len(news)})

    def _all(self, months: Months, places: Iterable[Place]) -> list[int]:
        return [self._at[month, place] for place in places for month in months]

    def _numbers(self, name: str, month: MonthRead) -> Iterator[Place]:
        """How they add up, too."""
        for place, true in month.measured.items():
            self._number(name, place, true)
            yield place
        for count in month.counts:
            for number, published in count.tables.items():
                # Screens by language and week are bounded by all calls alone, in their own tables.
                if count.at == ALL or not dimensions_of(published.table):
                    yield from self._table(name, count, number, published)

    def _table(
        self, name: str, count: PublishedCount, number: int, one: PublishedTable
    ) -> Iterator[Place]:
        """What comes to a node of it goes out."""
        counted = numbers(one.table)
        comes: dict[Key, list[int]] = {}
        goes: dict[Key, list[int]] = {}
        for arc in circulation(one.table).arcs:
            place = named_of(count, number, arc.key)
            at = self._number(name, place, counted[arc.key])
            goes.setdefault(arc.tail, []).append(at)
            comes.setdefault(arc.head, []).append(at)
            yield place
        self._tables += [KnownSum(added(comes[node], goes[node])) for node in comes if node in goes]

    def _number(self, name: str, place: Place, true: int) -> int:
        found = self._at.setdefault((name, place), len(self._true))
        if found == len(self._true):
            self._true.append(true)
            self._names.append(place)
        return found

    def _relates(self, name: str, places: Iterable[Place]) -> None:
        """As with shares."""
        for one in related(places):
            over = one.times * self.true([name], *one.more) - self.true([name], *one.less)
            if over >= 0:
                more, less = (self._all([name], some) for some in (one.more, one.less))
                self.relations.append(KnownSum(added(more * one.times, less), over, inf))
            if one.hides is not None:
                self._over[*one.less, *one.more] = one.less, one.more
