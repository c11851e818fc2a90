"""What a share that is told says of the number that it is made of. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.publishing.cells import (
    AT_LEAST,
    AT_MOST,
    HUNDRED,
    Place,
    named_of,
    place_of,
)
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.raw import AT
from hotline.domain.evidence.tables import ALL


@dataclass(frozen=True, slots=True)
class ShareBound:
    """In how many it holds."""

    holds: Place
    least: float
    most: float
    of: Place | None
    """The number that the share is of: both are told, or neither."""


def share_bounds(
    counts: Iterable[PublishedCount], cells: Sequence[FigureCell]
) -> Iterator[ShareBound]:
    """Of each share that is told, exactly or as a bound."""
    told = {
        (one.figure, one.row): (one.number, one.bound)
        for one in cells
        if one.column == ALL and one.number is not None
    }
    for count in counts:
        for figure, share in count.shares.items():
            for number, published in count.tables.items():
                for key in published.numbers:
                    name, _, of = key[0].partition(AT)
                    one, whole = told.get((figure, of or ALL)), told.get((count.figure, of or ALL))
                    if (
                        (name, key[1]) == (share.holds, ALL)
                        and one is not None
                        and whole is not None
                    ):
                        holds = named_of(count, number, key)
                        ends = _ends(one, whole[0])
                        yield ShareBound(holds, *ends, place_of(count, (of or ALL, ALL)))


def _ends(share: tuple[int, str], whole: int) -> tuple[float, float]:
    """What is told exactly was rounded to a hundredth."""
    percent, bound = share
    part, half = percent * whole / HUNDRED, whole / (2 * HUNDRED)
    if bound == AT_MOST:
        return 0, part
    return (part, inf) if bound == AT_LEAST else (part - half, part + half)
