"""Referrals that ended before their case: what is written of them, and what must not go out to whom they told."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from hotline.domain import trial
from hotline.domain.outbox.delivery import DUE_STATES, MessageState
from hotline.domain.outbox.message import Kind
from hotline.domain.wording import Template
from hotline.store.outbox.messages import Message, Referral
from hotline.store.tips.tips import Tip


def release(
    session: Session, tip_id: int, responder_ids: Collection[int], before: int, at: datetime
) -> None:
    """Ends the referrals of these people that are of an earlier step."""
    theirs = (
        Referral.tip_id == tip_id,
        Referral.responder_id.in_(responder_ids),
        Referral.step < before,
        Referral.released_at.is_(None),
    )
    session.execute(update(Referral).where(*theirs).values(released_at=at))


def read_more(session: Session, tip_id: int) -> bool:
    """Whether anybody was told that more was told of it."""
    said = (Referral.tip_id == tip_id, Message.template == Template.MORE_TOLD.name)
    found = select(Message.id).join(Referral, Referral.id == Message.referral_id).where(*said)
    return session.scalar(found.limit(1)) is not None


def newest_more(session: Session, tip_id: int) -> Message | None:
    """Returns the newest message that says that more was told of it."""
    said = (Referral.tip_id == tip_id, Message.template == Template.MORE_TOLD.name)
    found = select(Message).join(Referral, Referral.id == Message.referral_id).where(*said)
    return session.scalar(found.order_by(Message.id.desc()).limit(1))


def is_withheld(session: Session, message: Message) -> bool:
    """Whether it tells somebody of a district of a case that an official is or may be involved in; or, as its alert, of
    an exercise that is over.
    """
    released = select(Referral.id).join(Tip, Tip.id == Referral.tip_id)
    of_official = and_(Referral.released_at.is_not(None), Tip.official != "no")
    is_over = and_(Tip.channel == trial.DRILL, Tip.closed_at.is_not(None))
    why = or_(of_official, is_over) if message.kind == Kind.ALERT else of_official
    return session.scalar(released.where(Referral.id == message.referral_id, why)) is not None


def withhold(session: Session, tip_id: int, responder_ids: Collection[int]) -> None:
    """What was not sent yet to these people of this tip never goes out."""
    theirs = select(Referral.id).where(
        Referral.tip_id == tip_id, Referral.responder_id.in_(responder_ids)
    )
    session.execute(
        update(Message)
        .where(Message.referral_id.in_(theirs), Message.state.in_(DUE_STATES))
        .values(state=MessageState.FAILED)
        .execution_options(synchronize_session=False)
    )
