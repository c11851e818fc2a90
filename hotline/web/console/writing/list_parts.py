"""A long list in parts: each is a light page with an address of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

MOST_ROWS = 50
"""In a part."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListPart(Generic[T]):
    rows: Sequence[T]
    number: int
    """From 1."""
    count: int


def part_of_list(rows: Sequence[T], asked: str) -> ListPart[T]:
    """The part that an address asks for, as `?part=2`; the nearest that is there."""
    count = max(1, ceil(len(rows) / MOST_ROWS))
    number = int(asked) if asked.isdecimal() and len(asked) < 5 else 1
    number = min(max(number, 1), count)
    return ListPart(rows[(number - 1) * MOST_ROWS : number * MOST_ROWS], number, count)
