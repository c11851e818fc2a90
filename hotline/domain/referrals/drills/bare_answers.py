"""Whether an answer that names no case may be to an exercise. Pure.

An exercise that is taken for answered harms nobody; a case that is taken for answered stops its ladder. So what may be
to either is an answer to the exercise, and the case is asked back: the ladder goes on meanwhile. Once she knows that it
was an exercise, it stands in no answer's way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CROSSING = timedelta(seconds=20)
"""What she wrote may cross with our word that it was an exercise."""


@dataclass(frozen=True, slots=True)
class HeardExercise:
    """An exercise that she was alerted of lately."""

    reference: str
    told_at: datetime
    answered_at: datetime | None
    said_at: datetime | None
    """When the network took the word that it was one, where it went out by SMS."""


def meant(
    exercises: Sequence[HeardExercise], told_at: datetime | None, at: datetime
) -> tuple[str, ...]:
    """Those that a bare answer may be to, the newest first.

    `told_at`: of her newest open case that she was told of lately. Where she has none, it is the newest exercise,
    answered or not: she is told once more what it was.
    """
    if told_at is None:
        return tuple(one.reference for one in exercises[:1])
    return tuple(one.reference for one in exercises if _may_be_meant(one, told_at, at))


def _may_be_meant(one: HeardExercise, told_at: datetime, at: datetime) -> bool:
    if one.answered_at is not None:
        return at - one.answered_at < CROSSING
    knows = one.said_at is not None and at - one.said_at >= CROSSING
    # Who did not answer may be late: to an exercise that came after the case, also when it is over.
    return not knows or one.told_at >= told_at
