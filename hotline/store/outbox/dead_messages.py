"""Messages that were given up, and who answers for them: rows that count as wrong until somebody does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.domain.outbox.delivery import MessageState, Priority
from hotline.store.outbox.messages import Message, Referral
from hotline.store.people.responders import Responder

OPEN = (
    Message.state == MessageState.DEAD,
    Message.answered_at.is_(None),
    Message.priority != Priority.DRILL,
)


@dataclass(frozen=True, slots=True)
class GivenUp:
    message_id: int
    kind: str
    written_at: datetime
    name: str
    """Of the responder who should have got it."""
    tip_id: int | None


def unanswered(session: Session) -> Sequence[GivenUp]:
    """Those that nobody has answered for, the oldest first."""
    rows = session.execute(
        select(Message.id, Message.kind, Message.created_at, Responder.name, Referral.tip_id)
        .join(Responder, Responder.id == Message.responder_id)
        .outerjoin(Referral, Referral.id == Message.referral_id)
        .where(*OPEN)
        .order_by(Message.id)
    )
    return [GivenUp(*row) for row in rows]


def answer(session: Session, message_ids: Collection[int], at: datetime) -> Sequence[int]:
    """Somebody answers for these; those of them that waited for it."""
    here = (*OPEN, Message.id.in_(message_ids))
    answered = update(Message).where(*here).values(answered_at=at).returning(Message.id)
    return sorted(session.scalars(answered))
