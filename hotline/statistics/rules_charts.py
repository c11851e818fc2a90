"""Draws charts as SVG images from printed numbers. "Few" is never drawn as a bar, and each axis starts at zero.

A chart has no id, because a page shows several charts. It has no style attribute, because the console's security policy
refuses styles.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from hotline.text.places import districts

INK, SOFT, EDGE, DARK, LIGHT, PAPER = (
    "#1b2a2e",
    "#4a5b60",
    "#5d6f74",
    "#2a766d",
    "#b4d4ce",
    "#ffffff",
)
FONT = "Segoe UI, Noto Sans, Liberation Sans, DejaVu Sans, Arial, sans-serif"
SPARK_WIDTH, SPARK_HEIGHT = 220, 48
BAR_WIDTH, BAR_HEIGHT, BAR_GAP, LABEL_WIDTH = 328, 18, 8, 144
LABEL_LETTERS = 16
"""The number of letters of a label that fit next to the bars."""
TILE_WIDTH, TILE_HEIGHT, TILE_GAP = 88, 62, 4
TILE_ROWS = """
.. .. 43 44 45 52 ..
.. 33 34 42 41 53 ..
.. 32 35 11 12 51 54
.. 31 27 28 13 56 55
37 25 26 21 57 .. ..
36 23 24 22 .. .. ..
"""
"""The 30 districts by their codes, with the north at the top. All tiles have the same size, because the size of a
district has no meaning here."""
NOWHERE = ".."
STEPS = ("#e9efed", "#c3ddd8", "#7fb8ae", "#2a766d", "#0a4340")
FIRST_DARK_STEP = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its number (None means "few"), and the number as people read it."""

    label: str
    number: int | None
    text: str


def sparkline(title: str, points: Sequence[int | None], values: Sequence[str]) -> str:
    """Draws a small line chart, with the oldest number at the left. "Few" is a small ring on the zero line."""
    top = max((one for one in points if one is not None), default=0) or 1
    step = (SPARK_WIDTH - 12) / max(1, len(points) - 1)
    floor = SPARK_HEIGHT - 6
    parts = [_line([(6, floor), (SPARK_WIDTH - 6, floor)], LIGHT)]
    run: list[tuple[float, float]] = []
    for place, number in enumerate(points):
        x = 6 + place * step
        if number is None:
            parts.append(
                f'<circle cx="{_n(x)}" cy="{_n(floor)}" r="2.5" fill="{PAPER}" stroke="{EDGE}"/>'
            )
            parts += _run(run)
            run = []
        else:
            run.append((x, floor - number / top * (floor - 6)))
    parts += _run(run)
    return _picture(title, values, SPARK_WIDTH, SPARK_HEIGHT, parts)


def bar_chart(title: str, rows: Sequence[Bar]) -> str:
    """Draws a chart with one bar in each row. A row with "few" shows the word instead of a bar."""
    top = max((row.number for row in rows if row.number is not None), default=0) or 1
    room = (
        BAR_WIDTH - LABEL_WIDTH - max(56, 8 * max((len(row.text) for row in rows), default=0) + 6)
    )
    parts, y = [], 0.0
    for row in rows:
        middle = y + BAR_HEIGHT / 2 + 5
        parts.append(_text(LABEL_WIDTH - 8, middle, _short(row.label), end=True))
        width = 0.0
        if row.number:
            width = max(1.0, row.number / top * room)
            parts.append(_box(LABEL_WIDTH, y, width, BAR_HEIGHT, DARK))
        parts.append(
            _text(LABEL_WIDTH + width + 6, middle, row.text, fill=SOFT if not width else "")
        )
        y += BAR_HEIGHT + BAR_GAP
    axis = _line([(LABEL_WIDTH, 0), (LABEL_WIDTH, max(1.0, y - BAR_GAP))], EDGE)
    labels = [f"{row.label}: {row.text}" for row in rows]
    return _picture(title, labels, BAR_WIDTH, max(1.0, y - BAR_GAP), [*parts, axis])


def district_map(title: str, numbers: Mapping[str, int | None], texts: Mapping[str, str]) -> str:
    """Draws the districts as tiles. Larger numbers are darker. A district with "few" is a white tile with that word."""
    names = {area.code: area.name for area in districts()}
    shown = sorted(one for one in numbers.values() if one is not None)
    parts = []
    for row, codes in enumerate(TILE_ROWS.split("\n")[1:-1]):
        for column, code in enumerate(codes.split()):
            if code == NOWHERE:
                continue
            x, y = column * (TILE_WIDTH + TILE_GAP), row * (TILE_HEIGHT + TILE_GAP)
            number = numbers.get(code)
            step = -1 if number is None else len(STEPS) * shown.index(number) // len(shown)
            ink = PAPER if step >= FIRST_DARK_STEP else ""
            fill = PAPER if step < 0 else STEPS[step]
            parts.append(_box(x + 0.5, y + 0.5, TILE_WIDTH - 1, TILE_HEIGHT - 1, fill, EDGE))
            parts.append(_text(x + 4, y + 21, names.get(code, code), fill=ink, size=13))
            parts.append(_text(x + 5, y + 48, texts.get(code, ""), fill=ink, size=18, bold=True))
    labels = [f"{names.get(code, code)}: {said}" for code, said in texts.items()]
    return _picture(
        title, labels, 7 * (TILE_WIDTH + TILE_GAP) - TILE_GAP, 6 * (TILE_HEIGHT + TILE_GAP), parts
    )


def _run(points: Sequence[tuple[float, float]]) -> Iterable[str]:
    if len(points) > 1:
        yield _line(points, DARK, 2)
    for x, y in points[-1:]:
        yield f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3" fill="{DARK}"/>'


def _short(label: str) -> str:
    if len(label) <= LABEL_LETTERS:
        return label
    return f"{label[: LABEL_LETTERS - 1]}\N{HORIZONTAL ELLIPSIS}"


def _picture(
    title: str, values: Iterable[str], width: float, height: float, parts: Iterable[str]
) -> str:
    """Returns a complete image. `values` is the text for a screen reader."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{_n(width)}" height="{_n(height)}"'
        f' viewBox="0 0 {_n(width)} {_n(height)}" font-family="{FONT}" font-size="14" fill="{INK}">'
        f"<title>{escape(title)}</title><desc>{escape('; '.join(values))}</desc>{''.join(parts)}</svg>"
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    fill: str = "",
    size: int = 0,
    bold: bool = False,
    end: bool = False,
) -> str:
    marks = f' fill="{fill}"' if fill else ""
    marks += f' font-size="{size}"' if size else ""
    marks += ' font-weight="600"' if bold else ""
    marks += ' text-anchor="end"' if end else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{marks}>{escape(text, quote=False)}</text>'


def _box(x: float, y: float, width: float, height: float, fill: str, stroke: str = "") -> str:
    edge = f' stroke="{stroke}"' if stroke else ""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
        f' fill="{fill}"{edge}/>'
    )


def _line(points: Sequence[tuple[float, float]], stroke: str, width: int = 1) -> str:
    way = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return f'<path d="M{way}" fill="none" stroke="{stroke}" stroke-width="{width}"/>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
