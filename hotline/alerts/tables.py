"""Stores what alerting needs: deadlines, acknowledgements, storms, received SMS and their answers, questions to
callers, and receipts.

The hotline never stores the text of a responder's SMS. A digest, made with a secret key, shows if the responder has
sent the same text before.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy import Row as ResultRow
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.alerts.rules_assignment import AssignmentState
from hotline.alerts.rules_reply_parsing import AnswerReason, SentAnswer
from hotline.core.database import Row, add_if_new, add_rows, has_row, in_numbers
from hotline.gateway.rules import Bookmark
from hotline.gateway.tables import (
    HAS_ANSWERED,
    HAS_TAKEN,
    HELD,
    TRULY_DUE,
    Assignment,
    Deadline,
    InboundSeen,
    assigned_to,
)
from hotline.people.tables import Responder, active_conditions
from hotline.text.places import NATIONAL
from hotline.tips.queries_visible import may_see_tip
from hotline.tips.rules import Clock, Clocks, DeadlineKind, TipState
from hotline.tips.rules_receipts import Progress
from hotline.tips.tables import PendingAlert, Tip
from hotline.tips.tables_persons import desk_people


class ReplyAnswer(Row):
    """An answer of the hotline to a responder's SMS, with its reason and the digest of the SMS."""

    __tablename__ = "reply_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    reason: Mapped[str]
    """The value of an `alerts.rules_reply_parsing.AnswerReason`."""
    text_key: Mapped[str]
    answered_at: Mapped[datetime]


class Storm(Row):
    """A storm (very many tips about danger in one district), with the time when it ends if no more such tips are
    filed."""

    __tablename__ = "storm"

    place: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]


def storms(session: Session, places: Iterable[str]) -> dict[str, datetime]:
    """Returns for each district the time when its latest storm (a time with very many tips about danger) ends. This
    time may be in the past. Leaves out districts that had no storm."""
    rows = session.execute(select(Storm.place, Storm.until).where(Storm.place.in_(places)))
    return {place: until for place, until in rows}  # noqa: C416


def set_storm(session: Session, place: str, until: datetime) -> None:
    """Stores the end of a storm (very many tips about danger), which is new or lasts longer."""
    if not add_if_new(session, Storm(place=place, until=until)):
        session.execute(update(Storm).where(Storm.place == place).values(until=until))


def answers_since(session: Session, responder_id: int, since: datetime) -> list[SentAnswer]:
    """Returns the answers that the hotline sent to a responder's SMS after `since`.

    Locks the responder's row, so that two SMS of one responder are counted one after the other.
    """
    session.execute(
        select(Responder.id).where(Responder.id == responder_id).with_for_update(key_share=True)
    )
    rows = session.execute(
        select(ReplyAnswer.reason, ReplyAnswer.text_key, ReplyAnswer.answered_at).where(
            ReplyAnswer.responder_id == responder_id, ReplyAnswer.answered_at > since
        )
    )
    return [SentAnswer(AnswerReason(reason), text_key, at) for reason, text_key, at in rows]


# The functions below store the deadlines of cases in the database, so that no restart loses them. A tip has at most one
# open deadline of each kind.


def set_first_clocks(session: Session, due: Mapping[datetime, Sequence[int]], at: datetime) -> None:
    """Sets the first deadline of many new tips: the one to acknowledge the tip."""
    values = {Deadline.kind: DeadlineKind.ACKNOWLEDGE, Deadline.set_at: at, Deadline.nth: 0}
    for due_at, tip_ids in due.items():
        rows = [(tip_id, 0) for tip_id in tip_ids]
        add_rows(
            session,
            Deadline,
            (Deadline.tip_id, Deadline.step),
            rows,
            {**values, Deadline.due_at: due_at},
        )


def set_clocks(session: Session, tip_id: int, clocks: Clocks, at: datetime) -> None:
    """Sets deadlines for one tip. Each new deadline replaces the open deadline of the same kind."""
    close_clocks(session, [tip_id], clocks, at)
    last_steps = select(Deadline.kind, func.max(Deadline.step)).where(Deadline.tip_id == tip_id)
    steps = {row[0]: row[1] for row in session.execute(last_steps.group_by(Deadline.kind))}
    for kind, clock in clocks.items():
        session.add(
            Deadline(
                tip_id=tip_id,
                kind=kind,
                step=steps.get(kind, -1) + 1,
                nth=clock.nth,
                set_at=at,
                due_at=clock.due_at,
                named_at=clock.named_at,
                fired_at=None,
            )
        )
    session.flush()


def close_clocks(
    session: Session, tip_ids: Collection[int], kinds: Collection[DeadlineKind], at: datetime
) -> None:
    """Closes the open deadlines of these kinds."""
    if not tip_ids or not kinds:
        return
    session.execute(
        update(Deadline)
        .where(
            Deadline.tip_id.in_(tip_ids), Deadline.kind.in_([*kinds]), Deadline.fired_at.is_(None)
        )
        .values(fired_at=at)
    )


def open_clocks(session: Session, tip_id: int) -> dict[DeadlineKind, Clock]:
    """Returns the open deadlines of a tip, keyed by kind."""
    return open_clocks_of(session, [tip_id])[tip_id]


def open_clocks_of(
    session: Session, tip_ids: Collection[int]
) -> dict[int, dict[DeadlineKind, Clock]]:
    """Returns the open deadlines of many tips, keyed by tip id and kind."""
    found: dict[int, dict[DeadlineKind, Clock]] = {tip_id: {} for tip_id in tip_ids}
    conditions = (Deadline.tip_id.in_(found), Deadline.fired_at.is_(None))
    for row in session.scalars(select(Deadline).where(*conditions)):
        found[row.tip_id][DeadlineKind(row.kind)] = Clock(row.due_at, row.nth, row.named_at)
    return found


def last_due(session: Session, tip_id: int, kind: DeadlineKind) -> datetime | None:
    """Returns the end of a tip's newest deadline of this kind, or None.

    Messages to responders name this time.
    """
    query = select(TRULY_DUE).where(Deadline.tip_id == tip_id, Deadline.kind == kind)
    return session.scalar(query.order_by(Deadline.step.desc()).limit(1))


def has_held(session: Session) -> bool:
    """Returns True if the alert of any tip waits until a person comes on duty."""
    query = select(PendingAlert.tip_id).join(Deadline, Deadline.tip_id == PendingAlert.tip_id)
    return session.scalar(query.where(*HELD).limit(1)) is not None


def filing_times(session: Session, tip_ids: Collection[int]) -> Mapping[int, datetime]:
    """Returns when each of these tips was filed."""
    found = select(Tip.id, Tip.filed_at).where(in_numbers(session, Tip.id, tip_ids))
    return {id: at for id, at in session.execute(found) if at is not None}


def overdue_clocks(
    session: Session, at: datetime, limit: int, *, skip: Collection[int] = ()
) -> Sequence[ResultRow[Deadline, Tip]]:
    """Returns deadlines that have passed, the oldest first.

    Locks these deadlines until the transaction ends, and leaves out the tips in `skip`.
    """
    is_due = and_(Deadline.fired_at.is_(None), Deadline.due_at <= at, Deadline.tip_id.not_in(skip))
    query = select(Deadline, Tip).join(Tip, Tip.id == Deadline.tip_id).where(is_due)
    ordered = query.order_by(Deadline.due_at, Deadline.id).limit(limit)
    return session.execute(ordered.with_for_update(skip_locked=True)).all()


def acknowledge(
    session: Session,
    tip_id: int,
    responder_id: int,
    at: datetime,
    *,
    proved: bool,
    provisional: bool = False,
) -> bool:
    """Records that this responder acknowledged the tip, on all their assignments of the tip in the state `SENT`.

    Returns True if the acknowledgement counts. If an earlier answer is doubted (the gateway's inbox does not list its
    SMS), a later answer counts only if it is proved. `provisional` is True if the hotline could not read the gateway's
    inbox, so that the present answer is doubted for now.
    """
    conditions = assigned_to(tip_id, responder_id)
    forged = (*conditions, Assignment.doubted_at.is_not(None), Assignment.proved_at.is_(None))
    doubted = has_row(session, Assignment.id, *forged)
    counts = proved or not (doubted or provisional)
    session.execute(
        update(Assignment)
        .where(*conditions, Assignment.state == AssignmentState.SENT)
        .values(
            state=AssignmentState.ACKNOWLEDGED,
            acknowledged_at=at,
            doubted_at=None if counts else at,
        )
    )
    if proved:
        believe(session, tip_id, responder_id, at)
    return counts


def doubt(session: Session, assignment: Assignment, at: datetime) -> bool:
    """Records that the gateway's inbox does not list the SMS with a responder's answer. Returns True if this answer has
    counted until now."""
    doubted = session.scalars(
        update(Assignment)
        .where(
            *assigned_to(assignment.tip_id, assignment.responder_id),
            HAS_ANSWERED,
            Assignment.proved_at.is_(None),
            Assignment.doubted_at.is_(None),
        )
        .values(doubted_at=at)
        .returning(Assignment.id)
    )
    return bool(doubted.all())


def believe(session: Session, tip_id: int, responder_id: int, at: datetime) -> None:
    """Records that the responder's acknowledgement is proved: the gateway's inbox lists the SMS, or the responder
    dialled."""
    session.execute(
        update(Assignment)
        .where(*assigned_to(tip_id, responder_id), HAS_ANSWERED, Assignment.proved_at.is_(None))
        .values(proved_at=at)
    )


def is_answered(session: Session, tip_id: int, responder_id: int) -> bool:
    """Returns True if the tip was acknowledged in the responder's name, even if the gateway's inbox does not list the
    SMS."""
    return has_row(session, Assignment.id, *assigned_to(tip_id, responder_id), HAS_ANSWERED)


def is_believed(session: Session, tip_id: int, responder_id: int) -> bool:
    """Returns True if the responder acknowledged the tip, and the acknowledgement is not doubted."""
    return has_row(session, Assignment.id, *assigned_to(tip_id, responder_id), HAS_TAKEN)


def taken_at(session: Session, tip_id: int, responder_id: int) -> datetime | None:
    """Returns when this responder last acknowledged the tip, or None.

    An acknowledgement does not count if its SMS is not in the gateway's inbox, or if the responder has passed the tip
    on.
    """
    conditions = (*assigned_to(tip_id, responder_id), HAS_TAKEN, Assignment.passed_at.is_(None))
    return session.scalar(select(func.max(Assignment.acknowledged_at)).where(*conditions))


def acknowledged_since_alert(
    session: Session, responder_id: int, tip_ids: Collection[int]
) -> frozenset[int]:
    """Returns the tips whose assignee acknowledged them, with proof, after this responder's last unanswered alert. The
    assignee must be active, and must have read the case or have no PIN."""
    acknowledged = (
        select(
            Assignment.tip_id,
            func.max(Assignment.acknowledged_at).label("took"),
            func.max(Assignment.proved_at).label("proved"),
        )
        .join(Tip, (Tip.id == Assignment.tip_id) & (Tip.assignee_id == Assignment.responder_id))
        .join(Responder, Responder.id == Assignment.responder_id)
        .where(Assignment.tip_id.in_(tip_ids), Responder.active.is_(True))
        .group_by(Assignment.tip_id, Responder.pin_wrap)
        .having(Responder.pin_wrap.is_(None) | func.max(Assignment.opened_at).is_not(None))
        .subquery()
    )
    unanswered = case((~HAS_TAKEN, Assignment.created_at))
    alerted = (
        select(Assignment.tip_id, func.max(unanswered).label("at"))
        .where(Assignment.responder_id == responder_id, Assignment.tip_id.in_(tip_ids))
        .group_by(Assignment.tip_id)
        .subquery()
    )
    found = select(acknowledged.c.tip_id).join(alerted, alerted.c.tip_id == acknowledged.c.tip_id)
    is_later = or_(alerted.c.at.is_(None), acknowledged.c.took > alerted.c.at)
    query = found.where(acknowledged.c.proved.is_not(None), is_later)
    return frozenset(session.scalars(query))


# The code below stores the questions that desks ask callers, at most one for each tip, and the answers.


class QuestionBackRow(Row):
    __tablename__ = "question_back"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    question: Mapped[str]
    """The name of the question in the list of questions that a desk may ask callers."""
    desk: Mapped[str]
    asked_at: Mapped[datetime]
    public_key: Mapped[bytes]
    """The public key with which the hooks (the web process for callers) encrypt the answer."""
    locked_key: Mapped[bytes]
    """The private key with which the answer is decrypted, itself encrypted with the key of the tip."""
    body: Mapped[bytes]
    """The caller's answer, encrypted and padded so that its length does not show. Empty until the caller answers."""
    answered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    """The time when a desk officer first read the caller's answer."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A responder who is notified about a tip, with the reference by which they know the tip."""

    responder_id: int
    language: str
    reference: str


def has_question(session: Session, tip_ids: Collection[int]) -> bool:
    """Returns True if a desk has ever asked the caller of one of these tips a question."""
    return has_row(session, QuestionBackRow.tip_id, QuestionBackRow.tip_id.in_(tip_ids))


def waiting_question(
    session: Session, tip_ids: Collection[int], *, for_writing: bool = False
) -> QuestionBackRow | None:
    """Returns the question to the caller of these tips that has no answer yet, or None.

    If `for_writing` is True, locks the question.
    """
    query = select(QuestionBackRow).where(
        QuestionBackRow.tip_id.in_(tip_ids), QuestionBackRow.answered_at.is_(None)
    )
    query = query.order_by(QuestionBackRow.tip_id).limit(1)
    return session.scalars(query.with_for_update() if for_writing else query).first()


def question_of_tip(session: Session, tip_id: int) -> QuestionBackRow | None:
    return session.get(QuestionBackRow, tip_id)


def note_read(session: Session, tip_id: int, at: datetime) -> None:
    """Records when a desk officer first read the caller's answer."""
    row = session.get(QuestionBackRow, tip_id)
    if row is not None and row.answered_at is not None and row.read_at is None:
        row.read_at = at


def recipients_who_may_see(
    session: Session, tip_id: int, at: datetime, *which: ColumnElement[bool]
) -> dict[int, Recipient]:
    """Returns the active responders who may see a tip and match the SQL conditions in `which`, keyed by id. Each
    responder comes with their newest reference of the tip."""
    alerted = (
        select(Responder.id, Responder.languages, Assignment.reference)
        .join(Assignment, Assignment.responder_id == Responder.id)
        .where(Assignment.tip_id == tip_id, may_see_tip(tip_id), *active_conditions(at), *which)
        .order_by(Responder.id, Assignment.id)
    )
    return {id: Recipient(id, languages[0], ref) for id, languages, ref in session.execute(alerted)}


def national_recipients(session: Session, tip_id: int, at: datetime) -> Sequence[Recipient]:
    """Returns the active people of the national desk, with the number of the tip in place of a reference."""
    people = desk_people(session, at, tip_id)
    return [Recipient(person.id, person.language, f"T{tip_id}") for person in people]


def question_recipients(
    session: Session, row: QuestionBackRow, at: datetime
) -> Sequence[Recipient]:
    """Returns the responders who acknowledged the tip, each with their reference.

    Adds the national desk if this desk asked the question, or if no responder acknowledged the tip.
    """
    found = recipients_who_may_see(session, row.tip_id, at, HAS_ANSWERED)
    if row.desk == NATIONAL or not found:
        for recipient in national_recipients(session, row.tip_id, at):
            found.setdefault(recipient.responder_id, recipient)
    return [*found.values()]


def delete_questions(session: Session, tip_ids: Collection[int]) -> None:
    """Deletes the questions to callers about these tips, and the answers."""
    session.execute(delete(QuestionBackRow).where(QuestionBackRow.tip_id.in_(tip_ids)))


# The code below finds tips for the caller who has their receipt (the number by which a caller asks later).


class FoundReceipt(NamedTuple):
    """The tips of a receipt (the number by which a caller asks later), and the progress of the work on each tip."""

    tip_ids: Sequence[int]
    progress: Sequence[Progress]


def give_receipt(session: Session, session_key: str, *, attempt: int, receipt_key: str) -> None:
    """Gives the tips of a report attempt a receipt (the number by which a caller asks later). A new receipt replaces
    the earlier one."""
    match = (Tip.session_key == session_key, Tip.attempt == attempt, Tip.erasure_asked_at.is_(None))
    session.execute(update(Tip).where(*match).values(receipt_key=receipt_key))


def mark_asked_help(session: Session, tip_ids: Collection[int]) -> bool:
    """Records that the caller was asked if the help was good. Returns False if the caller was already asked."""
    condition = Tip.id.in_(tip_ids)
    flags = session.scalars(select(Tip.was_asked_help).where(condition).with_for_update()).all()
    session.execute(update(Tip).where(condition).values(was_asked_help=True))
    return bool(flags) and not any(flags)


def find_receipt(session: Session, receipt_key: str) -> FoundReceipt:
    """Returns the tips of a receipt (the number by which a caller asks later), and the progress of the work on each
    tip.

    Includes all tips of the same report attempt, because the caller may have gone back and changed an answer.
    """
    of_receipt = Tip.receipt_key == receipt_key
    attempts = select(Tip.session_key, Tip.attempt).where(of_receipt, Tip.session_key != "")
    passages = session.execute(attempts.distinct()).all()
    is_taken = select(Assignment.id).where(Assignment.tip_id == Tip.id, HAS_TAKEN).exists()
    rows = session.execute(
        select(Tip.id, is_taken, Tip.helped_at, Tip.closed_at, Tip.was_asked_help)
        .where(
            or_(of_receipt, tuple_(Tip.session_key, Tip.attempt).in_([*map(tuple, passages)])),
            Tip.state != TipState.DRAFT,
            Tip.erasure_asked_at.is_(None),
        )
        .order_by(Tip.id)
    ).all()
    return FoundReceipt([row[0] for row in rows], [Progress(*row[1:]) for row in rows])


SMS = "sms"


class InboxRead(Row):
    """The place up to which the hotline has read the gateway's inbox, the time of the next reading, and the last
    error."""

    __tablename__ = "inbox_read"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime | None]
    since: Mapped[datetime]
    sure_from: Mapped[datetime]
    news_at: Mapped[datetime]
    next_at: Mapped[datetime]
    read_at: Mapped[datetime]
    """The last time when the hotline read a page of the inbox and handled all its SMS."""
    fault: Mapped[str]
    """The reason why the hotline has read no page of the inbox since `read_at`. Empty if there was no error."""


def bookmark(row: InboxRead) -> Bookmark:
    return Bookmark(**{field.name: getattr(row, field.name) for field in fields(Bookmark)})


def inbox_position(session: Session) -> InboxRead | None:
    """Returns the place up to which the inbox was read, or None if it was never read."""
    return session.get(InboxRead, SMS)


def create_position(session: Session, at: datetime) -> None:
    """Stores the beginning of the gateway's inbox as the place of the next reading. If a place is already stored,
    changes nothing."""
    times = dict.fromkeys(("since", "sure_from", "news_at", "next_at", "read_at"), at)
    add_if_new(session, InboxRead(name=SMS, number=0, until=None, fault="", **times))


def move_position(
    session: Session, before: Bookmark, now: Bookmark, *, at: datetime, next_at: datetime
) -> bool:
    """Stores the place in the gateway's inbox after a page of SMS was handled.

    If another process has stored another place, returns False and changes nothing.
    """
    statement = (
        update(InboxRead)
        .where(InboxRead.name == SMS, InboxRead.number == before.number)
        .values(**asdict(now), next_at=next_at, read_at=at, fault="")
        .returning(InboxRead.name)
    )
    return session.scalar(statement) is not None


def record_fault(session: Session, fault: str, next_at: datetime) -> None:
    """Records why the hotline could not read a page of the gateway's inbox, or could not handle all its SMS. The next
    reading begins at the same place."""
    session.execute(
        update(InboxRead).where(InboxRead.name == SMS).values(fault=fault, next_at=next_at)
    )


def record_mo(session: Session, row: InboundSeen, keys: Sequence[str]) -> Sequence[InboundSeen]:
    """Stores a received SMS, unless it is already stored.

    Returns the rows of the same SMS that existed before. `keys` contains the digests by which the SMS is recognized.
    """
    rows = _known(session, keys)
    if rows or add_if_new(session, row):
        return rows
    # Another process has just stored this SMS. If another SMS came with the same id but another time, the keys find no
    # row, and the id does.
    return _known(session, keys) or [session.get_one(InboundSeen, row.provider_id)]


def note_listed(
    session: Session,
    rows: Sequence[InboundSeen],
    *,
    proved_at: datetime | None,
    vouched_at: datetime | None,
) -> None:
    """Records that the gateway's inbox lists these SMS, or that their callbacks came from the gateway's own network
    addresses."""
    for row in rows:
        row.proved_at = row.proved_at or proved_at
        row.vouched_at = row.vouched_at or vouched_at
    session.flush()


def bring_forward(session: Session, next_at: datetime) -> None:
    """Moves the next reading of the gateway's inbox to `next_at`, if this is earlier."""
    sooner = update(InboxRead).where(InboxRead.name == SMS, InboxRead.next_at > next_at)
    session.execute(sooner.values(next_at=next_at))


def unlisted(session: Session, since: datetime, until: datetime) -> Sequence[InboundSeen]:
    """Returns the SMS of this period that callbacks have reported, but that the gateway's inbox does not list.

    Locks the rows of these SMS until the transaction ends.
    """
    query = select(InboundSeen).where(
        InboundSeen.proved_at.is_(None),
        InboundSeen.unproven_at.is_(None),
        InboundSeen.sms_key.is_not(None),
        InboundSeen.received_at >= since,
        InboundSeen.received_at < until,
    )
    return session.scalars(query.order_by(InboundSeen.received_at).with_for_update()).all()


def unproven_answers(session: Session, since: datetime) -> int:
    """Counts recent doubted answers by SMS to open cases: the gateway's inbox does not list these SMS."""
    doubted = (
        Assignment.doubted_at > since,
        Assignment.proved_at.is_(None),
        Tip.closed_at.is_(None),
    )
    found = select(func.count()).select_from(Assignment).join(Tip, Tip.id == Assignment.tip_id)
    return session.scalar(found.where(*doubted)) or 0


def _known(session: Session, keys: Sequence[str]) -> Sequence[InboundSeen]:
    query = select(InboundSeen).where(InboundSeen.sms_key.in_(keys)).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()
