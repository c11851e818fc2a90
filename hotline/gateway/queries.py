"""Reads the outbox, the pause of the outgoing queue, the state of the clock process, and the on-call contacts with
their notices.

The module also defines the tips that no responder has taken, in the same way for all lists, pages, commands and alarms.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.alarms.tables import RaisedAlarm
from hotline.core import rules_trial
from hotline.core.database import add_if_new, has_row
from hotline.core.wording import Template
from hotline.gateway import tables
from hotline.gateway.rules import TO_DECIDE, MessageKind, MessageState, Priority
from hotline.gateway.tables import (
    IS_HELD,
    SMS,
    Assignment,
    Deadline,
    Leader,
    Message,
    OnCallContact,
    QueuePause,
)
from hotline.people.tables import Responder
from hotline.text.errors import NotFound
from hotline.text.time import KIGALI
from hotline.tips.queries_visible import IS_OVERSEER, THE_LINE, Viewer, visible_to
from hotline.tips.rules import ASKS, DeadlineKind
from hotline.tips.rules_receipts import AskedAgain
from hotline.tips.tables import IS_WAITING, PendingAlert, Tip

ASK_RUNS = (Deadline.fired_at.is_(None), Deadline.kind.in_(ASKS))
"""SQL conditions that are true for an open `Deadline` if its kind exists only while the hotline asks responders to take
the tip."""
UNTAKEN = or_(
    Tip.assignee_id.is_(None), exists().where(Deadline.tip_id == Tip.id, *ASK_RUNS).correlate(Tip)
)
"""An SQL condition that is true if the hotline asks responders to take the tip. Either the tip has no assignee, or its
assignee has passed it on or does not answer."""
IS_SHOWN = and_(
    ~exists().where(Responder.id == Message.responder_id, IS_OVERSEER).correlate(Message),
    ~exists()
    .where(
        Assignment.id == Message.assignment_id, Tip.id == Assignment.tip_id, ~visible_to(THE_LINE)
    )
    .correlate(Message),
)
"""An SQL condition that is true if the national desk may see the `Message`. It is false for messages to people of
oversight desks, because these people get alerts only about complaints about the national desk. It is also false for
such alerts to people who have left their oversight desk."""
OPEN = (
    Message.state == MessageState.UNDELIVERABLE,
    Message.answered_at.is_(None),
    Message.priority != Priority.DRILL,
    IS_SHOWN,
)


@dataclass(frozen=True, slots=True)
class UndeliverableMessage:
    message_id: int
    kind: str
    written_at: datetime
    name: str
    """The name of the responder who should have received the message."""
    tip_id: int | None


def unreviewed(session: Session) -> Sequence[UndeliverableMessage]:
    """Returns the undeliverable messages that no person has reviewed, the oldest first.

    Leaves out messages to people of oversight desks, because the national desk reviews this list.
    """
    rows = session.execute(
        select(Message.id, Message.kind, Message.created_at, Responder.name, Assignment.tip_id)
        .join(Responder, Responder.id == Message.responder_id)
        .outerjoin(Assignment, Assignment.id == Message.assignment_id)
        .where(*OPEN)
        .order_by(Message.id)
    )
    return [UndeliverableMessage(*row) for row in rows]


def mark_reviewed(session: Session, message_ids: Collection[int], at: datetime) -> Sequence[int]:
    """Records that a person has reviewed these messages. Returns the ids of the messages that this call marked as
    reviewed."""
    conditions = (*OPEN, Message.id.in_(message_ids))
    answered = update(Message).where(*conditions).values(answered_at=at).returning(Message.id)
    return sorted(session.scalars(answered))


IS_WATCHED = visible_to(THE_LINE)
"""An SQL condition that is true if a tip may raise an alarm. The national desk reads alarms, so a complaint about this
desk raises no alarm."""
UNASSIGNED = (IS_WAITING, IS_WATCHED, Tip.assigned_at.is_(None), Tip.channel != rules_trial.CHANNEL)
IS_PENDING = (PendingAlert.tip_id.is_not(None), ~IS_HELD, IS_WATCHED)
"""SQL conditions that are true if a tip has a pending alert, and this alert does not wait until a person comes on duty.
A query with these conditions must join `PendingAlert`."""
LATE_UNTAKEN = (
    *ASK_RUNS,
    IS_WATCHED,
    Tip.filed_at.is_not(None),
    Tip.channel.not_in(rules_trial.UNCOUNTED),
    or_(Tip.assignee_id.is_(None), Deadline.kind == DeadlineKind.OVERDUE),
)
"""SQL conditions that are true if no responder has taken the tip, or if the tip is overdue. A query with these
conditions must join the tip's deadlines."""
MAX_LATE = 100
TO_RESPONDER = and_(Message.responder_id.is_not(None), IS_SHOWN)
"""An SQL condition that is true if a message goes to a responder. A delay of such a message may raise an alarm.
Messages of two other kinds raise no alarm: answers to callers, which the hotline drops after some minutes, and the
monitor's own notices."""
ON_THE_WAY = (MessageState.PENDING, MessageState.RETRY, MessageState.SENDING)


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    oldest_unsent: datetime | None
    """The time when the hotline wrote the oldest SMS that the gateway has not accepted yet."""
    unknown: int
    """The number of SMS for which the hotline does not know if the gateway sent them."""
    dead: int
    """The number of undeliverable SMS that no person has reviewed."""
    unassigned_since: datetime | None
    """The time when the hotline filed the oldest tip that still has no alerted responder."""
    untaken_since: Mapping[int, datetime]
    """For each urgency, the time when the hotline filed the oldest tip that no responder has taken or that is
    overdue."""
    locked: int
    """The number of open tips that a desk should read but cannot decrypt."""
    clock_until: datetime | None
    """The end of the lease of the clock process that is the leader."""


def outbox_health(session: Session) -> OutboxHealth:
    open_tips = (IS_WATCHED, Tip.closed_at.is_(None), Tip.erased_at.is_(None))
    locked = select(func.count(Tip.id)).where(Tip.locked_for.is_not(None), *open_tips)
    return OutboxHealth(
        oldest_unsent=session.scalar(
            select(func.min(Message.created_at)).where(TO_RESPONDER, Message.state.in_(ON_THE_WAY))
        ),
        unknown=session.scalar(
            select(func.count()).where(TO_RESPONDER, Message.state == MessageState.UNKNOWN)
        )
        or 0,
        dead=len(unreviewed(session)),
        unassigned_since=_unassigned(session),
        untaken_since=_untaken(session),
        locked=session.scalar(locked) or 0,
        clock_until=session.scalar(select(Leader.until).where(Leader.name == tables.RELAY)),
    )


class LateTip(NamedTuple):
    """A tip that may raise an alarm."""

    id: int
    urgency: int
    filed_at: datetime


def unassigned_tips(session: Session, viewer: Viewer | None) -> Sequence[LateTip]:
    """Returns the tips without an alerted responder that this viewer may see, the oldest first."""
    found = select(Tip.id, Tip.urgency, Tip.filed_at).outerjoin(
        PendingAlert, PendingAlert.tip_id == Tip.id
    )
    return _late(session, found.where(or_(and_(*UNASSIGNED), and_(*IS_PENDING))), viewer)


def untaken_tips(session: Session, viewer: Viewer | None) -> Sequence[LateTip]:
    """Returns the tips that no responder has taken and that this viewer may see, the oldest first."""
    found = select(Tip.id, Tip.urgency, Tip.filed_at).join(Deadline, Deadline.tip_id == Tip.id)
    return _late(session, found.where(*LATE_UNTAKEN), viewer)


def _late(
    session: Session, found: Select[int, int, datetime | None], viewer: Viewer | None
) -> Sequence[LateTip]:
    rows = session.execute(
        found.where(visible_to(viewer)).order_by(Tip.filed_at, Tip.id).limit(MAX_LATE)
    )
    return [LateTip(id, urgency, at) for id, urgency, at in rows if at is not None]


def _unassigned(session: Session) -> datetime | None:
    oldest = select(func.min(Tip.filed_at))
    pending = oldest.join(PendingAlert, PendingAlert.tip_id == Tip.id).where(*IS_PENDING)
    looks = (oldest.where(*UNASSIGNED), pending)
    found = [since for look in looks if (since := session.scalar(look)) is not None]
    return min(found, default=None)


def _untaken(session: Session) -> Mapping[int, datetime]:
    """Maps each urgency to the filing time of its oldest late tip. A late tip is overdue, or no responder has taken
    it."""
    rows = session.execute(
        select(Tip.urgency, func.min(Tip.filed_at))
        .join(Deadline, Deadline.tip_id == Tip.id)
        .where(*LATE_UNTAKEN)
        .group_by(Tip.urgency)
    )
    return {urgency: since for urgency, since in rows if since is not None}


UNSENT = (MessageState.PENDING, MessageState.RETRY, MessageState.SENDING, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """SMS of one kind that wait because the outgoing queue is paused. When the pause ends, the hotline sends these SMS,
    unless a person drops them."""

    kind: MessageKind
    doubtful: bool
    """True if the hotline wrote these SMS before a backup was restored. The hotline may already have sent these SMS
    before the restore. If the value is False, the hotline has certainly not sent these SMS."""
    count: int
    oldest: datetime


def current_pause(session: Session) -> QueuePause | None:
    return session.get(QueuePause, SMS)


def paused_parts(session: Session) -> Sequence[QueuePause]:
    """Returns the pauses of single parts of the hotline's work, but not the pause of the whole queue."""
    found = select(QueuePause).where(QueuePause.queue != SMS).order_by(QueuePause.queue)
    return session.scalars(found).all()


def pause_for_writing(session: Session) -> QueuePause | None:
    """Returns the pause of the whole queue. Locks the row of the pause until the transaction ends, so that two people
    cannot end the pause at the same time."""
    return session.get(QueuePause, SMS, with_for_update=True)


def waiting_messages(
    session: Session, doubtful_until: datetime | None
) -> Sequence[WaitingMessages]:
    """Counts the messages that wait only because of the pause, by kind. Messages that may already have been sent come
    first, and alerts come before confirmations. Leaves out messages to people of oversight desks.
    """
    before = false() if doubtful_until is None else Message.created_at <= doubtful_until
    doubtful = case((before, 1), else_=0).label("doubtful")
    goes = or_(Message.state.in_(UNSENT), and_(before, _unreported()))
    rows = session.execute(
        select(Message.kind, doubtful, func.count(), func.min(Message.created_at))
        .where(Message.kind.in_(TO_DECIDE), goes, IS_SHOWN)
        .group_by(Message.kind, "doubtful")
    )
    found = [WaitingMessages(MessageKind(kind), bool(doubt), *rest) for kind, doubt, *rest in rows]
    return sorted(found, key=lambda group: (not group.doubtful, group.kind))


def drop_doubtful(
    session: Session, kinds: Collection[MessageKind], doubtful_until: datetime
) -> int:
    """Ends messages that the hotline may already have sent, so that it does not send them again. Ends only messages of
    the kinds in `kinds` that are not newer than `doubtful_until`.

    Returns the number of messages that the function ended. The function keeps the deadlines of the tips that the
    messages are about. The function ends no message that `waiting_messages` leaves out, because no person can decide
    about such a message.
    """
    doubtful = and_(Message.kind.in_(kinds), Message.created_at <= doubtful_until, IS_SHOWN)
    ended = session.execute(
        update(Message)
        .where(doubtful, Message.state.in_(UNSENT))
        .values(state=MessageState.FAILED, lease_until=None, leased_by=None)
        .returning(Message.id)
    ).all()
    spent = session.execute(
        update(Message).where(doubtful, _unreported()).values(resent=True).returning(Message.id)
    ).all()
    return len(ended) + len(spent)


def _unreported() -> ColumnElement[bool]:
    """Returns an SQL condition. It is true for an alert that the gateway accepted, but that has no delivery report. The
    hotline may send such an alert once more."""
    return and_(
        Message.state == MessageState.ACCEPTED,
        Message.kind == MessageKind.ALERT,
        Message.resent.is_(False),
    )


def asked_besides_assignee(
    session: Session, tip_ids: Collection[int] | None = None
) -> dict[int, AskedAgain]:
    """Finds the tips with an assignee for which the hotline also asks other responders. Maps each of these tips to the
    reason. If `tip_ids` is None, the function checks all tips."""
    passed = exists().where(
        Assignment.tip_id == Tip.id,
        Assignment.responder_id == Tip.assignee_id,
        Assignment.passed_at.is_not(None),
    )
    query = select(Tip.id, passed.correlate(Tip)).join(Deadline, Deadline.tip_id == Tip.id)
    query = query.where(*ASK_RUNS, Tip.assignee_id.is_not(None))
    rows = session.execute(query if tip_ids is None else query.where(Tip.id.in_(tip_ids)))
    return {
        tip_id: AskedAgain.PASSED_ON if is_passed else AskedAgain.SILENT
        for tip_id, is_passed in rows
    }


STOPPED = "stopped"
"""The mark of an on-call contact who has sent STOP and wants no more SMS."""


def on_call_contacts(session: Session) -> Sequence[OnCallContact]:
    """Returns the active on-call contacts, in the order of enrolment."""
    return session.scalars(
        select(OnCallContact).where(OnCallContact.active).order_by(OnCallContact.id)
    ).all()


def can_be_notified(session: Session) -> bool:
    """Returns True if SMS can reach at least one on-call contact."""
    return has_row(
        session, OnCallContact.id, OnCallContact.active, OnCallContact.unreachable.is_(None)
    )


def add_contact(session: Session, contact: OnCallContact) -> bool:
    """Adds an on-call contact. Returns False if this number already belongs to an active contact.

    A contact who was removed, or who was unreachable, becomes active again with the new name and language.
    """
    if add_if_new(session, contact):
        return True
    query = (
        select(OnCallContact)
        .where(OnCallContact.number_key == contact.number_key)
        .with_for_update()
    )
    row = session.scalars(query).one()
    if row.active and row.unreachable is None:
        return False
    row.person_id, row.active, row.unreachable = contact.person_id, True, None
    return True


def mark_unreachable(session: Session, number_key: str, reason: str) -> None:
    """Marks a phone number as unreachable, so that the hotline sends no more notices to this number."""
    change = update(OnCallContact).where(OnCallContact.number_key == number_key)
    session.execute(change.values(unreachable=reason))


def contact_for_writing(session: Session, on_call_id: int) -> OnCallContact:
    """Returns an active on-call contact, and locks the contact's row until the transaction ends. Raises NotFound."""
    query = (
        select(OnCallContact)
        .where(OnCallContact.id == on_call_id, OnCallContact.active)
        .with_for_update()
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(f"there is no on-call contact {on_call_id}: reload the page")
    return row


def notices_of(session: Session, alarm: RaisedAlarm) -> Sequence[Message]:
    """Returns the newest notice of an alarm to each on-call contact. Also returns the newest notice that the monitor
    sent by mail or by a command."""
    written = select(Message).where(
        Message.priority == Priority.MONITOR, Message.created_at >= alarm.since
    )
    given = notice_parameters(alarm.name, alarm.since)
    rows = [row for row in session.scalars(written.order_by(Message.id)) if row.parameters == given]
    return [*{row.on_call_id: row for row in rows}.values()]


def notice_parameters(alarm: str, since: datetime) -> dict[str, Any]:
    """Returns the values for the text of a notice: the name of the alarm and when it began."""
    return {"name": alarm, "time": f"{since.astimezone(KIGALI):%d/%m %H:%M}"}


def newest_to_contacts(session: Session) -> Message | None:
    """Returns the newest notice to an on-call contact who can get SMS, or None if there is no such notice."""
    reached = select(OnCallContact.id).where(
        OnCallContact.active, OnCallContact.unreachable.is_(None)
    )
    written = select(Message).where(Message.on_call_id.in_(reached))
    return session.scalars(written.order_by(Message.id.desc()).limit(1)).one_or_none()


def newest_digest(session: Session) -> datetime | None:
    """Returns the time when the hotline last sent a digest of the audit log as a notice."""
    written = select(Message.created_at).where(
        Message.priority == Priority.MONITOR, Message.template == Template.AUDIT_DIGEST.name
    )
    return session.scalar(written.order_by(Message.id.desc()).limit(1))


def notices(session: Session, ids: Sequence[int]) -> Sequence[Message]:
    found = select(Message).where(Message.id.in_(ids), Message.priority == Priority.MONITOR)
    return session.scalars(found.order_by(Message.id)).all()
