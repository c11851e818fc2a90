"""The questions asked of answers to strangers who wrote: one queue of the outbox.

A number stands in such a row, sealed to the relay, from the writing to the sending: minutes.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from hotline.domain.outbox.delivery import DUE_STATES, MessageState, Priority
from hotline.domain.outbox.message import KEPT, LATE, SELDOM, SOON, AnswerForm, Spent
from hotline.store.database import is_any
from hotline.store.outbox import outbox
from hotline.store.outbox.messages import Attempt, Message
from hotline.store.outbox.outbox import Claim

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IS_ANSWER = Message.contact_key.is_not(None)


def spent(session: Session, contact_key: str, at: datetime, today: datetime) -> Spent:
    """`today` is when the day began."""
    here = select(func.count()).where(Message.contact_key == contact_key)
    return Spent(
        hour=session.scalar(here.where(Message.created_at > at - HOUR)) or 0,
        day=session.scalar(here.where(Message.created_at > at - DAY)) or 0,
        line=written_since(session, today),
    )


def written_since(session: Session, since: datetime) -> int:
    found = select(func.count()).where(IS_ANSWER, Message.created_at >= since)
    return session.scalar(found) or 0


def cried_lately(session: Session, contact_keys: Collection[str], at: datetime) -> bool:
    """Whether a cry of this phone was answered in the last week, or may be at this moment."""
    return is_any(
        session,
        Message.id,
        Message.contact_key.in_(contact_keys),
        Message.template == AnswerForm.ADVERTISEMENT,
        Message.state != MessageState.FAILED,
        Message.created_at > at - SELDOM,
    )


def claim(session: Session, at: datetime, worker: str) -> Claim | None:
    return outbox.claim_answer(session, ~_too_late(at), at, worker)


def oldest_due(session: Session, at: datetime) -> Message | None:
    due = _waits(Message.next_at <= at, ~_too_late(at))
    found = select(Message).where(due).order_by(Message.next_at, Message.id)
    return session.scalars(found.limit(1)).one_or_none()


def any_late(session: Session, at: datetime) -> bool:
    return is_any(session, Message.id, _waits(_too_late(at)))


def end_late(session: Session, at: datetime) -> None:
    """Ends what was not sent in time: it never is."""
    for row in outbox.held(session, _waits(_too_late(at))):
        outbox.end(row, MessageState.FAILED)


def forget(session: Session, at: datetime, limit: int) -> int:
    """Of answers that ended, that there were any."""
    ended = Message.state.in_((MessageState.ACCEPTED, MessageState.FAILED))
    old = _older(at, KEPT, of_an_advertisement=SELDOM)
    found = select(Message.id).where(IS_ANSWER, ended, old)
    ids: Sequence[int] = session.scalars(found.order_by(Message.id).limit(limit)).all()
    session.execute(delete(Attempt).where(Attempt.message_id.in_(ids)))
    session.execute(delete(Message).where(Message.id.in_(ids)))
    return len(ids)


def _waits(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(Message.priority == Priority.ANSWER, Message.state.in_(DUE_STATES), *which)


def _too_late(at: datetime) -> ColumnElement[bool]:
    return _older(at, LATE, of_an_advertisement=SOON)


def _older(at: datetime, term: timedelta, *, of_an_advertisement: timedelta) -> ColumnElement[bool]:
    rare = Message.template == AnswerForm.ADVERTISEMENT
    return or_(
        and_(rare, Message.created_at <= at - of_an_advertisement),
        and_(~rare, Message.created_at <= at - term),
    )
