"""What becomes fewer from step to step: a staircase, and how many leave at each screen. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hotline.text.charts.drawing import (
    DARK,
    HATCH,
    HIDDEN_WIDTH,
    LEADING,
    LIGHT,
    WIDTH,
    ChartAmount,
    ChartWords,
    bar,
    bar_width,
    entries_of,
    hatching_of,
    legend,
    line,
    lines_of,
    longest,
    picture,
    room_for,
    words,
    written_bar,
)

HIGH, BETWEEN = 18, 10


@dataclass(frozen=True, slots=True)
class ChartStair:
    label: str
    amount: ChartAmount


@dataclass(frozen=True, slots=True)
class FallingStep:
    """A screen: how many saw it, and how many of them went on."""

    label: str
    shown: ChartAmount
    answered: ChartAmount | None
    """None: nobody could go on from there."""


def staircase(title: str, steps: Sequence[ChartStair], hidden: str) -> str:
    """Each step is part of the one above it. `hidden` says what the hatching means."""
    scale = _scale([step.amount for step in steps], [step.amount.written for step in steps])
    parts, y = legend(hatching_of(hidden, (step.amount for step in steps)), 0)
    corners = []
    for step in steps:
        parts += _label(step.label, y)
        y += _label_height(step.label)
        parts.append(written_bar(0, y, HIGH, step.amount, scale, DARK))
        corners.append((bar_width(step.amount, scale), y))
        y += HIGH + BETWEEN
    treads = _treads(corners, [step.amount for step in steps])
    told = [f"{step.label}: {step.amount.written}" for step in steps]
    return picture(title, told, WIDTH, y - BETWEEN + 2, [*treads, *parts])


def _treads(
    corners: Sequence[tuple[float, float]], amounts: Sequence[ChartAmount]
) -> Iterator[str]:
    """From the end of each step down to the one below. Beside a hidden step nothing leads anywhere."""
    for ((right, top), (below, next_top)), (one, following) in zip(
        pairwise(corners), pairwise(amounts), strict=True
    ):
        if one.number is not None and following.number is not None:
            down = [(right - 0.5, top + HIGH), (right - 0.5, next_top - 1), (below, next_top - 1)]
            yield line(down, HATCH, "2 3")


def falling(title: str, steps: Sequence[FallingStep], said: ChartWords) -> str:
    """At each screen: those who saw it as a light bar, and in it, dark, those who went on."""
    both = [one for step in steps for one in (step.shown, step.answered)]
    amounts = [one for one in both if one is not None]
    scale = _scale(amounts, [_of(step) for step in steps])
    parts, y = legend(entries_of(said, amounts), 0)
    for step in steps:
        parts += _label(step.label, y)
        y += _label_height(step.label)
        parts.append(bar(0, y, HIGH, step.shown, scale, LIGHT))
        right = bar_width(step.shown, scale)
        if step.answered is not None:
            parts.append(bar(0, y + 3, HIGH - 6, step.answered, scale, DARK))
            right = max(right, bar_width(step.answered, scale))
        parts.append(words(right + 6, y + HIGH / 2 + 5, _of(step)))
        y += HIGH + BETWEEN
    told = [f"{step.label}: {_of(step)}" for step in steps]
    return picture(title, told, WIDTH, y - BETWEEN + 2, parts)


def _of(step: FallingStep) -> str:
    if step.answered is None:
        return step.shown.written
    return f"{step.answered.written} / {step.shown.written}"


def _scale(amounts: Sequence[ChartAmount], written: Sequence[str]) -> float:
    room = WIDTH - room_for(written)
    return max(room, HIDDEN_WIDTH) / longest(amounts)


def _label(label: str, y: float) -> Iterator[str]:
    for at, told in enumerate(lines_of(label, WIDTH)):
        yield words(0, y + 13 + at * LEADING, told)


def _label_height(label: str) -> float:
    return len(lines_of(label, WIDTH)) * LEADING
