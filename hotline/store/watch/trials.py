"""The line's daily trial: its handset, its tips, and when one last came through. Questions over several families.

Whether everything in this database is invented: a line that was made to be looked at, and never serves anybody.
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
    """How the trials stand."""

    handset: Responder
    begun: datetime | None
    """When the newest tip of a trial was told."""
    arrived: datetime | None
    """When the newest alert of one was on its handset."""


def handset(session: Session) -> Responder | None:
    """The one that trials go to. Never active: so nobody's tip is ever given to it."""
    return session.scalars(select(Responder).where(Responder.level == trial.LEVEL)).one_or_none()


def standing(session: Session) -> Trials | None:
    """None where no handset is enrolled."""
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
    """A trial's tip that was filed, and that the handset was not told of. Held until the transaction ends."""
    waits = select(Tip).where(
        Tip.channel == trial.CHANNEL, Tip.state != TipState.DRAFT, Tip.referred_at.is_(None)
    )
    held = waits.order_by(Tip.id.desc()).limit(1).with_for_update(skip_locked=True)
    return session.scalars(held).one_or_none()


ONE = 1
INVENTED = "invented"


class HomeOrigin(Row):
    """One row, once; no command takes it away."""

    __tablename__ = "home_origin"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str]
    marked_at: Mapped[datetime]


never_changes(HomeOrigin)


def mark_invented(session: Session, at: datetime) -> None:
    """From here on every edition that is made here says so. Twice is once."""
    add_if_new(session, HomeOrigin(id=ONE, origin=INVENTED, marked_at=at))


def is_invented(session: Session) -> bool:
    return session.scalar(select(HomeOrigin.origin)) == INVENTED
