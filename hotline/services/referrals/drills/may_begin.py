"""Whether an exercise may begin at this moment. Runs inside its caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.referrals.drills.exercise import (
    CALM,
    MOST_A_YEAR,
    NIGHT_REST,
    NOTICE,
    REST,
    YEAR,
    WantedExercise,
    is_by_night,
    is_night,
)
from hotline.domain.referrals.referral import Candidate
from hotline.errors import ExerciseRefused
from hotline.services.referrals.drills.tried_desks import TriedDesk
from hotline.store.database import Session
from hotline.store.outbox import lanes
from hotline.store.referrals.drills import exercises
from hotline.store.referrals.drills.exercises import Exercise
from hotline.text.remark import remark

AT_NIGHT, AGAIN = "--at-night", "--again"
"""Options of `hotline exercise plan`: what two people lift."""


def check(
    session: Session,
    desk: TriedDesk,
    wanted: WantedExercise,
    people: Sequence[Candidate],
    at: datetime,
    told_at: datetime | None = None,
) -> None:
    """`told_at`: when those who answer for the desk were told of what two planned. Raises ExerciseRefused."""
    if lanes.held(session, at) is not None:
        raise ExerciseRefused(remark("no message goes out now: somebody holds them"))
    if any(row.desk == desk.code for row in exercises.running(session)):
        raise ExerciseRefused(remark("one runs there already"))
    _check_rest(session, wanted, at)
    if is_by_night(wanted.urgency, at):
        _check_night(session, wanted, at, told_at)
    if exercises.danger_since(session, desk.place, at - CALM):
        raise ExerciseRefused(remark("a real danger is open there, or in its province"))
    if not people:
        raise ExerciseRefused(remark("nobody of that desk can be told"))


def check_lifted(wanted: WantedExercise) -> None:
    """One person lifts nothing. Raises ExerciseRefused."""
    if wanted.at_night or wanted.again:
        raise ExerciseRefused(
            remark("at night, and oftener than four times a year, two people plan it")
        )


def _check_rest(session: Session, wanted: WantedExercise, at: datetime) -> None:
    held = exercises.since(session, wanted.desk, at - YEAR)
    if len(held) >= MOST_A_YEAR and not wanted.again:
        raise ExerciseRefused(
            remark(
                "{count} were held there within a year: two people may plan one more",
                count=MOST_A_YEAR,
            ),
            AGAIN,
        )
    if any(row.started_at > at - REST for row in held):
        raise ExerciseRefused(remark("one was held there within {days} days", days=REST.days))


def _check_night(
    session: Session, wanted: WantedExercise, at: datetime, told_at: datetime | None
) -> None:
    if not wanted.at_night or told_at is None:
        raise ExerciseRefused(
            remark("it is night, or would be before it ends: two people plan one at night"),
            AT_NIGHT,
        )
    if at < told_at + NOTICE:
        raise ExerciseRefused(
            remark("those who answer for that desk are told by day, and four hours before")
        )
    if any(_was_by_night(row) for row in exercises.since(session, wanted.desk, at - NIGHT_REST)):
        raise ExerciseRefused(
            remark("one was held there at night within {days} days", days=NIGHT_REST.days)
        )


def _was_by_night(row: Exercise) -> bool:
    return is_night(row.started_at) or is_night(row.ends_at)
