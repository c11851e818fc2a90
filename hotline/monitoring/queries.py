"""Counts sessions and delivery reports for the monitor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hotline.core import rules_trial
from hotline.core.database import Row
from hotline.counters.rules import Arrivals
from hotline.gateway.rules_delivery import FINAL_STATES, ReportMeaning, report_meaning
from hotline.gateway.tables import (
    Assignment,
    Attempt,
    Deadline,
    DeliveryReport,
    Message,
    QueueState,
)
from hotline.gateway.tables_sessions import Dialogue
from hotline.people.tables import Responder
from hotline.tips.rules import TipState
from hotline.tips.tables import Tip

HOUR = timedelta(hours=1)
WEEKS = 4
DELAYS = 1000
"""The maximum number of reports from which delays are computed. The newest reports are used."""


def recent_sessions(session: Session, at: datetime) -> int:
    """Returns the number of sessions in the last hour. Leaves out sessions that statistics do not count."""
    found = select(func.count()).where(
        Dialogue.started_at > at - HOUR,
        Dialogue.started_at <= at,
        Dialogue.channel.not_in(rules_trial.UNCOUNTED),
    )
    return session.scalar(found) or 0


def sessions_of_weeks(session: Session, at: datetime) -> Sequence[int]:
    """Returns the same number for this hour in each earlier week, as far back as the data goes."""
    oldest = session.scalar(select(func.min(Dialogue.started_at)))
    hours = [at - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    return [
        recent_sessions(session, hour)
        for hour in hours
        if oldest is not None and hour - HOUR >= oldest
    ]


def arrivals(session: Session, since: datetime, until: datetime) -> Mapping[str, Arrivals]:
    """Counts the delivery reports of each network: arrived and lost messages."""
    rows = session.execute(
        select(DeliveryReport.network, DeliveryReport.status, func.count())
        .where(
            DeliveryReport.received_at > since,
            DeliveryReport.received_at <= until,
            DeliveryReport.network.is_not(None),
        )
        .group_by(DeliveryReport.network, DeliveryReport.status)
    )
    counted: dict[str, dict[ReportMeaning, int]] = {}
    for network, status, count in rows:
        of = counted.setdefault(network or "", dict.fromkeys(ReportMeaning, 0))
        of[report_meaning(status)] += count
    return {
        network: Arrivals(of[ReportMeaning.ARRIVED], of[ReportMeaning.LOST])
        for network, of in counted.items()
    }


def delays(session: Session, since: datetime) -> Mapping[str, Sequence[float]]:
    """Returns the seconds between sending a message and the report of its arrival, by network."""
    rows = session.execute(
        select(DeliveryReport.network, DeliveryReport.received_at, Attempt.started_at)
        .join(Attempt, Attempt.provider_id == DeliveryReport.provider_id)
        .where(DeliveryReport.received_at > since, DeliveryReport.network.is_not(None))
        .where(func.lower(DeliveryReport.status) == "success")
        .order_by(DeliveryReport.id.desc())
        .limit(DELAYS)
    )
    found: dict[str, list[float]] = {}
    for network, received, started in rows:
        found.setdefault(network or "", []).append((received - started).total_seconds())
    return found


# Reads the state of the hotline's daily test: its handset, its tips, and the last test that succeeded.


@dataclass(frozen=True, slots=True)
class Trials:
    """The state of the daily tests."""

    handset: Responder
    begun: datetime | None
    """The time of the newest test tip."""
    arrived: datetime | None
    """The time of the newest alert that reached the handset."""


def handset(session: Session) -> Responder | None:
    """Returns the handset of the tests, or None. It is never active, so that no real tip is assigned to it."""
    return session.scalars(
        select(Responder).where(Responder.level == rules_trial.LEVEL)
    ).one_or_none()


def trials(session: Session) -> Trials | None:
    """Returns the state of the tests, or None if no handset is enrolled."""
    to = handset(session)
    if to is None:
        return None
    begun = select(func.max(Tip.created_at)).where(Tip.channel == rules_trial.CHANNEL)
    arrived = (
        select(func.max(Message.delivered_at))
        .join(Assignment, Assignment.id == Message.assignment_id)
        .where(Assignment.responder_id == to.id)
    )
    return Trials(to, session.scalar(begun), session.scalar(arrived))


def unsent_trial(session: Session) -> Tip | None:
    """Returns the newest complete test tip without an alert, or None. It stays locked until the transaction ends."""
    waits = select(Tip).where(
        Tip.channel == rules_trial.CHANNEL, Tip.state != TipState.DRAFT, Tip.assigned_at.is_(None)
    )
    held = waits.order_by(Tip.id.desc()).limit(1).with_for_update(skip_locked=True)
    return session.scalars(held).one_or_none()


# Moves every waiting time forward after the clock was set back.

Kept = TypeVar("Kept", bound=Row)


def bring_forward(session: Session, by: timedelta) -> None:
    """Moves deadlines, due messages, leases, times of drafts and the end of a pause forward by this much.

    It skips rows that another process has locked, because that process is about to change them.
    """
    for deadline in _held(session, select(Deadline).where(Deadline.fired_at.is_(None))):
        deadline.due_at -= by
        deadline.set_at = deadline.set_at and deadline.set_at - by
        deadline.named_at = deadline.named_at and deadline.named_at - by
    for message in _held(session, select(Message).where(Message.state.not_in(FINAL_STATES))):
        message.next_at -= by
        message.lease_until = message.lease_until and message.lease_until - by
    for tip in _held(session, select(Tip).where(Tip.state == TipState.DRAFT)):
        tip.updated_at -= by
    for queue in _held(session, select(QueueState).where(QueueState.paused_until.is_not(None))):
        queue.paused_until = queue.paused_until and queue.paused_until - by


def _held(session: Session, rows: Select[Kept]) -> list[Kept]:
    return list(session.scalars(rows.with_for_update(skip_locked=True)))
