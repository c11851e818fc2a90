"""Sums of numbers, and what somebody knows of them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Sum: TypeAlias = Mapping[int, float]
"""How often each number is in it, by the number's place."""


@dataclass(frozen=True, slots=True)
class KnownSum:
    """That a sum is at most so much less, and so much more, than it is in truth."""

    cells: Sum
    down: float = 0
    up: float = 0


def added(numbers: Iterable[int], less: Iterable[int] = ()) -> Sum:
    """These together; or how much more they are than others."""
    found = Counter(numbers)
    found.subtract(Counter(less))
    return {at: times for at, times in found.items() if times}


class Groups:
    """Of so many things, each alone at first, which hang together (a disjoint-set forest)."""

    def __init__(self, many: int) -> None:
        self._above = [*range(many)]

    def of(self, one: int) -> int:
        """Its group's name."""
        above = self._above
        while above[one] != one:
            above[one] = one = above[above[one]]
        return one

    def join(self, some: Iterable[int]) -> None:
        first, *others = some
        for one in others:
            self._above[self.of(one)] = self.of(first)
