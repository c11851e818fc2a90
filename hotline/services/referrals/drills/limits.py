"""How far an exercise goes: no further than whoever began it said. Runs inside its caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain import trial
from hotline.domain.outbox.message import EXERCISE_PRIORITY
from hotline.domain.referrals import ladder
from hotline.domain.referrals.case_events import CaseStanding, Decision, Event
from hotline.domain.referrals.drills import exercise
from hotline.domain.referrals.planning import LadderStep
from hotline.domain.referrals.referral import Candidate
from hotline.store.database import Session
from hotline.store.referrals.drills import exercises
from hotline.store.tips.tips import Tip


def priority(step: LadderStep) -> int:
    """Of an alert: every other message goes before an exercise's."""
    return EXERCISE_PRIORITY if step.is_exercise else step.case.urgency


def decide(
    session: Session,
    tip: Tip,
    standing: CaseStanding,
    roster: Sequence[Candidate],
    event: Event,
    at: datetime,
) -> Decision:
    """What an event of a case leads to; of an exercise, for the people that it may wake."""
    if tip.channel != trial.DRILL:
        return ladder.decide(standing, roster, event, at)
    row = exercises.of_tip(session, tip.id)
    if row is None:
        return Decision(holder=standing.holder)
    people = exercise.who_may_be_woken(roster, row.desk, climbs=row.climbs)
    return exercise.follows(standing, people, event, at, row.ends_at)
