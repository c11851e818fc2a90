"""Reads the definitions of every published table and indicator from `definitions.toml`.

Its texts are the English of the console's catalogue. The tool `tools/update_texts.py` collects them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any

from hotline.statistics.rules_periods import Span


class Unit(StrEnum):
    """The thing that a number counts. The value is its English label."""

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
    """The way in which an exact count becomes a printed number."""

    USE = "use"
    """Rounded to 10; below 10 "few"."""
    KEYED = "keyed"
    """Keyed random rounding to 5; below 10 "few"."""
    DERIVED = "derived"
    """Made from printed numbers only."""


class Dimension(StrEnum):
    """A property by which a number is broken down."""

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
    """Sex and age group together: woman, man, girl, boy."""
    MEANS = "means"
    NATIONALITY = "nationality"
    WHERE = "where"
    """Inside Rwanda or abroad, with the three largest destinations."""
    DECISION = "decision"
    SERVICE = "service"
    MET_BY = "met_by"


ALL = "all"
"""The value of a number that is not broken down."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number of a table: its name, its label, a sentence that explains it, and the way it is protected."""

    name: str
    label: str
    sentence: str
    unit: Unit
    protection: Protection
    dimensions: tuple[Dimension, ...] = (Dimension.ALL,)
    """Each is used alone. None is combined with another."""
    span: Span | None = None
    """The shortest period for which it is published, if that is longer than its table's."""
    step_of: str = ""
    """The indicator of the step before. A later step never prints more."""
    htcds: str = ""
    """The field of HTCDS 2.0 that holds the same fact of one record."""
    is_collected: bool = True
    """False until a later part of the line collects it. Until then pages say "not yet collected"."""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One published table."""

    name: str
    """T1 to T15."""
    title: str
    counted: str
    """The population."""
    left_out: str
    span: Span
    """The shortest period for which it is published."""
    indicators: tuple[Indicator, ...]
    sensitive: bool = False
    """True for tips and persons: published 75 days after a period ends."""

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
    """The name of one number of a release."""

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
