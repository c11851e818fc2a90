"""Decides what a drill may do: a test alert that looks real and takes the real way through one district. Pure.

A drill announced to a whole district would measure a rehearsal. A drill that reaches the national desk would train
people to ignore overdue cases. So it alerts the lowest level present, higher levels of the district only on request,
and the national desk never. It appears in no statistics, and it removes no responder from escalation. Every other
message is sent before its messages.

One person starts a drill, by day, at most four times a year at a desk. No one can lift these limits
(docs/decisions/05).

The module also decides if an answer without a reference may belong to a drill. A drill wrongly counted as answered
harms no one. A case wrongly counted as answered stops its escalation. So an answer that may belong to both counts for
the drill. The line asks the responder about the case, and its escalation continues. Once the responder knows that it
was a drill, answers no longer count for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.alerts import rules_escalation
from hotline.alerts.rules_assignment import Candidate
from hotline.alerts.rules_escalation_steps import CaseState, Decision
from hotline.people.rules import LEVELS, Level
from hotline.text.codes import is_district
from hotline.text.time import KIGALI
from hotline.tips.rules import Urgency
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_events import Event, Purpose

DURATION = {Urgency.DANGER: timedelta(hours=1), Urgency.SEEN: timedelta(hours=2)}
"""Duration by urgency. Then the drill ends automatically, and responders who did not answer are notified."""
YEAR = timedelta(days=365)
MAX_A_YEAR = 4
"""Drills at one desk in `YEAR`. With more, responders would take a real alert for a drill."""
MIN_INTERVAL = timedelta(days=7)
"""Least time between two drills at a desk."""
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
"""Hours in Kigali in which no drill runs. A responder who is called at night without need stops answering."""
AFTER_DANGER = timedelta(hours=2)
"""Least time since the last danger in the district or its province, if that danger is still open."""


class DrillEnd(StrEnum):
    """The reason why a drill ended."""

    CALLED_OFF = "called_off"
    TIME = "time"
    DANGER = "danger"
    """A real danger was reported in the district or in its province."""


@dataclass(frozen=True, slots=True)
class DrillRequest:
    """The desk of a drill, and the alert that its people get."""

    desk: str
    """A district, or an added desk that is alerted of tips."""
    urgency: Urgency = Urgency.DANGER
    climbs: bool = False
    """True if higher levels of the desk are alerted too when no responder answers."""


@dataclass(frozen=True, slots=True)
class DrillRecipient:
    """One alerted responder, with the time of each step. A time is None if the step did not happen."""

    name: str
    level: str
    told_at: datetime
    delivered_at: datetime | None = None
    answered_at: datetime | None = None
    opened_at: datetime | None = None
    lost: str | None = None
    """The state of an alert that will not arrive. None for every other alert."""


@dataclass(frozen=True, slots=True)
class StepSummary:
    """One step over all alerted responders: how many did it, the median and the slowest time."""

    count: int
    median: timedelta | None
    worst: timedelta | None


def drill_people(roster: Sequence[Candidate], desk: str, *, climbs: bool) -> Sequence[Candidate]:
    """Returns the people of the desk that a drill may alert: its lowest level, or all levels if it `climbs`.

    People of the national desk are never among them. Each person counts only for this desk. So a person of a camp and
    its district is alerted as one of the tested desk.
    """
    every = is_district(desk)
    here = [
        replace(one, districts=frozenset({desk}))
        for one in roster
        if one.level is not Level.NATIONAL
        and (desk in one.districts or (every and not one.districts))
    ]
    lowest = min((LEVELS.index(one.level) for one in here), default=0)
    return [one for one in here if climbs or LEVELS.index(one.level) == lowest]


def drill_decision(
    standing: CaseState,
    people: Sequence[Candidate],
    event: Event,
    at: datetime,
    ends_at: datetime,
) -> Decision:
    """Returns the result of a drill's event: the escalation policy applied to these people only.

    Only the clock for taking runs. It stops when no one is left to alert, and when the drill's time is over. A stopped
    clock alerts no one at night.
    """
    decision = rules_escalation.decide(standing, people, event, at)
    acknowledge = DeadlineKind.ACKNOWLEDGE
    if DeadlineKind.OVERDUE in decision.set or at >= ends_at:
        return Decision(close=frozenset({acknowledge}), holder=standing.holder)
    tell = tuple(order for order in decision.tell if order.purpose is Purpose.ALERT)
    clocks = {kind: clock for kind, clock in decision.set.items() if kind is acknowledge}
    return replace(decision, tell=tell, set=clocks)


def is_night(at: datetime) -> bool:
    hour = at.astimezone(KIGALI).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def is_by_night(urgency: Urgency, at: datetime) -> bool:
    """Returns True if a drill that begins at this time is at night at its beginning or its end."""
    return is_night(at) or is_night(at + DURATION[urgency])


def step_summaries(people: Iterable[DrillRecipient]) -> dict[str, StepSummary]:
    """Returns the count and the times of all alerted responders, by step."""
    told = list(people)
    return {
        "delivered": _step([(one.told_at, one.delivered_at) for one in told]),
        "answered": _step([(one.told_at, one.answered_at) for one in told]),
        "opened": _step([(one.told_at, one.opened_at) for one in told]),
    }


def _step(times: Iterable[tuple[datetime, datetime | None]]) -> StepSummary:
    took = sorted(at - told_at for told_at, at in times if at is not None)
    middle = took[(len(took) - 1) // 2] if took else None
    return StepSummary(len(took), middle, max(took, default=None))


CROSSING = timedelta(seconds=20)
"""Time in which a responder's answer may cross with our SMS that it was a drill."""


@dataclass(frozen=True, slots=True)
class RecentDrill:
    """One drill of which a responder was alerted lately."""

    reference: str
    told_at: datetime
    answered_at: datetime | None
    said_at: datetime | None
    """Time when the network accepted our SMS that it was a drill. None if no SMS was sent."""


def meant_drills(
    exercises: Sequence[RecentDrill], told_at: datetime | None, at: datetime
) -> tuple[str, ...]:
    """Returns the drills that an answer without a reference may belong to, newest first.

    `told_at` is the alert time of the responder's newest open case. If it is None, the newest drill is meant, even if
    it was answered. The responder is then notified again that it was a drill.
    """
    if told_at is None:
        return tuple(one.reference for one in exercises[:1])
    return tuple(one.reference for one in exercises if _may_be_meant(one, told_at, at))


def _may_be_meant(one: RecentDrill, told_at: datetime, at: datetime) -> bool:
    if one.answered_at is not None:
        return at - one.answered_at < CROSSING
    knows = one.said_at is not None and at - one.said_at >= CROSSING
    # A late answer may belong to a drill alerted after the case, even if the drill is over.
    return not knows or one.told_at >= told_at
