"""Reads the definitions of all published tables and indicators from `definitions.toml`. Also computes periods of
statistics, and rounds numbers. Pure.

The texts in `definitions.toml` are English. `tools/update_texts.py` collects these texts for translation.

A period begins and ends at midnight in Kigali. A period is written `2026-11` (month), `2026-Q4` (quarter), `2026-H2`
(half-year) or `2026` (year).

A number of tips or persons is rounded to a multiple of 5, so that a printed number identifies no record. The method is
cell-key rounding, which statistical offices use (SDC Handbook, chapter 5). Each record has a secret random key of 8
bits, the rounding key. The sum of the counted records' keys decides if a number is rounded up or down. So the same
records always print the same number.
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from hotline.alerts import rules_follow_up
from hotline.alerts.rules_follow_up import month_of
from hotline.core.rules_record_keys import RECORD_KEYS

MONTHS = 12
USE_AFTER = timedelta(days=5)
"""The time between the end of a month and the publication of this month's usage numbers. The hotline publishes them on
the sixth day of the next month.
"""


class Span(StrEnum):
    """The length of a period, such as a month. The shortest length comes first."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF_YEAR: 6, Span.YEAR: MONTHS}[self]


_WRITTEN = re.compile(
    r"(?P<year>2\d{3})(?:-(?:(?P<MONTH>0[1-9]|1[0-2])|Q(?P<QUARTER>[1-4])|H(?P<HALF_YEAR>[12])))?",
    re.ASCII,
)


def span_of(period: str) -> Span:
    """Returns the length of a period. Raises ValueError if the text is not a period."""
    return _parsed(period)[0]


def months_of(period: str) -> Sequence[str]:
    """Returns the months of a period, earliest first. Raises ValueError if the text is not a period."""
    span, year, place = _parsed(period)
    first = place * span.months
    return [f"{year}-{month + 1:02}" for month in range(first, first + span.months)]


def period_of(month: str, span: Span) -> str:
    """Returns the period of this length that contains a month."""
    year, number = month[:4], int(month[5:7])
    place = (number - 1) // span.months + 1
    return {
        Span.MONTH: month,
        Span.QUARTER: f"{year}-Q{place}",
        Span.HALF_YEAR: f"{year}-H{place}",
        Span.YEAR: year,
    }[span]


def begins(period: str) -> datetime:
    """Returns the first moment of a period."""
    return rules_follow_up.begins(months_of(period)[0])


def ends(period: str) -> datetime:
    """Returns the first moment after a period."""
    return rules_follow_up.ends(months_of(period)[-1])


def previous_period(period: str) -> str:
    """Returns the previous period of the same length."""
    return period_of(month_of(begins(period) - timedelta(days=1)), span_of(period))


def due_at(period: str) -> datetime:
    """Returns the time at which the release of a period is due. A monthly release is due on the sixth day of the next
    month. All other releases are due 75 days after the end of their period."""
    return ends(period) + (
        USE_AFTER if span_of(period) is Span.MONTH else rules_follow_up.COUNTED_AFTER
    )


def due_periods(first_day: date, at: datetime) -> Sequence[str]:
    """Returns every period after the hotline's first day whose release was due by `at`.

    The earliest period comes first. If several periods are due at the same time, the shortest comes first.
    """
    found: set[str] = set()
    month = month_of(first_day)
    while due_at(month) <= at:
        found.update(period_of(month, span) for span in Span)
        month = month_of(ends(month))
    due = [period for period in found if due_at(period) <= at]
    return sorted(due, key=lambda one: (due_at(one), span_of(one).months, one))


def _parsed(period: str) -> tuple[Span, int, int]:
    """Returns three parts of a period: the length, the year, and the position in the year, from 0."""
    found = _WRITTEN.fullmatch(period)
    if found is None:
        raise ValueError("Write a period like 2026-11, 2026-Q4, 2026-H2 or 2026.")
    year = int(found["year"])
    for span in (Span.MONTH, Span.QUARTER, Span.HALF_YEAR):
        if place := found[span.name]:
            return span, year, int(place) - 1
    return Span.YEAR, year, 0


class Unit(StrEnum):
    """The unit of a number, such as tips or minutes. The value of each unit is its English label."""

    CALLS = "calls"
    PEOPLE = "people"
    TOPICS = "topics read"
    ANSWERS = "pairs of answers"
    POINTS = "points"
    CODES = "calls by this code"
    SCREENS = "screens shown"
    TIPS = "tips"
    PERSONS = "persons"
    CASES = "cases"
    PERCENT = "per cent"
    MINUTES = "minutes"
    OFFICERS = "officers"
    SESSIONS = "community sessions"


class Protection(StrEnum):
    """The way in which the hotline rounds an exact number, so that the printed number does not reveal facts about a
    person."""

    USE = "use"
    """The hotline rounds the number to a multiple of 10. For a number below 10, it prints "few"."""
    KEYED = "keyed"
    """The hotline rounds the number to a multiple of 5, up or down as the rounding keys decide. For a number below 10,
    it prints "few"."""
    DERIVED = "derived"
    """The number is computed only from numbers that the same report shows."""


class Dimension(StrEnum):
    """A property by which a number is divided into groups."""

    ALL = "all"
    LANGUAGE = "language"
    NETWORK = "network"
    TOPIC = "topic"
    CODE = "code"
    SCREEN = "screen"
    URGENCY = "urgency"
    FORM = "form"
    PROVINCE = "province"
    DISTRICT = "district"
    WHO = "who"
    """Sex and age together: woman, man, girl, boy."""
    MEANS = "means"
    NATIONALITY = "nationality"
    WHERE = "where"
    """The place of exploitation: inside Rwanda or abroad. For exploitation abroad, a table also names the three
    countries with the largest numbers.
    """
    DECISION = "decision"
    SERVICE = "service"
    MET_BY = "met_by"
    SOURCE = "source"
    """The person who wrote the tip: a caller, an officer or an operator."""


ALL = "all"
"""The group name of a number that is not divided into groups."""


class Indicator(NamedTuple):
    """One kind of number in a table: its name, its label, a sentence that explains it, and its protection."""

    name: str
    label: str
    sentence: str
    unit: Unit
    protection: Protection
    dimensions: tuple[Dimension, ...] = (Dimension.ALL,)
    """The properties by which the tables divide this number. No table divides a number by two properties together."""
    span: Span | None = None
    """The shortest period for which the indicator is published. None means the shortest period of its table."""
    step_of: str = ""
    """The indicator of the previous step, if this indicator counts how many records reached a step. The number of a
    step is never larger than the number of the previous step.
    """
    htcds: str = ""
    """The field of the data standard HTCDS 2.0 that has the same meaning as this indicator."""
    is_collected: bool = True
    """False if the hotline does not collect this number, and pages say so."""


class PublishedTable(NamedTuple):
    """One table of a release. A release contains the table only if the release's period is at least as long as
    `span`."""

    name: str
    """The table's name, from T1 to T15."""
    title: str
    counted: str
    """A sentence that says what the table counts."""
    left_out: str
    span: Span
    """The shortest period for which the table is published."""
    indicators: tuple[Indicator, ...]
    sensitive: bool = False
    """True for a table about tips or persons, which the hotline publishes 75 days after the end of a period."""

    def shortest(self, indicator: Indicator) -> Span:
        """Returns the shortest period for which an indicator of this table is published."""
        return indicator.span or self.span


def _tables() -> Iterator[PublishedTable]:
    known = DEFINITIONS["sentences"]
    for row in DEFINITIONS["tables"]:
        usual = Protection.KEYED if row.get("sensitive") else Protection.USE
        said = {name: known.get(row[name], row[name]) for name in ("counted", "left_out")}
        indicators = tuple(_indicator({"protection": usual, **one}) for one in row["indicators"])
        yield PublishedTable(**{**row, **said, "span": Span(row["span"]), "indicators": indicators})


def _indicator(row: Mapping[str, Any]) -> Indicator:
    typed = {
        "unit": Unit(row["unit"]),
        "protection": Protection(row["protection"]),
        "dimensions": tuple(map(Dimension, row.get("dimensions", (ALL,)))),
        "span": Span(row["span"]) if "span" in row else None,
    }
    return Indicator(**{**row, **typed})


DEFINITIONS: Mapping[str, Any] = tomllib.loads(
    files(__package__).joinpath("definitions.toml").read_text(encoding="utf-8")
)
TABLES: tuple[PublishedTable, ...] = tuple(_tables())
INDICATORS: Mapping[str, tuple[PublishedTable, Indicator]] = {
    indicator.name: (table, indicator) for table in TABLES for indicator in table.indicators
}


class CellName(NamedTuple):
    """The name of one number in a release."""

    indicator: str
    dimension: str = Dimension.ALL.value
    value: str = ALL

    @property
    def table(self) -> str:
        return INDICATORS[self.indicator][0].name

    def __str__(self) -> str:
        return f"{self.indicator}/{self.dimension}/{self.value}"


def texts() -> Iterator[str]:
    """Yields each sentence and label from `definitions.toml`, in English."""
    yield from DEFINITIONS["sentences"].values()
    for table in TABLES:
        yield from (table.title, table.counted, table.left_out)
        yield from (words for one in table.indicators for words in (one.label, one.sentence))
    yield from (row["label"] for row in DEFINITIONS["programme"])
    yield from (*DEFINITIONS["objectives"].values(), *DEFINITIONS["dimensions"].values())
    yield from (words for rows in DEFINITIONS["values"].values() for words in rows.values())


BASE = 5
"""Every number of tips or persons in a release is a multiple of this number."""
SMALLEST = 10
"""A release prints "few" in place of a number that is smaller than this value."""
USE_BASE = 10
"""Every number about use of the hotline in a release is a multiple of this number."""
SHARE_STEP = 5
"""Every share in a release is a multiple of this number of percent."""


@dataclass(frozen=True, slots=True)
class CellSum:
    """An exact count of records (tips or persons), with the sum of the rounding keys of these records. The exact count
    is never printed."""

    count: int = 0
    keys: int = 0

    def __add__(self, other: "CellSum") -> "CellSum":
        return CellSum(self.count + other.count, (self.keys + other.keys) % RECORD_KEYS)


def sum_keys(keys: Iterable[int]) -> CellSum:
    """Returns the number of rounding keys and their sum. Each record has one rounding key."""
    listed = list(keys)
    return CellSum(len(listed), sum(listed) % RECORD_KEYS)


def rounded(cell: CellSum) -> int | None:
    """Returns the number to print for tips or persons, or None for "few".

    The rounding keys choose a number from -3 to 3, which is added to the exact number. The sum is then rounded up or
    down to a multiple of 5. On average, printed numbers are neither too high nor too low.
    """
    move, first_key, last_key = _moves()[cell.keys % RECORD_KEYS]
    moved = cell.count + move
    rest = moved % BASE
    place, size = cell.keys % RECORD_KEYS - first_key, last_key - first_key + 1
    is_up = (2 * place + 1) * BASE < 2 * rest * size
    number = moved - rest + (BASE if is_up else 0)
    return number if number >= SMALLEST else None


def rounded_use(count: int) -> int | None:
    """Returns the number to print for use of the hotline or programme work, or None for "few"."""
    number = (count + USE_BASE // 2) // USE_BASE * USE_BASE
    return number if count >= SMALLEST else None


def at_most(number: int | None, earlier: int | None) -> int | None:
    """Returns the smaller of two printed numbers: the number of a step, and the number of the earlier step. Returns
    None if at least one of the two numbers is "few"."""
    return None if number is None or earlier is None else min(number, earlier)


def share(part: int | None, whole: int | None, *, smallest_whole: int) -> int | None:
    """Returns `part` as a percentage of `whole`. `part` and `whole` are rounded numbers from a release. Returns None if
    `whole` is smaller than `smallest_whole`, or if one of the two numbers is "few".
    """
    if part is None or whole is None or whole < smallest_whole:
        return None
    return min(100, SHARE_STEP * round(100 * part / whole / SHARE_STEP))


@cache
def _moves() -> Sequence[tuple[int, int, int]]:
    """Returns a row of the file rounding.csv for each possible sum of rounding keys. The first number of a row is added
    to an exact number. The other two are the first and the last sum of rounding keys for which the row is valid.
    """
    text = files(__package__).joinpath("rounding.csv").read_text(encoding="utf-8")
    rows = [
        (int(row["move"]), int(row["first_key"]), int(row["last_key"]))
        for row in csv.DictReader(text.splitlines())
    ]
    return [next(row for row in rows if key <= row[2]) for key in range(RECORD_KEYS)]
