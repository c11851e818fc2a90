"""What an exercise came to, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.domain.referrals.drills.exercise import ExerciseTold
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.store.database import Session
from hotline.store.referrals.drills import exercises
from hotline.store.referrals.drills.exercises import Exercise
from hotline.store.tips.tips import Tip


@dataclass(frozen=True, slots=True)
class ExerciseReport:
    exercise: Exercise
    urgency: int
    told: Sequence[ExerciseTold]


def listed(kit: Kit) -> Sequence[ExerciseReport]:
    """Every one, the newest first. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [_report(session, row) for row in exercises.every(session)]


def running(kit: Kit) -> Sequence[Exercise]:
    """Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return exercises.running(session)


def report(kit: Kit, exercise_id: int) -> ExerciseReport:
    """Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        row = session.get(Exercise, exercise_id)
        if row is None:
            raise NotFound(f"no exercise {exercise_id}: `hotline exercise list` says which")
        return _report(session, row)


def _report(session: Session, row: Exercise) -> ExerciseReport:
    tip = session.get_one(Tip, row.tip_id)
    return ExerciseReport(row, tip.urgency, exercises.told(session, row.tip_id))
