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
    SIGN,
    SOFT,
    WIDTH,
    ChartAmount,
    LegendEntry,
    bar,
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


@dataclass(frozen=True, slots=True)
class TimesWords:
    """What the legend says, in the reader's language."""

    median: str
    ninety: str
    promised: str
    hidden: str


def times(title: str, groups: Sequence[TimesGroup], said: TimesWords) -> str:
    """Two bars a group. What was promised is a line through both, and is written beside the label."""
    both = [one for group in groups for one in (group.median, group.ninety)]
    measured = [one for one in both if one is not None]
    room = WIDTH - room_for(one.written for one in measured)
    scale = max(room, HIDDEN_WIDTH) / longest([*measured, *(group.promise for group in groups)])
    entries = [LegendEntry(DARK, said.median), LegendEntry(LIGHT, said.ninety)]
    if any(one.number is None for one in measured):
        entries.append(LegendEntry("", f"{SIGN} {said.hidden}"))
    parts, y = legend(entries, 0)
    for group in groups:
        drawn, y = _group(group, y, scale, said)
        parts += drawn
    return picture(title, _told(groups, said), WIDTH, y - BETWEEN + 4, parts)


def _group(group: TimesGroup, y: float, scale: float, said: TimesWords) -> tuple[list[str], float]:
    parts = [words(0, y + 13, group.label, bold=True)]
    promised = _promised(group, said)
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


def _promised(group: TimesGroup, said: TimesWords) -> str:
    return f"{said.promised} {group.promise.written}" if group.promise is not None else ""


def _told(groups: Sequence[TimesGroup], said: TimesWords) -> Iterator[str]:
    for group in groups:
        promised = _promised(group, said)
        yield (
            f"{group.label}: {said.median} {_written(group.median)}, "
            f"{said.ninety} {_written(group.ninety)}{f', {promised}' if promised else ''}"
        )
