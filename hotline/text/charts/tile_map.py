"""Rwanda's 30 districts as equal tiles, so that a large one says no more than a small one. Pure.

No freely licensed outline of the districts was at hand, and an outline invites guessing where a case was. The layout
is ours: each district stands beside most of those that it borders on.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from hotline.text.charts.drawing import (
    EDGE,
    INK,
    LEADING,
    PAPER,
    SIGN,
    ChartAmount,
    LegendEntry,
    box,
    grouped,
    hatched,
    legend,
    picture,
    width_of,
    words,
)

ROWS = """
.. .. 43 44 45 52 ..
.. 33 34 42 41 53 ..
.. 32 35 11 12 51 54
.. 31 27 28 13 56 55
37 25 26 21 57 .. ..
36 23 24 22 .. .. ..
"""
"""Districts by their codes, north on top."""
TILES: Mapping[str, tuple[int, int]] = {
    code: (column, row)
    for row, codes in enumerate(ROWS.split("\n")[1:-1])
    for column, code in enumerate(codes.split())
    if code != SIGN
}
"""Column and row of each."""
TILE_WIDTH, TILE_HEIGHT, GAP = 88, 62, 4
NAME = 13
"""The longest name, Nyamasheke, fits its tile so."""
WIDTH, HEIGHT = 7 * (TILE_WIDTH + GAP) - GAP, 6 * (TILE_HEIGHT + GAP) - GAP
STEPS = ("#e9efed", "#c3ddd8", "#7fb8ae", "#2a766d", "#0a4340")
"""One hue, which in grey is five steps too."""
FROM_WHITE = 3
"""From this step on words are white."""


def tile_map(
    title: str, names: Mapping[str, str], amounts: Mapping[str, ChartAmount], hidden: str
) -> str:
    """A district of no amount is drawn as hidden. `hidden` says what the hatching means."""
    found = {code: amounts.get(code, ChartAmount(None)) for code in TILES}
    shown = sorted(one.number for one in found.values() if one.number is not None)
    entries = [*_entries(shown)]
    if len(shown) < len(TILES):
        entries.append(LegendEntry("", f"{SIGN} {hidden}"))
    parts, bottom = legend(entries, HEIGHT + 8, WIDTH)
    for code, amount in found.items():
        parts += _tile(code, names[code], amount, shown)
    told = [f"{names[code]}: {amount.written}" for code, amount in found.items()]
    return picture(title, told, WIDTH, bottom - 4, parts)


def _tile(code: str, name: str, amount: ChartAmount, shown: Sequence[float]) -> Iterator[str]:
    column, row = TILES[code]
    x, y = column * (TILE_WIDTH + GAP), row * (TILE_HEIGHT + GAP)
    inside = x + 0.5, y + 0.5, TILE_WIDTH - 1, TILE_HEIGHT - 1
    if amount.number is None:
        yield hatched(*inside)
        yield box(x + 2, y + 7, min(width_of(name, NAME) + 4, TILE_WIDTH - 4), LEADING, PAPER)
        yield box(x + 2, y + 32, 22, 20, PAPER)
        yield from _said(x, y, name, amount.written, INK)
        return
    step = _step(amount.number, shown)
    yield box(*inside, STEPS[step], EDGE)
    yield from _said(x, y, name, amount.written, PAPER if step >= FROM_WHITE else INK)


def _said(x: float, y: float, name: str, written: str, fill: str) -> Iterator[str]:
    yield words(x + 4, y + 21, name, fill=fill, size=NAME)
    yield words(x + 5, y + 48, written, fill=fill, size=18, bold=True)


def _step(number: float, shown: Sequence[float]) -> int:
    """About as many districts in each step: one that counts far more than all others does not make them one pale."""
    return len(STEPS) * bisect_left(shown, number) // len(shown)


def _entries(shown: Sequence[float]) -> Iterator[LegendEntry]:
    inside: dict[int, list[float]] = {}
    for number in shown:
        inside.setdefault(_step(number, shown), []).append(number)
    for step, numbers in inside.items():
        first, last = grouped(numbers[0]), grouped(numbers[-1])
        yield LegendEntry(STEPS[step], first if first == last else f"{first} - {last}")
