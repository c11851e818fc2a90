"""Answers to strangers who wrote: rows apart from the outbox, and the questions asked of them.

A number stands here, sealed to the relay, from the writing to the sending: minutes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.outbox.delivery import LEASE
from hotline.domain.outbox.message import (
    ENDED,
    KEPT,
    LATE,
    SELDOM,
    SOON,
    AnswerForm,
    AnswerState,
    Spent,
)
from hotline.store.database import Row

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Answer(Row):
    __tablename__ = "answer"
    __table_args__ = (
        Index("answer_due", "state", "next_at"),
        Index("answer_contact", "contact_key", "created_at"),
        Index("answer_written", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_key: Mapped[str]
    """This week's pseudonym of the phone: what its budget is counted by."""
    sealed_number: Mapped[bytes]
    """The MSISDN, sealed to the relay, under the lock of a week; emptied with the end."""
    form: Mapped[str]
    """A `domain.outbox.answer.AnswerForm`."""
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    parameters: Mapped[dict[str, Any]]
    """The place of a screen, and what was chosen on the way; emptied with the end. Never a word of hers."""
    language: Mapped[str]
    state: Mapped[str]
    """A `domain.outbox.answer.AnswerState`."""
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    """Of an advertisement: when the cry was written, since it goes at once or never."""
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class AnswerClaim:
    """One attempt at one answer, ours until the lease ends."""

    answer_id: int
    n: int
    form: str
    revision_id: int
    language: str
    contact_key: str = field(repr=False)
    parameters: dict[str, Any] = field(repr=False)
    sealed_number: bytes = field(repr=False)


def spent(session: Session, contact_key: str, at: datetime, today: datetime) -> Spent:
    """`today` is when the day began."""
    here = select(func.count()).where(Answer.contact_key == contact_key)
    line = select(func.count()).where(Answer.created_at >= today)
    return Spent(
        hour=session.scalar(here.where(Answer.created_at > at - HOUR)) or 0,
        day=session.scalar(here.where(Answer.created_at > at - DAY)) or 0,
        line=session.scalar(line) or 0,
    )


def written_since(session: Session, since: datetime) -> int:
    return session.scalar(select(func.count()).where(Answer.created_at >= since)) or 0


def cried_lately(session: Session, contact_keys: Collection[str], at: datetime) -> bool:
    """Whether a cry of this phone was answered in the last week, or may be at this moment."""
    lately = select(Answer.id).where(
        Answer.contact_key.in_(contact_keys),
        Answer.form == AnswerForm.ADVERTISEMENT,
        Answer.state.not_in((AnswerState.FAILED, AnswerState.LATE)),
        Answer.created_at > at - SELDOM,
    )
    return session.scalar(lately.limit(1)) is not None


def claim_next(session: Session, at: datetime) -> AnswerClaim | None:
    """The one that waits longest: intent is written before anything is done."""
    row = session.scalars(
        select(Answer)
        .where(Answer.state == AnswerState.PENDING, Answer.next_at <= at, ~_too_late(at))
        .order_by(Answer.next_at, Answer.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    row.state = AnswerState.SENDING
    row.attempts += 1
    row.lease_until = at + LEASE
    return AnswerClaim(
        answer_id=row.id,
        n=row.attempts,
        form=row.form,
        revision_id=row.revision_id,
        language=row.language,
        contact_key=row.contact_key,
        parameters=row.parameters,
        sealed_number=row.sealed_number,
    )


def oldest_due(session: Session, at: datetime) -> Answer | None:
    waiting = (Answer.state == AnswerState.PENDING, Answer.next_at <= at)
    due = select(Answer).where(*waiting, ~_too_late(at))
    return session.scalars(due.order_by(Answer.next_at, Answer.id).limit(1)).one_or_none()


def any_open(session: Session) -> bool:
    """Whether any has not ended."""
    waits = select(Answer.id).where(Answer.state.in_((AnswerState.PENDING, AnswerState.SENDING)))
    return session.scalar(waits.limit(1)) is not None


def held_by(session: Session, claim: AnswerClaim) -> Answer | None:
    """The row, if this claim is still its newest."""
    mine = select(Answer).where(Answer.id == claim.answer_id, Answer.attempts == claim.n)
    still = mine.where(Answer.state == AnswerState.SENDING)
    return session.scalars(still.with_for_update()).one_or_none()


def end(row: Answer, state: AnswerState) -> None:
    """No number, and nothing of what it said."""
    row.state = state
    row.sealed_number, row.parameters, row.lease_until = b"", {}, None


def expired(session: Session, at: datetime) -> Sequence[Answer]:
    """Claims whose worker died: it may have been sent."""
    return _held(session, Answer.state == AnswerState.SENDING, Answer.lease_until < at)


def late(session: Session, at: datetime) -> Sequence[Answer]:
    return _held(session, Answer.state == AnswerState.PENDING, _too_late(at))


def forget(session: Session, at: datetime, limit: int) -> int:
    """Of answers that ended, that there were any."""
    term = _older(at, KEPT, of_an_advertisement=SELDOM)
    old = select(Answer.id).where(Answer.state.in_(ENDED), term)
    ids = session.scalars(old.order_by(Answer.id).limit(limit)).all()
    session.execute(delete(Answer).where(Answer.id.in_(ids)))
    return len(ids)


def _too_late(at: datetime) -> ColumnElement[bool]:
    return _older(at, LATE, of_an_advertisement=SOON)


def _older(at: datetime, term: timedelta, *, of_an_advertisement: timedelta) -> ColumnElement[bool]:
    rare = Answer.form == AnswerForm.ADVERTISEMENT
    return or_(
        and_(rare, Answer.created_at <= at - of_an_advertisement),
        and_(~rare, Answer.created_at <= at - term),
    )


def _held(session: Session, *which: Any) -> Sequence[Answer]:
    rows = select(Answer).where(*which).order_by(Answer.id).limit(500)
    return session.scalars(rows.with_for_update(skip_locked=True)).all()
