"""The quiz: a thing asked before its lesson, and again after it in other words. What is counted is how the two answers
compare, never who gave them. Pure.

The flows say which answers they are by name, and how good by value: `quiz_passport` and `again_passport`, each
`right`, `wrong` or `unsure`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor

BEFORE = "quiz_"
AGAIN = "again_"
RIGHT = "right"
VALUES = frozenset({RIGHT, "wrong", "unsure"})
LEAST_ASKED = 20
"""Under so many pairs of answers a share says nothing of a lesson."""


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


class Bound(StrEnum):
    """What a share says of the true one."""

    EXACT = ""
    LEAST = ">="
    MOST = "<="
    ABOUT = "~"


@dataclass(frozen=True, slots=True)
class Share:
    """Per cent, or points between two of them."""

    percent: int
    bound: Bound = Bound.EXACT

    def __str__(self) -> str:
        return f"{self.bound}{self.percent}"


@dataclass(frozen=True, slots=True)
class Gain:
    """Of the same people: the share that was right before, the share that was right after."""

    before: Share
    after: Share

    @property
    def points(self) -> Share:
        difference = self.after.percent - self.before.percent
        bound = _less(self.after.bound, self.before.bound)
        if Bound.EXACT in (self.after.bound, self.before.bound):
            # A share that is no bound was rounded, by half a point at most: a bound less it is a point wider.
            difference += {Bound.LEAST: -1, Bound.MOST: 1}.get(bound, 0)
        return Share(difference, bound)


@dataclass(frozen=True, slots=True)
class Pairs:
    """How many answered twice, and how many of them were right the first and the second time."""

    asked: int
    before: int
    after: int

    def __add__(self, other: "Pairs") -> "Pairs":
        return Pairs(self.asked + other.asked, self.before + other.before, self.after + other.after)

    @classmethod
    def of(cls, outcomes: Mapping[QuizOutcome, int]) -> "Pairs":
        knew = outcomes.get(QuizOutcome.KNEW, 0)
        return cls(
            asked=sum(outcomes.values()),
            before=knew + outcomes.get(QuizOutcome.UNLEARNED, 0),
            after=knew + outcomes.get(QuizOutcome.LEARNED, 0),
        )


def average(scores: Sequence[tuple[int, Share]]) -> Share | None:
    """Over several, each with how many were asked: made of what is shown of them."""
    return _average(scores) if scores else None


def pooled(gains: Sequence[tuple[int, Gain]]) -> Gain | None:
    """Over several things, each with how many were asked. Made of what is shown of them: it gives nothing else away."""
    if not gains:
        return None
    return Gain(
        _average([(asked, gain.before) for asked, gain in gains]),
        _average([(asked, gain.after) for asked, gain in gains]),
    )


def _average(shares: Sequence[tuple[int, Share]]) -> Share:
    asked = sum(weight for weight, _ in shares)
    bound = _together({share.bound for _, share in shares})
    whole = {Bound.LEAST: floor, Bound.MOST: ceil}.get(bound, round)
    return Share(whole(sum(weight * share.percent for weight, share in shares) / asked), bound)


def _together(bounds: Collection[Bound]) -> Bound:
    apart = set(bounds) - {Bound.EXACT}
    if not apart:
        return Bound.EXACT
    return apart.pop() if len(apart) == 1 else Bound.ABOUT


def _less(after: Bound, before: Bound) -> Bound:
    """The bound of a difference: what is at least so much, taken away, leaves at most so much."""
    turned = {Bound.LEAST: Bound.MOST, Bound.MOST: Bound.LEAST}.get(before, before)
    return _together({after, turned})
