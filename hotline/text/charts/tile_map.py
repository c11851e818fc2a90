"""Rwanda's 30 districts as equal tiles, so that a large one says no more than a small one. Pure.

No freely licensed outline of the districts was at hand, and an outline invites guessing where a case was. The layout
is ours: each district stands beside most of those that it borders on.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hotline.text.charts.drawing import (
    EDGE,
    HATCH,
    PAPER,
    SIGN,
    ChartAmount,
    LegendEntry,
    box,
    grouped,
    hatching,
    legend,
    picture,
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
BETWEEN_HATCHES = 15
"""Thirty tiles that are all hidden shall weigh no more than a page can bear."""
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
    tiles = [_tile(code, names[code], amount, shown) for code, amount in found.items()]
    parts += [tile.box for tile in tiles if tile.box]
    parts += _hidden(code for code, amount in found.items() if amount.number is None)
    parts += _grouped(f'font-size="{NAME}"', [tile.name for tile in tiles])
    parts += _grouped('font-size="18" font-weight="600"', [tile.written for tile in tiles])
    told = [f"{names[code]}: {amount.written}" for code, amount in found.items()]
    return picture(title, told, WIDTH, bottom - 4, parts)


@dataclass(frozen=True, slots=True)
class _Tile:
    """What a tile is drawn of, layer by layer."""

    box: str
    name: str
    written: str


def _tile(code: str, name: str, amount: ChartAmount, shown: Sequence[float]) -> _Tile:
    x, y = _corner(code)
    if amount.number is None:
        return _Tile("", words(x + 4, y + 21, name), words(x + 5, y + 48, amount.written))
    step = _step(amount.number, shown)
    fill = PAPER if step >= FROM_WHITE else ""
    return _Tile(
        box(x + 0.5, y + 0.5, TILE_WIDTH - 1, TILE_HEIGHT - 1, STEPS[step], EDGE),
        words(x + 4, y + 21, name, fill=fill),
        words(x + 5, y + 48, amount.written, fill=fill),
    )


def _hidden(codes: Iterable[str]) -> Iterator[str]:
    """All hidden tiles at once: an edge, a hatching, and white behind what is written."""
    edges, ways, behind = [], [], []
    wide = TILE_WIDTH - 1
    for x, y in map(_corner, codes):
        edges.append(f"M{x}.5 {y}.5h{wide}v{TILE_HEIGHT - 1}h-{wide}z")
        ways.append(hatching(x, y, TILE_WIDTH, TILE_HEIGHT, BETWEEN_HATCHES))
        behind.append(f"M{x + 2} {y + 7}h{TILE_WIDTH - 4}v18h-{TILE_WIDTH - 4}z")
        behind.append(f"M{x + 2} {y + 32}h22v20h-22z")
    if edges:
        yield f'<path d="{"".join(edges + ways)}" fill="none" stroke="{HATCH}"/>'
        yield f'<path d="{"".join(behind)}" fill="{PAPER}"/>'


def _grouped(marks: str, parts: Sequence[str]) -> Sequence[str]:
    return [f"<g {marks}>", *parts, "</g>"]


def _corner(code: str) -> tuple[int, int]:
    column, row = TILES[code]
    return column * (TILE_WIDTH + GAP), row * (TILE_HEIGHT + GAP)


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
