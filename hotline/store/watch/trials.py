"""Reads the state of the hotline's daily trial: its handset, its tips, and the last trial that succeeded.

Also records that all data here is sample data, for a hotline that is only a demonstration.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain import trial
from hotline.domain.tip import TipState
from hotline.store.database import Row, add_if_new
from hotline.store.insert_only import never_changes
from hotline.store.outbox.messages import Message, Referral
from hotline.store.people.responders import Responder
from hotline.store.tips.tips import Tip


@dataclass(frozen=True, slots=True)
class Trials:
    """The state of the daily trials."""

    handset: Responder
    begun: datetime | None
    """The time of the newest trial tip."""
    arrived: datetime | None
    """The time of the newest alert that reached the handset."""


def handset(session: Session) -> Responder | None:
    """Returns the handset of the trials, or None. It is never active, so that no real tip is assigned to it."""
    return session.scalars(select(Responder).where(Responder.level == trial.LEVEL)).one_or_none()


def standing(session: Session) -> Trials | None:
    """Returns the state of the trials, or None if no handset is enrolled."""
    to = handset(session)
    if to is None:
        return None
    begun = select(func.max(Tip.created_at)).where(Tip.channel == trial.CHANNEL)
    arrived = (
        select(func.max(Message.delivered_at))
        .join(Referral, Referral.id == Message.referral_id)
        .where(Referral.responder_id == to.id)
    )
    return Trials(to, session.scalar(begun), session.scalar(arrived))


def untold(session: Session) -> Tip | None:
    """Returns the newest filed trial tip without an alert, or None. It stays locked until the transaction ends."""
    waits = select(Tip).where(
        Tip.channel == trial.CHANNEL, Tip.state != TipState.DRAFT, Tip.referred_at.is_(None)
    )
    held = waits.order_by(Tip.id.desc()).limit(1).with_for_update(skip_locked=True)
    return session.scalars(held).one_or_none()


ONE = 1
INVENTED = "invented"


class HomeOrigin(Row):
    """The one row that marks sample data. No command deletes it."""

    __tablename__ = "home_origin"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str]
    marked_at: Mapped[datetime]


never_changes(HomeOrigin)


def mark_invented(session: Session, at: datetime) -> None:
    """Marks the data as sample data. Every later release of statistics says so. A second call changes nothing."""
    add_if_new(session, HomeOrigin(id=ONE, origin=INVENTED, marked_at=at))


def is_invented(session: Session) -> bool:
    return session.scalar(select(HomeOrigin.origin)) == INVENTED
