"""Lessons for officers: three cases each, whose answers are counted by district and never by person. Pure.

The flows name the answers `train_smuggling_1` to `_3`, each `right`, `wrong` or `unsure`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hotline.domain.rolls.quiz import RIGHT

ANSWER = re.compile(r"train_(?P<lesson>[a-z]+)_(?P<case>[1-3])")
LESSONS = ("smuggling", "violence", "child", "interview", "hours", "referral")
CASES = 3
TAKEN = "lesson"
"""The counter of lessons whose three cases were answered."""
GOOD = "lesson_right"
OTHER = "lesson_other"
"""The counters of answers that were right, and of all others: not to be sure is not right."""


@dataclass(frozen=True, slots=True)
class LessonCase:
    lesson: str
    number: int

    @property
    def name(self) -> str:
        return f"train_{self.lesson}_{self.number}"


def case_of(name: str) -> LessonCase | None:
    """The case that an answer of this name is given to."""
    found = ANSWER.fullmatch(name)
    return LessonCase(found["lesson"], int(found["case"])) if found else None


def measure_of(value: str) -> str:
    return GOOD if value == RIGHT else OTHER


def whole(lesson: str, answers: Mapping[str, str]) -> bool:
    """Whether all its cases were answered."""
    return all(LessonCase(lesson, number).name in answers for number in range(1, CASES + 1))
