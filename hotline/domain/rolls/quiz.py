"""The quiz: a thing asked before its lesson, and again after it in other words. What is counted is how the two answers
compare, never who gave them. Pure.

The flows say which answers they are by name, and how good by value: `quiz_passport` and `again_passport`, each
`right`, `wrong` or `unsure`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

BEFORE = "quiz_"
AGAIN = "again_"
RIGHT = "right"
VALUES = frozenset({RIGHT, "wrong", "unsure"})


class QuizOutcome(StrEnum):
    """How the answer after a lesson compares with the one before it."""

    KNEW = "knew"
    LEARNED = "learned"
    UNLEARNED = "unlearned"
    MISSED = "missed"


def thing_of(name: str) -> str | None:
    """The thing that an answer of this name is the second answer to."""
    return name.removeprefix(AGAIN) if name.startswith(AGAIN) else None


def outcome(thing: str, answers: Mapping[str, str]) -> QuizOutcome | None:
    """None where it was not asked before: whoever was not, shows no gain. Not to be sure is not right."""
    before, after = answers.get(f"{BEFORE}{thing}"), answers.get(f"{AGAIN}{thing}")
    if before is None or after is None:
        return None
    if before == RIGHT:
        return QuizOutcome.KNEW if after == RIGHT else QuizOutcome.UNLEARNED
    return QuizOutcome.LEARNED if after == RIGHT else QuizOutcome.MISSED


@dataclass(frozen=True, slots=True)
class Pairs:
    """How many answered twice, and how many of them were right the first and the second time."""

    asked: int
    before: int
    after: int

    @classmethod
    def of(cls, outcomes: Mapping[QuizOutcome, int]) -> "Pairs":
        knew = outcomes.get(QuizOutcome.KNEW, 0)
        return cls(
            asked=sum(outcomes.values()),
            before=knew + outcomes.get(QuizOutcome.UNLEARNED, 0),
            after=knew + outcomes.get(QuizOutcome.LEARNED, 0),
        )
