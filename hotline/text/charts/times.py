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


@dataclass(frozen=True, slots=True)
class TimesGroup:
    label: str
    """Short: an urgency."""
    median: ChartAmount
    ninety: ChartAmount
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
    measured = [one for group in groups for one in (group.median, group.ninety)]
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
        parts.append(bar(0, here, HIGH, amount, scale, fill))
        parts.append(words(WIDTH, here + HIGH - 2, amount.written, bold=fill == DARK, end=True))
    if group.promise is not None and group.promise.number is not None:
        x = max(1.0, group.promise.number * scale)
        parts.append(line([(x, top - 3), (x, top + 2 * HIGH + 5)], INK, "4 2"))
    return parts, top + 2 * HIGH + 2 + BETWEEN


def _promised(group: TimesGroup, said: TimesWords) -> str:
    return f"{said.promised} {group.promise.written}" if group.promise is not None else ""


def _told(groups: Sequence[TimesGroup], said: TimesWords) -> Iterator[str]:
    for group in groups:
        promised = _promised(group, said)
        yield (
            f"{group.label}: {said.median} {group.median.written}, "
            f"{said.ninety} {group.ninety.written}{f', {promised}' if promised else ''}"
        )
