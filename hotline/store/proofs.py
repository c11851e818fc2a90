"""Whether an answer counts: a referral that is acknowledged, and believed. Each holds its tip: they come one by one."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.domain.referral import ReferralState
from hotline.store import referrals, telling
from hotline.store.messages import Deadline, Referral


def acknowledge(
    session: Session, tip_id: int, responder_id: int, at: datetime, *, proved: bool
) -> bool:
    """Every reference of hers for this tip, at whatever step: it is one case. Whether her answer counts.

    Where one answer in her name stands in no inbox, another counts once it is proved, and not before.
    """
    hers = (Referral.tip_id == tip_id, Referral.responder_id == responder_id)
    forged = (*hers, Referral.doubted_at.is_not(None), Referral.proved_at.is_(None))
    counts = proved or session.scalar(select(Referral.id).where(*forged).limit(1)) is None
    session.execute(
        update(Referral)
        .where(*hers, Referral.state == ReferralState.SENT)
        .values(
            state=ReferralState.ACKNOWLEDGED,
            acknowledged_at=at,
            doubted_at=None if counts else at,
        )
    )
    if proved:
        _believe(session, tip_id, responder_id, at)
    return counts


def prove(session: Session, referral_id: int, at: datetime) -> None:
    """The inbox lists her answer: from now on the ladder rests, if it did not before."""
    referral = session.get_one(Referral, referral_id)
    tip = referrals.tip_for_writing(session, referral.tip_id)
    _believe(session, referral.tip_id, referral.responder_id, at)
    if referrals.taken(session, tip):
        telling.close_deadlines(session, [tip.id], at)


def doubt(session: Session, referral_id: int, at: datetime) -> None:
    """No inbox lists it: the ladder goes on from where it stood, unless somebody else took the tip."""
    referral = session.get_one(Referral, referral_id)
    tip = referrals.tip_for_writing(session, referral.tip_id)
    session.execute(
        update(Referral)
        .where(
            Referral.tip_id == referral.tip_id,
            Referral.responder_id == referral.responder_id,
            Referral.acknowledged_at.is_not(None),
            Referral.proved_at.is_(None),
            Referral.doubted_at.is_(None),
        )
        .values(doubted_at=at)
    )
    if tip.closed_at is None and not referrals.taken(session, tip):
        _go_on(session, tip.id, at)


def _believe(session: Session, tip_id: int, responder_id: int, at: datetime) -> None:
    session.execute(
        update(Referral)
        .where(
            Referral.tip_id == tip_id,
            Referral.responder_id == responder_id,
            Referral.acknowledged_at.is_not(None),
            Referral.proved_at.is_(None),
        )
        .values(proved_at=at)
    )


def _go_on(session: Session, tip_id: int, at: datetime) -> None:
    """At the time that was set before she was believed; at once where it has passed. An open one stays as it is."""
    last = select(Deadline).where(Deadline.tip_id == tip_id).order_by(Deadline.step.desc()).limit(1)
    deadline = session.scalars(last).one_or_none()
    if deadline is None or deadline.fired_at is not None:
        due_at = at if deadline is None else max(deadline.due_at, at)
        telling.watch(session, {due_at: [tip_id]}, at)
