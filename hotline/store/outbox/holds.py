"""A person's hold on the lane: the row, and what it keeps from going out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true, update
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
    found = []
    for kind in TO_DECIDE:
        for doubtful, which in (
            (True, _doubtful(doubtful_until)),
            (False, _new(doubtful_until)),
        ):
            if which is None:
                continue
            count, oldest = session.execute(
                select(func.count(), func.min(Message.created_at)).where(
                    Message.kind == kind, which
                )
            ).one()
            if count:
                found.append(WaitingMessages(kind, doubtful, count, oldest))
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


def _doubtful(until: datetime | None) -> ColumnElement[bool] | None:
    if until is None:
        return None
    return and_(Message.created_at <= until, or_(Message.state.in_(UNSENT), _unreported()))


def _new(doubtful_until: datetime | None) -> ColumnElement[bool]:
    later = true() if doubtful_until is None else Message.created_at > doubtful_until
    return and_(later, Message.state.in_(UNSENT))


def _unreported() -> ColumnElement[bool]:
    """Alerts that the gateway took, and that are sent once more where no report comes."""
    return and_(
        Message.state == MessageState.ACCEPTED,
        Message.kind == Kind.ALERT,
        Message.resent.is_(False),
    )
