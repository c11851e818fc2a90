"""Names and counts the lessons for officers, which have three cases each. Pure.

Answers are counted by district and never by person. The flows name them `train_smuggling_1` to `_3`, each `right`,
`wrong` or `unsure`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hotline.text.quiz import RIGHT

ANSWER = re.compile(r"train_(?P<lesson>[a-z]+)_(?P<case>[1-3])")
LESSONS = ("smuggling", "violence", "child", "interview", "hours", "referral")
CASES = 3
TAKEN = "lesson"
"""The counter of lessons whose three cases were answered."""
GOOD = "lesson_right"
OTHER = "lesson_other"
"""The counters of right answers and of all others. An answer `unsure` is not right."""


@dataclass(frozen=True, slots=True)
class LessonCase:
    """One of the cases of a lesson."""

    lesson: str
    number: int

    @property
    def name(self) -> str:
        return f"train_{self.lesson}_{self.number}"


def case_of(name: str) -> LessonCase | None:
    """Returns the case that an answer of this name belongs to, or None."""
    found = ANSWER.fullmatch(name)
    return LessonCase(found["lesson"], int(found["case"])) if found else None


def measure_of(value: str) -> str:
    return GOOD if value == RIGHT else OTHER


def whole(lesson: str, answers: Mapping[str, str]) -> bool:
    """Returns True if all cases of the lesson were answered."""
    return all(LessonCase(lesson, number).name in answers for number in range(1, CASES + 1))
