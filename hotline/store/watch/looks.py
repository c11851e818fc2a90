"""Stores when the watch process looked last: a row beside the relay's, so that the doctor sees one that is frozen."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from hotline.store.database import add_if_new
from hotline.store.outbox import lanes
from hotline.store.outbox.messages import Leader

WATCH = "watch"
LEASE = timedelta(minutes=1)
"""Six rounds of ten seconds: a round that dials a dead line, or asks a slow gateway, takes longer than ten."""


def note(session: Session, at: datetime) -> None:
    """Writes that a watch process looks at this moment."""
    until = at + LEASE
    if not add_if_new(session, Leader(name=WATCH, holder=WATCH, until=until)):
        session.execute(update(Leader).where(Leader.name == WATCH).values(until=until))


def last(session: Session) -> datetime | None:
    """Returns when a watch process looked last; None if none ever did."""
    row = session.get(Leader, WATCH)
    return None if row is None else row.until - LEASE


def is_starting(session: Session, at: datetime) -> bool:
    """Returns True if the processes of the line were told to start within the lease: none may have looked yet."""
    awaited = lanes.awaited_at(session)
    return awaited is not None and at - awaited < LEASE


def is_fresh(session: Session, at: datetime) -> bool:
    """Returns True if a watch process looked within its lease, or is starting."""
    looked = last(session)
    return (looked is not None and at - looked < LEASE) or is_starting(session, at)
