"""A person's hold on the lane: the row, and what it keeps from going out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.domain.outbox.delivery import MessageState
from hotline.domain.outbox.message import TO_DECIDE, Kind
from hotline.store.database import add_if_new
from hotline.store.outbox.messages import SMS, LaneHold, Message

UNSENT = (MessageState.PENDING, MessageState.RETRY, MessageState.SENDING, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """MTs of one kind that go out once the lane is free."""

    kind: Kind
    doubtful: bool
    """Written before the backup was made: these, and only these, may have gone out once already."""
    count: int
    oldest: datetime


def standing(session: Session) -> LaneHold | None:
    return session.get(LaneHold, SMS)


def standing_for_writing(session: Session) -> LaneHold | None:
    """Held until the transaction ends: two people do not release one hold."""
    return session.get(LaneHold, SMS, with_for_update=True)


def place(
    session: Session, *, by: str, reason: str, at: datetime, doubtful_until: datetime | None = None
) -> bool:
    """Hold the lane; False where somebody holds it already, and it stays theirs."""
    row = LaneHold(lane=SMS, held_by=by, reason=reason, since=at, doubtful_until=doubtful_until)
    return add_if_new(session, row)


def lift(session: Session, hold: LaneHold) -> None:
    session.delete(hold)
    session.flush()


def waiting(session: Session, doubtful_until: datetime | None) -> Sequence[WaitingMessages]:
    """What a free lane would send, the doubtful first, alerts before confirmations."""
    before = false() if doubtful_until is None else Message.created_at <= doubtful_until
    doubtful = case((before, 1), else_=0).label("doubtful")
    goes = or_(Message.state.in_(UNSENT), and_(before, _unreported()))
    rows = session.execute(
        select(Message.kind, doubtful, func.count(), func.min(Message.created_at))
        .where(Message.kind.in_(TO_DECIDE), goes)
        .group_by(Message.kind, "doubtful")
    )
    found = [WaitingMessages(Kind(kind), bool(doubt), *rest) for kind, doubt, *rest in rows]
    return sorted(found, key=lambda one: (not one.doubtful, one.kind))


def drop(session: Session, kinds: Collection[Kind], doubtful_until: datetime) -> int:
    """End the doubtful ones of these kinds, so that none is sent again; how many. Their deadlines run on."""
    doubtful = and_(Message.kind.in_(kinds), Message.created_at <= doubtful_until)
    ended = session.execute(
        update(Message)
        .where(doubtful, Message.state.in_(UNSENT))
        .values(state=MessageState.FAILED, lease_until=None, leased_by=None)
        .returning(Message.id)
    ).all()
    spent = session.execute(
        update(Message).where(doubtful, _unreported()).values(resent=True).returning(Message.id)
    ).all()
    return len(ended) + len(spent)


def _unreported() -> ColumnElement[bool]:
    """Alerts that the gateway took, and that are sent once more where no report comes."""
    return and_(
        Message.state == MessageState.ACCEPTED,
        Message.kind == Kind.ALERT,
        Message.resent.is_(False),
    )
