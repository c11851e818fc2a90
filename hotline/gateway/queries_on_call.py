"""Reads the on-call contacts, and the notices that were sent to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.alarms.tables import RaisedAlarm
from hotline.core.database import add_if_new, has_row
from hotline.core.wording import Template
from hotline.errors import NotFound
from hotline.gateway.rules_delivery import Priority
from hotline.gateway.tables import Message, OnCallContact
from hotline.text.time import KIGALI

STOPPED = "stopped"
"""The mark of an on-call contact who has sent STOP and wants no more SMS."""


def on_call_contacts(session: Session) -> Sequence[OnCallContact]:
    """Returns the active on-call contacts, in the order of enrolment."""
    return session.scalars(
        select(OnCallContact).where(OnCallContact.active).order_by(OnCallContact.id)
    ).all()


def can_be_notified(session: Session) -> bool:
    """Returns True if SMS can reach at least one on-call contact."""
    return has_row(
        session, OnCallContact.id, OnCallContact.active, OnCallContact.unreachable.is_(None)
    )


def add_contact(session: Session, contact: OnCallContact) -> bool:
    """Adds an on-call contact. Returns False if this number already belongs to an active contact.

    A contact who was removed or could not be reached becomes active again, with the new name and language.
    """
    if add_if_new(session, contact):
        return True
    held = (
        select(OnCallContact)
        .where(OnCallContact.number_key == contact.number_key)
        .with_for_update()
    )
    row = session.scalars(held).one()
    if row.active and row.unreachable is None:
        return False
    row.person_id, row.active, row.unreachable = contact.person_id, True, None
    return True


def mark_unreachable(session: Session, number_key: str, reason: str) -> None:
    """Marks a number as unreachable, so that it gets no more notices."""
    there = update(OnCallContact).where(OnCallContact.number_key == number_key)
    session.execute(there.values(unreachable=reason))


def contact_for_writing(session: Session, on_call_id: int) -> OnCallContact:
    """Returns an active on-call contact, and locks the row for writing. Raises NotFound."""
    held = (
        select(OnCallContact)
        .where(OnCallContact.id == on_call_id, OnCallContact.active)
        .with_for_update()
    )
    row = session.scalars(held).one_or_none()
    if row is None:
        raise NotFound(f"there is no on-call contact {on_call_id}")
    return row


def notices_of(session: Session, alarm: RaisedAlarm) -> Sequence[Message]:
    """Returns the newest notice of an alarm to each contact, and the newest to the other channel."""
    written = select(Message).where(
        Message.priority == Priority.MONITOR, Message.created_at >= alarm.since
    )
    given = notice_parameters(alarm.name, alarm.since)
    rows = [row for row in session.scalars(written.order_by(Message.id)) if row.parameters == given]
    return [*{row.on_call_id: row for row in rows}.values()]


def notice_parameters(alarm: str, since: datetime) -> dict[str, Any]:
    """Returns the values for the text of a notice: the name of the alarm and when it began."""
    return {"name": alarm, "time": f"{since.astimezone(KIGALI):%d/%m %H:%M}"}


def newest_to_contacts(session: Session) -> Message | None:
    """Returns the newest notice to a contact who can be reached, or None."""
    reached = select(OnCallContact.id).where(
        OnCallContact.active, OnCallContact.unreachable.is_(None)
    )
    written = select(Message).where(Message.on_call_id.in_(reached))
    return session.scalars(written.order_by(Message.id.desc()).limit(1)).one_or_none()


def newest_digest(session: Session) -> datetime | None:
    """Returns the time when a digest of the audit log was last sent as a notice."""
    written = select(Message.created_at).where(
        Message.priority == Priority.MONITOR, Message.template == Template.AUDIT_DIGEST.name
    )
    return session.scalar(written.order_by(Message.id.desc()).limit(1))


def notices(session: Session, ids: Sequence[int]) -> Sequence[Message]:
    found = select(Message).where(Message.id.in_(ids), Message.priority == Priority.MONITOR)
    return session.scalars(found.order_by(Message.id)).all()
