"""Stores the outbox: one row for each MT, with its attempts and reports. Stores the deadlines of tips.

The queries are in `alerts/queries*.py`. `gateway/rules_delivery.py` has the states and
legal steps. The outgoing queue and the relay's leadership are rows too, so that any process can read them.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, and_, func, or_, update
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column

from hotline.core.database import Row, add_if_new
from hotline.gateway.rules_delivery import FINAL_STATES, MessageState
from hotline.people import tables


class Assignment(Row):
    """The assignment of a tip to one responder at one escalation level."""

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
    """Its name in an SMS: four to six letters and digits. Each recipient has their own, and none is used twice."""
    state: Mapped[str]
    """A `alerts.rules_assignment.AssignmentState`."""
    created_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    """The time when the responder's own answer was proved: by dialling, or by an SMS that the gateway's inbox lists."""
    doubted_at: Mapped[datetime | None]
    """The time when an answer by SMS was found in no inbox. It silences nothing until it is proved."""
    on_site_at: Mapped[datetime | None]
    """The time when the responder said that they are on site."""
    handed_to_help_at: Mapped[datetime | None]
    """The time when the responder said that someone helps the person."""
    passed_at: Mapped[datetime | None]
    """The time when the responder said that they cannot take the case."""
    released_at: Mapped[datetime | None]
    """The time when it ended because the place or the answer about officials was corrected.

    The case is then not theirs.
    """
    opened_at: Mapped[datetime | None]
    """The time when the responder first read the tip with their own PIN."""


HAS_ANSWERED = Assignment.acknowledged_at.is_not(None)
IS_BELIEVED = or_(Assignment.doubted_at.is_(None), Assignment.proved_at.is_not(None))
"""Condition of acknowledged assignments: the acknowledgement counts."""
HAS_TAKEN = and_(HAS_ANSWERED, IS_BELIEVED)
IS_CURRENT = Assignment.released_at.is_(None)
"""Condition of assignments: the case is still the responder's."""


def assigned_to(tip_id: int, responder_id: int) -> tuple[ColumnElement[bool], ...]:
    """Returns conditions of `Assignment`: the assignments of one tip to one responder."""
    return (Assignment.tip_id == tip_id, Assignment.responder_id == responder_id)


class OnCallContact(Row):
    """One on-call contact: a number that is notified when something is wrong."""

    __tablename__ = "on_call_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = column_property(tables.person_name(person_id), expire_on_flush=False)
    languages: Mapped[list[str]] = column_property(
        tables.person_languages(person_id), expire_on_flush=False
    )
    number_key: Mapped[str] = mapped_column(unique=True)
    """Lasting keyed digest of the MSISDN."""
    encrypted_number: Mapped[bytes]
    """The MSISDN, encrypted to the monitoring process alone."""
    active: Mapped[bool] = mapped_column(default=True)
    unreachable: Mapped[str | None]
    """The reason why the gateway will never deliver to this number, if the gateway gave one."""
    created_at: Mapped[datetime]

    @property
    def language(self) -> str:
        """Returns the language in which the monitor writes to the contact."""
        return self.languages[0]


class Message(Row):
    """An MT: template and parameters, never the rendered text.

    It goes to a responder, to an on-call contact, or to the encrypted number of a stranger. A notice to none of them
    uses the monitor's other channel.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("message_due", "state", "next_at"),
        Index("message_assignment", "assignment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """A `gateway.rules_message.MessageKind`."""
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    on_call_id: Mapped[int | None] = mapped_column(ForeignKey("on_call_contact.id"))
    contact_key: Mapped[str | None]
    """For an answer: this week's pseudonym of the phone. Its limit of answers is counted by this."""
    encrypted_number: Mapped[bytes | None]
    """For an answer: the MSISDN, encrypted to the relay under the lock of a week. Emptied when the answer ends."""
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """For an answer: the flows that its screen is drawn from."""
    template: Mapped[str]
    """The name of a `core.wording.Template`. For an answer, a `gateway.rules_message.AnswerForm`."""
    parameters: Mapped[dict[str, Any]]
    """For an answer, until it ends: the place of a screen, and the choices made before it. Never the caller's words."""
    language: Mapped[str]
    priority: Mapped[int]
    """Its queue: a `gateway.rules_delivery.Priority`."""
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    """Its order among the alerts of one step of a tip. The first alert of every tip is sent before any second alert."""
    state: Mapped[str]
    """A `gateway.rules_delivery.MessageState`."""
    attempts: Mapped[int] = mapped_column(default=0)
    """The number of the newest claim. Only the attempt that still holds the claim writes a result."""
    counted: Mapped[int] = mapped_column(default=0)
    """Attempts that may have reached the network. The limit of eight counts these."""
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    outcome: Mapped[str | None]
    """The outcome of the last attempt: a `gateway.rules_delivery.Outcome`."""
    gateway: Mapped[str | None]
    """The gateway that took it: a `gateway.rules_delivery.Gateway`. The gateway knows it by `provider_id`."""
    provider_id: Mapped[str | None]
    created_at: Mapped[datetime]
    """For an advertisement: the time when the cry for help was written. It is sent at once or never."""
    accepted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    resent: Mapped[bool] = mapped_column(default=False)
    """True if the one resend for a missing report was used."""
    answered_at: Mapped[datetime | None]
    """The time when a person answered for an undeliverable message."""

    @property
    def has_ended(self) -> bool:
        """Returns True if nothing more is tried, unless the report of an alert is missing."""
        return self.state in (MessageState.ACCEPTED, *FINAL_STATES)


class Attempt(Row):
    """One attempt to send a message. It is written before the connection opens, and its outcome closes it."""

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
    """A delivery report from the gateway on an MT. It may come before our own row knows the id, and is applied then."""

    __tablename__ = "delivery_report"
    __table_args__ = (UniqueConstraint("gateway", "provider_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gateway: Mapped[str]
    provider_id: Mapped[str]
    status: Mapped[str]
    network: Mapped[str | None]
    """The gateway's code of the network that the report is about."""
    received_at: Mapped[datetime]
    applied: Mapped[bool] = mapped_column(default=False)


class Deadline(Row):
    """One thing that must happen by a certain time. It is a row, so that no restart loses it."""

    __tablename__ = "deadline"
    __table_args__ = (UniqueConstraint("tip_id", "kind", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    kind: Mapped[str]
    """A `tips.rules_deadlines.DeadlineKind`. At most one of a kind is open for a tip."""
    step: Mapped[int]
    """Its number among the deadlines of its kind for this tip, from 0."""
    nth: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of times in a row that its kind had fired when it was set."""
    set_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    named_at: Mapped[datetime | None]
    """The time that texts and pages name, if the clock fires earlier to remind."""
    fired_at: Mapped[datetime | None]
    """The time when it fired, or was closed before."""


TRULY_DUE = func.coalesce(Deadline.named_at, Deadline.due_at)
"""The time of a deadline that texts and pages name. Others are alerted then."""


class QueueState(Row):
    """The state of the outgoing queue. A fault of configuration or money pauses the queue and uses up no attempt."""

    __tablename__ = "queue_state"

    name: Mapped[str] = mapped_column(primary_key=True)
    paused_until: Mapped[datetime | None]
    reason: Mapped[str | None]
    awaited_at: Mapped[datetime | None]
    """The time when the sending processes were last told to start. They count as running until their clock ticks."""
    failing_since: Mapped[datetime | None]
    """The time of the first send that reached no gateway, with none accepted since."""
    failed_at: Mapped[datetime | None]
    """The time of the last such send."""


class QueuePause(Row):
    """A person's pause of the outgoing queue: no MT is sent while the row exists. The audit log has earlier pauses."""

    __tablename__ = "queue_pause"

    queue: Mapped[str] = mapped_column(primary_key=True)
    paused_by: Mapped[str]
    reason: Mapped[str]
    since: Mapped[datetime]
    doubtful_until: Mapped[datetime | None]
    """Set when the database was restored from a backup. Messages written up to then may have been sent already."""


class Leader(Row):
    """The relay that owns the clock, and until when. Two at once by accident are still safe.

    A second row belongs to the monitoring process.
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
    """Notes that this transaction makes a message due. The code that commits it rings the doorbell."""
    session.info.setdefault(DUE, message_id)


def first_due(session: Session) -> int | None:
    """Returns the first message that this transaction made due."""
    found: int | None = session.info.get(DUE)
    return found


def pause_reason(session: Session, at: datetime) -> str | None:
    """Returns why nothing may be sent now, or None. A person's pause lasts until a person ends it."""
    if session.get(QueuePause, SMS) is not None:
        return BY_HAND
    queue = queue_state(session)
    is_held = queue.paused_until is not None and queue.paused_until > at
    return queue.reason or "held" if is_held else None


def queue_state(session: Session) -> QueueState:
    """Returns the state of the outgoing queue. A line that never sent gets a state without a pause."""
    return session.get(QueueState, SMS) or QueueState(name=SMS)


def _change(session: Session, **values: Any) -> None:
    names = ("paused_until", "reason", "awaited_at", "failing_since", "failed_at")
    add_if_new(session, QueueState(name=SMS, **dict.fromkeys(names)))
    session.execute(update(QueueState).where(QueueState.name == SMS).values(**values))


def pause_for_fault(session: Session, until: datetime, reason: str) -> None:
    _change(session, paused_until=until, reason=reason)


def end_fault(session: Session) -> None:
    """Ends a fault that pauses the queue, since the gateway took a message."""
    faulty = or_(QueueState.reason.is_not(None), QueueState.failing_since.is_not(None))
    session.execute(
        update(QueueState)
        .where(QueueState.name == SMS, faulty)
        .values(paused_until=None, reason=None, failing_since=None, failed_at=None)
    )


def note_failure(session: Session, at: datetime) -> None:
    """Notes that a send reached no gateway."""
    _change(session, failing_since=func.coalesce(QueueState.failing_since, at), failed_at=at)


def await_senders(session: Session, at: datetime) -> None:
    """Notes when the sending processes were told to start."""
    _change(session, awaited_at=at)


def take_lead(
    session: Session,
    holder: str,
    at: datetime,
    lease: timedelta,
    *,
    grace: timedelta = timedelta(0),
) -> bool:
    """Takes or keeps the relay's leadership. Returns True if it is ours.

    Another relay's leadership is respected until `grace` after its lease. A lease that is too long comes from a clock
    that was set back, and is ignored.
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
    """Writes who leads, and until when at least. Only the holder of the lock may call it."""
    if not add_if_new(session, Leader(name=name, holder=holder, until=until)):
        session.execute(
            update(Leader).where(Leader.name == name).values(holder=holder, until=until)
        )
