"""Counts sessions, messages and delivery reports for the monitor, and finds the tips of the daily test. Also finds out
if the pages of the console must show a red bar.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from hotline.alarms.rules import DANGER
from hotline.alarms.tables import RaisedAlarm
from hotline.core import rules_trial
from hotline.core.database import Row
from hotline.core.tables import SampleMark
from hotline.counters.rules import BOUNDS, Arrivals
from hotline.flows.tables import Publication, PublicationKind
from hotline.gateway.queries import IS_SHOWN, ON_THE_WAY
from hotline.gateway.rules import FINAL_STATES, Outcome, Priority, ReportMeaning, report_meaning
from hotline.gateway.tables import (
    Assignment,
    Attempt,
    Deadline,
    DeliveryReport,
    Dialogue,
    Message,
    QueuePause,
    QueueState,
)
from hotline.people.tables import Responder
from hotline.people.tables_sessions import Approval, ApprovalDecision
from hotline.tips.queries_visible import THE_LINE, visible_to
from hotline.tips.rules import TipState, Urgency
from hotline.tips.tables import Tip

HOUR = timedelta(hours=1)
WEEKS = 4
QUEUES = ("alerts", "answers", "notices")
"""The names of the outbox's three queues: alerts to responders, answers to callers, and the monitor's notices."""


def recent_sessions(session: Session, at: datetime) -> int:
    """Returns the number of sessions in the last hour. Leaves out sessions that the hotline does not count in its
    statistics."""
    found = select(func.count()).where(
        Dialogue.started_at > at - HOUR,
        Dialogue.started_at <= at,
        Dialogue.channel.not_in(rules_trial.UNCOUNTED),
    )
    return session.scalar(found) or 0


def recent_sms(session: Session, at: datetime) -> int:
    """Returns the number of outgoing SMS that the hotline wrote in the last hour. Leaves out SMS that the national
    desk may not see.
    """
    hour = (Message.created_at > at - HOUR, Message.created_at <= at, IS_SHOWN)
    return session.scalar(select(func.count(Message.id)).where(*hour)) or 0


def sms_of_days(session: Session, at: datetime) -> Sequence[int]:
    """Returns the number of outgoing SMS in the hour before the time of day `at`, for each of the last 28 days. Leaves
    out days before the oldest message.
    """
    hours = [at - timedelta(days=day) for day in range(1, 7 * WEEKS + 1)]
    return [recent_sms(session, hour) for hour in _known(session, Message.created_at, hours)]


def sessions_of_weeks(session: Session, at: datetime) -> Sequence[int]:
    """Returns the number of sessions in the hour before `at`, for this weekday in each of the last four weeks. Leaves
    out weeks before the oldest session.
    """
    hours = [at - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    return [recent_sessions(session, hour) for hour in _known(session, Dialogue.started_at, hours)]


def _known(session: Session, column: Any, ends: Sequence[datetime]) -> Iterator[datetime]:
    """Yields the times from `ends` that are at least one hour after the oldest time in the column."""
    oldest = session.scalar(select(func.min(column)))
    return (end for end in ends if oldest is not None and end - HOUR >= oldest)


def arrivals(session: Session, since: datetime, until: datetime) -> Mapping[str, Arrivals]:
    """Counts the arrived and the lost messages of each network, from the delivery reports between `since` and
    `until`."""
    rows = session.execute(
        select(DeliveryReport.network, DeliveryReport.status, func.count())
        .where(
            DeliveryReport.received_at > since,
            DeliveryReport.received_at <= until,
            DeliveryReport.network.is_not(None),
        )
        .group_by(DeliveryReport.network, DeliveryReport.status)
    )
    by_network: dict[str, dict[ReportMeaning, int]] = {}
    for network, status, count in rows:
        counts = by_network.setdefault(network or "", dict.fromkeys(ReportMeaning, 0))
        counts[report_meaning(status)] += count
    return {
        network: Arrivals(counts[ReportMeaning.ARRIVED], counts[ReportMeaning.LOST])
        for network, counts in by_network.items()
    }


def sends(session: Session) -> Mapping[tuple[str, int], tuple[int, float]]:
    """Counts the finished attempts to send a message, and adds up their seconds. Each key is a pair: the attempts'
    outcome, and the index of their duration in `BOUNDS`.
    """
    took = func.coalesce(Attempt.seconds, 0.0)
    bound = case(*((took <= limit, n) for n, limit in enumerate(BOUNDS)), else_=len(BOUNDS))
    rows = session.execute(
        select(Attempt.outcome, bound, func.count(), func.sum(took))
        .where(Attempt.outcome.is_not(None))
        .group_by(Attempt.outcome, bound)
    )
    return {(outcome or "", n): (count, seconds) for outcome, n, count, seconds in rows}


def oldest_waiting(session: Session) -> Mapping[str, datetime]:
    """Returns the time of the oldest unsent message of each queue. Leaves out empty queues, and messages to people of
    oversight desks.
    """
    answers, notices = Message.priority == Priority.ANSWER, Message.priority == Priority.MONITOR
    queue = case((answers, QUEUES[1]), (notices, QUEUES[2]), else_=QUEUES[0])
    rows = session.execute(
        select(queue, func.min(Message.created_at))
        .where(Message.state.in_(ON_THE_WAY), IS_SHOWN)
        .group_by(queue)
    )
    return {str(name): since for name, since in rows}


def danger_alerts(session: Session, since: datetime, until: datetime) -> tuple[int, int]:
    """Returns the number of tips that got the urgency "danger" between `since` and `until`. Also returns for how many
    of these tips the first alert was late.

    Does not count a tip that caused no alert because it was joined to a similar tip.
    """
    became = func.coalesce(Tip.danger_at, Tip.filed_at)
    rows = session.execute(
        select(Tip.id, became, Assignment.id, Message.id, Attempt.started_at, Attempt.seconds)
        .outerjoin(Assignment, Assignment.tip_id == Tip.id)
        .outerjoin(Message, Message.assignment_id == Assignment.id)
        .outerjoin(
            Attempt,
            and_(
                Attempt.message_id == Message.id,
                Attempt.outcome == Outcome.ACCEPTED,
                Attempt.started_at >= became,
            ),
        )
        .where(
            Tip.urgency == Urgency.DANGER,
            visible_to(THE_LINE),
            Tip.state.not_in((TipState.DRAFT, TipState.FRAGMENT)),
            Tip.channel.not_in(rules_trial.UNCOUNTED),
            or_(and_(Tip.danger_at.is_(None), Tip.filed_at > since), Tip.danger_at > since),
            became <= until - timedelta(seconds=DANGER.seconds),
        )
    )
    in_time: dict[int, bool] = {}
    for tip_id, began_at, assignment_id, message_id, started_at, seconds in rows:
        if assignment_id is not None and message_id is None:
            continue
        duration = inf
        if started_at is not None and began_at is not None:
            duration = (started_at - began_at).total_seconds() + (seconds or 0.0)
        in_time[tip_id] = in_time.get(tip_id, False) or duration <= DANGER.seconds
    return len(in_time), sum(not is_in_time for is_in_time in in_time.values())


# The code below reads the state of the daily test: its handset, its tips, and the last test that
# succeeded.


class Trials(NamedTuple):
    """The handset that gets the test alerts, and the times of the newest daily test."""

    handset: Responder
    begun: datetime | None
    """The time of the newest test tip."""
    arrived: datetime | None
    """The time at which the newest test alert reached the handset."""


def handset(session: Session) -> Responder | None:
    """Returns the phone that gets the test alerts, or None if no phone is enrolled for tests. The phone is stored as an
    inactive responder, so that no real tip is assigned to it.
    """
    return session.scalars(
        select(Responder).where(Responder.level == rules_trial.LEVEL)
    ).one_or_none()


def trials(session: Session) -> Trials | None:
    """Returns the state of the daily tests, or None if no handset is enrolled."""
    responder = handset(session)
    if responder is None:
        return None
    newest = select(func.max(Tip.created_at)).where(Tip.channel == rules_trial.CHANNEL)
    arrived = (
        select(func.max(Message.delivered_at))
        .join(Assignment, Assignment.id == Message.assignment_id)
        .where(Assignment.responder_id == responder.id)
    )
    return Trials(responder, session.scalar(newest), session.scalar(arrived))


def unsent_trial(session: Session) -> Tip | None:
    """Returns the newest complete test tip that has caused no alert yet, or None. Locks the row of the returned tip
    until the transaction ends.
    """
    tips = select(Tip).where(
        Tip.channel == rules_trial.CHANNEL, Tip.state != TipState.DRAFT, Tip.assigned_at.is_(None)
    )
    newest = tips.order_by(Tip.id.desc()).limit(1).with_for_update(skip_locked=True)
    return session.scalars(newest).one_or_none()


# The code below changes waiting times after the system clock was set back.

Kept = TypeVar("Kept", bound=Row)


def bring_forward(session: Session, by: timedelta) -> None:
    """Subtracts `by` from the stored times of deadlines, messages, unfinished tips and pauses. Call this function after
    the system clock was set back by the duration `by`.

    Skips rows that another process has locked, because that process will change the locked rows.
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


class FrameNeeds(NamedTuple):
    has_bar: bool
    is_sample: bool
    alarms: int
    """The number of raised alarms about which the on-call contacts were notified."""


def frame_needs(session: Session, subject: str, at: datetime) -> FrameNeeds:
    """Returns the values from the database that the frame of every page of the console needs. `subject` identifies the
    request for a new sign-in link for the account that opens the page.
    """
    emergency = (Publication.kind == PublicationKind.EMERGENCY, Publication.settled_at.is_(None))
    is_open = (Approval.decided_at.is_(None), Approval.expires_at > at)
    open_link = or_(Approval.decision == ApprovalDecision.APPROVED, and_(*is_open))
    link = (Approval.subject == subject, open_link)
    bar = or_(exists().where(*emergency), exists().where(*link), exists(select(QueuePause.queue)))
    alarms = select(func.count()).where(RaisedAlarm.notices > 0).scalar_subquery()
    found = select(bar, exists(select(SampleMark.id)), alarms)
    return FrameNeeds(*session.execute(found).one())
