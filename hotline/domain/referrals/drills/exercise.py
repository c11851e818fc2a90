"""A fire drill: an alert that looks real, and goes through one district the real way. Pure.

A drill that is told to a whole district measures a rehearsal; one that reaches the national red trains people to ignore
red. So it wakes the lowest level that is there, higher ones of the district only where somebody asked for it, and the
national desk never. It is in no figure, takes nobody off the ladder, and every message of the line goes before its own.

One person begins one by day, four times a year at a desk. Nobody lifts these limits (docs/adr/0140).

Whether an answer that names no case may be to an exercise: one that is taken for answered harms nobody; a case that is
taken for answered stops its ladder. So what may be to either is an answer to the exercise, and the case is asked back:
the ladder goes on meanwhile. Once she knows that it was an exercise, it stands in no answer's way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.referrals import ladder
from hotline.domain.referrals.case_events import CaseStanding, Decision, Event, Purpose
from hotline.domain.referrals.clocks import KIGALI, DeadlineKind
from hotline.domain.referrals.referral import LADDER, Candidate, Level
from hotline.domain.tip import Urgency, is_district

LASTS = {Urgency.DANGER: timedelta(hours=1), Urgency.SEEN: timedelta(hours=2)}
"""After that it ends by itself, and who has not answered is told."""
YEAR = timedelta(days=365)
MOST_A_YEAR = 4
"""At one desk: oftener, an alert is taken for one more exercise."""
REST = timedelta(days=7)
"""From one at a desk to the next."""
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
"""Hours of Kigali in which none runs: a responder who is woken for nothing stops answering."""
CALM = timedelta(hours=2)
"""So long ago the last danger was told in the district or its province, where it is open still."""


class ExerciseEnd(StrEnum):
    """Why it ended."""

    CALLED_OFF = "called_off"
    TIME = "time"
    DANGER = "danger"
    """A real one was told in the district, or in its province."""


@dataclass(frozen=True, slots=True)
class WantedExercise:
    """The desk that is tried, and the alert that its people get."""

    desk: str
    """A district, or a desk that was added and is told of tips."""
    urgency: Urgency = Urgency.DANGER
    climbs: bool = False
    """Whether higher levels of the desk are alerted too, where nobody answers."""


@dataclass(frozen=True, slots=True)
class ExerciseTold:
    """Somebody who was told, and when each step happened; None where it did not."""

    name: str
    level: str
    told_at: datetime
    delivered_at: datetime | None = None
    answered_at: datetime | None = None
    opened_at: datetime | None = None
    lost: str | None = None
    """How her alert stands, where it will not arrive."""


@dataclass(frozen=True, slots=True)
class StepOfAll:
    """One step of everybody who was told: how many, the middle one and the slowest."""

    count: int
    median: timedelta | None
    worst: timedelta | None


def who_may_be_woken(
    roster: Sequence[Candidate], desk: str, *, climbs: bool
) -> Sequence[Candidate]:
    """Of the desk: the lowest level that is there; up to its coordinator where it climbs. The nation never.

    Each stands for this desk alone: who is of a camp and of its district is told as one of the desk that is tried.
    """
    every = is_district(desk)
    here = [
        replace(one, districts=frozenset({desk}))
        for one in roster
        if one.level is not Level.NATIONAL
        and (desk in one.districts or (every and not one.districts))
    ]
    lowest = min((LADDER.index(one.level) for one in here), default=0)
    return [one for one in here if climbs or LADDER.index(one.level) == lowest]


def follows(
    standing: CaseStanding,
    people: Sequence[Candidate],
    event: Event,
    at: datetime,
    ends_at: datetime,
) -> Decision:
    """What an event of an exercise leads to: what the ladder says of these people, and nothing beyond them.

    The only clock that runs is the one to take it. Where nobody is left to tell, and once its time is over, it stops:
    a clock that stood still wakes nobody at night.
    """
    decision = ladder.decide(standing, people, event, at)
    acknowledge = DeadlineKind.ACKNOWLEDGE
    if DeadlineKind.RED in decision.set or at >= ends_at:
        return Decision(close=frozenset({acknowledge}), holder=standing.holder)
    tell = tuple(order for order in decision.tell if order.purpose is Purpose.ALERT)
    clocks = {kind: clock for kind, clock in decision.set.items() if kind is acknowledge}
    return replace(decision, tell=tell, set=clocks)


def is_night(at: datetime) -> bool:
    hour = at.astimezone(KIGALI).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def is_by_night(urgency: Urgency, at: datetime) -> bool:
    """Whether one that begins then is at night, at its beginning or before its end."""
    return is_night(at) or is_night(at + LASTS[urgency])


def steps(people: Iterable[ExerciseTold]) -> dict[str, StepOfAll]:
    """What all of them come to, by step."""
    told = list(people)
    return {
        "delivered": _step([(one.told_at, one.delivered_at) for one in told]),
        "answered": _step([(one.told_at, one.answered_at) for one in told]),
        "opened": _step([(one.told_at, one.opened_at) for one in told]),
    }


def _step(times: Iterable[tuple[datetime, datetime | None]]) -> StepOfAll:
    took = sorted(at - told_at for told_at, at in times if at is not None)
    middle = took[(len(took) - 1) // 2] if took else None
    return StepOfAll(len(took), middle, max(took, default=None))


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
