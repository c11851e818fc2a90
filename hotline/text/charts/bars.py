"""Bars that lie: weeks, months, or other rows, with the period before beside. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.text.charts.drawing import (
    DARK,
    EDGE,
    HIDDEN_WIDTH,
    LEADING,
    LIGHT,
    WIDTH,
    ChartAmount,
    ChartWords,
    LegendEntry,
    entries_of,
    hatching_of,
    legend,
    line,
    lines_of,
    longest,
    picture,
    room_for,
    width_of,
    words,
    written_bar,
)

BESIDE = 104
"""Labels no wider stand at the left of their bars; wider ones above them."""
NOW_HIGH, BEFORE_HIGH, BETWEEN = 16, 12, 12


@dataclass(frozen=True, slots=True)
class ChartBar:
    label: str
    now: ChartAmount
    before: ChartAmount | None = None
    """None: there is nothing to stand beside it."""


def bars(title: str, rows: Sequence[ChartBar], said: ChartWords) -> str:
    """The period as dark bars, the one before it as light ones."""
    amounts = [one for row in rows for one in (row.now, row.before) if one is not None]
    left = _left(rows)
    room = WIDTH - left - room_for(one.written for one in amounts)
    scale = max(room, HIDDEN_WIDTH) / longest(amounts)
    parts, y = legend(_entries(rows, amounts, said), 0)
    begins = y
    for row in rows:
        drawn, y = _row(row, left, y, scale)
        parts += drawn
    axis = line([(left, begins - 4), (left, y - BETWEEN + 4)], EDGE) if left else ""
    return picture(title, _told(rows, said), WIDTH, y - BETWEEN + 6, [*parts, axis])


def _left(rows: Sequence[ChartBar]) -> float:
    widest = max((width_of(row.label) for row in rows), default=0)
    return widest + 8 if widest <= BESIDE else 0


def _row(row: ChartBar, left: float, y: float, scale: float) -> tuple[list[str], float]:
    parts = []
    if left:
        parts.append(words(left - 8, y + NOW_HIGH / 2 + 5, row.label, end=True))
    else:
        for told in lines_of(row.label, WIDTH):
            parts.append(words(0, y + 13, told))
            y += LEADING
    parts.append(written_bar(left, y, NOW_HIGH, row.now, scale, DARK))
    y += NOW_HIGH
    if row.before is not None:
        parts.append(written_bar(left, y + 2, BEFORE_HIGH, row.before, scale, LIGHT))
        y += BEFORE_HIGH + 2
    return parts, y + BETWEEN


def _entries(
    rows: Sequence[ChartBar], amounts: Sequence[ChartAmount], said: ChartWords
) -> Sequence[LegendEntry]:
    """Where there is nothing beside the bars, they need no name."""
    if any(row.before is not None for row in rows):
        return entries_of(said, amounts)
    return hatching_of(said.hidden, amounts)


def _told(rows: Sequence[ChartBar], said: ChartWords) -> Iterator[str]:
    for row in rows:
        before = f" ({said.light}: {row.before.written})" if row.before is not None else ""
        yield f"{row.label}: {row.now.written}{before}"
