"""What is told of a period, chapter by chapter: sentences, numbers, charts and tables, in one language. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ChapterName(StrEnum):
    """In the order in which they are read."""

    MONTH = "month"
    REACH = "reach"
    REPORT = "report"
    ANSWER = "answer"
    SCREENING = "screening"
    REFERRALS = "referrals"
    PLACES = "places"
    LEARNING = "learning"
    METHOD = "method"


class ChartKind(StrEnum):
    BARS = "bars"
    """One bar a point, each apart from the others; beside it the period before."""
    FALLING = "falling"
    """Questions in their order: how many were shown each, and beside it how many answered."""
    TIMES = "times"
    """Minutes: the median, and beside it the ninetieth of a hundred."""
    STAIRCASE = "staircase"
    """Steps of one way: each is a part of the one before."""
    TILES = "tiles"
    """One tile a district, where it lies."""


@dataclass(frozen=True, slots=True)
class ToldNumber:
    """One of the few numbers that are printed large."""

    label: str
    said: str
    before: str
    """The period before, as it is said; empty where there is none."""


@dataclass(frozen=True, slots=True)
class ToldTable:
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    """The first of a row is words, the others are numbers as they are printed."""


@dataclass(frozen=True, slots=True)
class ChartPoint:
    label: str
    number: int | None
    """None is hidden: nothing is drawn in its place but the sign."""
    said: str
    code: str
    """What the point is of, as the figures write it: `district:11`."""
    beside: int | None = None
    beside_said: str = ""
    """Empty: there is nothing to stand beside it."""


@dataclass(frozen=True, slots=True)
class ToldChart:
    kind: ChartKind
    title: str
    sentence: str
    """What the chart shows, for who cannot see it."""
    points: Sequence[ChartPoint]


@dataclass(frozen=True, slots=True)
class Chapter:
    name: ChapterName
    title: str
    sentences: Sequence[str]
    numbers: Sequence[ToldNumber] = ()
    charts: Sequence[ToldChart] = ()
    tables: Sequence[ToldTable] = ()
