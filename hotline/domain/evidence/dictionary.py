"""The dictionary of figures: what each number that the line counts is, in one sentence, and what it leaves out. Pure.

A figure has its own entry, or that of its family: `refused_no_room` is read by `refused`. French and Kinyarwanda are
drafts until somebody has signed them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hotline.domain.evidence.answered.answer_entries import ANSWER
from hotline.domain.evidence.case_entries import CASES, FAMILIES
from hotline.domain.evidence.reach_entries import REACH
from hotline.domain.evidence.screens.screen_entries import SCREENS

NEVER_COUNTED = "trials of the line, drills and an invented year; drafts that were never filed. A month is Kigali's."
"""What no figure counts."""
REVIEW: Mapping[str, str] = {"rw": "draft", "en": "", "fr": "draft"}
"""Whether the sentences of a language are somebody's word yet."""


class FigureUnit(StrEnum):
    PEOPLE = "people"
    SESSIONS = "sessions"
    READINGS = "readings"
    TIPS = "tips"
    SITUATIONS = "situations"
    COMPLAINTS = "complaints"
    PAIRS = "pairs of answers"
    ANSWERS = "answers"
    LESSONS = "lessons"
    OFFERS = "offers"
    MESSAGES = "messages"
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    PERCENT = "of a hundred"
    POINTS = "points of a hundred"


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """What one figure is."""

    name: str
    """As exports and commands print it."""
    says: Mapping[str, str]
    """One sentence, by language."""
    unit: FigureUnit
    numerator: str
    denominator: str
    """What the numerator is a part of: a figure, or a plain word; empty where the figure is a number and no part."""
    leaves_out: str
    """Besides what no figure counts."""
    is_family: bool
    """Whether it is of several figures, whose names begin with its own."""


def _entry(name: str, row: tuple[str, str, str, str, str, str, str]) -> FigureEntry:
    unit, numerator, denominator, leaves_out, rw, en, fr = row
    says = {"rw": rw, "en": en, "fr": fr}
    of = FigureUnit(unit), numerator, denominator, leaves_out
    return FigureEntry(name, says, *of, is_family=name in FAMILIES)


DICTIONARY: Sequence[FigureEntry] = [
    _entry(name, row)
    for rows in (REACH, SCREENS, CASES, ANSWER, FAMILIES)
    for name, row in rows.items()
]
_BY_NAME = {entry.name: entry for entry in DICTIONARY}


def entry_of(figure: str) -> FigureEntry | None:
    """Its own, or that of its family."""
    own = _BY_NAME.get(figure)
    if own is not None:
        return own
    begins = (name for name in FAMILIES if figure.startswith((f"{name}_", f"{name} ")))
    return next((_BY_NAME[name] for name in begins), None)
