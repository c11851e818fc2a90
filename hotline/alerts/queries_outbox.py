"""Reads and writes the outbox: messages to send, the workers' claims on messages, and the attempts to send messages.

A worker claims a message before it sends the message, so that no two workers send the same message. A message may need
several attempts, and a delivery report of the gateway is about one of these attempts.

The module also stores which alerts are sent together in one SMS. In a storm, very many tips about danger come from one
district (`alerts/rules_escalation.py`). The module reads these tips, and the number of SMS that each person got in the
last hour.

The hotline also answers SMS from phones that are not enrolled (phones of callers). The outbox keeps these answers in a
queue of their own. The row of such an answer contains the encrypted phone number only until the answer is sent, usually
a few minutes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

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
"""The largest number of recent tips about danger that the hotline reads to detect a storm (very many such tips in one
district). If there are more, only the newest are read."""


class OpenShare(NamedTuple):
    """An unsent SMS about several cases. Alerts about more cases may be added to this SMS."""

    message_id: int
    priority: int
    due: datetime


class SentSms:
    """The SMS to some responders: those sent in the last hour, and those that are not sent yet."""

    def __init__(self, session: Session, responder_ids: Collection[int], at: datetime) -> None:
        self.paces: dict[int, SmsPace] = defaultdict(SmsPace)
        self.open: dict[tuple[int, str, str], OpenShare] = {}
        """Maps a responder, a template and a place to the unsent SMS that can contain more alerts."""
        self.later: set[tuple[int, str]] = set()
        """The responder and the template of each SMS that is due later."""
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
        for id, responder_id, created_at, priority, template, parameters, may_join in rows:
            pace = self.paces[responder_id]
            is_later = created_at > at
            pace.add(created_at, waits=is_later)
            if is_later:
                self.later.add((responder_id, template))
            if may_join:
                key = (responder_id, template, parameters.get("place", ""))
                self.open[key] = OpenShare(id, priority, created_at)
            elif template == Template.SHARED_OPEN.name:
                pace.open_at = max(created_at, pace.open_at or created_at)

    def due_by_place(self) -> dict[str, dict[int, datetime]]:
        """Returns when each unsent SMS that can take more alerts is due, keyed by district and responder."""
        found: dict[str, dict[int, datetime]] = defaultdict(dict)
        for (responder_id, _, place), share in self.open.items():
            found[place][responder_id] = share.due
        return found


def link(
    session: Session, pairs: Sequence[tuple[int, int]], notices: Iterable[tuple[int, int]]
) -> None:
    """Stores for each pair (assignment, SMS) in `pairs` that the SMS contains the alert for this assignment. Stores for
    each pair in `notices` that the SMS contains a notice about the case of this assignment."""
    columns = SharedAlert.assignment_id, SharedAlert.message_id
    add_rows(session, SharedAlert, columns, pairs, {SharedAlert.is_notice: False})
    for assignment_id, message_id in notices:
        row = SharedAlert(assignment_id=assignment_id, message_id=message_id, is_notice=True)
        session.merge(row)


def hasten(session: Session, message_id: int, priority: int, due_at: datetime) -> None:
    """Raises the priority of a shared SMS to `priority`, unless the SMS already has this priority or a higher one.
    Makes the SMS due at `due_at`, unless it is already due earlier."""
    row = session.get_one(Message, message_id)
    row.priority = min(row.priority, priority)
    if due_at < row.created_at:
        row.created_at = row.next_at = due_at


def cases_left(session: Session, message: Message) -> int:
    """Counts the open cases that an SMS about several cases names. Leaves out cases that a responder has taken after
    the alert.

    If the SMS contains a notice about a case, counts this case even if a responder has taken it.
    """
    later = aliased(Assignment)
    takers = select(later.id).where(
        later.tip_id == Assignment.tip_id, later.acknowledged_at > Assignment.created_at
    )
    found = (
        select(func.count(Assignment.tip_id.distinct()))
        .join(SharedAlert, SharedAlert.assignment_id == Assignment.id)
        .join(Tip, Tip.id == Assignment.tip_id)
        .where(SharedAlert.message_id == message.id, Tip.closed_at.is_(None), IS_CURRENT)
        .where(
            or_(SharedAlert.is_notice, ~takers.exists()), is_not_excluded(message.responder_id or 0)
        )
    )
    return session.scalar(found) or 0


def shared_assignments(session: Session, message_id: int) -> Sequence[Assignment]:
    """Returns the assignments of all cases in an SMS about several cases, the oldest first."""
    assignments = select(Assignment).join(SharedAlert, SharedAlert.assignment_id == Assignment.id)
    of_message = assignments.where(SharedAlert.message_id == message_id)
    return session.scalars(of_message.order_by(Assignment.id)).all()


def earlier_alert_templates(
    session: Session, tip_ids: Collection[int], at: datetime
) -> Mapping[tuple[int, int], set[str]]:
    """Returns the templates of earlier alerts about these tips, keyed by tip and responder. If a tip became more
    urgent, leaves out alerts from before this change.

    Leaves out alerts that did not arrive, because the responder has not read them.
    """
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    is_own = Message.assignment_id == Assignment.id
    shared = and_(SharedAlert.assignment_id == Assignment.id, SharedAlert.message_id == Message.id)
    for is_joined in (is_own, shared):
        rows = session.execute(
            select(Assignment.tip_id, Assignment.responder_id, Message.template)
            .join(Tip, Tip.id == Assignment.tip_id)
            .where(
                is_joined,
                in_numbers(session, Assignment.tip_id, tip_ids),
                Assignment.created_at >= Tip.assigned_at,
                Assignment.created_at < at,
                Message.kind == MessageKind.ALERT,
                Message.state.not_in(NOT_DELIVERED),
            )
        )
        for tip_id, responder_id, template in rows:
            found[tip_id, responder_id].add(template)
    return found


def has_spare(session: Session, since: datetime, most: int) -> bool:
    """Returns True if the hotline has written fewer than `most` SMS since the beginning of the day (`since`)."""
    recent = select(Message.id).where(Message.created_at >= since).limit(most).subquery()
    return (session.scalar(select(func.count()).select_from(recent)) or 0) < most


def recent_dangers(
    session: Session, places: Collection[str], at: datetime
) -> Sequence[RecentDanger]:
    """Returns the tips about danger in these districts that were filed, or became dangerous, within the time
    `SEEN_FOR`. The oldest tip comes first."""
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


def granted_desks(session: Session, tip_ids: Collection[int]) -> Mapping[int, set[str]]:
    """Returns the desks that may read each tip."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = select(Grant.tip_id, Grant.desk_code)
    for tip_id, code in session.execute(rows.where(in_numbers(session, Grant.tip_id, tip_ids))):
        found[tip_id].add(code)
    return found


def mark_storm(session: Session, tip_ids: Collection[int], at: datetime) -> None:
    """Records that callers reported these tips in a storm (very many tips about danger), so that only one person is
    alerted of each tip."""
    statement = update(Tip).where(in_numbers(session, Tip.id, tip_ids)).values(storm_at=at)
    change_rows(session, statement)


LOCK = 411_411_005
"""The PostgreSQL advisory lock that a transaction takes before it stores or looks up the id that the gateway gave to a
message."""
CLAIMING = 411_411_007
"""The PostgreSQL advisory lock that a worker takes before it claims messages."""
FIRST = and_(Message.priority == Priority.URGENT, Message.turn == 0)
"""The SQL condition that is true if a message is the first alert of a tip about danger. Workers send these first alerts
before the second alert about any tip."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's claim on one message, for one attempt to send the message.

    No other worker may send the message until the claim ends.
    """

    message: Message
    to: MessageAddress | None
    """None if the message is a notice of the monitor that goes out by mail or by a command of the operator."""
    tip_ids: Sequence[int] = ()
    request: str = ""
    """The id of the request from the gateway that caused this message."""

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
    """Claims up to `free` due messages, the most urgent first. Claims fewer messages if all processes together would
    otherwise send more than `at_once` messages at the same time.

    Writes each claim before a worker sends the message. If another process is claiming messages at the same time,
    claims at most one message.
    """
    if not _claims_alone(session):
        free = min(free, 1)
    # Counts only messages that a worker claimed within the time `MAX_SEND`, because sending a message takes no longer.
    is_begun = Message.lease_until > at + LEASE - MAX_SEND
    counts = (
        select(func.count(), func.count().filter(~FIRST))
        .select_from(Message)
        .where(Message.priority.in_(TO_RESPONDERS), Message.state == MessageState.SENDING, is_begun)
    )
    under_way, rest = session.execute(counts).one()
    allowed = free_sends(
        at_once, under_way, rest, doubted=gateway_tables.queue_state(session).reason is not None
    )
    limit = min(free, allowed.first)
    goes_first = or_(
        FIRST, and_(Message.priority == Priority.URGENT, Message.next_at <= at - LONG_WAIT)
    )
    due = (
        select(Message, goes_first)
        .where(Message.priority.in_(TO_RESPONDERS), _is_due(at))
        .order_by(goes_first.desc(), Message.priority, Message.turn, Message.next_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Message)
    )
    rows = session.execute(due).all() if limit else []
    first = [message for message, goes_first in rows if goes_first]
    later = [message for message, goes_first in rows if not goes_first]
    return [_claim(session, message, at, worker) for message in first + later[: allowed.others]]


def _claim(session: Session, message: Message, at: datetime, worker: str) -> Claim:
    message.state = MessageState.SENDING
    message.attempts += 1
    message.lease_until = at + LEASE
    message.leased_by = worker
    session.add(Attempt(message_id=message.id, n=message.attempts, started_at=at))
    if message.template in SHARED and not message.counted:
        count = cases_left(session, message)
        message.parameters = {**message.parameters, "count": str(count)}
    tip_ids, request = tips_of(session, message), ""
    if message.assignment_id is not None:
        request = session.get_one(Tip, tip_ids[0]).request
    return Claim(message, _addressed(session, message), tip_ids, message.request or request)


def _addressed(session: Session, message: Message) -> MessageAddress | None:
    """Returns the encrypted phone number to which a message must be sent.

    If an on-call contact wants no more messages, this number is empty.
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
    """Claims the oldest answer to a phone that is not enrolled, unless it is too late to send this answer. Returns None
    if there is no answer to send. If `only_cries` is True, claims only an answer to a cry for help."""
    due = select(Message).where(Message.priority == Priority.ANSWER, _is_due(at), ~_too_late(at))
    if only_cries:
        due = due.where(Message.template == AnswerForm.ADVERTISEMENT)
    oldest = due.order_by(Message.next_at, Message.id).limit(1)
    message = session.scalars(oldest.with_for_update(skip_locked=True)).one_or_none()
    return None if message is None else _claim(session, message, at, worker)


def due_notices(session: Session, at: datetime, *, oldest: timedelta) -> Sequence[int]:
    """Returns the ids of due notices of the monitor that are not older than `oldest`, in the order of their ids."""
    notices = select(Message.id).where(_is_due_notice(at), Message.created_at > at - oldest)
    return session.scalars(notices.order_by(Message.id).limit(50)).all()


def claim_notice(session: Session, message_id: int, at: datetime, worker: str) -> Claim | None:
    """Claims a notice of the monitor, so that no other monitor sends the same notice. Returns None if another monitor
    has already claimed the notice."""
    notice = select(Message).where(Message.id == message_id, _is_due_notice(at))
    message = session.scalars(notice.with_for_update()).one_or_none()
    return None if message is None else _claim(session, message, at, worker)


def _is_due_notice(at: datetime) -> ColumnElement[bool]:
    """Returns an SQL condition that is true if a message is a due notice of the monitor. A notice is also due if a
    monitor stopped while sending this notice."""
    lapsed = and_(Message.state == MessageState.SENDING, Message.lease_until < at)
    return and_(Message.priority == Priority.MONITOR, or_(_is_due(at), lapsed))


def _claims_alone(session: Session) -> bool:
    """Returns True if no other process is claiming messages at this moment. If two processes claimed messages at the
    same time, they could together send too many messages at once.

    Does not wait for the other process, because that process may hang. SQLite allows only one writer, so the result is
    always True with SQLite.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    got_lock = session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": CLAIMING})
    return bool(got_lock)


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

    Among equally urgent messages, returns the message that has waited longest.
    """
    messages = select(Message).where(Message.priority.in_(TO_RESPONDERS), _is_due(at))
    oldest = messages.order_by(Message.priority, Message.next_at).limit(1)
    return session.scalars(oldest).one_or_none()


def message_for_writing(session: Session, message_id: int) -> Message:
    locked = select(Message).where(Message.id == message_id).with_for_update()
    return session.scalars(locked).one()


def tips_of(session: Session, message: Message) -> Sequence[int]:
    """Returns the ids of the tips that a message is about, without duplicates."""
    return [*dict.fromkeys(row.tip_id for row in assignments_of(session, message))]


def assignments_of(session: Session, message: Message) -> Sequence[Assignment]:
    """Returns the assignments about which a message was written. An SMS about several cases belongs to several
    assignments."""
    if message.assignment_id is not None:
        return [session.get_one(Assignment, message.assignment_id)]
    if message.template not in SHARED:
        return ()
    return shared_assignments(session, message.id)


def expired(session: Session, at: datetime) -> Sequence[Message]:
    """Returns messages that a worker claimed but did not finish in time, because the worker stopped or hangs. Locks
    these messages.

    Leaves out the monitor's notices, because the monitor handles its own claims.
    """
    return locked_rows(
        session,
        Message.priority != Priority.MONITOR,
        Message.state == MessageState.SENDING,
        Message.lease_until < at,
    )


def doubtful(session: Session, at: datetime) -> Sequence[Message]:
    """Returns messages that perhaps were sent and perhaps were not, because the gateway has not answered in time. Locks
    these messages."""
    return locked_rows(session, Message.state == MessageState.UNKNOWN, Message.next_at <= at)


def unreported(session: Session, at: datetime) -> Sequence[Message]:
    """Returns alerts that the gateway accepted, but for which no delivery report arrived in time.

    Locks these alerts, and leaves out alerts that were already sent twice.
    """
    return locked_rows(
        session,
        Message.state == MessageState.ACCEPTED,
        Message.kind == MessageKind.ALERT,
        Message.resent.is_(False),
        Message.next_at <= at,
    )


def is_acknowledged(session: Session, message: Message) -> bool:
    """Returns True if the responder acknowledged the case after the message was written, so that the message is not
    needed any more."""
    if message.assignment_id is None:
        return False
    is_later = Assignment.acknowledged_at >= message.created_at
    return has_row(
        session, Assignment.id, Assignment.id == message.assignment_id, is_later, IS_BELIEVED
    )


def lock_provider_id(session: Session, provider_id: str) -> None:
    """Makes transactions about the same message of the gateway run one after the other. A delivery report may arrive
    while another transaction still stores the gateway's id of the message.

    With this lock, the transaction that comes later sees the rows of the earlier transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(:lock, hashtext(:id))"),
            {"lock": LOCK, "id": provider_id},
        )


def end_message(message: Message, state: MessageState) -> None:
    """Writes the final state of a message, and ends the worker's claim on the message.

    If the message answers a caller's SMS, deletes the message's phone number and content.
    """
    message.state, message.lease_until, message.leased_by = state, None, None
    if message.contact_key is not None and state not in DUE_STATES:
        message.encrypted_number, message.parameters = b"", {}


def message_of_provider_id(session: Session, gateway: str, provider_id: str) -> Message | None:
    """Returns the message to which the gateway gave this id when the hotline tried to send the message.

    Locks this message until the transaction ends.
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
    """Returns, in the order of arrival, the delivery reports with this message id that the hotline has not applied yet.
    These reports arrived before the hotline stored the message id."""
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
    """Counts the answers to callers' SMS: to this phone in the last hour and day, and to all phones since `today`.

    `today` is the time at which the day began. Does not count answers that failed or were never sent.
    """
    answers = select(func.count()).where(Message.contact_key == contact_key, HAS_NOT_FAILED)
    return AnswersSent(
        hour=session.scalar(answers.where(Message.created_at > at - HOUR)) or 0,
        day=session.scalar(answers.where(Message.created_at > at - DAY)) or 0,
        line=answers_since(session, today),
    )


def answers_since(session: Session, since: datetime) -> int:
    found = select(func.count()).where(IS_ANSWER, HAS_NOT_FAILED, Message.created_at >= since)
    return session.scalar(found) or 0


def has_cried_recently(session: Session, contact_keys: Collection[str], at: datetime) -> bool:
    """Returns True if the hotline has answered a cry for help from this phone in the last week, or is about to answer
    one. `contact_keys` contains the phone's pseudonyms."""
    return has_row(
        session,
        Message.id,
        Message.contact_key.in_(contact_keys),
        Message.template == AnswerForm.ADVERTISEMENT,
        HAS_NOT_FAILED,
        Message.created_at > at - CRY_ANSWER_INTERVAL,
    )


def oldest_answer(session: Session, at: datetime) -> Message | None:
    is_due = _waits(Message.next_at <= at, ~_too_late(at))
    found = select(Message).where(is_due).order_by(Message.next_at, Message.id)
    return session.scalars(found.limit(1)).one_or_none()


def has_late_answer(session: Session, at: datetime) -> bool:
    return has_row(session, Message.id, _waits(_too_late(at)))


def end_late_answers(session: Session, at: datetime) -> None:
    """Ends the answers to callers' SMS that could not be sent in time, so that they are never sent."""
    for row in locked_rows(session, _waits(_too_late(at))):
        end_message(row, MessageState.FAILED)


def delete_answers(session: Session, at: datetime, limit: int) -> int:
    """Deletes old answers to callers' SMS that were sent or have failed, with the rows of their attempts. Returns the
    number of deleted answers."""
    is_ended = Message.state.in_((MessageState.ACCEPTED, MessageState.FAILED))
    is_old = _older(at, KEPT, of_an_advertisement=CRY_ANSWER_INTERVAL)
    found = select(Message.id).where(IS_ANSWER, is_ended, is_old)
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
