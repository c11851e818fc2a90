"""Erases data in small batches when the time for which the hotline keeps the data is over.

If a tip has a legal hold or an open erasure request, its age alone is no reason to erase its text. If two processes
delete at the same time, each skips the rows that the other has locked.

The module also finds the tips of a caller's erasure request, and the responders to notify of the request.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    String,
    and_,
    cast,
    delete,
    exists,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from hotline.alerts import tables, tables_case_events
from hotline.alerts.tables import Recipient, ReplyAnswer
from hotline.core import rules_trial
from hotline.core.database import Row, add_if_new, change_rows, has_row
from hotline.core.tables import AttemptRow
from hotline.core.wording import Template
from hotline.gateway.rules import DUE_STATES, FINAL_STATES, MessageKind, MessageState
from hotline.gateway.tables import (
    IS_CURRENT,
    Assignment,
    Deadline,
    DeliveryReport,
    Dialogue,
    InboundSeen,
    Message,
)
from hotline.people.tables import Responder
from hotline.text.errors import NotFound
from hotline.tips import rules as tips_rules
from hotline.tips.queries_visible import THE_LINE, is_visible, visible_to
from hotline.tips.rules import (
    COUNTS_AS_CLOSED,
    PSEUDONYMS_KEPT,
    WARNING,
    DeadlineKind,
    RetentionTerm,
    TipState,
)
from hotline.tips.rules import TEXT_KEPT as WORDS
from hotline.tips.tables import WITHOUT_BODY, Grant, Tip


class LegalHold(Row):
    """An order of a court or a prosecutor to keep the text of a tip."""

    __tablename__ = "legal_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    placed_by: Mapped[str]
    reason: Mapped[str]
    placed_at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
    for_file: Mapped[bool] = mapped_column(default=False)
    """True if the hold keeps the text for a case file (the documents of a case for a court). Two people must agree to
    end such a hold."""
    reviewed_at: Mapped[datetime | None]
    """The time when a person last decided that the hold is still needed."""


class TimedTask(Row):
    """A task that runs once an hour or once a day, with the time when it was last completed."""

    __tablename__ = "timed_task"

    name: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime]


class RetainedTip(NamedTuple):
    """A tip, with its legal hold and the facts that decide how long its text is kept."""

    tip: Tip
    hold: LegalHold | None
    term: RetentionTerm


DECIDED = and_(Tip.erasure_asked_at.is_not(None), Tip.closed_at.is_(None))
"""The SQL condition that the case is open and its caller has asked the hotline to erase the text. For such a case, the
request decides when the text is erased, and not the age of the text."""
HAS_LEGAL_HOLD = exists().where(LegalHold.tip_id == Tip.id, LegalHold.lifted_at.is_(None))


def done_at(session: Session, name: str) -> datetime | None:
    errand = session.get(TimedTask, name)
    return errand.done_at if errand else None


def is_done(session: Session, name: str, at: datetime, within: timedelta) -> bool:
    """Returns True if the task was last completed less than `within` ago.

    If the system clock was set back, the next run of the task is delayed by at most `within`.
    """
    last_at = done_at(session, name)
    return last_at is not None and abs(at - last_at) < within


def note_done(session: Session, name: str, at: datetime) -> None:
    if not add_if_new(session, TimedTask(name=name, done_at=at)):
        session.execute(update(TimedTask).where(TimedTask.name == name).values(done_at=at))


def warn_of_erasure(session: Session, at: datetime, limit: int) -> int:
    """Marks tips whose text will soon be erased, so that the console can warn an admin.

    Returns the number of tips that were marked.
    """
    ids = _tips(session, _ends_before(at + WARNING), Tip.warned_at.is_(None), limit=limit)
    session.execute(update(Tip).where(Tip.id.in_(ids)).values(warned_at=at))
    return len(ids)


def erase_due(session: Session, at: datetime, limit: int) -> Sequence[int]:
    """Erases the text, keys and pseudonyms of tips that were kept long enough, and returns the ids of these tips."""
    is_over = (_ends_before(at), Tip.warned_at <= at - WARNING, ~HAS_LEGAL_HOLD, ~DECIDED)
    ids = _tips(session, *is_over, limit=limit)
    erase_text(session, ids, at)
    return ids


def erase_text(session: Session, ids: Sequence[int], at: datetime) -> None:
    """Erases the text, answers, notes, keys, pseudonyms and receipts of tips.

    The other columns stay for the statistics.
    """
    tables.delete_questions(session, ids)
    tables_case_events.delete_notes(session, ids)
    session.execute(delete(Grant).where(Grant.tip_id.in_(ids)))
    session.execute(
        update(Tip)
        .where(Tip.id.in_(ids))
        .values(
            body=b"",
            sector=None,
            within=None,
            contact_key="",
            session_key="",
            identity="erased:" + Tip.uid,
            receipt_key=None,
            erased_at=at,
        )
    )


Column: TypeAlias = InstrumentedAttribute[Any]
OLD: Sequence[tuple[Column, Column, timedelta, ColumnElement[bool]]] = (
    (Dialogue.key, Dialogue.started_at, PSEUDONYMS_KEPT, true()),
    # This table stores attempts to enter a PIN or another short secret, with the sender and the result.
    (AttemptRow.id, AttemptRow.at, tips_rules.ATTEMPTS_KEPT, true()),
    # This table stores the gateway's id of each received SMS, and how the hotline read this SMS.
    (InboundSeen.provider_id, InboundSeen.received_at, tips_rules.INBOUND_KEPT, true()),
    # This table stores the answers that the hotline sent to SMS from responders.
    (ReplyAnswer.id, ReplyAnswer.answered_at, tips_rules.REPLIES_KEPT, true()),
    # This table stores delivery reports. Only reports that match no message in the outbox are deleted.
    (
        DeliveryReport.id,
        DeliveryReport.received_at,
        tips_rules.STRAY_REPORTS_KEPT,
        DeliveryReport.applied.is_(False),
    ),
)
"""Tables whose old rows are deleted. Each entry has four parts: the key column, the time column, the time for which
rows are kept, and a condition. Only rows that meet this condition are deleted."""


def delete_rows(
    key: Column,
    time: Column,
    term: timedelta,
    condition: ColumnElement[bool],
    session: Session,
    at: datetime,
    limit: int,
) -> int:
    """Deletes at most `limit` rows of the table that contains the column `key`. Deletes only rows that meet the
    condition `condition` and whose time `time` is at least `term` ago. Returns the number of deleted rows."""
    found = select(key).where(time <= at - term, condition).order_by(key).limit(limit)
    statement = delete(key.class_).where(key.in_(session.scalars(found).all())).returning(key)
    return len(change_rows(session, statement).all())


def erase_pseudonyms(session: Session, at: datetime, limit: int) -> int:
    """Erases the pseudonyms of callers' phones and sessions in old tips. Returns the number of tips that were
    changed."""
    is_old = (Tip.created_at <= at - PSEUDONYMS_KEPT, Tip.state != TipState.DRAFT)
    ids = _tips(session, *is_old, or_(Tip.contact_key != "", Tip.session_key != ""), limit=limit)
    session.execute(
        update(Tip).where(Tip.id.in_(ids)).values(contact_key="", session_key="", request="")
    )
    return len(ids)


def erase_callers(session: Session, at: datetime, limit: int) -> int:
    """Erases the pseudonym of the caller's phone in USSD sessions that are so old that the caller cannot continue them.

    Returns the number of sessions that were changed.
    """
    is_old = Dialogue.started_at.between(
        at - tips_rules.CALLERS_SEARCHED, at - tips_rules.CALLERS_KEPT
    )
    keys_of_calls = select(Dialogue.key).where(is_old, Dialogue.caller_key != "")
    keys = session.scalars(keys_of_calls.order_by(Dialogue.started_at.desc()).limit(limit)).all()
    session.execute(update(Dialogue).where(Dialogue.key.in_(keys)).values(caller_key=""))
    return len(keys)


def erase_parameters(session: Session, at: datetime, limit: int) -> int:
    """Erases the values in the text of old messages, such as a place or a reference.

    Returns the number of messages that were changed. The rows stay, because statistics use their times.
    """
    messages = select(Message.id).where(
        Message.created_at <= at - tips_rules.PARAMETERS_KEPT,
        Message.state.in_((*FINAL_STATES, MessageState.ACCEPTED)),
        cast(Message.parameters, String) != "{}",
    )
    ids = session.scalars(messages.order_by(Message.id).limit(limit)).all()
    session.execute(update(Message).where(Message.id.in_(ids)).values(parameters={}))
    return len(ids)


def erased_next(session: Session) -> Sequence[RetainedTip]:
    """Returns the tips whose text will be erased next, the one with the earliest time first. Includes tips whose text
    remains only because of a legal hold. Leaves out complaints about the national desk."""
    is_next = or_(Tip.warned_at.is_not(None), HAS_LEGAL_HOLD)
    found = select(Tip).where(Tip.erased_at.is_(None), is_next, visible_to(THE_LINE))
    tips = [_with_legal_hold(session, tip) for tip in session.scalars(found.options(WITHOUT_BODY))]
    return sorted(tips, key=lambda entry: (entry.term.goes_at, entry.tip.id))


def retained_tip(session: Session, tip_id: int, *, for_line: bool = False) -> RetainedTip:
    """Locks a tip, and returns it with its legal hold and the facts that decide how long its text is kept.

    Raises NotFound if the tip does not exist or is a draft. If `for_line` is True, also raises NotFound for a complaint
    about the national desk.
    """
    tip = session.get(Tip, tip_id, with_for_update={"key_share": True})
    is_hidden = for_line and not is_visible(session, tip_id, THE_LINE)
    if tip is None or tip.state == TipState.DRAFT or is_hidden:
        raise NotFound(f"there is no tip {tip_id}: see `hotline tips list`")
    return _with_legal_hold(session, tip)


def _with_legal_hold(session: Session, tip: Tip) -> RetainedTip:
    holds = select(LegalHold).where(LegalHold.tip_id == tip.id, LegalHold.lifted_at.is_(None))
    hold = session.scalars(holds).first()
    return RetainedTip(tip, hold, term_of(tip, is_held=hold is not None))


def term_of(tip: Tip, *, is_held: bool) -> RetentionTerm:
    """Returns the facts that decide how long the text of a tip is kept."""
    return RetentionTerm(
        filed_at=tip.filed_at or tip.created_at,
        closed_at=tip.closed_at,
        warned_at=tip.warned_at,
        erased_at=tip.erased_at,
        is_held=is_held,
    )


def _ends_before(at: datetime) -> ColumnElement[bool]:
    """Returns an SQL condition that is true if the hotline need not keep the text of a tip after `at`. Follows the rule
    of `RetentionTerm.goes_at`, but without the extra days between the warning and the erasure."""
    return and_(
        Tip.erased_at.is_(None),
        Tip.state != TipState.DRAFT,
        or_(
            Tip.closed_at <= at - WORDS,
            and_(Tip.closed_at.is_(None), Tip.filed_at <= at - WORDS - COUNTS_AS_CLOSED),
        ),
    )


def _tips(session: Session, *which: ColumnElement[bool], limit: int) -> Sequence[int]:
    """Returns the ids of the tips that match all conditions in `which`, and locks these tips until the transaction
    ends. Skips tips that another transaction has locked."""
    ids = select(Tip.id).where(*which).order_by(Tip.id).limit(limit)
    return session.scalars(ids.with_for_update(skip_locked=True)).all()


def without_erasure_request(session: Session, tip_ids: Collection[int]) -> Sequence[Tip]:
    """Returns the tips in `tip_ids` that still have their text and have no erasure request.

    Locks these tips until the transaction ends.
    """
    tips = select(Tip).where(
        Tip.id.in_(tip_ids), Tip.erased_at.is_(None), Tip.erasure_asked_at.is_(None)
    )
    return session.scalars(tips.order_by(Tip.id).with_for_update(key_share=True)).all()


def has_legal_hold(session: Session, tip_id: int) -> bool:
    """Returns True if the tip has a legal hold."""
    return has_row(session, LegalHold.id, LegalHold.tip_id == tip_id, LegalHold.lifted_at.is_(None))


def other_tips_due(
    session: Session, tip: Tip, similar: Collection[int], at: datetime, until: datetime
) -> Sequence[Tip]:
    """Returns other tips whose erasure request is due after `at` and not later than `until`.

    A returned tip is in `similar`, or belongs to the same erasure request as `tip`. Two tips belong to the same
    request if
    their requests have the same time, place and answer about officials who may be involved.
    """
    same_wish = and_(
        Tip.erasure_asked_at == tip.erasure_asked_at,
        Tip.place == tip.place,
        Tip.official == tip.official,
    )
    comes_up = exists().where(
        Deadline.tip_id == Tip.id,
        Deadline.kind == DeadlineKind.ERASURE,
        Deadline.fired_at.is_(None),
        Deadline.due_at > at,
        Deadline.due_at <= until,
    )
    is_other = (Tip.id != tip.id, or_(Tip.id.in_(similar), same_wish), Tip.erased_at.is_(None))
    return session.scalars(select(Tip).where(*is_other, comes_up).order_by(Tip.id)).all()


def notified_of_erasure(session: Session, tip: Tip, at: datetime) -> Sequence[Recipient]:
    """Returns the responders to notify of an erasure request: the assignee or, if there is none, every alerted
    responder."""
    holds = () if tip.assignee_id is None else (Responder.id == tip.assignee_id,)
    return [*tables.recipients_who_may_see(session, tip.id, at, *holds).values()]


def stand_down(
    session: Session, tip_id: int, responder_ids: Collection[int], before: int, at: datetime
) -> None:
    """Ends the assignments of these responders to a tip, if the assignments are from before the escalation step
    `before`."""
    is_meant = (
        Assignment.tip_id == tip_id,
        Assignment.responder_id.in_(responder_ids),
        Assignment.step < before,
        IS_CURRENT,
    )
    session.execute(update(Assignment).where(*is_meant).values(released_at=at))


def newest_more(session: Session, tip_id: int) -> Message | None:
    """Returns the newest message which says that the caller gave more details about the tip, or None."""
    is_more = (Assignment.tip_id == tip_id, Message.template == Template.MORE_TOLD.name)
    found = select(Message).join(Assignment, Assignment.id == Message.assignment_id).where(*is_more)
    return session.scalar(found.order_by(Message.id.desc()).limit(1))


def is_withheld(session: Session, message: Message) -> bool:
    """Returns True if a message must never be sent. An alert must not be sent after its drill is over. If an official
    may be involved in a case, no message must go to a responder whose assignment has ended."""
    if message.assignment_id is None:
        return False
    released = select(Assignment.id).join(Tip, Tip.id == Assignment.tip_id)
    of_official = and_(Assignment.released_at.is_not(None), Tip.official != "no")
    is_over = and_(Tip.channel == rules_trial.DRILL, Tip.closed_at.is_not(None))
    why = or_(of_official, is_over) if message.kind == MessageKind.ALERT else of_official
    return session.scalar(released.where(Assignment.id == message.assignment_id, why)) is not None


def withhold(session: Session, tip_id: int, responder_ids: Collection[int]) -> None:
    """Stops all unsent messages to these responders about this tip."""
    assignments = select(Assignment.id).where(
        Assignment.tip_id == tip_id, Assignment.responder_id.in_(responder_ids)
    )
    unsent = (Message.assignment_id.in_(assignments), Message.state.in_(DUE_STATES))
    change_rows(session, update(Message).where(*unsent).values(state=MessageState.FAILED))
