"""Reads and writes the outbox: due messages, the claims of workers on messages, and the attempts to send them.

A worker claims a message before it sends the message, so that no two workers send the same message. A message may need
several attempts, and each delivery report of the gateway is about one attempt.

The module also stores which alerts share one SMS. In a storm, a district has very many recent tips about danger
(`alerts/rules_escalation.py`). The module reads these tips, and reads how many SMS each person got in the last hour.
The rules about storms need these tips and these numbers.

The hotline also answers SMS from phones that are not enrolled. These answers have a queue of their own in the outbox.
The row of such an answer contains the encrypted phone number only until the answer is sent, usually for minutes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from hotline.alerts import tables
from hotline.alerts.queries_references import NOT_DELIVERED
from hotline.alerts.rules_escalation import HOUR, SEEN_FOR, RecentDanger, SmsPace
from hotline.core import rules_trial
from hotline.core.database import add_rows, change_rows, has_row, in_numbers
from hotline.core.wording import OF_EXERCISES, Template
from hotline.gateway import tables as gateway_tables
from hotline.gateway.rules import (
    CRY_ANSWER_INTERVAL,
    DUE_STATES,
    KEPT,
    LEASE,
    LONG_WAIT,
    MAX_ANSWER_DELAY,
    MAX_SEND,
    SHARED,
    SOON,
    TO_RESPONDERS,
    AnswerForm,
    AnswersSent,
    MessageKind,
    MessageState,
    Outcome,
    Priority,
    SendResult,
    Wording,
    free_sends,
)
from hotline.gateway.tables import (
    IS_BELIEVED,
    IS_CURRENT,
    Assignment,
    Attempt,
    DeliveryReport,
    Message,
    OnCallContact,
    SharedAlert,
    Stopped,
)
from hotline.people import tables as people_tables
from hotline.people.tables import MessageAddress, Responder
from hotline.tips.queries_visible import is_not_excluded
from hotline.tips.rules import OVERSEEN, Urgency
from hotline.tips.tables import Grant, Tip

MAX_DANGERS = 2000
"""The largest number of recent tips about danger that are read to detect a storm. If there are more, only the newest
are read."""


class OpenShare(NamedTuple):
    """An SMS about several cases that waits to be sent. Further alerts may join this SMS."""

    message_id: int
    priority: int
    due: datetime


class SentSms:
    """The SMS that the given people got in the last hour, and the SMS to these people that will be sent later."""

    def __init__(self, session: Session, responder_ids: Collection[int], at: datetime) -> None:
        self.paces: dict[int, SmsPace] = defaultdict(SmsPace)
        self.open: dict[tuple[int, str, str], OpenShare] = {}
        """The unsent SMS that further alerts may join, by responder, template and place."""
        self.later: set[tuple[int, str]] = set()
        """The responder and the template of each SMS that will be sent later."""
        rests = and_(Message.state.in_(DUE_STATES), Message.counted == 0)
        is_open = and_(Message.template.in_(SHARED), rests)
        rows = session.execute(
            select(
                Message.id,
                Message.responder_id,
                Message.created_at,
                Message.priority,
                Message.template,
                Message.parameters,
                is_open,
            ).where(
                in_numbers(session, Message.responder_id, responder_ids),
                Message.kind == MessageKind.ALERT,
                Message.priority != Priority.DRILL,
                or_(Message.created_at > at - HOUR, is_open),
            )
        )
        for id, who, created_at, priority, template, parameters, joins in rows:
            pace = self.paces[who]
            waits = created_at > at
            pace.add(created_at, waits=waits)
            if waits:
                self.later.add((who, template))
            if joins:
                key = (who, template, parameters.get("place", ""))
                self.open[key] = OpenShare(id, priority, created_at)
            elif template == Template.SHARED_OPEN.name:
                pace.open_at = max(created_at, pace.open_at or created_at)

    def due_by_place(self) -> dict[str, dict[int, datetime]]:
        """Returns the time when each open SMS is due, by district and by responder. An open SMS is one that further
        alerts may join."""
        found: dict[str, dict[int, datetime]] = defaultdict(dict)
        for (who, _, place), one in self.open.items():
            found[place][who] = one.due
        return found


def link(
    session: Session, pairs: Sequence[tuple[int, int]], notices: Iterable[tuple[int, int]]
) -> None:
    """Stores which shared SMS contains the alert of each of these assignments. Each pair in `notices` contains an
    assignment and a shared SMS: the SMS contains a notice about the case of this assignment. Stores these pairs too."""
    columns = SharedAlert.assignment_id, SharedAlert.message_id
    add_rows(session, SharedAlert, columns, pairs, {SharedAlert.is_notice: False})
    for assignment_id, message_id in notices:
        row = SharedAlert(assignment_id=assignment_id, message_id=message_id, is_notice=True)
        session.merge(row)


def hasten(session: Session, message_id: int, priority: int, due: datetime) -> None:
    """Gives a shared SMS the priority `priority` if it was less urgent before. Makes the SMS due at `due` if it was due
    later before."""
    row = session.get_one(Message, message_id)
    row.priority = min(row.priority, priority)
    if due < row.created_at:
        row.created_at = row.next_at = due


def cases_left(session: Session, message: Message) -> int:
    """Counts the open cases that a shared SMS is about. Leaves out cases that a responder has taken since the alert.

    If the SMS contains a notice about a case, counts this case even if a responder has taken it.
    """
    later = aliased(Assignment)
    taken = select(later.id).where(
        later.tip_id == Assignment.tip_id, later.acknowledged_at > Assignment.created_at
    )
    found = (
        select(func.count(Assignment.tip_id.distinct()))
        .join(SharedAlert, SharedAlert.assignment_id == Assignment.id)
        .join(Tip, Tip.id == Assignment.tip_id)
        .where(SharedAlert.message_id == message.id, Tip.closed_at.is_(None), IS_CURRENT)
        .where(
            or_(SharedAlert.is_notice, ~taken.exists()), is_not_excluded(message.responder_id or 0)
        )
    )
    return session.scalar(found) or 0


def shared_assignments(session: Session, message_id: int) -> Sequence[Assignment]:
    """Returns the assignments of a shared SMS, the oldest first."""
    joined = select(Assignment).join(SharedAlert, SharedAlert.assignment_id == Assignment.id)
    here = joined.where(SharedAlert.message_id == message_id)
    return session.scalars(here.order_by(Assignment.id)).all()


def asked_before(
    session: Session, tip_ids: Collection[int], at: datetime
) -> Mapping[tuple[int, int], set[str]]:
    """Returns the templates of the alerts that were already sent about these tips, by tip and responder. If a tip
    became more urgent, leaves out alerts of assignments that are older than this change.

    Leaves out alerts that did not arrive, because the responder does not know of these alerts.
    """
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    own = Message.assignment_id == Assignment.id
    shared = and_(SharedAlert.assignment_id == Assignment.id, SharedAlert.message_id == Message.id)
    for joins in (own, shared):
        rows = session.execute(
            select(Assignment.tip_id, Assignment.responder_id, Message.template)
            .join(Tip, Tip.id == Assignment.tip_id)
            .where(
                joins,
                in_numbers(session, Assignment.tip_id, tip_ids),
                Assignment.created_at >= Tip.assigned_at,
                Assignment.created_at < at,
                Message.kind == MessageKind.ALERT,
                Message.state.not_in(NOT_DELIVERED),
            )
        )
        for tip_id, who, template in rows:
            found[tip_id, who].add(template)
    return found


def has_spare(session: Session, since: datetime, most: int) -> bool:
    """Returns True if fewer than `most` SMS were written since the beginning of the day (`since`)."""
    some = select(Message.id).where(Message.created_at >= since).limit(most).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) < most


def recent_dangers(
    session: Session, places: Collection[str], at: datetime
) -> Sequence[RecentDanger]:
    """Returns the tips about danger in these districts that were filed, or became dangerous, within the time
    `SEEN_FOR`. The oldest comes first."""
    became, since = func.coalesce(Tip.danger_at, Tip.filed_at), at - SEEN_FOR
    untaken = and_(Tip.assignee_id.is_(None), Tip.closed_at.is_(None))
    rows = session.execute(
        select(
            Tip.id,
            Tip.place,
            Tip.sector,
            Tip.contact_key,
            func.coalesce(became, at),
            Tip.words_at.is_not(None),
            untaken,
        )
        .where(
            or_(and_(Tip.danger_at.is_(None), Tip.filed_at > since), Tip.danger_at > since),
            Tip.urgency == Urgency.DANGER,
            Tip.place.in_(places),
            Tip.official != OVERSEEN,
            Tip.channel.not_in(rules_trial.UNCOUNTED),
        )
        .order_by(became.desc(), Tip.id.desc())
        .limit(MAX_DANGERS)
    )
    return [RecentDanger(*row) for row in reversed(rows.all())]


def storms(session: Session, places: Iterable[str]) -> dict[str, datetime]:
    """Returns the end of the latest storm (a time with very many tips about danger) in each of these districts. The
    end may be in the past. Leaves out districts that had no storm."""
    rows = session.execute(
        select(tables.Storm.place, tables.Storm.until).where(tables.Storm.place.in_(places))
    )
    return {place: until for place, until in rows}  # noqa: C416


def granted_desks(session: Session, tip_ids: Collection[int]) -> Mapping[int, set[str]]:
    """Returns the desks that may read each tip."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = select(Grant.tip_id, Grant.desk_code)
    for tip_id, code in session.execute(rows.where(in_numbers(session, Grant.tip_id, tip_ids))):
        found[tip_id].add(code)
    return found


def mark_storm(session: Session, tip_ids: Collection[int], at: datetime) -> None:
    """Records that these tips about danger were reported in a storm, so that only one person is alerted of each tip."""
    marked = update(Tip).where(in_numbers(session, Tip.id, tip_ids)).values(storm_at=at)
    change_rows(session, marked)


LOCK = 411_411_005
"""The PostgreSQL advisory lock that a transaction takes before it stores or looks up the gateway's id of a message."""
CLAIMING = 411_411_007
"""The PostgreSQL advisory lock that a worker takes before it claims messages."""
FIRST = and_(Message.priority == Priority.URGENT, Message.turn == 0)
"""The SQL condition that a message is the first alert of a tip about danger. Workers send these first alerts before the
second alert about any tip."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's claim on one message, for one attempt to send it.

    No other worker may send the message until the claim ends.
    """

    message: Message
    to: MessageAddress | None
    """None for a notice of the monitor that is sent by mail or by the operator's command."""
    tip_ids: Sequence[int] = ()
    request: str = ""
    """The id of the gateway's request that made the hotline write this message."""

    @property
    def wording(self) -> Wording:
        row = self.message
        return Wording(Template[row.template], row.parameters, row.language)

    @property
    def is_drill(self) -> bool:
        row = self.message
        return row.priority == Priority.DRILL or (
            row.responder_id is not None and Template[row.template] in OF_EXERCISES
        )


def claim_due(session: Session, at: datetime, free: int, at_once: int, worker: str) -> list[Claim]:
    """Claims the most urgent due messages. Claims at most `free` messages. Claims fewer if all processes together
    would otherwise send more than `at_once` messages at the same time.

    Writes each claim before the message is sent. If another process is claiming messages at the same time, claims at
    most one message.
    """
    if not _claims_alone(session):
        free = min(free, 1)
    # These are the messages that all processes together are probably sending now.
    begun = Message.lease_until > at + LEASE - MAX_SEND
    held = (
        select(func.count(), func.count().filter(~FIRST))
        .select_from(Message)
        .where(Message.priority.in_(TO_RESPONDERS), Message.state == MessageState.SENDING, begun)
    )
    under_way, others = session.execute(held).one()
    left = free_sends(
        at_once, under_way, others, doubted=gateway_tables.queue_state(session).reason is not None
    )
    most = min(free, left.first)
    goes_first = or_(
        FIRST, and_(Message.priority == Priority.URGENT, Message.next_at <= at - LONG_WAIT)
    )
    due = (
        select(Message, goes_first)
        .where(Message.priority.in_(TO_RESPONDERS), _is_due(at))
        .order_by(goes_first.desc(), Message.priority, Message.turn, Message.next_at, Message.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=Message)
    )
    rows = session.execute(due).all() if most else []
    first = [message for message, goes_first in rows if goes_first]
    rest = [message for message, goes_first in rows if not goes_first]
    return [_claim(session, message, at, worker) for message in first + rest[: left.others]]


def _claim(session: Session, message: Message, at: datetime, worker: str) -> Claim:
    message.state = MessageState.SENDING
    message.attempts += 1
    message.lease_until = at + LEASE
    message.leased_by = worker
    session.add(Attempt(message_id=message.id, n=message.attempts, started_at=at))
    if message.template in SHARED and not message.counted:
        left = cases_left(session, message)
        message.parameters = {**message.parameters, "count": str(left)}
    tip_ids, request = tips_of(session, message), ""
    if message.assignment_id is not None:
        request = session.get_one(Tip, tip_ids[0]).request
    return Claim(message, _addressed(session, message), tip_ids, message.request or request)


def _addressed(session: Session, message: Message) -> MessageAddress | None:
    """Returns the address to which a message must be sent.

    For an on-call contact who wants no more messages, the address has an empty phone number.
    """
    if message.responder_id is not None:
        responder = session.get_one(Responder, message.responder_id)
        return people_tables.message_address(session, Template[message.template], responder)
    if message.on_call_id is not None:
        contact = session.get_one(OnCallContact, message.on_call_id)
        stopped = contact.unreachable == Outcome.STOPPED
        return MessageAddress(b"" if stopped else contact.encrypted_number)
    return None if message.encrypted_number is None else MessageAddress(message.encrypted_number)


def claim_answer(
    session: Session, at: datetime, worker: str, *, only_cries: bool = False
) -> Claim | None:
    """Claims the oldest answer to a phone that is not enrolled, unless it is too late to send the answer. Returns None
    if there is no such answer. If `only_cries` is True, claims only answers to cries for help."""
    due = select(Message).where(Message.priority == Priority.ANSWER, _is_due(at), ~_too_late(at))
    if only_cries:
        due = due.where(Message.template == AnswerForm.ADVERTISEMENT)
    oldest = due.order_by(Message.next_at, Message.id).limit(1)
    message = session.scalars(oldest.with_for_update(skip_locked=True)).one_or_none()
    return None if message is None else _claim(session, message, at, worker)


def due_notices(session: Session, at: datetime, *, oldest: timedelta) -> Sequence[int]:
    """Returns the ids of due notices of the monitor that are not older than `oldest`, in the order of their ids."""
    due = select(Message.id).where(_is_due_notice(at), Message.created_at > at - oldest)
    return session.scalars(due.order_by(Message.id).limit(50)).all()


def claim_notice(session: Session, message_id: int, at: datetime, worker: str) -> Claim | None:
    """Claims a notice of the monitor. Returns None if another monitor claimed it first."""
    due = select(Message).where(Message.id == message_id, _is_due_notice(at))
    message = session.scalars(due.with_for_update()).one_or_none()
    return None if message is None else _claim(session, message, at, worker)


def _is_due_notice(at: datetime) -> ColumnElement[bool]:
    """Returns the condition that a notice of the monitor is due. A notice is also due if a monitor stopped while it was
    sending the notice.
    """
    lapsed = and_(Message.state == MessageState.SENDING, Message.lease_until < at)
    return and_(Message.priority == Priority.MONITOR, or_(_is_due(at), lapsed))


def _claims_alone(session: Session) -> bool:
    """Returns True if no other process is claiming messages at this moment. Two processes that claim messages at the
    same time could together send too many messages at once.

    If another process is claiming messages, does not wait for this process, because it may hang. With SQLite there is
    always only one writer.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    held = session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": CLAIMING})
    return bool(held)


def close_attempt(session: Session, claim: Claim, result: SendResult) -> None:
    """Stores the result of an attempt to send a message, even if the result comes late."""
    session.execute(
        update(Attempt)
        .where(Attempt.message_id == claim.message.id, Attempt.n == claim.message.attempts)
        .values(
            outcome=result.outcome,
            http_status=result.http_status,
            gateway=result.gateway,
            provider_status=result.provider_status,
            provider_id=result.provider_id,
            seconds=result.seconds,
        )
    )


def oldest_due(session: Session, at: datetime) -> Message | None:
    """Returns the most urgent due message to a responder.

    Among equally urgent messages, returns the one that has waited longest.
    """
    due = select(Message).where(Message.priority.in_(TO_RESPONDERS), _is_due(at))
    first = due.order_by(Message.priority, Message.next_at).limit(1)
    return session.scalars(first).one_or_none()


def message_for_writing(session: Session, message_id: int) -> Message:
    held = select(Message).where(Message.id == message_id).with_for_update()
    return session.scalars(held).one()


def tips_of(session: Session, message: Message) -> Sequence[int]:
    """Returns the ids of the tips that a message is about, without duplicates."""
    return [*dict.fromkeys(one.tip_id for one in assignments_of(session, message))]


def assignments_of(session: Session, message: Message) -> Sequence[Assignment]:
    """Returns the assignments that a message is about. A shared SMS may be about several assignments."""
    if message.assignment_id is not None:
        return [session.get_one(Assignment, message.assignment_id)]
    if message.template not in SHARED:
        return ()
    return shared_assignments(session, message.id)


def expired(session: Session, at: datetime) -> Sequence[Message]:
    """Returns messages that a worker claimed but did not finish in time, because the worker stopped or hangs. Locks
    these messages.

    Leaves out notices of the monitor, because the monitor handles its own claims.
    """
    return locked_rows(
        session,
        Message.priority != Priority.MONITOR,
        Message.state == MessageState.SENDING,
        Message.lease_until < at,
    )


def doubtful(session: Session, at: datetime) -> Sequence[Message]:
    """Returns messages that may or may not have been sent, because the gateway has not answered in time. Locks these
    messages."""
    return locked_rows(session, Message.state == MessageState.UNKNOWN, Message.next_at <= at)


def unreported(session: Session, at: datetime) -> Sequence[Message]:
    """Returns alerts that the gateway accepted, but for which no delivery report arrived in time, and locks them.

    Leaves out alerts that were already sent twice.
    """
    return locked_rows(
        session,
        Message.state == MessageState.ACCEPTED,
        Message.kind == MessageKind.ALERT,
        Message.resent.is_(False),
        Message.next_at <= at,
    )


def is_acknowledged(session: Session, message: Message) -> bool:
    """Returns True if the responder has acknowledged the case after the message was written.

    After the acknowledgement, the message is no longer needed.
    """
    if message.assignment_id is None:
        return False
    since = Assignment.acknowledged_at >= message.created_at
    return has_row(
        session, Assignment.id, Assignment.id == message.assignment_id, since, IS_BELIEVED
    )


def lock_provider_id(session: Session, provider_id: str) -> None:
    """Makes transactions about the same message id of the gateway run one after the other. A delivery report may arrive
    while another transaction stores the id of its message.

    With this lock, the later transaction sees the rows of the earlier one.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(:lock, hashtext(:id))"),
            {"lock": LOCK, "id": provider_id},
        )


def end_message(message: Message, state: MessageState) -> None:
    """Writes the final state of a message, and ends the claim on it.

    If the message is an answer, deletes its phone number and content.
    """
    message.state, message.lease_until, message.leased_by = state, None, None
    if message.contact_key is not None and state not in DUE_STATES:
        message.encrypted_number, message.parameters = b"", {}


def message_of_provider_id(session: Session, gateway: str, provider_id: str) -> Message | None:
    """Returns the message of the attempt to which the gateway gave this id.

    Locks the message until the transaction ends.
    """
    found = (
        select(Message)
        .join(Attempt, Attempt.message_id == Message.id)
        .where(Attempt.gateway == gateway, Attempt.provider_id == provider_id)
        .limit(1)
        .with_for_update(of=Message)
    )
    return session.scalars(found).one_or_none()


def early_reports(session: Session, gateway: str, provider_id: str) -> Sequence[DeliveryReport]:
    """Returns the delivery reports with this id that the hotline has not applied to a message yet, in the order of
    arrival. These reports arrived before the hotline stored the id of their message."""
    return session.scalars(
        select(DeliveryReport)
        .where(
            DeliveryReport.gateway == gateway,
            DeliveryReport.provider_id == provider_id,
            DeliveryReport.applied.is_(False),
        )
        .order_by(DeliveryReport.id)
    ).all()


def is_stopped(session: Session, number_key: str) -> bool:
    return session.get(Stopped, number_key) is not None


def _is_due(at: datetime) -> ColumnElement[bool]:
    left = exists().where(Responder.id == Message.responder_id, Responder.removed_at.is_not(None))
    return and_(Message.state.in_(DUE_STATES), Message.next_at <= at, ~left)


def locked_rows(session: Session, *which: ColumnElement[bool]) -> Sequence[Message]:
    """Returns up to 500 messages that match all given conditions, the oldest first. Locks these messages until the
    transaction ends.

    Skips rows that other transactions have locked.
    """
    rows = select(Message).where(*which).order_by(Message.id).limit(500)
    return session.scalars(rows.with_for_update(skip_locked=True)).all()


DAY = timedelta(days=1)
IS_ANSWER = Message.contact_key.is_not(None)
HAS_NOT_FAILED = Message.state != MessageState.FAILED


def spent_on_answers(
    session: Session, contact_key: str, at: datetime, today: datetime
) -> AnswersSent:
    """Returns three counts of answers: to this phone in the last hour, to this phone in the last day, and to all phones
    since `today`.

    `today` is the time when the day began. Answers that failed or were never sent do not count.
    """
    here = select(func.count()).where(Message.contact_key == contact_key, HAS_NOT_FAILED)
    return AnswersSent(
        hour=session.scalar(here.where(Message.created_at > at - HOUR)) or 0,
        day=session.scalar(here.where(Message.created_at > at - DAY)) or 0,
        line=answers_since(session, today),
    )


def answers_since(session: Session, since: datetime) -> int:
    found = select(func.count()).where(IS_ANSWER, HAS_NOT_FAILED, Message.created_at >= since)
    return session.scalar(found) or 0


def has_cried_recently(session: Session, contact_keys: Collection[str], at: datetime) -> bool:
    """Returns True if the hotline answered a cry for help from the phone with these keys in the last week, or will
    answer such a cry."""
    return has_row(
        session,
        Message.id,
        Message.contact_key.in_(contact_keys),
        Message.template == AnswerForm.ADVERTISEMENT,
        HAS_NOT_FAILED,
        Message.created_at > at - CRY_ANSWER_INTERVAL,
    )


def oldest_answer(session: Session, at: datetime) -> Message | None:
    due = _waits(Message.next_at <= at, ~_too_late(at))
    found = select(Message).where(due).order_by(Message.next_at, Message.id)
    return session.scalars(found.limit(1)).one_or_none()


def has_late_answer(session: Session, at: datetime) -> bool:
    return has_row(session, Message.id, _waits(_too_late(at)))


def end_late_answers(session: Session, at: datetime) -> None:
    """Ends the answers that could not be sent in time, so that they are never sent."""
    for row in locked_rows(session, _waits(_too_late(at))):
        end_message(row, MessageState.FAILED)


def delete_answers(session: Session, at: datetime, limit: int) -> int:
    """Deletes old answers that need no more attempts, with the rows of their attempts. Returns the number of deleted
    answers."""
    ended = Message.state.in_((MessageState.ACCEPTED, MessageState.FAILED))
    old = _older(at, KEPT, of_an_advertisement=CRY_ANSWER_INTERVAL)
    found = select(Message.id).where(IS_ANSWER, ended, old)
    ids: Sequence[int] = session.scalars(found.order_by(Message.id).limit(limit)).all()
    session.execute(delete(Attempt).where(Attempt.message_id.in_(ids)))
    session.execute(delete(Message).where(Message.id.in_(ids)))
    return len(ids)


def _waits(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(Message.priority == Priority.ANSWER, Message.state.in_(DUE_STATES), *which)


def _too_late(at: datetime) -> ColumnElement[bool]:
    return _older(at, MAX_ANSWER_DELAY, of_an_advertisement=SOON)


def _older(at: datetime, term: timedelta, *, of_an_advertisement: timedelta) -> ColumnElement[bool]:
    rare = Message.template == AnswerForm.ADVERTISEMENT
    return or_(
        and_(rare, Message.created_at <= at - of_an_advertisement),
        and_(~rare, Message.created_at <= at - term),
    )
