"""Stores outgoing messages and deadlines, delivery reports, received SMS, and sessions.

`gateway/rules.py` defines the states of a message, and how a message changes from one state to the next.
`alerts/queries*.py` has the queries for messages and deadlines. The tables also contain the state of the outgoing queue
and the name of the current leader, so that every process can read them. The tables contain phone numbers only in
encrypted form or as keyed digests.

The functions for the first hop of a session use plain SQL, because plain SQL is faster than objects of the ORM. These
functions write and count the session before the caller sees the first screen. With SQLite, the functions need three
statements for this in one transaction. With PostgreSQL, the functions need only one statement. A later hop that changes
the session locks its row, reads the row, and writes only the changed columns.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Float,
    ForeignKey,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column

from hotline.core import driver
from hotline.core.database import Database, Row, add_if_new, has_row
from hotline.core.logs import REQUEST
from hotline.core.ussd import CallerFacts, CommittedText, SessionStart
from hotline.gateway.rules import FINAL_STATES, MessageState, OutgoingPart
from hotline.people import tables
from hotline.text.identifiers import register_and_rank
from hotline.text.languages import FIRST
from hotline.tips.rules import DeadlineKind
from hotline.tips.tables import Tip


class Assignment(Row):
    """The assignment of a tip to a responder, at one step of the tip's escalation."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("tip_id", "step", "responder_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    step: Mapped[int]
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    reference: Mapped[str]
    """The name of the case in SMS to this responder: four to six letters and digits. Each responder of a tip has one
    reference for the tip, from the first alert to closing. No other responder or tip gets the same reference."""
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    """The id of the first assignment of this tip to this responder, if this row is a later assignment. Both assignments
    have the same reference."""
    state: Mapped[str]
    """The value of an `alerts.rules_assignment.AssignmentState`."""
    created_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    """The time when the hotline got the proof that the responder gave the answer. The proof is a call, or an SMS that
    the gateway's inbox lists."""
    doubted_at: Mapped[datetime | None]
    """The time when the hotline found that the gateway's inbox does not list the SMS with this answer. Until the
    hotline has a proof of the answer, it continues to escalate the case."""
    on_site_at: Mapped[datetime | None]
    """The time when the responder answered that they have arrived at the place of the case."""
    handed_to_help_at: Mapped[datetime | None]
    """The time when the responder answered that another helper is with the person in danger."""
    passed_at: Mapped[datetime | None]
    """The time when the responder answered that they cannot take the case."""
    released_at: Mapped[datetime | None]
    """The time when a correction ended the assignment: the caller corrected the place, or the answer about officials.
    From this time on, the responder has nothing to do with the case."""
    opened_at: Mapped[datetime | None]
    """The time when the responder first read the tip with their own PIN."""


HAS_ANSWERED = Assignment.acknowledged_at.is_not(None)
IS_BELIEVED = or_(Assignment.doubted_at.is_(None), Assignment.proved_at.is_not(None))
"""An SQL condition that is true if an acknowledgement is valid. Either the hotline never doubted who sent the
acknowledgement, or the hotline has a proof that the responder sent it."""
HAS_TAKEN = and_(HAS_ANSWERED, IS_BELIEVED)
IS_CURRENT = Assignment.released_at.is_(None)
"""An SQL condition that is true while an assignment is valid. If the caller corrects the place or the answer about
officials, an assignment can end."""


def assigned_to(tip_id: int, responder_id: int) -> tuple[ColumnElement[bool], ...]:
    """Returns the SQL conditions that select all assignments of this tip to this responder."""
    return (Assignment.tip_id == tip_id, Assignment.responder_id == responder_id)


class OnCallContact(Row):
    """An on-call contact: a person with a phone number. The monitor notifies this person of faults."""

    __tablename__ = "on_call_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = column_property(tables.person_name(person_id), expire_on_flush=False)
    languages: Mapped[list[str]] = column_property(
        tables.person_languages(person_id), expire_on_flush=False
    )
    number_key: Mapped[str] = mapped_column(unique=True)
    """A keyed digest of the phone number. The hotline never changes the secret key with which it computes this
    digest."""
    encrypted_number: Mapped[bytes]
    """The phone number, encrypted so that only the monitor can decrypt it."""
    active: Mapped[bool] = mapped_column(default=True)
    unreachable: Mapped[str | None]
    """The reason why no SMS can reach this number: the gateway's reason, or `stopped` after a STOP. None if SMS can
    reach this number."""
    created_at: Mapped[datetime]

    @property
    def language(self) -> str:
        """Returns the language in which the hotline writes to this contact."""
        return self.languages[0]


class Message(Row):
    """An outgoing SMS. The database stores the template and its values, but never the text of the SMS.

    The recipient is a responder, an on-call contact, or the encrypted number of another phone. A message without a
    recipient is a notice that the monitor sends by its second channel (a mail or a command).
    """

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """The value of a `gateway.rules.MessageKind`."""
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    on_call_id: Mapped[int | None] = mapped_column(ForeignKey("on_call_contact.id"))
    contact_key: Mapped[str | None]
    """Only for an answer to a caller: the pseudonym of the phone. A phone has a new pseudonym each week. With this
    pseudonym, the hotline counts the answers that it sends to one phone."""
    encrypted_number: Mapped[bytes | None]
    """Only for an answer: the phone number. The number is encrypted to the workers' public key, and encrypted a second
    time with the key of the week. The hotline deletes the number after the last attempt."""
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """Only for an answer: the id of the published flows that contain the answer's screen."""
    template: Mapped[str]
    """The name of a `core.wording.Template`. For an answer to a caller, this field has the value of a
    `gateway.rules.AnswerForm` instead."""
    parameters: Mapped[dict[str, Any]]
    """The values that the hotline puts into the template. Until an answer is sent, the values are the position of the
    answer's screen in the flow, and the caller's earlier choices. The values never contain text that the caller
    typed."""
    language: Mapped[str]
    priority: Mapped[int]
    """The priority of the message, as the value of a `gateway.rules.Priority`."""
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    """The position of this alert among the alerts of one escalation step. The hotline sends the first alert of every
    tip before the second alert of any tip."""
    state: Mapped[str]
    """The value of a `gateway.rules.MessageState`."""
    attempts: Mapped[int] = mapped_column(default=0)
    """The number of the newest attempt. Only the process that claimed the message for the newest attempt may write the
    result of this attempt into the row."""
    counted: Mapped[int] = mapped_column(default=0)
    """The number of attempts that may have reached the network. The hotline makes at most eight attempts that may have
    reached the network."""
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    outcome: Mapped[str | None]
    """The outcome of the last attempt, as the value of a `gateway.rules.Outcome`."""
    gateway: Mapped[str | None]
    """The gateway that accepted the message, as the value of a `gateway.rules.Gateway`. This gateway gave the message
    its id in `provider_id`."""
    provider_id: Mapped[str | None]
    created_at: Mapped[datetime]
    """The time when the hotline wrote the message. For the answer to an SMS that asks for help, this is the time when
    the caller wrote the SMS, because the hotline sends such an answer at once or never."""
    accepted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    resent: Mapped[bool] = mapped_column(default=False)
    """True if the hotline sent the alert a second time, because no delivery report came."""
    answered_at: Mapped[datetime | None]
    """The time when a person reviewed the message, if the message was undeliverable."""
    request: Mapped[str] = mapped_column(default=REQUEST.get, server_default="")
    """The id of the HTTP request from the gateway that made the hotline write this message. The log lines about this
    request show the same id. The field is empty for an alert, because the row of the tip contains the id."""

    @property
    def has_ended(self) -> bool:
        """Returns True if the hotline makes no further attempt to send this message. The hotline may make one more
        attempt for an accepted alert without a delivery report."""
        return self.state in (MessageState.ACCEPTED, *FINAL_STATES)


class SharedAlert(Row):
    """An alert or a notice that is part of an SMS about several cases. The text of the SMS says how many cases there
    are, and names no reference of a case."""

    __tablename__ = "shared_alert"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    is_notice: Mapped[bool]
    """True for a notice to a responder who was alerted before."""


class Attempt(Row):
    """An attempt to send a message. The hotline writes the row before it opens the connection to the gateway, and adds
    the outcome when the attempt ends."""

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
    provider_id: Mapped[str | None]
    seconds: Mapped[float | None] = mapped_column(Float)
    """The time that the gateway took to answer, or None if the hotline sent no request."""


class DeliveryReport(Row):
    """A delivery report from the gateway about an outgoing SMS.

    A delivery report may arrive before the hotline has stored the id of the SMS. In this case, the hotline applies the
    report as soon as it stores the id.
    """

    __tablename__ = "delivery_report"
    __table_args__ = (UniqueConstraint("gateway", "provider_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gateway: Mapped[str]
    provider_id: Mapped[str]
    status: Mapped[str]
    network: Mapped[str | None]
    """The gateway's code for the network of the phone."""
    received_at: Mapped[datetime]
    applied: Mapped[bool] = mapped_column(default=False)


class Deadline(Row):
    """A deadline of a tip, at which the hotline alerts or reminds people. The database stores the deadline, so that
    the deadline is not lost when a process restarts."""

    __tablename__ = "deadline"
    __table_args__ = (UniqueConstraint("tip_id", "kind", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    kind: Mapped[str]
    """The value of a `tips.rules.DeadlineKind`. A tip has at most one open deadline of each kind."""
    step: Mapped[int]
    """The position of this deadline among all deadlines of the same kind for the same tip, beginning with 0."""
    nth: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of deadlines of this kind that fired in a row before the hotline set this deadline."""
    set_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    named_at: Mapped[datetime | None]
    """The time that texts and pages show for this deadline. The field is set if the deadline first fires earlier, as a
    reminder."""
    fired_at: Mapped[datetime | None]
    """The time when the deadline fired, or when the hotline cancelled the deadline."""


HELD = (Deadline.kind == DeadlineKind.HELD, Deadline.fired_at.is_(None))
IS_HELD = exists().where(Deadline.tip_id == Tip.id, *HELD).correlate(Tip)
"""An SQL condition that is true if the alert of a tip waits until a person of the tip's district comes on duty."""


TRULY_DUE = func.coalesce(Deadline.named_at, Deadline.due_at)
"""The time that texts and pages show for a deadline. If the deadline is still open at this time, the hotline alerts
other people."""


class QueueState(Row):
    """The state of the outgoing queue.

    If the gateway refuses a message because of wrong settings or missing money, the queue pauses. An attempt that fails
    for such a reason is not one of the eight attempts that each message has.
    """

    __tablename__ = "queue_state"

    name: Mapped[str] = mapped_column(primary_key=True)
    paused_until: Mapped[datetime | None]
    reason: Mapped[str | None]
    awaited_at: Mapped[datetime | None]
    """The time when the hotline last recorded that the sending processes are starting. The hotline assumes that the
    sending processes run, until the clock process has completed its first round."""
    failing_since: Mapped[datetime | None]
    """The time of the first send that did not reach the gateway, since the gateway last accepted a message."""
    failed_at: Mapped[datetime | None]
    """The time of the last send that did not reach the gateway."""


class QueuePause(Row):
    """A pause of the outgoing queue, or of one `OutgoingPart`, that a person started. While the table has a row for
    the whole queue, the hotline sends no SMS from this queue.

    The audit log records earlier pauses.
    """

    __tablename__ = "queue_pause"

    queue: Mapped[str] = mapped_column(primary_key=True)
    paused_by: Mapped[str]
    reason: Mapped[str]
    since: Mapped[datetime]
    doubtful_until: Mapped[datetime | None]
    """The time when the database was restored from a backup, or None. The hotline may already have sent the messages
    that it wrote before this time."""


class Leader(Row):
    """The clock process that handles the deadlines now (the leader), and the end of its lease. Two leaders at the same
    time do no harm. A second row of this table contains the time at which the monitor last ran its checks. A third row
    contains the end of a delay of planned publications, after the system clock jumped."""

    __tablename__ = "leader"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


SMS = "sms"
RELAY = "relay"
BY_HAND = "by hand"
DUE = "due"


def note_due(session: Session, message_id: int) -> None:
    """Records in this transaction that a message is due.

    After the commit, `doorbell.ringing` then tells the workers to send the message.
    """
    session.info.setdefault(DUE, message_id)


def first_due(session: Session) -> int | None:
    """Returns the first message that became due in this transaction."""
    found: int | None = session.info.get(DUE)
    return found


def is_part_paused(session: Session, part: OutgoingPart) -> bool:
    """Returns True if a person paused this part of the outgoing messages."""
    return has_row(session, QueuePause.queue, QueuePause.queue == part)


def pause_reason(session: Session, at: datetime) -> str | None:
    """Returns the reason why the hotline may send no message now. Returns None if the hotline may send messages.

    If a person paused the queue, the pause lasts until a person resumes it.
    """
    if session.get(QueuePause, SMS) is not None:
        return BY_HAND
    queue = queue_state(session)
    is_held = queue.paused_until is not None and queue.paused_until > at
    return queue.reason or "held" if is_held else None


def queue_state(session: Session) -> QueueState:
    """Returns the state of the outgoing queue.

    If the hotline has never sent a message, returns a new state without a pause.
    """
    return session.get(QueueState, SMS) or QueueState(name=SMS)


def _change(session: Session, **values: Any) -> None:
    names = ("paused_until", "reason", "awaited_at", "failing_since", "failed_at")
    add_if_new(session, QueueState(name=SMS, **dict.fromkeys(names)))
    session.execute(update(QueueState).where(QueueState.name == SMS).values(**values))


def pause_for_fault(session: Session, until: datetime, reason: str) -> None:
    _change(session, paused_until=until, reason=reason)


def end_fault(session: Session) -> None:
    """Ends the pause that a fault caused, because the gateway has accepted a message."""
    faulty = or_(QueueState.reason.is_not(None), QueueState.failing_since.is_not(None))
    session.execute(
        update(QueueState)
        .where(QueueState.name == SMS, faulty)
        .values(paused_until=None, reason=None, failing_since=None, failed_at=None)
    )


def note_failure(session: Session, at: datetime) -> None:
    """Records that an SMS did not reach the gateway."""
    _change(session, failing_since=func.coalesce(QueueState.failing_since, at), failed_at=at)


def await_senders(session: Session, at: datetime) -> None:
    """Records that the sending processes are starting."""
    _change(session, awaited_at=at)


def take_lead(
    session: Session,
    holder: str,
    at: datetime,
    lease: timedelta,
    *,
    grace: timedelta = timedelta(0),
) -> bool:
    """Makes this clock process the leader, or extends its lease. Returns True if this clock process is the leader after
    the call.

    Another leader keeps its place until the end of its lease plus the time `grace`. Ignores a lease that ends too far
    in the future. The system clock was wrong when a process wrote this lease.
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
    """Stores the end of a lease, and which process has the lease. A process that writes the row of the leader must hold
    the leader's lock.
    """
    if not add_if_new(session, Leader(name=name, holder=holder, until=until)):
        session.execute(
            update(Leader).where(Leader.name == name).values(holder=holder, until=until)
        )


PLANS = "plans"
"""The name of the row with the end of a delay after a jump of the system clock. Planned publications and planned ends
of temporary texts wait until then. The field `holder` of this row contains the time that the system clock showed
directly after its jump."""


def hold_plans(session: Session, at: datetime, jump: timedelta) -> None:
    """Delays planned publications, and the planned ends of temporary texts. The delay is as long as the jump of the
    system clock. A negative `jump` makes the delay shorter. The delay continues after a restart of the process. `at` is
    the time that the system clock shows after the jump."""
    row = session.get(Leader, PLANS)
    left = max(row.until - (at - jump), timedelta(0)) if row else timedelta(0)
    session.merge(Leader(name=PLANS, holder=at.isoformat(), until=at + left + jump))


def end_old_hold(session: Session, at: datetime) -> None:
    """Ends the delay of planned publications if a person has corrected the clock. The clock then shows an earlier time
    than just after its jump. Without this function, the delay would begin again when the corrected clock reaches that
    time."""
    row = session.get(Leader, PLANS)
    if row is not None and at < datetime.fromisoformat(row.holder):
        session.delete(row)


def are_plans_held(session: Session, at: datetime) -> bool:
    """Returns True if planned publications and planned ends of temporary texts must still wait because the system clock
    jumped. Returns False if a person has corrected the clock since the jump."""
    row = session.get(Leader, PLANS)
    return row is not None and datetime.fromisoformat(row.holder) <= at < row.until


CALL = "ussd"
"""The name of the channel of USSD sessions."""


class Dialogue(Row):
    """A caller's session. The row of a session records which flows the session uses, how much of the session's text is
    committed, and to which counters the session has added."""

    __tablename__ = "dialogue"

    key: Mapped[str] = mapped_column(primary_key=True)
    """A keyed digest of the session id from the gateway."""
    channel: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The id of the flows that were live when the session began. The whole session uses these flows."""
    entry: Mapped[str]
    """The digits that the caller dialled after the service code. The field is empty if the caller dialled only the
    service code."""
    dialled: Mapped[int]
    """The number of characters that the caller dialled before the first screen."""
    reporting: Mapped[bool]
    """True if the caller could make a report when the session began."""
    alerts_blocked: Mapped[bool] = mapped_column(default=False)
    """True if the hotline could not send alerts when the session began. If the value is True, the screens of this
    session do not promise that a person is alerted."""
    oversight: Mapped[bool] = mapped_column(default=False)
    """True if an oversight desk could get a complaint about the national desk when the session began."""
    responder_id: Mapped[int | None]
    """The id of the responder, if an enrolled phone dialled the responders' short code. The value is None for every
    other session."""
    network: Mapped[str | None]
    language: Mapped[str]
    counted: Mapped[list[str]]
    """The names of the counters to which this session has added."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    committed: Mapped[int] = mapped_column(default=0)
    """The length of the part of the session's text whose effects are already in the database. If the gateway repeats a
    request with this part of the text, nothing changes."""
    text_key: Mapped[str | None]
    """The length of the committed text, and the keyed digest of this text, such as `12:9f...`. The value is None until
    the first part of the text is committed."""
    starred: Mapped[list[str] | None]
    """The free texts that contain a `*`. For each free text, the list contains the text's start and end in the
    session's text, such as `12-30`."""
    caller_key: Mapped[str | None]
    """A keyed digest of the session and the caller's phone number. The hotline deletes this digest some time after
    the session. The value is None for a session by SMS."""
    pinned: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The facts about the caller (`core.ussd.CallerFacts`) as JSON, or None."""
    screens_counted: Mapped[int | None]
    """The length of the part of the session's text whose screens the hotline has counted. None before the first
    count."""


class Stopped(Row):
    """A phone number that must never get a message again. The database stores only a keyed digest of the number. The
    hotline never changes the secret key with which it computes this digest."""

    __tablename__ = "stopped"

    number_key: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime]


class InboundSeen(Row):
    """An SMS that the hotline has received and handled. The gateway repeats an SMS until the hotline answers with the
    status 200. The database never stores the text of the SMS."""

    __tablename__ = "inbound_seen"

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    received_at: Mapped[datetime]
    sms_key: Mapped[str | None]
    """A keyed digest of the sender, the short code, the text and the time in seconds. The hotline needs this digest
    because callbacks and the inbox use different ids for the same SMS."""
    assignment_id: Mapped[int | None]
    """The id of the assignment that the SMS is about, if the SMS acknowledges a case."""
    more_assignments: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """The ids of further assignments, if the SMS named several cases."""
    queued: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """The responder's commands that wait until the inbox lists the SMS. The keys are ids of assignments, and the values
    are those of `alerts.rules_replies.Verb`."""
    proved_at: Mapped[datetime | None]
    """The time when the hotline found the SMS in the gateway's own inbox."""
    vouched_at: Mapped[datetime | None]
    """The time when a callback from one of the gateway's own addresses reported the SMS."""
    unproven_at: Mapped[datetime | None]
    """The time when a page of the inbox should have listed the SMS but did not."""


def assignments_of(sms: InboundSeen) -> tuple[int, ...]:
    """Returns every assignment that a received SMS was about."""
    first = () if sms.assignment_id is None else (sms.assignment_id,)
    return (*first, *(sms.more_assignments or ()))


def find_dialogue(session: Session, key: str) -> Dialogue | None:
    return session.get(Dialogue, key)


def running_calls(session: Session, since: datetime) -> int:
    """Returns the number of USSD sessions that began after `since` and have not ended."""
    query = select(func.count()).select_from(Dialogue)
    talking = query.where(
        Dialogue.started_at >= since, Dialogue.ended_at.is_(None), Dialogue.channel == CALL
    )
    return session.scalar(talking) or 0


def add_stop(session: Session, number_key: str, at: datetime) -> None:
    """Adds a phone number to the stop list. Does nothing if the number is already on the list."""
    add_if_new(session, Stopped(number_key=number_key, stopped_at=at))


def remove_stop(session: Session, number_key: str) -> None:
    """Removes a phone number from the stop list.

    The owner of the number must have asked for this, and the command must record a reason.
    """
    session.execute(delete(Stopped).where(Stopped.number_key == number_key))


def stopped(session: Session, number_keys: Collection[str]) -> set[str]:
    """Returns the digests among `number_keys` that are on the stop list."""
    return set(
        session.scalars(select(Stopped.number_key).where(Stopped.number_key.in_(number_keys)))
    )


def try_writing(session: Session, at: datetime) -> None:
    """Writes a row and deletes this row again. Raises StoreUnavailable, for example if the disk is full or the
    database is read-only.
    """
    add_if_new(session, Stopped(number_key=PROBE, stopped_at=at))
    session.execute(delete(Stopped).where(Stopped.number_key == PROBE))


PROBE = "probe"
"""The key of the row that `try_writing` writes. The key `probe` is not a digest, so no phone number can have this
key."""

START_COLUMNS = tuple(column.name for column in fields(SessionStart) if column.name != "key")
"""The columns for the fields of `SessionStart`, except the field `key`."""
ROW = ("key", "channel", "language", "counted", "committed", "text_key", *START_COLUMNS)
READ = f"SELECT {', '.join(START_COLUMNS)}, committed, starred FROM dialogue WHERE key = "
TALLY = ("day", "measure", "language", "channel", "entry", "district", "topic", "count")
"""The columns of the table of counters: the columns of `counters.tables.CounterKey`, and the column `count`."""
_RAISED = "ON CONFLICT (period, register) DO UPDATE SET rank = excluded.rank WHERE people_register.rank < excluded.rank"


@dataclass(frozen=True, slots=True)
class FirstHop:
    """The data that the hotline writes at the first hop of a session."""

    start: SessionStart
    channel: str
    committed: int
    """The length of the session's text if this request has no effects to commit. Otherwise -1, until the effects are
    committed."""
    text_key: str | None = field(repr=False)
    measure: str
    """The name of the counter to which the session adds. The name is empty if the hotline does not count this session
    in its statistics."""
    day: date
    people: Mapping[str, int] = field(default_factory=dict, repr=False)
    """For each period (a month or a week), a digest of the caller. With these digests, statistics estimate how many
    different callers there were."""


def write_first_hop(database: Database, first: FirstHop) -> bool:
    """Writes the row of a session at its first hop, and counts the session.

    If another hop of the same session has already written the row, returns False and changes nothing.
    """

    def write_by_one(connection: driver.PlainConnection) -> bool:
        opened, counted = _apart()
        if connection.change(opened, _row(first, connection)) != 1:
            return False
        if first.measure:
            connection.change(counted, _tally(first))
        if first.people:
            connection.change(_people(len(first.people)), _seen(first))
        return True

    if database.is_sqlite:
        return database.jointly(write_by_one)
    with database.looking() as connection:
        sql = _whole(bool(first.measure), len(first.people))
        values = (*_row(first, connection), *_tally(first), *_seen(first))
        return connection.first(sql, values) is not None


def find_start(database: Database, key: str) -> tuple[SessionStart, CommittedText] | None:
    """Returns the values that a session got at its start. Also returns the part of the session's text whose effects are
    committed. Returns None for an unknown session."""
    with database.looking() as connection:
        row = connection.first(f"{READ}{connection.mark}", (key,))
    if row is None:
        return None
    *opened, committed, starred = row
    values: dict[str, Any] = dict(zip(START_COLUMNS, opened, strict=True))
    pinned = driver.read_json(values["pinned"])
    values |= {
        "reporting": bool(values["reporting"]),
        "alerts_blocked": bool(values["alerts_blocked"]),
        "oversight": bool(values["oversight"]),
        "started_at": driver.read_time(values["started_at"]),
        "pinned": CallerFacts.from_dict(pinned) if isinstance(pinned, dict) else None,
    }
    return SessionStart(key=key, **values), CommittedText(
        committed, ends_of(driver.read_json(starred) or ())
    )


@cache
def _apart() -> tuple[str, str]:
    """Returns the two SQLite statements that add the row of a session and count the session."""
    marks, counts = ", ".join("?" * len(ROW)), ", ".join("?" * len(TALLY))
    return (
        f"INSERT INTO dialogue ({', '.join(ROW)}) VALUES ({marks}) ON CONFLICT DO NOTHING",
        f"INSERT INTO tally ({', '.join(TALLY)}) VALUES ({counts})",
    )


@cache
def _people(number: int) -> str:
    rows = ", ".join(["(?, ?, ?)"] * number)
    return f"INSERT INTO people_register (period, register, rank) VALUES {rows} {_RAISED}"


@cache
def _whole(counted: bool, people: int) -> str:
    """Returns the single PostgreSQL statement that adds the row of a session and counts the session. If another hop
    has already added the row, the statement does not count the session."""
    marks = ", ".join(["%s"] * len(ROW))
    parts = [
        f"opened AS (INSERT INTO dialogue ({', '.join(ROW)}) VALUES ({marks})"
        " ON CONFLICT (key) DO NOTHING RETURNING key)"
    ]
    if counted:
        slots = "%s::date, %s, %s, %s, %s, %s, %s, %s::int"
        parts.append(
            f"counted AS (INSERT INTO tally ({', '.join(TALLY)}) SELECT {slots} FROM opened)"
        )
    if people:
        rows = ", ".join(["(%s, %s::int, %s::int)"] * people)
        parts.append(
            "seen AS (INSERT INTO people_register (period, register, rank)"
            f" SELECT p, r, k FROM opened, (VALUES {rows}) AS given (p, r, k) {_RAISED})"
        )
    return f"WITH {', '.join(parts)} SELECT key FROM opened"


def _row(first: FirstHop, connection: driver.PlainConnection) -> tuple[object, ...]:
    o = first.start
    changed = {
        "started_at": connection.moment(o.started_at),
        "pinned": json.dumps(o.pinned.to_dict()) if o.pinned is not None else None,
    }
    opened = [changed[name] if name in changed else getattr(o, name) for name in START_COLUMNS]
    return (o.key, first.channel, FIRST, "[]", first.committed, first.text_key, *opened)


def _tally(first: FirstHop) -> tuple[object, ...]:
    if not first.measure:
        return ()
    day = first.day.isoformat()
    return (day, first.measure, FIRST, first.channel, first.start.entry, "", "", 1)


def _seen(first: FirstHop) -> tuple[object, ...]:
    """Returns the values with which statistics estimate the number of callers, sorted by period. All hops write these
    values in the order of the periods, so that two hops never block each other.
    """
    return tuple(
        value
        for period, digest in sorted(first.people.items())
        for value in (period, *register_and_rank(digest))
    )


def ends_of(starred: object) -> dict[int, int]:
    """Maps the start of each free text that contains a `*` to the end of this text. Both are positions in the session's
    text. The stored form of such a pair is a text such as `12-30`."""
    assert isinstance(starred, list | tuple)
    pairs = (mark.split("-") for mark in starred)
    return {int(begins): int(ends) for begins, ends in pairs}


FIXED_COLUMNS = ("key", "channel", "entry", "responder_id", "started_at")
CHANGING_COLUMNS = ("language", "counted", "ended_at", "committed", "text_key", "starred")
_DIALOGUE = Dialogue.metadata.tables[Dialogue.__tablename__]
_COLUMNS = tuple(_DIALOGUE.c[name] for name in (*FIXED_COLUMNS, *CHANGING_COLUMNS))
_HELD = driver.PreparedStatement(
    select(*_COLUMNS).where(_DIALOGUE.c.key == bindparam("held")).with_for_update(),
    *(column.type for column in _COLUMNS),
)


@dataclass(slots=True)
class LockedDialogue:
    """The row of a session, which this transaction has locked. The class `Dialogue` explains the fields of this class.

    To change a list in the row, a function replaces the list with a new list.
    """

    key: str
    channel: str
    entry: str
    responder_id: int | None
    started_at: datetime
    language: str
    counted: list[str]
    ended_at: datetime | None
    committed: int
    text_key: str | None = field(repr=False)
    starred: list[str] | None
    read: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.read = {name: getattr(self, name) for name in CHANGING_COLUMNS}


def lock_dialogue(session: Session, key: str) -> LockedDialogue | None:
    """Returns the committed row of a session, and locks it until the transaction ends.

    Returns None if the session has no row.
    """
    row = _HELD.first(session, held=key)
    return None if row is None else LockedDialogue(*row)


def save_dialogue(session: Session, dialogue: LockedDialogue) -> None:
    """Writes the changed columns of the session's row."""
    new = {name: getattr(dialogue, name) for name in CHANGING_COLUMNS}
    changed = tuple(name for name in CHANGING_COLUMNS if new[name] != dialogue.read[name])
    if changed:
        values = {f"new_{name}": new[name] for name in changed}
        _writing(changed).rows(session, held=dialogue.key, **values)
        dialogue.read = new


@cache
def _writing(names: tuple[str, ...]) -> driver.PreparedStatement:
    """Returns a prepared SQL statement that writes the columns `names` of a session's row. Each statement is cached.
    The cache stays small, because there are few sets of columns."""
    change = update(_DIALOGUE).where(_DIALOGUE.c.key == bindparam("held"))
    return driver.PreparedStatement(change.values(driver.new_values(names)))
