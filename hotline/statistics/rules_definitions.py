"""Reads the definitions of every published table and indicator from `definitions.toml`.

Its texts are the English texts of the console's catalogue. `tools/update_texts.py` collects them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any

from hotline.statistics.rules_periods import Span


class Unit(StrEnum):
    """The thing that a number counts. The value of each member is its English label."""

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
    """The way in which an exact number becomes a printed number."""

    USE = "use"
    """Rounded to 10. Below 10, "few" is printed."""
    KEYED = "keyed"
    """Rounded to 5 in a random direction that depends on record keys. Below 10, "few" is printed."""
    DERIVED = "derived"
    """Computed only from printed numbers."""


class Dimension(StrEnum):
    """A property that divides a number into groups."""

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
    """Inside Rwanda or abroad. The three countries with the largest numbers are named."""
    DECISION = "decision"
    SERVICE = "service"
    MET_BY = "met_by"
    SOURCE = "source"
    """The person who wrote the tip: a caller, an officer or an operator."""


ALL = "all"
"""The value if a number is not divided into groups."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number of a table: its name, its label, a sentence that explains it, and its protection."""

    name: str
    label: str
    sentence: str
    unit: Unit
    protection: Protection
    dimensions: tuple[Dimension, ...] = (Dimension.ALL,)
    """The number is divided by one dimension at a time. Two dimensions are never combined."""
    span: Span | None = None
    """The shortest period for which it is published, if that is longer than the period of its table."""
    step_of: str = ""
    """The indicator of the step before this one. The number of a later step is never larger than that of an earlier
    one."""
    htcds: str = ""
    """The field of the standard HTCDS 2.0 with the same fact about one record."""
    is_collected: bool = True
    """False until a later version of the hotline collects it. Until then, pages say "not yet collected"."""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One published table."""

    name: str
    """A name from T1 to T15."""
    title: str
    counted: str
    """The things or people that the table counts."""
    left_out: str
    span: Span
    """The shortest period for which it is published."""
    indicators: tuple[Indicator, ...]
    sensitive: bool = False
    """True for tips and persons. These numbers are published 75 days after a period ends."""

    def shortest(self, indicator: Indicator) -> Span:
        """Returns the shortest period for which this indicator is published."""
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


@dataclass(frozen=True, slots=True, order=True)
class CellName:
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
    """Yields each sentence and label of the definitions, in English."""
    yield from DEFINITIONS["sentences"].values()
    for table in TABLES:
        yield from (table.title, table.counted, table.left_out)
        yield from (words for one in table.indicators for words in (one.label, one.sentence))
    yield from (row["label"] for row in DEFINITIONS["programme"])
    yield from (*DEFINITIONS["objectives"].values(), *DEFINITIONS["dimensions"].values())
    yield from (words for rows in DEFINITIONS["values"].values() for words in rows.values())
