"""What the quiz taught, of what is published: by how much the right answers grew. Pure."""

from collections.abc import Iterator, Sequence

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.tables import ALL
from hotline.domain.rolls.quiz import Bound, Gain, Share

BEFORE, AFTER, GAIN = "quiz_right_before", "quiz_right_after", "quiz_gain"


def gains(cells: Sequence[FigureCell]) -> Iterator[FigureCell]:
    """Of each thing that was asked: it says no more than the two shares do. Hidden where it is no bound."""
    found = {(one.figure, one.row): one for one in cells if one.figure in (BEFORE, AFTER)}
    for figure, row in found:
        if figure == BEFORE:
            before, after = (_share(found.get((one, row))) for one in (BEFORE, AFTER))
            yield _gain(row, before, after)


def _share(cell: FigureCell | None) -> Share | None:
    if cell is None or cell.number is None:
        return None
    return Share(cell.number, Bound(cell.bound))


def _gain(row: str, before: Share | None, after: Share | None) -> FigureCell:
    if before is None or after is None:
        return FigureCell(GAIN, row, ALL, None)
    points = Gain(before, after).points
    if points.bound is Bound.ABOUT:
        return FigureCell(GAIN, row, ALL, None)
    return FigureCell(GAIN, row, ALL, points.percent, points.bound)
