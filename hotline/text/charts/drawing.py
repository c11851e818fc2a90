"""Parts of a chart: amounts, elements, text that is known to fit, and the hatching of a hidden number. Pure.

Ids would clash where several charts stand in one page, and `style` is refused by the console's policy: there are
neither, so that a hatching is drawn line by line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

SIGN = ".."
"""Stands for a hidden number."""
WIDTH = 328
"""Of most charts: it fits a screen of 360 without being made smaller."""
INK, SOFT, PAPER = "#1b2a2e", "#4a5b60", "#ffffff"
DARK, LIGHT = "#2a766d", "#b4d4ce"
HATCH, EDGE = "#8a9a97", "#5d6f74"
FONT = "Segoe UI, Noto Sans, Liberation Sans, DejaVu Sans, Arial, sans-serif"
BOLDER = 1.12
"""How much wider bold letters are."""
SIZE = 14
"""Of nearly all text."""
LEADING = 18
HIDDEN_WIDTH = 36
"""Of every hidden number, whatever it counts."""
BETWEEN_HATCHES = 6
NARROW, WIDE = frozenset("iljtfrI.,:;'()| "), frozenset("mwMWGOQ@%")


@dataclass(frozen=True, slots=True)
class ChartAmount:
    """A number to draw."""

    number: float | None
    """None is hidden."""
    says: str = ""
    """As it is written, where it is more than the number: `>=80`, `3 min`."""

    @property
    def written(self) -> str:
        if self.number is None:
            return SIGN
        return self.says or grouped(self.number)


@dataclass(frozen=True, slots=True)
class LegendEntry:
    fill: str
    """Empty: hatched."""
    words: str


@dataclass(frozen=True, slots=True)
class ChartWords:
    """What the legend says of the dark bars, the light ones and the hatching, in the reader's language."""

    dark: str
    light: str
    hidden: str


def entries_of(said: ChartWords, amounts: Iterable[ChartAmount]) -> list[LegendEntry]:
    """Of a chart with two bars a row."""
    bars = [LegendEntry(DARK, said.dark), LegendEntry(LIGHT, said.light)]
    return [*bars, *hatching_of(said.hidden, amounts)]


def hatching_of(hidden: str, amounts: Iterable[ChartAmount]) -> list[LegendEntry]:
    """Told where a number is hidden."""
    is_hidden = any(one.number is None for one in amounts)
    return [LegendEntry("", f"{SIGN} {hidden}")] if is_hidden else []


def grouped(number: float) -> str:
    """Thousands apart, by a space at which no line breaks."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def longest(amounts: Iterable[ChartAmount | None]) -> float:
    """The largest number that is shown: a scale from nought to it says nothing of the hidden ones."""
    return max((one.number or 0 for one in amounts if one is not None), default=0) or 1


def picture(
    title: str, told: Iterable[str], width: int, height: float, parts: Iterable[str]
) -> str:
    """A whole drawing. `told` is what somebody hears who does not see it."""
    heard = "; ".join(told)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{_n(height)}"'
        f' viewBox="0 0 {width} {_n(height)}" font-family="{FONT}" font-size="{SIZE}" fill="{INK}">'
        f"<title>{escape(title)}</title><desc>{escape(heard)}</desc>{''.join(parts)}</svg>"
    )


def words(
    x: float,
    y: float,
    said: str,
    *,
    fill: str = "",
    size: int = 0,
    bold: bool = False,
    end: bool = False,
) -> str:
    """Text on the line `y`; it ends at `x` where `end` is asked for."""
    marks = f' fill="{fill}"' if fill else ""
    marks += f' font-size="{size}"' if size else ""
    marks += ' font-weight="600"' if bold else ""
    marks += ' text-anchor="end"' if end else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{marks}>{escape(said, quote=False)}</text>'


def box(x: float, y: float, width: float, height: float, fill: str, stroke: str = "") -> str:
    edge = f' stroke="{stroke}"' if stroke else ""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
        f' fill="{fill}"{edge}/>'
    )


def line(points: Sequence[tuple[float, float]], stroke: str, dashes: str = "") -> str:
    way = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="M{way}" fill="none" stroke="{stroke}"{dashed}/>'


def hatched(x: float, y: float, width: float, height: float) -> str:
    """A box that says: there is a number, and it is not shown."""
    way = hatching(x, y, width, height, BETWEEN_HATCHES)
    return f'{box(x, y, width, height, PAPER, HATCH)}<path d="{way}" fill="none" stroke="{HATCH}"/>'


def hatching(x: float, y: float, width: float, height: float, apart: int) -> str:
    """Lines from the left and lower edges up to the upper and right ones, as a path."""
    found = []
    for step in range(apart, int(width + height), apart):
        left, low = max(0.0, step - height), min(step, height)
        length = min(step, width) - left
        found.append(f"M{_n(x + left)} {_n(y + low)}l{_n(length)}-{_n(length)}")
    return "".join(found)


def bar(x: float, y: float, height: float, amount: ChartAmount, scale: float, fill: str) -> str:
    """One number as a length, or hatched; the number is not written yet."""
    if amount.number is None:
        return hatched(x, y, HIDDEN_WIDTH, height)
    return box(x, y, bar_width(amount, scale), height, fill)


def bar_width(amount: ChartAmount, scale: float) -> float:
    """None at all would be no bar: one that counts nought is a line."""
    return HIDDEN_WIDTH if amount.number is None else max(1.0, amount.number * scale)


def written_bar(
    x: float, y: float, height: float, amount: ChartAmount, scale: float, fill: str
) -> str:
    """A number as a length, and written behind it."""
    behind = x + bar_width(amount, scale) + 6
    return bar(x, y, height, amount, scale, fill) + words(
        behind, y + height / 2 + 5, amount.written, bold=fill == DARK
    )


def legend(entries: Sequence[LegendEntry], y: float, width: int = WIDTH) -> tuple[list[str], float]:
    """Entries one behind the other as far as there is room, and where the next thing begins."""
    parts, x = [], 0.0
    for entry in entries:
        told = lines_of(entry.words, width - 22)
        wide = 22 + max(width_of(one) for one in told) + 14
        if x and x + wide > width:
            x, y = 0.0, y + LEADING + 4
        at = x + 0.5, y + 1.5, 14.0, 12.0
        parts.append(box(*at, entry.fill, EDGE) if entry.fill else hatched(*at))
        for row, one in enumerate(told):
            parts.append(words(x + 22, y + 12 + row * LEADING, one, fill=SOFT))
        y += (len(told) - 1) * LEADING
        x += wide
    return parts, y + LEADING + 8 if entries else y


def width_of(said: str, size: int = SIZE) -> float:
    """As in DejaVu Sans, the widest of the fonts."""
    return sum(map(_letter_width, said)) * size


def room_for(amounts: Iterable[str]) -> float:
    """What the widest number takes behind its bar, in bold letters."""
    return 8 + BOLDER * max(map(width_of, amounts), default=0)


def _letter_width(letter: str) -> float:
    if letter in NARROW:
        return 0.34
    return 0.92 if letter in WIDE else 0.7 if letter.isupper() else 0.63


def lines_of(said: str, width: float, size: int = SIZE) -> Sequence[str]:
    """The words in lines that fit. A word that is longer than a line has one for itself."""
    return list(_lines(said.split(" "), width, size)) or [""]


def _lines(pieces: Sequence[str], width: float, size: int) -> Iterator[str]:
    so_far = ""
    for piece in pieces:
        longer = f"{so_far} {piece}" if so_far else piece
        if so_far and width_of(longer, size) > width:
            yield so_far
            longer = piece
        so_far = longer
    if so_far:
        yield so_far


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
