"""What the product counted, and what it published, beside what was reckoned plainly."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.publishing.cells import place_of
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.raw import Raw, RawTable, part_of
from hotline.domain.evidence.tables import ALL, numbers
from tests.plain.numbers import HOLDS, Numbers

Place = tuple[str, str, str]
OF = {
    "lesson_score": "lesson_answered",
    "quiz_right_before": "quiz_asked",
    "quiz_right_after": "quiz_asked",
    "acted_of_100": "tips_answered",
    **{
        f"{step}_within": f"{step}_of"
        for step in ("delivered", "acknowledged", "opened", "outcome")
    },
}
"""Shares, and what they are of."""
GAIN = "quiz_gain"
STANDARD_ERROR = 0.008
"""Of the sketch that people are counted by."""


def by_place(raws: Sequence[Raw]) -> Mapping[Place, int]:
    """What the product counted, as (figure, row, column); the part that a share is of, in the column `HOLDS`."""
    found: dict[Place, int] = {}
    for raw in raws:
        if not isinstance(raw, RawTable):
            found[raw.figure, raw.row, ALL] = raw.number
            continue
        named = PublishedCount(raw.figure, raw.figures, raw.shares, {}, at=raw.at)
        for table in raw.tables:
            for key, number in numbers(table).items():
                for place in (place_of(named, key), *_parts(raw, key)):
                    if place is not None:
                        assert found.setdefault(place, number) == number, place
    return found


def _parts(raw: RawTable, key: tuple[str, str]) -> Iterable[Place]:
    row, column = key
    for figure, share in raw.shares.items():
        of = ALL if row == share.holds else row.removeprefix(part_of(share.holds, ""))
        if column == ALL and row == part_of(share.holds, of):
            yield figure, of, HOLDS


def differing(found: Mapping[Place, int], plainly: Numbers) -> Mapping[Place, tuple[int, int]]:
    """Ours and the plain one, wherever they are not one number."""
    places = {*found, *(place for place, number in plainly.items() if number)}
    pairs = {place: (found.get(place, 0), plainly[place]) for place in places}
    return {place: pair for place, pair in pairs.items() if not _agree(place, *pair)}


def _agree(place: Place, ours: int, plain: int) -> bool:
    """People are an estimate: within four standard errors, and what rounding and two in one register make of a few."""
    apart = ceil(4 * STANDARD_ERROR * plain) + 2 if place[0] == "person" else 0
    return abs(ours - plain) <= apart


def untrue(cells: Sequence[FigureCell], plainly: Numbers) -> Sequence[tuple[FigureCell, float]]:
    """Published numbers that are not the plain one, and bounds that it lies beyond."""
    told = [(one, _true(one, plainly)) for one in cells if one.number is not None]
    return [(cell, true) for cell, true in told if not _holds(cell, true)]


def _true(cell: FigureCell, plainly: Numbers) -> float:
    if cell.figure == GAIN:
        after, before = (
            plainly[f"quiz_right_{one}", cell.row, HOLDS] for one in ("after", "before")
        )
        return 100 * (after - before) / plainly["quiz_asked", cell.row, ALL]
    if cell.figure in OF:
        of = plainly[OF[cell.figure], cell.row, cell.column]
        return 100 * plainly[cell.figure, cell.row, HOLDS] / of
    return plainly[cell.figure, cell.row, cell.column]


def _holds(cell: FigureCell, true: float) -> bool:
    assert cell.number is not None
    if cell.bound:
        return cell.number <= true if cell.bound == ">=" else cell.number >= true
    if cell.figure == GAIN:
        # Of two shares that were rounded.
        return abs(cell.number - true) <= 1
    place = (cell.figure, cell.row, cell.column)
    return _agree(place, cell.number, round(true))
