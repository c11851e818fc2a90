"""Draws stories by a seed, and spreads what must occur over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tests.compare import tales
from tests.compare.world import Tale

CHECKS = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    9,
    10,
    11,
    13,
    15,
    16,
    18,
    20,
    21,
    25,
    30,
    31,
    32,
    35,
    45,
    46,
    60,
    61,
    90,
    122,
    180,
)
LATER = (24 * 60 + 7, 3 * 24 * 60 + 11, 14 * 24 * 60 + 17, 31 * 24 * 60 + 23, 40 * 24 * 60 + 31)
"""Minutes of the days after."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One story before it is played."""

    number: int
    tale: str
    starts: int
    district: int
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnWorld:
    number: int
    begins: datetime
    checks: tuple[int, ...]
    stories: tuple[Drawn, ...]


TALES: dict[str, Tale] = {"reads": tales.reads, "tells": tales.tells}


def draw(
    seed: int, count: int, each: int, at: datetime, targets: Sequence[str]
) -> list[DrawnWorld]:
    """`count` stories in worlds of `each`; `at` is when homes were prepared."""
    random = Random(seed)
    spread = [*targets]
    random.shuffle(spread)
    worlds = []
    for number, first in enumerate(range(0, count, each)):
        numbers = range(first, min(first + each, count))
        stories = [
            Drawn(
                one,
                random.choice(tuple(TALES)),
                random.choice((0, 2, 7)),
                place % 30,
                tuple(spread.pop() for _ in range(min(3, len(spread)))),
            )
            for place, one in enumerate(numbers)
        ]
        begins = at.replace(hour=6, minute=20, second=0) + timedelta(days=number % 7)
        worlds.append(DrawnWorld(number, begins, CHECKS[:12], tuple(stories)))
    return worlds
