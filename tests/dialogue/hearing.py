"""Classifies a stranger's SMS by its words, for example as a cry for help, a tip or a greeting. Counts how many
messages in a table of examples are classified correctly."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from hotline.dialogue import rules_sms_tips
from hotline.text.keywords import is_stop
from hotline.text.topics import asked_topic

TABLES = Path(__file__).parent
LEAST_RIGHT = 95
"""The minimum percentage of cries for help that must be understood."""
MOST_ALARMS = 5
"""The maximum percentage of harmless messages that may be called urgent. Each such message would alert two people."""


class Comes(StrEnum):
    """The possible results for an SMS, with the names that `tests/dialogue/cries.csv` uses."""

    DROPPED = "dropped"
    """The SMS alerts no one: it asks to read a topic or to get no more messages, is a greeting, or is a code."""
    TIP = "tip"
    CHILD = "child"
    """The SMS is urgent, because it reports a child."""
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class HeardRow:
    """One message of a table and its required result. A harmless message must never have an urgent result."""

    language: str
    text: str
    must: Comes | None


@dataclass(frozen=True, slots=True)
class CryFigures:
    """The numbers for one language, or for all languages."""

    language: str
    cries: int
    right: int
    dropped: int
    harmless: int
    alarms: int

    @property
    def good(self) -> bool:
        """Returns True if the result is good enough for a release."""
        return (
            self.right * 100 >= LEAST_RIGHT * self.cries
            and not self.dropped
            and self.alarms * 100 <= MOST_ALARMS * self.harmless
        )


@cache
def comes_to(text: str) -> Comes:
    """Returns the result for a message from a stranger who is not reading a topic. The function never raises an
    error."""
    wishes = is_stop(text) or (
        asked_topic(text) is not None and not rules_sms_tips.is_cry_for_help(text)
    )
    if wishes or not rules_sms_tips.is_tip(text):
        return Comes.DROPPED
    told = rules_sms_tips.report_answers(rules_sms_tips.clean_message(text))
    if told["danger"] == "yes":
        return Comes.DANGER
    return Comes.CHILD if told.get("who") == "child" else Comes.TIP


def is_right(row: HeardRow) -> bool:
    """Returns True if the message has its required result. Where the table requires `CHILD`, `DANGER` is right too."""
    heard = comes_to(row.text)
    if row.must is None:
        return heard not in (Comes.CHILD, Comes.DANGER)
    return heard is row.must or (row.must is Comes.CHILD and heard is Comes.DANGER)


def figures(language: str, rows: Iterable[HeardRow]) -> CryFigures:
    """Counts the understood cries for help, and the harmless messages that were mistaken for cries."""
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
    """Returns the rows of two tables: the cries for help and the harmless messages. `end` is the last part of the file
    names of both tables."""
    return (*table(f"cries{end}"), *table(f"harmless{end}"))


def table(name: str) -> Sequence[HeardRow]:
    """Returns the rows of one table of examples."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            HeardRow(row["language"], row["text"], Comes(row["must"]) if "must" in row else None)
            for row in csv.DictReader(file)
        ]
