"""Figures that identify nobody: small cells are hidden, and no total gives a hidden one away. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf

SMALL = 5
"""Counts below it are hidden."""


class Hidden(StrEnum):
    """What stands in place of a count."""

    FEWER = "<5"
    SPARED = "hidden"
    """Not small itself: it would give a small one away."""


Cell = int | Hidden


@dataclass(frozen=True, slots=True)
class Column:
    """One measure's cells by row, and their total."""

    cells: Mapping[str, Cell]
    total: Cell | None
    """None where the cells add up to nothing."""


def protect(counts: Mapping[str, int]) -> Column:
    """Hide what is small, and then as much again as it takes until nobody can compute it back from the total.

    The reader is assumed to know the total, that a small cell holds 0 to 4, and that any other holds 5 or more.
    """
    small = {row for row, count in counts.items() if count < SMALL}
    also: set[str] = set()
    spare = sorted(set(counts) - small, key=lambda row: (counts[row], row))
    while spare and not _safe(counts, small, also):
        also.add(spare.pop(0))

    total = sum(counts.values())
    cells = {row: _shown(row, count, small, also) for row, count in counts.items()}
    if total < SMALL:
        return Column(cells, Hidden.FEWER)
    return Column(cells, total if _safe(counts, small, also) else Hidden.SPARED)


def _shown(row: str, count: int, small: set[str], also: set[str]) -> Cell:
    if row in small:
        return Hidden.FEWER
    return Hidden.SPARED if row in also else count


def _safe(counts: Mapping[str, int], small: set[str], also: set[str]) -> bool:
    """Whether every hidden cell could hold more than one number, given what the hidden ones add up to."""
    hidden = small | also
    together = sum(counts[row] for row in hidden)
    for row in hidden:
        others = hidden - {row}
        most_elsewhere = inf if others & also else (SMALL - 1) * len(others & small)
        least_elsewhere = SMALL * len(others & also)
        least = max(0 if row in small else SMALL, together - most_elsewhere)
        most = min(SMALL - 1 if row in small else inf, together - least_elsewhere)
        if least >= most:
            return False
    return True
