"""Names periods, numbers, groups and codes for people who read statistics, and draws charts of printed numbers. Pure.

A chart is an SVG image. A chart has no bar for "few", and each axis starts at zero. A chart has no id, because a page
shows several charts, and an id may occur only once on a page. A chart has no style attribute, because the console's
security policy refuses styles.

Two CSV files in this folder map codes of the hotline to two international standards, HTCDS 2.0 and IC-TIP. The first
line of each file names the standard and the version of the mapping. A code of the hotline has one row for each field of
the standard that has the same meaning. If the standard has no field with this meaning, the code has one row that gives
the reason. The hotline does not claim to conform to IC-TIP: for that, a person must first compare the mapping with the
code list of IC-TIP.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from html import escape
from importlib.resources import files
from typing import NamedTuple

from babel.dates import format_date
from babel.numbers import format_decimal

from hotline.statistics.rules_counts import NOT_SAID
from hotline.statistics.rules_definitions import DEFINITIONS, Dimension, Span, Unit, span_of
from hotline.text.languages import phrase
from hotline.text.places import ABROAD, COUNTRIES, FORMS, PROVINCES, districts
from hotline.tips.rules import Urgency

Say = Callable[..., str]
"""A function that translates an English text of the console and fills in its values."""
QUARTER = phrase("quarter {number} of {year}")
HALF_YEAR = phrase("half-year {number} of {year}")
SPANS: Mapping[str, str] = {
    Span.MONTH: phrase("month"),
    Span.QUARTER: phrase("quarter"),
    Span.HALF_YEAR: phrase("half-year"),
    Span.YEAR: phrase("year"),
}
FEW = phrase("few")
ABOUT = phrase("about {number}")
NOT_COLLECTED = phrase("the hotline does not collect the data for this statistic yet")
ROUNDED = phrase(
    "Numbers are rounded, so a total may differ from the sum of its parts. "
    'The word "few" means a number from 0 to about 10.'
)
_VALUES: Mapping[str, Mapping[str, str]] = {
    **DEFINITIONS["values"],
    Dimension.URGENCY: {str(one.value): one.label for one in Urgency},
    Dimension.FORM: FORMS,
}
_EVERYWHERE: Mapping[str, str] = {NOT_SAID: phrase("Not said"), ABROAD: phrase("Abroad")}
DIMENSIONS: Mapping[str, str] = DEFINITIONS["dimensions"]


class Labels(NamedTuple):
    """Names periods, numbers and rows of tables in one language."""

    language: str
    say: Say

    def period(self, period: str) -> str:
        """Returns the name of a period, such as "November 2026" or "quarter 4 of 2026"."""
        span, year = span_of(period), period[:4]
        if span is Span.MONTH:
            first = date(int(year), int(period[5:]), 1)
            # The format is not "LLLL": for this format, Babel 2.18 has an error and takes the month's name from the
            # language that was loaded first.
            return format_date(first, "MMMM y", locale=self.language)
        if span is Span.YEAR:
            return year
        template = QUARTER if span is Span.QUARTER else HALF_YEAR
        return self.say(template, number=period[-1], year=year)

    def number(self, number: int | None, unit: Unit) -> str:
        """Returns a printed number as people read it, such as "170", "35 %", "8 min" or "few"."""
        if number is None:
            return self.say(FEW)
        ending = {Unit.PERCENT: " %", Unit.MINUTES: " min"}.get(unit, "")
        return f"{format_decimal(number, locale=self.language)}{ending}"

    def about(self, number: int | None) -> str:
        """Returns a rounded number for use in a sentence, such as "about 170" or "few"."""
        if number is None:
            return self.say(FEW)
        return self.say(ABOUT, number=format_decimal(number, locale=self.language))

    def value(self, dimension: str, value: str, names: Mapping[str, str] | None = None) -> str:
        """Returns the name of a table's row, for a value of the property by which the table is divided. `names`
        contains the titles of topics and screens in the published flows."""
        if names and value in names:
            return names[value]
        known = _VALUES.get(dimension, {}).get(value) or _EVERYWHERE.get(value)
        if known is not None:
            return self.say(known)
        if dimension == Dimension.PROVINCE and value in PROVINCES:
            return PROVINCES[value][self.language]
        if dimension == Dimension.DISTRICT:
            return next((one.name for one in districts() if one.code == value), value)
        if dimension == Dimension.WHERE:
            return COUNTRIES.get(value.lower(), {}).get(self.language, value)
        return value.replace("_", " ").replace("/", ": ")


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
MIN_BAR_ROOM = 80
"""The smallest width of the part of a chart with its bars. A long text in a row makes the chart wider."""
LABEL_LETTERS = 16
"""A label with at most this many letters fits next to its bar."""
TILE_WIDTH, TILE_HEIGHT, TILE_GAP = 88, 62, 4
TILE_ROWS = """
.. .. 43 44 45 52 ..
.. 33 34 42 41 53 ..
.. 32 35 11 12 51 54
.. 31 27 28 13 56 55
37 25 26 21 57 .. ..
36 23 24 22 .. .. ..
"""
"""The codes of the 30 districts, placed as on a map with the north at the top. Each district is a tile of the same
size."""
NOWHERE = ".."
STEPS = ("#e9efed", "#c3ddd8", "#7fb8ae", "#2a766d", "#0a4340")
FIRST_DARK_STEP = 3


class Bar(NamedTuple):
    """One bar of a chart: its label, its number (None means "few"), and the number as people read it."""

    label: str
    number: int | None
    text: str


def sparkline(title: str, points: Sequence[int | None], values: Sequence[str]) -> str:
    """Returns a small line chart, with the oldest number at the left. A small ring on the zero line means "few"."""
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
    """Returns a chart with one bar in each row. A row whose number is "few" shows this word instead of a bar."""
    top = max((row.number for row in rows if row.number is not None), default=0) or 1
    text_width = max(56, 8 * max((len(row.text) for row in rows), default=0) + 6)
    room = max(BAR_WIDTH - LABEL_WIDTH - text_width, MIN_BAR_ROOM)
    parts, y = [], 0.0
    for row in rows:
        middle = y + BAR_HEIGHT / 2 + 5
        label = row.label
        if len(label) > LABEL_LETTERS:
            # Shows only the end of a long label such as "Warning signs: job offers", because many rows have the same
            # beginning.
            label = label.rpartition(": ")[2]
        if len(label) > LABEL_LETTERS:
            label = f"{label[: LABEL_LETTERS - 1]}\N{HORIZONTAL ELLIPSIS}"
        parts.append(_text(LABEL_WIDTH - 8, middle, label, end=True))
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
    height = max(1.0, y - BAR_GAP)
    return _picture(title, labels, LABEL_WIDTH + room + text_width, height, [*parts, axis])


def district_map(title: str, numbers: Mapping[str, int | None], texts: Mapping[str, str]) -> str:
    """Returns a map that shows each district as a tile. A larger number gives a darker tile. A district whose number is
    "few" is a white tile with that word."""
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


def _picture(
    title: str, values: Iterable[str], width: float, height: float, parts: Iterable[str]
) -> str:
    """Returns a complete SVG image. `values` is the text for a screen reader."""
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


ANY = "*"
"""This sign in a row of a mapping file means that the standard and the hotline use the same codes for a whole list."""
FIRST_LINE = re.compile(r"# (?P<standard>[^,]+), table (?P<version>\d+): (?P<how>.+)")


class CodeStandard(StrEnum):
    HTCDS = "htcds"
    """The Human Trafficking Case Data Standard of the International Organization for Migration (IOM)."""
    ICTIP = "ictip"
    """The International Classification for Administrative Data on Trafficking in Persons, by IOM and UNODC."""


class MappedCode(NamedTuple):
    """One code of the hotline, and the field of a standard with the same meaning."""

    of: str
    """The name of the list of codes that contains the code, such as `form`."""
    code: str
    field: str
    """The name of a field in HTCDS, or of an element in IC-TIP. Empty if the standard has nothing with this meaning,
    and `note` then gives the reason.
    """
    value: str
    """For HTCDS, the value that the field gets for this code. Empty if the field gets the hotline's own code. For
    IC-TIP, the name of the part of the element that has this meaning.
    """
    note: str


class CodeTable(NamedTuple):
    standard: str
    """The standard with its version, such as `HTCDS 2.0`."""
    version: str
    """The version of the mapping, not of the standard."""
    how: str
    """A sentence that says how far the hotline follows the standard. A publication that mentions the standard must use
    this sentence, and may not claim that the hotline follows the standard more closely.
    """
    rows: Sequence[MappedCode]


@cache
def code_table(standard: CodeStandard) -> CodeTable:
    """Returns the table that maps the hotline's codes to a standard. Raises ValueError if the mapping file has a wrong
    first line."""
    text = files(__package__).joinpath(f"{standard}.csv").read_text(encoding="utf-8")
    first, _, *lines = text.splitlines()
    head = FIRST_LINE.fullmatch(first)
    if head is None:
        raise ValueError(f"the mapping file for {standard} has a wrong first line")
    rows = [MappedCode(*row) for row in csv.reader(lines)]
    return CodeTable(head["standard"], head["version"], head["how"], rows)
