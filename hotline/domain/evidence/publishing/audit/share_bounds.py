"""What a share that is told as a bound says of the number that it is made of. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.publishing.cells import AT_MOST, HUNDRED, Place, named_of, place_of
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
    """Not of shares that are told exactly: their parts are told too."""
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
                    percent, bound = told.get((figure, of or ALL), (0, ""))
                    whole, _ = told.get((count.figure, of or ALL), (0, ""))
                    if name == share.holds and key[1] == ALL and bound:
                        part = percent * whole / HUNDRED
                        ends = (0.0, part) if bound == AT_MOST else (part, inf)
                        holds = named_of(count, number, key)
                        yield ShareBound(holds, *ends, place_of(count, (of or ALL, ALL)))
