"""Rounds a number of tips or persons to a multiple of 5, so that a printed number identifies no record.

The method is cell-key rounding, which statistical offices use (SDC Handbook, chapter 5). Each record has a secret
random key of 8 bits. The sum of the keys decides how a cell is rounded. So the same records always print the same
number.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hotline.core.rules_record_keys import RECORD_KEYS

BASE = 5
"""Every printed number is a multiple of this."""
SMALLEST = 10
"""The smallest number that is printed. For a smaller number, a cell prints "few"."""
USE_BASE = 10
"""Numbers of use are rounded to a multiple of this."""
SHARE_STEP = 5
"""A share is printed in steps of this many percent."""


@dataclass(frozen=True, slots=True)
class CellSum:
    """The exact number of records in a cell, and the sum of their record keys. It is never printed."""

    count: int = 0
    keys: int = 0

    def __add__(self, other: "CellSum") -> "CellSum":
        return CellSum(self.count + other.count, (self.keys + other.keys) % RECORD_KEYS)


def sum_keys(keys: Iterable[int]) -> CellSum:
    """Counts records and adds up their keys."""
    listed = list(keys)
    return CellSum(len(listed), sum(listed) % RECORD_KEYS)


def rounded(cell: CellSum) -> int | None:
    """Returns the number to print for tips or persons, or None for "few".

    The exact number changes by -3 to 3, and is then rounded up or down with chances that keep its mean. Multiples of 5
    also change.
    """
    move, first_key, last_key = _moves()[cell.keys % RECORD_KEYS]
    moved = cell.count + move
    rest = moved % BASE
    place, size = cell.keys % RECORD_KEYS - first_key, last_key - first_key + 1
    is_up = (2 * place + 1) * BASE < 2 * rest * size
    number = moved - rest + (BASE if is_up else 0)
    return number if number >= SMALLEST else None


def rounded_use(count: int) -> int | None:
    """Returns the number to print for use of the hotline or programme work, or None for "few"."""
    number = (count + USE_BASE // 2) // USE_BASE * USE_BASE
    return number if count >= SMALLEST else None


def at_most(number: int | None, earlier: int | None) -> int | None:
    """Returns the printed number of a later step. It is never larger than the printed number of the step before it."""
    return None if number is None or earlier is None else min(number, earlier)


def share(part: int | None, whole: int | None, *, smallest_whole: int) -> int | None:
    """Returns a share in percent from two printed numbers.

    Returns None if the whole is too small or one of the numbers is "few".
    """
    if part is None or whole is None or whole < smallest_whole:
        return None
    return min(100, SHARE_STEP * round(100 * part / whole / SHARE_STEP))


@cache
def _moves() -> Sequence[tuple[int, int, int]]:
    """Returns for each key its row of rounding.csv: by how much it changes a number, and which keys change it
    equally."""
    text = files(__package__).joinpath("rounding.csv").read_text(encoding="utf-8")
    rows = [
        (int(row["move"]), int(row["first_key"]), int(row["last_key"]))
        for row in csv.DictReader(text.splitlines())
    ]
    return [next(row for row in rows if key <= row[2]) for key in range(RECORD_KEYS)]
