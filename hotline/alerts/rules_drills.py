"""Decides what a drill may do. A drill is a test alert that looks real and is sent in the real way, to one desk. Pure.

If a drill were announced to its district, it would not measure how people react to a real alert. If drills reached the
national desk, its people would learn to ignore overdue cases. So a drill alerts the lowest level of the desk, higher
levels only on request, and never the national desk. Statistics do not count drills. A drill removes no responder from
escalation. All other messages are sent before the messages of a drill.

Only one person is needed to start a drill. It runs by day, and at most four times a year at a desk. No person can
change these limits (docs/decisions/05).

The module also decides if an answer without a reference may belong to a drill. If an answer to a case is counted for a
drill, this harms no one. If an answer to a drill is counted for a case, the escalation of that case stops. So an answer
that may belong to either is counted for the drill. Then the hotline asks the responder about the case, and its
escalation continues. After the responder has learned that it was a drill, no answer is counted for it.
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
"""The length of a drill, by urgency. Then it ends automatically, and the hotline notifies the responders who did not
answer."""
YEAR = timedelta(days=365)
MAX_A_YEAR = 4
"""The most drills at one desk within `YEAR`. With more drills, responders would believe that a real alert is a
drill."""
MIN_INTERVAL = timedelta(days=7)
"""The shortest time between two drills at one desk."""
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
"""No drill runs between these hours in Kigali. A responder who is called at night without need may stop answering."""
AFTER_DANGER = timedelta(hours=2)
"""No drill starts until this time after a danger in the district or province, if that case is still open."""


class DrillEnd(StrEnum):
    """The reason why a drill ended."""

    CALLED_OFF = "called_off"
    TIME = "time"
    DANGER = "danger"
    """A caller reported a real danger in the district or in its province."""


@dataclass(frozen=True, slots=True)
class DrillRequest:
    """A request for a drill at one desk, with the urgency of its alert."""

    desk: str
    """The code of a district, or of an added desk that gets alerts."""
    urgency: Urgency = Urgency.DANGER
    escalates: bool = False
    """True if higher levels of the desk are also alerted when no responder answers."""


@dataclass(frozen=True, slots=True)
class DrillRecipient:
    """A responder alerted in a drill, with the time of each step. A time is None if that step did not happen."""

    name: str
    level: str
    alerted_at: datetime
    delivered_at: datetime | None = None
    answered_at: datetime | None = None
    opened_at: datetime | None = None
    lost: str | None = None
    """The state of an alert that will never arrive. None for all other alerts."""


@dataclass(frozen=True, slots=True)
class StepSummary:
    """A summary of one step in a drill: how many responders did it, the median time and the slowest time."""

    count: int
    median: timedelta | None
    worst: timedelta | None


def drill_people(roster: Sequence[Candidate], desk: str, *, escalates: bool) -> Sequence[Candidate]:
    """Returns the people that a drill may alert: the lowest level of the desk, or with `escalates` all its levels.

    The result contains no people of the national desk. Each person counts only for this desk. So a person of both a
    camp and its district is alerted as a member of the tested desk.
    """
    every = is_district(desk)
    here = [
        replace(one, districts=frozenset({desk}))
        for one in roster
        if one.level is not Level.NATIONAL
        and (desk in one.districts or (every and not one.districts))
    ]
    lowest = min((LEVELS.index(one.level) for one in here), default=0)
    return [one for one in here if escalates or LEVELS.index(one.level) == lowest]


def drill_decision(
    state: CaseState, people: Sequence[Candidate], event: Event, at: datetime, ends_at: datetime
) -> Decision:
    """Returns the decision about an event of a drill: the escalation policy for these people only.

    Only the deadline to acknowledge runs. It stops when no person is left to alert, or when the drill's time is over.
    So nothing is alerted at night after that.
    """
    decision = rules_escalation.decide(state, people, event, at)
    acknowledge = DeadlineKind.ACKNOWLEDGE
    if DeadlineKind.OVERDUE in decision.set or at >= ends_at:
        return Decision(close=frozenset({acknowledge}), assignee=state.assignee)
    tell = tuple(order for order in decision.notices if order.purpose is Purpose.ALERT)
    clocks = {kind: clock for kind, clock in decision.set.items() if kind is acknowledge}
    return replace(decision, notices=tell, set=clocks)


def is_night(at: datetime) -> bool:
    hour = at.astimezone(KIGALI).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def is_by_night(urgency: Urgency, at: datetime) -> bool:
    """Returns True if a drill that begins at this time would begin or end at night."""
    return is_night(at) or is_night(at + DURATION[urgency])


def step_summaries(people: Iterable[DrillRecipient]) -> dict[str, StepSummary]:
    """Returns the summary of each step, over all alerted responders."""
    recipients = list(people)
    return {
        "delivered": _step([(one.alerted_at, one.delivered_at) for one in recipients]),
        "answered": _step([(one.alerted_at, one.answered_at) for one in recipients]),
        "opened": _step([(one.alerted_at, one.opened_at) for one in recipients]),
    }


def _step(times: Iterable[tuple[datetime, datetime | None]]) -> StepSummary:
    took = sorted(at - told_at for told_at, at in times if at is not None)
    middle = took[(len(took) - 1) // 2] if took else None
    return StepSummary(len(took), middle, max(took, default=None))


CROSSING = timedelta(seconds=20)
"""The time in which a responder's answer and our SMS that it was a drill may cross."""


@dataclass(frozen=True, slots=True)
class RecentDrill:
    """A drill of which a responder was recently alerted."""

    reference: str
    alerted_at: datetime
    answered_at: datetime | None
    disclosed_at: datetime | None
    """The time when the network accepted our SMS that it was a drill. None if no SMS was sent."""


def meant_drills(
    drills: Sequence[RecentDrill], alerted_at: datetime | None, at: datetime
) -> tuple[str, ...]:
    """Returns the drills to which an answer without a reference may belong, newest first.

    `alerted_at` is the time of the alert of the responder's newest open case. If `alerted_at` is None, the answer
    belongs to the newest drill, even if that was answered before. Then the responder is notified again that it was a
    drill.
    """
    if alerted_at is None:
        return tuple(one.reference for one in drills[:1])
    return tuple(one.reference for one in drills if _may_be_meant(one, alerted_at, at))


def _may_be_meant(one: RecentDrill, alerted_at: datetime, at: datetime) -> bool:
    if one.answered_at is not None:
        return at - one.answered_at < CROSSING
    knows = one.disclosed_at is not None and at - one.disclosed_at >= CROSSING
    # A late answer may belong to a drill that began after the case, even if the drill is over.
    return not knows or one.alerted_at >= alerted_at
