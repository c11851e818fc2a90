"""Marks that did not reach who holds the case: the questions asked of messages and referrals."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from hotline.domain.outbox.delivery import MessageState
from hotline.domain.tips.clusters import OF_TEMPLATE, HowRead
from hotline.store.outbox.messages import Message, Referral
from hotline.store.tips.tips import Tip

WITHIN = timedelta(minutes=10)
"""So long the holder's telephone may be off before a colleague learns the mark."""
NO_LATER = timedelta(hours=1)
MARKS = [name for name, read in OF_TEMPLATE.items() if read in (HowRead.STAY_AWAY, HowRead.CAREFUL)]
REACHED = (MessageState.DELIVERED, MessageState.ANSWERED)
NOT_REACHED = [state for state in MessageState if state not in REACHED]
"""Asked for by name, so that the index of states is used: the relay asks each second."""


def unheard_marks(session: Session, at: datetime) -> Sequence[int]:
    """Open tips whose holder was sent a mark that failed, or did not arrive in time, while nobody was told since.

    Who answered for the case since then has her telephone on.
    """
    later = aliased(Referral)
    told_since = exists().where(later.tip_id == Tip.id, later.created_at > Message.created_at)
    found = (
        select(Tip.id)
        .join(Referral, Referral.tip_id == Tip.id)
        .join(Message, Message.referral_id == Referral.id)
        .where(
            Message.template.in_(MARKS),
            Message.created_at > at - NO_LATER,
            Message.responder_id == Tip.holder_id,
            Message.state.in_(NOT_REACHED),
            or_(Message.state == MessageState.FAILED, Message.created_at <= at - WITHIN),
            Tip.closed_at.is_(None),
            or_(Referral.acknowledged_at.is_(None), Referral.acknowledged_at <= Message.created_at),
            ~told_since,
        )
        .distinct()
    )
    return session.scalars(found).all()
