"""Shares of a hundred, several a row, each a bar: languages of a screen, revisions of it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.text.charts.drawing import (
    DARK,
    HATCH,
    HIDDEN_WIDTH,
    LEADING,
    LIGHT,
    WIDTH,
    ChartAmount,
    LegendEntry,
    bar,
    bar_width,
    hatching_of,
    legend,
    lines_of,
    longest,
    picture,
    room_for,
    words,
)

FILLS = (DARK, LIGHT, HATCH)
"""By place in a row: so many are told apart in grey."""
HIGH, GAP, BETWEEN = 12, 2, 10
HUNDRED = ChartAmount(100)


@dataclass(frozen=True, slots=True)
class SharesRow:
    label: str
    amounts: Sequence[ChartAmount | None]
    """One for each name of the legend. None: there is nothing to draw."""


def shares(title: str, rows: Sequence[SharesRow], names: Sequence[str], hidden: str) -> str:
    """`names` are of the legend, `len(FILLS)` at most. `hidden` says what the hatching means."""
    amounts = [one for row in rows for one in row.amounts if one is not None]
    room = WIDTH - room_for(one.written for one in amounts)
    scale = max(room, HIDDEN_WIDTH) / longest([*amounts, HUNDRED])
    entries = [LegendEntry(fill, name) for fill, name in zip(FILLS, names, strict=False)]
    parts, y = legend([*entries, *hatching_of(hidden, amounts)], 0)
    for row in rows:
        for at, one in enumerate(lines_of(row.label, WIDTH)):
            parts.append(words(0, y + 13 + at * LEADING, one))
        y += len(lines_of(row.label, WIDTH)) * LEADING
        for fill, amount in zip(FILLS, row.amounts, strict=False):
            if amount is not None:
                parts.append(bar(0, y, HIGH, amount, scale, fill))
                behind = bar_width(amount, scale) + 6
                parts.append(words(behind, y + HIGH - 1, amount.written, size=12))
                y += HIGH + GAP
        y += BETWEEN
    return picture(title, _told(rows, names), WIDTH, y, parts)


def _told(rows: Sequence[SharesRow], names: Sequence[str]) -> Iterator[str]:
    for row in rows:
        pairs = zip(names, row.amounts, strict=False)
        told = [f"{name} {one.written}" for name, one in pairs if one is not None]
        yield f"{row.label}: {', '.join(told)}"
