"""Stores warnings about responders' PINs, for the coordinators of their desks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.people.pin_rest import KEPT_FOR, PinWarning
from hotline.store.database import Row


class PinWarningRow(Row):
    """One warning about one responder's PIN. It names no case."""

    __tablename__ = "pin_warning"
    __table_args__ = (
        Index("pin_warning_person", "responder_id", "kind", "at"),
        Index("pin_warning_told", "told_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    kind: Mapped[str]
    """A `domain.people.pin_rest.PinWarning`."""
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """The time when an SMS reported it. None while a warning of the night waits for the morning."""


def add(
    session: Session, responder_id: int, kind: PinWarning, at: datetime, *, waits: bool
) -> None:
    """Adds a warning. `waits` leaves it for the morning's SMS."""
    told_at = None if waits else at
    session.add(PinWarningRow(responder_id=responder_id, kind=kind, at=at, told_at=told_at))
    session.flush()


def has(session: Session, responder_id: int, kind: PinWarning, since: datetime) -> bool:
    """Returns True if this person has a warning of this kind at or after `since`."""
    here = (
        PinWarningRow.responder_id == responder_id,
        PinWarningRow.kind == kind,
        PinWarningRow.at >= since,
    )
    return session.scalar(select(PinWarningRow.id).where(*here).limit(1)) is not None


def waits(session: Session, before: datetime) -> bool:
    """Returns True if warnings from before this moment wait for the morning's SMS."""
    return session.scalar(select(PinWarningRow.id).where(*_waiting(before)).limit(1)) is not None


def tell(session: Session, before: datetime, at: datetime) -> Sequence[int]:
    """Marks the warnings that waited before this moment as reported. Returns the ids of the responders, each once."""
    told = update(PinWarningRow).where(*_waiting(before)).values(told_at=at)
    told_now = told.returning(PinWarningRow.responder_id)
    people = session.scalars(told_now.execution_options(synchronize_session=False))
    return sorted(set(people))


def _waiting(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (PinWarningRow.told_at.is_(None), PinWarningRow.at < before)


def newest(session: Session, since: datetime, limit: int) -> Sequence[PinWarningRow]:
    """Returns the warnings that were reported after `since`, newest first."""
    rows = select(PinWarningRow).where(
        PinWarningRow.told_at.is_not(None), PinWarningRow.told_at > since
    )
    return session.scalars(rows.order_by(PinWarningRow.at.desc()).limit(limit)).all()


def forget(session: Session, at: datetime, limit: int) -> int:
    """Deletes warnings older than `KEPT_FOR`, at most `limit`. Returns how many it deleted."""
    old = select(PinWarningRow.id).where(PinWarningRow.at < at - KEPT_FOR).limit(limit)
    gone = session.execute(
        delete(PinWarningRow)
        .where(PinWarningRow.id.in_(old))
        .returning(PinWarningRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
