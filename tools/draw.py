"""Draws the pictures of docs/architecture.md from the text files in docs/drawings.

    .venv/bin/python tools/draw.py

Each `NAME.txt` gives `NAME.svg` for a telephone and `NAME-wide.svg` for a desk. Each line of a text file begins with a
word and a colon. A line with `title:` contains the title of the picture. A line with `band:` contains the heading of
boxes that are side by side. A line with `steps:` contains the heading of boxes that an arrow connects, each with the
next box. A line with `box:` has three fields with `|` between them: a name, a text, and `key:` with encryption keys.
The part of the hotline has these keys. A line with `arrow:` contains the text of the arrow that leads down to the next
band.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import chain
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "drawings"
NARROW, WIDE = 330, 680
GAP, EDGE, LINE, SIZE = 26, 12, 17, 13.5
NARROW_LETTERS, WIDE_LETTERS = "iljtfr.,:;'|!()[] I-", "mwMW@%"
STYLE = (
    "text{font:13.5px system-ui,'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif;fill:#1b2a33}"
    ".b{font-weight:700}.h{font-weight:700;fill:#0b5563}.k{fill:#7a3b00}.a{fill:#37474f}"
    ".band{fill:#eef4f5;stroke:#9fb9bf}.box{fill:#fff;stroke:#0b5563;stroke-width:1.4}"
    ".line{stroke:#37474f;stroke-width:1.6;fill:none}.tip{fill:#37474f}"
)

Lines = Sequence[tuple[str, str]]
"""Pairs of a style's name and a line of text in this style."""


@dataclass
class Box:
    """One rectangle of a drawing, with a name, a text and a line about encryption keys."""

    name: str
    text: str = ""
    key: str = ""

    def lines(self, width: float) -> Lines:
        """Returns the lines of the box with their styles, wrapped to this width."""
        parts = (("b", self.name), ("t", self.text), ("k", self.key))
        return [(style, line) for style, text in parts for line in wrapped(text, width, style)]


@dataclass
class Band:
    """A row of boxes below one heading, and the text of the arrow to the next band."""

    heading: str
    in_steps: bool
    boxes: list[Box] = field(default_factory=list)
    arrow: str | None = None


def read(text: str) -> tuple[str, list[Band]]:
    """Reads the title and the bands of a drawing. Raises ValueError for an unknown kind of line."""
    title, bands = "", list[Band]()
    for line in filter(None, map(str.strip, text.splitlines())):
        kind, _, rest = line.partition(":")
        name, *parts = (part.strip() for part in rest.split("|"))
        if kind == "title":
            title = name
        elif kind in ("band", "steps"):
            bands.append(Band(name, in_steps=kind == "steps"))
        elif kind == "arrow":
            bands[-1].arrow = name
        elif kind == "box":
            key = next((part for part in parts if part.startswith("key:")), "")
            bands[-1].boxes.append(Box(name, " ".join(part for part in parts if part != key), key))
        else:
            raise ValueError(f"a line of the drawing has an unknown format: {line}")
    return title, bands


def length(text: str, style: str = "") -> float:
    """Returns the approximate width of a text. If the result is not exact, it is larger than the true width."""
    ems = sum(0.37 if c in NARROW_LETTERS else 0.99 if c in WIDE_LETTERS else 0.62 for c in text)
    return ems * SIZE * (1.1 if style in ("b", "h") else 1)


def wrapped(text: str, width: float, style: str = "") -> list[str]:
    """Breaks a text at its spaces into lines that are at most `width` wide."""
    lines: list[str] = []
    for word in text.split():
        if lines and length(f"{lines[-1]} {word}", style) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def line_of(text: str, x: float, y: float, style: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{style}">{escape(text)}</text>'


def arrow(*points: tuple[float, float]) -> str:
    """Draws a line through the given points, with the head of an arrow at its end."""
    (x0, y0), (x, y) = points[-2:]
    path = "M" + "L".join(f"{px:g} {py:g}" for px, py in points)
    across = (5, 0) if x == x0 else (0, 5)
    back = (0, -8 if y > y0 else 8) if x == x0 else (-8 if x > x0 else 8, 0)
    ends = [f"{x + back[0] + n * across[0]:g},{y + back[1] + n * across[1]:g}" for n in (1, -1)]
    head = " ".join([f"{x:g},{y:g}", *ends])
    return f'<path class="line" d="{path}"/><polygon class="tip" points="{head}"/>'


def drawn(title: str, bands: Sequence[Band], width: int) -> str:
    """Returns the drawing as SVG text, `width` pixels wide."""
    y, parts = 0.0, list[str]()
    for number, band in enumerate(bands):
        if number:
            y, down = _between(bands[number - 1].arrow, y, width)
            parts += down
        y, shapes = _band(band, y, width)
        parts += shapes
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y + 2:g}"'
    parts = [
        f'{head} viewBox="-1 -1 {width + 2} {y + 2:g}" role="img">',
        f"<title>{escape(title)}</title><desc>{escape(' '.join(_sentences(bands)))}</desc>",
        f"<style>{STYLE}</style>",
        f'<rect x="-1" y="-1" width="{width + 2}" height="{y + 2:g}" fill="#fff"/>',
        *parts,
    ]
    return "\n".join([*parts, "</svg>\n"])


def _between(label: str | None, y: float, width: int) -> tuple[float, list[str]]:
    if label is None:
        return y + EDGE, []
    lines = wrapped(label, width - 60)
    bottom = y + max(30, len(lines) * LINE + 12)
    words = [line_of(line, 44, y + 20 + n * LINE, "a") for n, line in enumerate(lines)]
    return bottom, [arrow((26, y), (26, bottom - 1)), *words]


def _band(band: Band, top: float, width: int) -> tuple[float, list[str]]:
    columns = min(len(band.boxes), 1 if width == NARROW else 3)
    gap = GAP if band.in_steps else EDGE
    wide = (width - 2 * EDGE - (columns - 1) * gap) / columns
    y, parts = top + EDGE, list[str]()
    for line in wrapped(band.heading, width - 2 * EDGE, "h"):
        parts.append(line_of(line, EDGE, y + SIZE, "h"))
        y += LINE + 4
    for first in range(0, len(band.boxes), columns):
        row = band.boxes[first : first + columns]
        if first:
            y += gap
            if band.in_steps:
                parts.append(_onwards(y, gap, columns, wide))
        lines = [box.lines(wide - 20) for box in row]
        high = max(map(len, lines)) * LINE + 14
        for n, box in enumerate(lines):
            x = EDGE + n * (wide + gap)
            parts += _box(box, x, y, wide, high)
            if band.in_steps and n:
                parts.append(arrow((x - gap, y + high / 2), (x - 1, y + high / 2)))
        y += high
    bottom = y + EDGE
    back = f'<rect class="band" y="{top:g}" width="{width}" height="{bottom - top:g}" rx="8"/>'
    return bottom, [back, *parts]


def _onwards(y: float, gap: float, columns: int, wide: float) -> str:
    """Draws the arrow from the end of one row of boxes to the start of the next row."""
    x, left = EDGE + (columns - 1) * (wide + gap) + wide / 2, EDGE + wide / 2
    return arrow((x, y - gap), (x, y - gap / 2), (left, y - gap / 2), (left, y - 1))


def _box(lines: Lines, x: float, y: float, wide: float, high: float) -> list[str]:
    shape = f'<rect class="box" x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="6"/>'
    words = [
        line_of(line, x + 10, y + 20 + n * LINE, style) for n, (style, line) in enumerate(lines)
    ]
    return [shape, *words]


def _sentences(bands: Sequence[Band]) -> Iterator[str]:
    for band in bands:
        boxes = chain.from_iterable((box.name, box.text, box.key) for box in band.boxes)
        yield from (f"{text.rstrip('.')}." for text in (band.heading, *boxes, band.arrow) if text)


def pictures() -> dict[Path, str]:
    """Maps the path of each picture to its SVG text."""
    return {
        path.with_name(f"{path.stem}{end}.svg"): drawn(*read(path.read_text("utf-8")), width)
        for path in FOLDER.glob("*.txt")
        for end, width in (("", NARROW), ("-wide", WIDE))
    }


if __name__ == "__main__":
    for path, svg in pictures().items():
        path.write_text(svg, encoding="utf-8")
