"""Decides what is allowed in a drill. A drill is a test alert to one desk. It looks real, and is sent like a real
alert. Pure.

If a district knew of a drill in advance, the drill would not show how people react to a real alert. If drills reached
the national desk, its people would learn to ignore overdue cases. So a drill alerts the lowest level of one desk. The
drill also alerts the higher levels of the desk if the person who starts it wants this. A drill never alerts the
national desk, and statistics do not count drills. No responder misses a real alert because of a drill. All other
messages are sent before those of a drill.

One person alone can start a drill. A drill runs during the day, and a desk has at most four in a year. No one can
change these limits (docs/decisions/05).

The module also decides if an answer without a reference may be about a drill. If an answer about a case is counted for
a drill, no one is harmed. But if an answer about a drill is counted for a case, the escalation of that case stops. So
an answer that may be about a case or a drill is counted for the drill. The hotline then asks the responder about the
case, and the escalation of the case continues. After the responder knows of the drill, no answer is counted for the
drill any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.alerts import rules_escalation
from hotline.alerts.rules_assignment import Candidate
from hotline.alerts.rules_escalation_steps import CaseState, Decision
from hotline.people.rules import LEVELS, Level
from hotline.text.places import is_district
from hotline.text.time import KIGALI
from hotline.tips.rules import DeadlineKind, Urgency
from hotline.tips.rules_events import Event, Purpose

DURATION = {Urgency.DANGER: timedelta(hours=1), Urgency.SEEN: timedelta(hours=2)}
"""The length of a drill, by urgency of its alert. After this time the drill ends, and the hotline notifies the
responders who have not answered."""
YEAR = timedelta(days=365)
MAX_A_YEAR = 4
"""The largest number of drills at one desk within `YEAR`. With more drills, responders might think that a real alert is
a drill."""
MIN_INTERVAL = timedelta(days=7)
"""The shortest time between two drills at one desk."""
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
"""The hours in Kigali between which no drill runs. A responder who is called at night for no reason may stop
answering.
"""
AFTER_DANGER = timedelta(hours=2)
"""After a real danger was reported in the district or province, no drill starts for this time, as long as the case is
open."""


class DrillEnd(StrEnum):
    """The reason why a drill ended."""

    CALLED_OFF = "called_off"
    TIME = "time"
    DANGER = "danger"
    """A caller has reported a real danger in the district or province."""


@dataclass(frozen=True, slots=True)
class DrillRequest:
    """A request for a drill at one desk."""

    desk: str
    """The code of a district, or of another desk that gets alerts."""
    urgency: Urgency = Urgency.DANGER
    escalates: bool = False
    """True if the higher levels of the desk are also alerted when no responder answers."""


@dataclass(frozen=True, slots=True)
class DrillRecipient:
    """A responder who was alerted in a drill, with the time of each step. A time is None if the step did not happen."""

    name: str
    level: str
    alerted_at: datetime
    delivered_at: datetime | None = None
    answered_at: datetime | None = None
    opened_at: datetime | None = None
    lost: str | None = None
    """The state of the alert, if it can never arrive. None if the alert has arrived or may still arrive."""


@dataclass(frozen=True, slots=True)
class StepSummary:
    """A summary of one step of a drill: how many responders took this step, and their median and longest time."""

    count: int
    median: timedelta | None
    worst: timedelta | None


def drill_people(roster: Sequence[Candidate], desk: str, *, escalates: bool) -> Sequence[Candidate]:
    """Returns the people that a drill may alert: the lowest level of the desk or, if `escalates` is True, all levels.

    The result never contains people of the national desk. In the result, each person belongs only to this desk. So a
    person of a camp and its district is alerted for the desk that is tested.
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
    """Returns the decision about an event of a drill. The decision applies the escalation policy to the tested people
    only.

    The only deadline of a drill is the one to acknowledge the case. This deadline ends when no one is left to alert, or
    when the time of the drill is over. So no one is alerted at night because of the drill.
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
    """Returns a summary of each step, over all alerted responders."""
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
"""The hotline sends an SMS which says that the alert was a drill. An answer that arrives within this time after the SMS
may have been written before the responder read the SMS."""


@dataclass(frozen=True, slots=True)
class RecentDrill:
    """A drill of which the responder was recently alerted."""

    reference: str
    alerted_at: datetime
    answered_at: datetime | None
    disclosed_at: datetime | None
    """The time when the gateway accepted the SMS which tells the responder of the drill. None if there was no such SMS.
    """


def meant_drills(
    drills: Sequence[RecentDrill], alerted_at: datetime | None, at: datetime
) -> tuple[str, ...]:
    """Returns the drills that an answer without a reference may be about, the newest first.

    `alerted_at` is the time when the responder was alerted of their newest open case. If it is None, the answer is
    about the newest drill, even if the responder has answered that drill before. In this case, the responder is
    notified again that it was a drill.
    """
    if alerted_at is None:
        return tuple(one.reference for one in drills[:1])
    return tuple(one.reference for one in drills if _may_be_meant(one, alerted_at, at))


def _may_be_meant(one: RecentDrill, alerted_at: datetime, at: datetime) -> bool:
    if one.answered_at is not None:
        return at - one.answered_at < CROSSING
    knows = one.disclosed_at is not None and at - one.disclosed_at >= CROSSING
    # A late answer may be about a drill that began after the newest open case, even if the drill is over.
    return not knows or one.alerted_at >= alerted_at
