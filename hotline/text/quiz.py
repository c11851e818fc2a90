"""Compares two answers to the same quiz question: one answer before a lesson, and one answer after the lesson. After
the lesson, the question has other words. Pure. Statistics count only the result of each comparison, and never who
answered.

The flows define the names and values of the answers: `quiz_passport` and `again_passport`, each `right`, `wrong` or
`unsure`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FIRST_PREFIX = "quiz_"
SECOND_PREFIX = "again_"
RIGHT = "right"
ANSWER_VALUES = frozenset({RIGHT, "wrong", "unsure"})


class QuizOutcome(StrEnum):
    """The result of comparing the answers to one quiz question, which the flow asks before and after a lesson."""

    KNEW = "knew"
    LEARNED = "learned"
    UNLEARNED = "unlearned"
    MISSED = "missed"


def repeated_question(name: str) -> str | None:
    """Returns the topic of the quiz question if `name` is the name of an answer after a lesson. Otherwise returns
    None."""
    return name.removeprefix(SECOND_PREFIX) if name.startswith(SECOND_PREFIX) else None


def quiz_outcome(topic: str, answers: Mapping[str, str]) -> QuizOutcome | None:
    """Compares two answers to the question about one topic: the answer before the lesson and the answer after it.
    Returns the result. The answer `unsure` counts as wrong.

    Returns None if the answer before or after the lesson is missing.
    """
    before, after = answers.get(f"{FIRST_PREFIX}{topic}"), answers.get(f"{SECOND_PREFIX}{topic}")
    if before is None or after is None:
        return None
    if before == RIGHT:
        return QuizOutcome.KNEW if after == RIGHT else QuizOutcome.UNLEARNED
    return QuizOutcome.LEARNED if after == RIGHT else QuizOutcome.MISSED


@dataclass(frozen=True, slots=True)
class AnswerPairs:
    """Three counts of answers to quiz questions: the pairs of answers (before and after a lesson), the right answers
    before a lesson, and the right answers after a lesson."""

    asked: int
    before: int
    after: int

    @classmethod
    def of_outcomes(cls, outcomes: Mapping[QuizOutcome, int]) -> "AnswerPairs":
        knew = outcomes.get(QuizOutcome.KNEW, 0)
        return cls(
            asked=sum(outcomes.values()),
            before=knew + outcomes.get(QuizOutcome.UNLEARNED, 0),
            after=knew + outcomes.get(QuizOutcome.LEARNED, 0),
        )
