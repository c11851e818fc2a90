"""What two published numbers of different counts would tell together: of a few, that they are few. Pure.

No table holds both, so no table's ranges see it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.raw import Measured
from hotline.domain.evidence.tables import ALL

NEAR: Mapping[str, str] = {
    "met": "identified",
    "screened_": "identified",
    "tips_screened": "tips_with_identified",
}
"""Figures, or how a family of them begins, and what is about the same people: their difference is some of them."""
POSSIBLE = "screened_possible"
"""Of its family, the one that is compared."""
ADDED_UP = frozenset({"hours_red"})
"""Measures that are sums: a later version less an earlier one is of whoever came between."""


def without_near(cells: Sequence[FigureCell], k: int) -> list[FigureCell]:
    """Hides a figure of the nation that differs by fewer than k from what it is compared with."""
    every = {
        one.figure: one.number
        for one in cells
        if one.row == one.column == ALL and one.number is not None and not one.bound
    }
    hidden = tuple(
        figure
        for figure, other in NEAR.items()
        if 0 < _apart(every.get(POSSIBLE if figure.endswith("_") else figure), every.get(other)) < k
    )
    return [replace(one, number=None) if _is_of(one.figure, hidden) else one for one in cells]


def _apart(number: int | None, other: int | None) -> int:
    return abs(number - other) if number is not None and other is not None else 0


def _is_of(figure: str, hidden: tuple[str, ...]) -> bool:
    return any(figure.startswith(name) if name.endswith("_") else figure == name for name in hidden)


def without_few_more(
    measures: Sequence[Measured], first: Sequence[FigureCell], k: int
) -> list[Measured]:
    """Hides the sums that fewer than k more, or fewer, changed since the first version told them."""
    told = {(one.figure, one.row): one.number for one in first if one.number is not None}
    return [
        replace(one, of=0)
        if one.figure in ADDED_UP
        and (one.figure, one.row) in told
        and 0 < _apart(one.of, told.get((one.counted, one.row))) < k
        else one
        for one in measures
    ]
