"""How long something took: the median and the 90th of a hundred, against what was promised. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.text.charts.drawing import (
    BOLDER,
    DARK,
    HIDDEN_WIDTH,
    INK,
    LEADING,
    LIGHT,
    SOFT,
    WIDTH,
    ChartAmount,
    ChartWords,
    bar,
    entries_of,
    legend,
    line,
    longest,
    picture,
    room_for,
    width_of,
    words,
)

HIGH, BETWEEN = 13, 14
NONE = "\N{EN DASH}"
"""There is no such number; that is not hidden."""


@dataclass(frozen=True, slots=True)
class TimesGroup:
    label: str
    """Short: an urgency."""
    median: ChartAmount | None
    """None: in so many it never happened, or nothing is told of it."""
    ninety: ChartAmount | None
    promise: ChartAmount | None = None
    """None: nothing was promised."""


def times(title: str, groups: Sequence[TimesGroup], said: ChartWords, promised: str) -> str:
    """Two bars a group: dark for the median, light for the 90th of a hundred.

    What was promised is a line through both, and is written beside the label.
    """
    both = [one for group in groups for one in (group.median, group.ninety)]
    measured = [one for one in both if one is not None]
    room = WIDTH - room_for(one.written for one in measured)
    scale = max(room, HIDDEN_WIDTH) / longest([*measured, *(group.promise for group in groups)])
    parts, y = legend(entries_of(said, measured), 0)
    for group in groups:
        drawn, y = _group(group, y, scale, promised)
        parts += drawn
    return picture(title, _told(groups, said, promised), WIDTH, y - BETWEEN + 4, parts)


def _group(group: TimesGroup, y: float, scale: float, word: str) -> tuple[list[str], float]:
    parts = [words(0, y + 13, group.label, bold=True)]
    promised = _promised(group, word)
    if promised and BOLDER * width_of(group.label) + width_of(promised) > WIDTH - 12:
        y += LEADING
    if promised:
        parts.append(words(WIDTH, y + 13, promised, fill=SOFT, end=True))
    top = y + LEADING
    for at, (amount, fill) in enumerate(((group.median, DARK), (group.ninety, LIGHT))):
        here = top + at * (HIGH + 2)
        parts.append(words(WIDTH, here + HIGH - 2, _written(amount), bold=fill == DARK, end=True))
        if amount is not None:
            parts.append(bar(0, here, HIGH, amount, scale, fill))
    if group.promise is not None and group.promise.number is not None:
        x = max(1.0, group.promise.number * scale)
        parts.append(line([(x, top - 3), (x, top + 2 * HIGH + 5)], INK, "4 2"))
    return parts, top + 2 * HIGH + 2 + BETWEEN


def _written(amount: ChartAmount | None) -> str:
    return amount.written if amount is not None else NONE


def _promised(group: TimesGroup, word: str) -> str:
    return f"{word} {group.promise.written}" if group.promise is not None else ""


def _told(groups: Sequence[TimesGroup], said: ChartWords, word: str) -> Iterator[str]:
    for group in groups:
        promised = _promised(group, word)
        yield (
            f"{group.label}: {said.dark} {_written(group.median)}, "
            f"{said.light} {_written(group.ninety)}{f', {promised}' if promised else ''}"
        )
