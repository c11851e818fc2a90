"""The questions asked of the lane and of the relay's leadership: both are rows, so that any process may ask."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, update
from sqlalchemy.orm import Session

from hotline.store.database import add_if_new
from hotline.store.outbox.messages import Lane, LaneHold, Leader

SMS = "sms"
RELAY = "relay"
BY_HAND = "by hand"


def held(session: Session, at: datetime) -> str | None:
    """Why nothing may go out now, or None. A person's word stands until a person takes it back."""
    if session.get(LaneHold, SMS) is not None:
        return BY_HAND
    lane = session.get(Lane, SMS)
    if lane is None or lane.held_until is None or lane.held_until <= at:
        return None
    return lane.reason or "held"


def fault(session: Session) -> str | None:
    """What holds the lane, or held it when the last message tried: None once one was let through."""
    lane = session.get(Lane, SMS)
    return None if lane is None else lane.reason


def _there(session: Session) -> None:
    empty = {"held_until": None, "reason": None, "awaited_at": None}
    add_if_new(session, Lane(name=SMS, **empty, failing_since=None, failed_at=None))


def hold(session: Session, until: datetime, reason: str) -> None:
    _there(session)
    session.execute(update(Lane).where(Lane.name == SMS).values(held_until=until, reason=reason))


def release(session: Session) -> None:
    """The gateway took one: no fault stands any more."""
    faulty = or_(Lane.reason.is_not(None), Lane.failing_since.is_not(None))
    session.execute(
        update(Lane)
        .where(Lane.name == SMS, faulty)
        .values(held_until=None, reason=None, failing_since=None, failed_at=None)
    )


def note_failure(session: Session, at: datetime) -> None:
    """A send reached no gateway."""
    _there(session)
    since = func.coalesce(Lane.failing_since, at)
    session.execute(update(Lane).where(Lane.name == SMS).values(failing_since=since, failed_at=at))


def await_senders(session: Session, at: datetime) -> None:
    """The processes that send are told to start."""
    _there(session)
    session.execute(update(Lane).where(Lane.name == SMS).values(awaited_at=at))


def awaited_at(session: Session) -> datetime | None:
    """Returns when the processes that send were told to start."""
    lane = session.get(Lane, SMS)
    return None if lane is None else lane.awaited_at


def was_awaited(session: Session) -> bool:
    lane = session.get(Lane, SMS)
    return lane is not None and lane.awaited_at is not None


def lead(
    session: Session,
    holder: str,
    at: datetime,
    lease: timedelta,
    *,
    grace: timedelta = timedelta(0),
) -> bool:
    """Take or keep the relay's leadership; whether it is ours. Another's is respected until `grace` after its lease.

    A lease too long to be true is a clock that was set back: nobody waits for it.
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


def write_leader(session: Session, holder: str, until: datetime) -> None:
    """Say who leads, and until when at least: for whoever holds the lock."""
    if not add_if_new(session, Leader(name=RELAY, holder=holder, until=until)):
        session.execute(
            update(Leader).where(Leader.name == RELAY).values(holder=holder, until=until)
        )
