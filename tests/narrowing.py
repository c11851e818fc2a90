"""What somebody learns of hidden numbers from everything that is printed: the range that is left for each.

Numbers have names; sums say which number is made of which. Each sum narrows its parts and its total, until nothing
moves any more. That is exact where no hidden number stands in two sums that share another one, and never too narrow.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf


@dataclass
class Reader:
    """Knows what is printed, and that nothing is less than zero."""

    least: dict[Hashable, float] = field(default_factory=dict)
    most: dict[Hashable, float] = field(default_factory=dict)
    sums: list[tuple[Hashable, Sequence[Hashable]]] = field(default_factory=list)

    def read(self, numbers: Mapping[Hashable, int]) -> None:
        self.least.update(numbers)
        self.most.update(numbers)

    def width(self, name: Hashable) -> float:
        return self.most.get(name, inf) - self.least.get(name, 0)

    def think(self) -> None:
        while sum(self._narrows(total, parts) for total, parts in self.sums):
            continue

    def _narrows(self, total: Hashable, parts: Sequence[Hashable]) -> bool:
        least = {one: self.least.get(one, 0) for one in (total, *parts)}
        most = {one: self.most.get(one, inf) for one in (total, *parts)}
        few, many = sum(least[one] for one in parts), sum(most[one] for one in parts)
        found = [self._is(total, few, many)]
        for one in parts:
            others = sum(most[other] for other in parts if other != one)
            found.append(self._is(one, least[total] - others, most[total] - few + least[one]))
        return any(found)

    def _is(self, name: Hashable, least: float, most: float) -> bool:
        before = self.least.get(name, 0), self.most.get(name, inf)
        self.least[name], self.most[name] = max(before[0], least), min(before[1], most)
        assert self.least[name] <= self.most[name], "the prints contradict each other"
        return before != (self.least[name], self.most[name])
