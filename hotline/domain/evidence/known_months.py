"""What a reader knows of several months, and how far that leaves a hidden number of one of them free. Pure.

Each month is a circulation of its own. A published total over months ties numbers of them together, and the whole is no
circulation any more. So only moves are tried that change no published number for certain: a ring within one month, of
numbers that no published total holds; and one ring in two months, up in one and down in the other. The range that these
leave is never wider than the true one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hotline.domain.evidence.circulation import (
    Arc,
    Circulation,
    Key,
    Slack,
    cheapest,
    flow,
)
from hotline.domain.evidence.tables import PublishedTable, circulation

Values = dict[str, list[float]]
"""By month, what its arcs carry."""
LONG_WAY = 10**9
"""More than any table counts."""


@dataclass(frozen=True, slots=True)
class _Month:
    graph: Circulation
    hidden: Mapping[Key, int]
    """The arcs of hidden numbers."""

    def arc(self, key: Key) -> Arc:
        return self.graph.arcs[self.hidden[key]]


class KnownMonths:
    """One published version of each month, and which of their totals are published."""

    def __init__(self, months: Mapping[str, PublishedTable]) -> None:
        self.months = {name: _month(published) for name, published in months.items()}
        self.totals: dict[Key, set[frozenset[str]]] = {}

    def learn(self, key: Key, months: frozenset[str]) -> None:
        self.totals.setdefault(key, set()).add(months)

    def forget(self, key: Key, months: frozenset[str]) -> None:
        self.totals[key].discard(months)

    def hidden(self) -> Iterator[tuple[str, Key]]:
        for name, month in self.months.items():
            for key in month.hidden:
                yield name, key

    def width(self, name: str, key: Key, enough: float) -> float:
        """How far the number is free at least, up to `enough`."""
        moved = 0.0
        for rising in (False, True):
            values = self._values()
            for other in (None, *self.months):
                if moved < enough and other != name:
                    moved += self._shift(values, name, other, key, rising, enough - moved)
        return moved

    def total_width(self, key: Key, months: frozenset[str], enough: float) -> float:
        """How far a total that is not published is free at least: each month moves by itself."""
        moved = 0.0
        for name in sorted(months):
            for rising in (False, True):
                values = self._values()
                moved += self._shift(values, name, None, key, rising, enough - moved)
        return moved

    def in_the_way(self, name: str, key: Key, prices: Mapping[Key, int]) -> set[Key]:
        """The totals, of those that have a price, without which the number can move further in its month.

        None of them where it could not.
        """
        month = self.months[name]
        covered = {one for one in month.hidden if self._covers(name, one)}
        own = {key} & covered
        if own - prices.keys():
            return set()
        arc, place = month.arc(key), month.hidden[key]
        costs = [float(prices.get(one.key, 0)) for one in month.graph.arcs]
        for rising in (True, False):
            start, goal = (arc.head, arc.tail) if rising else (arc.tail, arc.head)
            left = self._slack(self._values(), name, None)
            left.up[place] = left.down[place] = 0
            flow(month.graph, start, goal, left, enough=LONG_WAY)
            for one in (covered & prices.keys()) - own:
                at = month.hidden[one]
                left.up[at], left.down[at] = self._room(self._values(), name, one)
            path = cheapest(month.graph, start, goal, left, prices=costs)
            if path is not None:
                return own | ({month.graph.arcs[at].key for at, _ in path} & covered)
        return own

    def _values(self) -> Values:
        return {
            name: [arc.value for arc in month.graph.arcs] for name, month in self.months.items()
        }

    def _covers(self, name: str, key: Key) -> bool:
        return any(name in months for months in self.totals.get(key, ()))

    def _paired(self, name: str, other: str, key: Key) -> bool:
        """Whether what one month has more and the other less of this number shows in no published total."""
        one, another = self.months[name], self.months[other]
        if key not in another.hidden:
            return False
        same = (one.arc(key).tail, one.arc(key).head) == (
            another.arc(key).tail,
            another.arc(key).head,
        )
        return same and all(
            (name in months) == (other in months) for months in self.totals.get(key, ())
        )

    def _slack(self, values: Values, name: str, other: str | None) -> Slack:
        month = self.months[name]
        left = Slack([0.0] * len(month.graph.arcs), [0.0] * len(month.graph.arcs))
        for key, place in month.hidden.items():
            up, down = self._room(values, name, key)
            if other is None and not self._covers(name, key):
                left.up[place], left.down[place] = up, down
            elif other is not None and self._paired(name, other, key):
                its_up, its_down = self._room(values, other, key)
                left.up[place], left.down[place] = min(up, its_down), min(down, its_up)
        return left

    def _room(self, values: Values, name: str, key: Key) -> tuple[float, float]:
        """How far the number may still go up and down, as it is known from elsewhere."""
        month = self.months[name]
        arc, value = month.arc(key), values[name][month.hidden[key]]
        return arc.most - value, value - arc.least

    def _shift(
        self, values: Values, name: str, other: str | None, key: Key, rising: bool, enough: float
    ) -> float:
        """Moves the number as far as it goes, up to `enough`, and all values with it."""
        month = self.months[name]
        if key not in month.hidden:
            return 0
        place = month.hidden[key]
        left = self._slack(values, name, other)
        enough = min(enough, left.room(place, rising))
        left.up[place] = left.down[place] = 0
        before = list(left.down)
        arc = month.arc(key)
        start, goal = (arc.head, arc.tail) if rising else (arc.tail, arc.head)
        moved = flow(month.graph, start, goal, left, enough=enough)
        changes = {at: left.down[at] - before[at] for at in month.hidden.values()}
        changes[place] = moved if rising else -moved
        for one, at in month.hidden.items():
            values[name][at] += changes[at]
            if other is not None and changes[at]:
                values[other][self.months[other].hidden[one]] -= changes[at]
        return moved


def _month(published: PublishedTable) -> _Month:
    graph = circulation(published.table)
    places = {arc.key: place for place, arc in enumerate(graph.arcs)}
    return _Month(graph, {key: places[key] for key in sorted(published.hidden)})
