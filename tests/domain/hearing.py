"""Says what a stranger's SMS comes to by its words, and how well the words hear a table of messages."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hotline.dialogue import rules_sms_tips
from hotline.text.keywords import is_stop
from hotline.text.topics import asked

TABLES = Path(__file__).parent
LEAST_RIGHT = 95
"""Of a hundred cries."""
MOST_ALARMS = 5
"""Of a hundred harmless messages: each that is called urgent wakes two people."""


class Comes(StrEnum):
    """Named as `tests/domain/cries.csv` names it."""

    DROPPED = "dropped"
    """Nobody is told: a wish to read or to hear no more, a greeting, a code."""
    TIP = "tip"
    CHILD = "child"
    """Urgent, since it tells of a child."""
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class HeardRow:
    """One message of a table, and what it must come to; a harmless one must come to nothing urgent."""

    language: str
    text: str
    must: Comes | None


@dataclass(frozen=True, slots=True)
class CryFigures:
    """Of one language, or of all."""

    language: str
    cries: int
    right: int
    dropped: int
    harmless: int
    alarms: int

    @property
    def good(self) -> bool:
        """Whether it is good enough to be shipped."""
        return (
            self.right * 100 >= LEAST_RIGHT * self.cries
            and not self.dropped
            and self.alarms * 100 <= MOST_ALARMS * self.harmless
        )


def comes_to(text: str) -> Comes:
    """As the inbox decides it of a stranger who is not in the middle of reading. Total."""
    wishes = is_stop(text) or (asked(text) is not None and not rules_sms_tips.cannot_wait(text))
    if wishes or not rules_sms_tips.is_tip(text):
        return Comes.DROPPED
    told = rules_sms_tips.answers(rules_sms_tips.cleaned(text))
    if told["danger"] == "yes":
        return Comes.DANGER
    return Comes.CHILD if told.get("who") == "child" else Comes.TIP


def is_right(row: HeardRow) -> bool:
    """Whether it is heard as it must be. A child in danger is a danger."""
    heard = comes_to(row.text)
    if row.must is None:
        return heard not in (Comes.CHILD, Comes.DANGER)
    return heard is row.must or (row.must is Comes.CHILD and heard is Comes.DANGER)


def figures(language: str, rows: Iterable[HeardRow]) -> CryFigures:
    """Both figures: how many cries are heard, and how many harmless messages are taken for one."""
    mine = list(rows)
    cries = [row for row in mine if row.must is not None]
    harmless = [row for row in mine if row.must is None]
    return CryFigures(
        language=language,
        cries=len(cries),
        right=sum(map(is_right, cries)),
        dropped=sum(comes_to(row.text) is Comes.DROPPED for row in cries),
        harmless=len(harmless),
        alarms=sum(not is_right(row) for row in harmless),
    )


def read(end: str = "") -> Sequence[HeardRow]:
    """Returns the cries and the harmless messages of a pair of tables."""
    return (*table(f"cries{end}"), *table(f"harmless{end}"))


def table(name: str) -> Sequence[HeardRow]:
    """Returns the rows of one table."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            HeardRow(row["language"], row["text"], Comes(row["must"]) if "must" in row else None)
            for row in csv.DictReader(file)
        ]
