"""What happened to one tip, in clear: whom it was told to, what each did, which clocks ran out."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.domain.outbox.message import Kind
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.store.bulk import among
from hotline.store.outbox.messages import BELIEVED, TRULY_DUE, Deadline, Message, Referral
from hotline.store.people.responders import Responder


class ToldPerson(NamedTuple):
    """One telling of a tip, and whom it was."""

    referral: Referral
    name: str
    believed: bool


def told(session: Session, tip_id: int) -> Sequence[ToldPerson]:
    """In the order in which they were told."""
    rows = session.execute(
        select(Referral, Responder.name, BELIEVED)
        .join(Responder, Responder.id == Referral.responder_id)
        .where(Referral.tip_id == tip_id)
        .order_by(Referral.created_at, Referral.id)
    )
    return [ToldPerson(referral, name, bool(believed)) for referral, name, believed in rows]


def deliveries(session: Session, tip_id: int) -> Sequence[tuple[str, datetime]]:
    """Returns whose handset had an alert, and when."""
    rows = session.execute(
        select(Responder.name, Message.delivered_at)
        .join(Referral, Referral.id == Message.referral_id)
        .join(Responder, Responder.id == Message.responder_id)
        .where(Referral.tip_id == tip_id, Message.kind == Kind.ALERT)
        .order_by(Message.id)
    )
    return [(name, at) for name, at in rows if at is not None]


def silences(session: Session, tip_id: int) -> Sequence[datetime]:
    """When the time in which somebody was to take it ran out."""
    rows = select(Deadline.fired_at).where(
        Deadline.tip_id == tip_id,
        Deadline.kind == DeadlineKind.ACKNOWLEDGE,
        Deadline.fired_at >= Deadline.due_at,
    )
    return [at for at in session.scalars(rows.order_by(Deadline.fired_at)) if at is not None]


def clocks(session: Session, tip_ids: Sequence[int]) -> Sequence[tuple[int, str, datetime]]:
    """The clocks that run for these tips: tip, kind, when it is due; the first to come at the head."""
    rows = session.execute(
        select(Deadline.tip_id, Deadline.kind, TRULY_DUE)
        .where(among(session, Deadline.tip_id, tip_ids), Deadline.fired_at.is_(None))
        .order_by(TRULY_DUE, Deadline.id)
    )
    return [(tip_id, kind, due_at) for tip_id, kind, due_at in rows]
