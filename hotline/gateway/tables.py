"""Stores the outbox: a row for each outgoing SMS, with its attempts and delivery reports. Also stores the deadlines of
tips.

The queries are in `alerts/queries*.py`. `gateway/rules_delivery.py` defines the states and the steps between them. The
state of the outgoing queue and the relay's leader are rows too, so that any process can read them.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, and_, func, or_, update
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column

from hotline.core.database import Row, add_if_new
from hotline.gateway.rules_delivery import FINAL_STATES, MessageState
from hotline.people import tables


class Assignment(Row):
    """The assignment of a tip to a responder, at one step of its escalation."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("tip_id", "step", "responder_id"),
        Index("assignment_hands", "responder_id", "created_at", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    step: Mapped[int]
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    """The name of the assignment in SMS: four to six letters and digits. Each responder has their own reference, and no
    reference is used twice."""
    state: Mapped[str]
    """A value of `alerts.rules_assignment.AssignmentState`."""
    created_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    """The time when the responder's answer was proved: by dialling, or by an SMS that the gateway's inbox lists."""
    doubted_at: Mapped[datetime | None]
    """The time when an answer by SMS was not found in the inbox. Until it is proved, such an answer does not stop
    escalation."""
    on_site_at: Mapped[datetime | None]
    """The time when the responder answered that they are on site."""
    handed_to_help_at: Mapped[datetime | None]
    """The time when the responder answered that someone helps the person."""
    passed_at: Mapped[datetime | None]
    """The time when the responder answered that they cannot take the case."""
    released_at: Mapped[datetime | None]
    """The time when the assignment ended because the place or the answer about officials was corrected.

    After that, the case no longer concerns the responder."""
    opened_at: Mapped[datetime | None]
    """The time when the responder first read the tip with their own PIN."""


HAS_ANSWERED = Assignment.acknowledged_at.is_not(None)
IS_BELIEVED = or_(Assignment.doubted_at.is_(None), Assignment.proved_at.is_not(None))
"""The condition that an acknowledgement counts, because it was not doubted or was proved."""
HAS_TAKEN = and_(HAS_ANSWERED, IS_BELIEVED)
IS_CURRENT = Assignment.released_at.is_(None)
"""The condition that the assignment was not ended, so that the case still concerns the responder."""


def assigned_to(tip_id: int, responder_id: int) -> tuple[ColumnElement[bool], ...]:
    """Returns the conditions for the assignments of a tip to a responder."""
    return (Assignment.tip_id == tip_id, Assignment.responder_id == responder_id)


class OnCallContact(Row):
    """An on-call contact: a person with a number that is notified if something is wrong."""

    __tablename__ = "on_call_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = column_property(tables.person_name(person_id), expire_on_flush=False)
    languages: Mapped[list[str]] = column_property(
        tables.person_languages(person_id), expire_on_flush=False
    )
    number_key: Mapped[str] = mapped_column(unique=True)
    """A keyed digest of the MSISDN, which never changes."""
    encrypted_number: Mapped[bytes]
    """The MSISDN, encrypted so that only the monitor can decrypt it."""
    active: Mapped[bool] = mapped_column(default=True)
    unreachable: Mapped[str | None]
    """The reason why the gateway can never deliver to this number, if the gateway gave one."""
    created_at: Mapped[datetime]

    @property
    def language(self) -> str:
        """Returns the language in which the monitor writes to the contact."""
        return self.languages[0]


class Message(Row):
    """An outgoing SMS, stored as template and parameters and never as text.

    It is sent to a responder, to an on-call contact, or to the encrypted number of another phone. If it is sent to none
    of these, it is a notice for the monitor's other channel.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("message_due", "state", "next_at"),
        Index("message_assignment", "assignment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """A value of `gateway.rules_message.MessageKind`."""
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    on_call_id: Mapped[int | None] = mapped_column(ForeignKey("on_call_contact.id"))
    contact_key: Mapped[str | None]
    """Only for an answer: the pseudonym of the phone in this week. It is used to count the answers to this phone."""
    encrypted_number: Mapped[bytes | None]
    """Only for an answer: the MSISDN, encrypted for the relay under a weekly lock. It is emptied when the answer
    ends."""
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """Only for an answer: the published flows that contain its screen."""
    template: Mapped[str]
    """The name of a `core.wording.Template`. For an answer, a value of `gateway.rules_message.AnswerForm`."""
    parameters: Mapped[dict[str, Any]]
    """For an answer, until it ends: the place of its screen, and the choices that the caller made before. They never
    contain text of the caller."""
    language: Mapped[str]
    priority: Mapped[int]
    """The queue of the message, a value of `gateway.rules_delivery.Priority`."""
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    """The place of the message among the alerts of one step of a tip. The first alert of every tip is sent before the
    second alert of any tip."""
    state: Mapped[str]
    """A value of `gateway.rules_delivery.MessageState`."""
    attempts: Mapped[int] = mapped_column(default=0)
    """The number of the newest attempt. Only the attempt that still has the claim may write its result here."""
    counted: Mapped[int] = mapped_column(default=0)
    """The number of attempts that may have reached the network. At most eight such attempts are made."""
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    outcome: Mapped[str | None]
    """The outcome of the last attempt, a value of `gateway.rules_delivery.Outcome`."""
    gateway: Mapped[str | None]
    """The gateway that accepted the message, a value of `gateway.rules_delivery.Gateway`. The gateway knows the message
    by `provider_id`."""
    provider_id: Mapped[str | None]
    created_at: Mapped[datetime]
    """For an advertisement, this is the time when the cry for help was written. An advertisement is sent at once or
    never."""
    accepted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    resent: Mapped[bool] = mapped_column(default=False)
    """True if the alert was sent a second time because no delivery report came."""
    answered_at: Mapped[datetime | None]
    """The time when a person reviewed an undeliverable message."""

    @property
    def has_ended(self) -> bool:
        """Returns True if no more attempts follow, except for an alert without a delivery report."""
        return self.state in (MessageState.ACCEPTED, *FINAL_STATES)


class Attempt(Row):
    """An attempt to send a message. The row is written before the connection opens. The outcome is added at the end."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("message_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    n: Mapped[int]
    started_at: Mapped[datetime]
    outcome: Mapped[str | None]
    http_status: Mapped[int | None]
    gateway: Mapped[str | None]
    provider_status: Mapped[str | None]
    provider_id: Mapped[str | None] = mapped_column(index=True)


class DeliveryReport(Row):
    """A delivery report from the gateway about an outgoing SMS.

    If it comes before our own row has the message id, it is applied as soon as the row has the id.
    """

    __tablename__ = "delivery_report"
    __table_args__ = (UniqueConstraint("gateway", "provider_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gateway: Mapped[str]
    provider_id: Mapped[str]
    status: Mapped[str]
    network: Mapped[str | None]
    """The gateway's code of the phone's network."""
    received_at: Mapped[datetime]
    applied: Mapped[bool] = mapped_column(default=False)


class Deadline(Row):
    """A deadline of a case. It is stored as a row, so that no restart loses it."""

    __tablename__ = "deadline"
    __table_args__ = (UniqueConstraint("tip_id", "kind", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    kind: Mapped[str]
    """A value of `tips.rules_deadlines.DeadlineKind`. A tip has at most one open deadline of each kind."""
    step: Mapped[int]
    """The number of the deadline among those of its kind for this tip, beginning with 0."""
    nth: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of times that this kind had fired in a row when this deadline was set."""
    set_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    named_at: Mapped[datetime | None]
    """The time that texts and pages name, if the deadline first fires earlier to remind."""
    fired_at: Mapped[datetime | None]
    """The time when the deadline fired, or was closed before it fired."""


TRULY_DUE = func.coalesce(Deadline.named_at, Deadline.due_at)
"""The time of a deadline that texts and pages name. At this time, others are alerted."""


class QueueState(Row):
    """The state of the outgoing queue.

    A fault of configuration or money pauses the queue, and is not counted as an attempt.
    """

    __tablename__ = "queue_state"

    name: Mapped[str] = mapped_column(primary_key=True)
    paused_until: Mapped[datetime | None]
    reason: Mapped[str | None]
    awaited_at: Mapped[datetime | None]
    """The time when the sending processes were last told to start. They count as running until the clock worker
    ticks."""
    failing_since: Mapped[datetime | None]
    """The time of the first send that did not reach the gateway, if no message was accepted since."""
    failed_at: Mapped[datetime | None]
    """The time of the last such send."""


class QueuePause(Row):
    """A pause of the outgoing queue by a person. No SMS is sent while this row exists.

    Earlier pauses are in the audit log.
    """

    __tablename__ = "queue_pause"

    queue: Mapped[str] = mapped_column(primary_key=True)
    paused_by: Mapped[str]
    reason: Mapped[str]
    since: Mapped[datetime]
    doubtful_until: Mapped[datetime | None]
    """The time when the database was restored from a backup, or None. Messages that were written before it may already
    have been sent."""


class Leader(Row):
    """The relay that handles the deadlines, and the end of its lease. It does no harm if two relays do this by
    accident.

    A second row belongs to the monitor.
    """

    __tablename__ = "leader"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


SMS = "sms"
RELAY = "relay"
BY_HAND = "by hand"
DUE = "due"


def note_due(session: Session, message_id: int) -> None:
    """Records that this transaction makes a message due.

    The code that commits the transaction then rings the doorbell.
    """
    session.info.setdefault(DUE, message_id)


def first_due(session: Session) -> int | None:
    """Returns the first message that this transaction made due."""
    found: int | None = session.info.get(DUE)
    return found


def pause_reason(session: Session, at: datetime) -> str | None:
    """Returns the reason why nothing may be sent now, or None.

    If a person paused the queue, the pause lasts until a person ends it.
    """
    if session.get(QueuePause, SMS) is not None:
        return BY_HAND
    queue = queue_state(session)
    is_held = queue.paused_until is not None and queue.paused_until > at
    return queue.reason or "held" if is_held else None


def queue_state(session: Session) -> QueueState:
    """Returns the state of the outgoing queue.

    If the hotline has never sent a message, returns a state without a pause.
    """
    return session.get(QueueState, SMS) or QueueState(name=SMS)


def _change(session: Session, **values: Any) -> None:
    names = ("paused_until", "reason", "awaited_at", "failing_since", "failed_at")
    add_if_new(session, QueueState(name=SMS, **dict.fromkeys(names)))
    session.execute(update(QueueState).where(QueueState.name == SMS).values(**values))


def pause_for_fault(session: Session, until: datetime, reason: str) -> None:
    _change(session, paused_until=until, reason=reason)


def end_fault(session: Session) -> None:
    """Ends a fault that pauses the queue, because the gateway accepted a message."""
    faulty = or_(QueueState.reason.is_not(None), QueueState.failing_since.is_not(None))
    session.execute(
        update(QueueState)
        .where(QueueState.name == SMS, faulty)
        .values(paused_until=None, reason=None, failing_since=None, failed_at=None)
    )


def note_failure(session: Session, at: datetime) -> None:
    """Records that a send did not reach the gateway."""
    _change(session, failing_since=func.coalesce(QueueState.failing_since, at), failed_at=at)


def await_senders(session: Session, at: datetime) -> None:
    """Records when the sending processes were told to start."""
    _change(session, awaited_at=at)


def take_lead(
    session: Session,
    holder: str,
    at: datetime,
    lease: timedelta,
    *,
    grace: timedelta = timedelta(0),
) -> bool:
    """Makes this relay the leader, or extends its lease. Returns True if this relay is the leader.

    Another relay stays the leader until its lease ended longer than `grace` ago. A lease that is too long was written
    before the clock was set back, and is ignored.
    """
    if add_if_new(session, Leader(name=RELAY, holder=holder, until=at + lease)):
        return True
    won = session.execute(
        update(Leader)
        .where(
            Leader.name == RELAY,
            or_(
                Leader.holder == holder,
                Leader.until <= at - grace,
                Leader.until > at + lease + grace,
            ),
        )
        .values(holder=holder, until=at + lease)
        .returning(Leader.name)
    )
    return won.scalar() is not None


def write_leader(session: Session, holder: str, until: datetime, *, name: str = RELAY) -> None:
    """Stores which process is the leader, and the end of its lease. Only the process that has the lock may call it."""
    if not add_if_new(session, Leader(name=name, holder=holder, until=until)):
        session.execute(
            update(Leader).where(Leader.name == name).values(holder=holder, until=until)
        )
