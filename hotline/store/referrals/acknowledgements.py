"""Whether an answer counts: a referral that is acknowledged, and believed. Each function's caller holds the tip."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.domain.referrals.referral import ReferralState
from hotline.store.outbox.messages import BELIEVED, Referral


def acknowledge(
    session: Session,
    tip_id: int,
    responder_id: int,
    at: datetime,
    *,
    proved: bool,
    provisional: bool = False,
) -> bool:
    """Notes every reference of hers for this tip, at whatever step: it is one case. Whether her answer counts.

    Where one answer in her name stands in no inbox, another counts once it is proved, and not before. `provisional`:
    the inbox cannot be asked, so this one is doubted until it is proved.
    """
    hers = (Referral.tip_id == tip_id, Referral.responder_id == responder_id)
    forged = (*hers, Referral.doubted_at.is_not(None), Referral.proved_at.is_(None))
    doubted = session.scalar(select(Referral.id).where(*forged).limit(1)) is not None
    counts = proved or not (doubted or provisional)
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
        believe(session, tip_id, responder_id, at)
    return counts


def doubt(session: Session, referral: Referral, at: datetime) -> bool:
    """Notes that no inbox lists her answer. Whether it was believed until now."""
    doubted = session.scalars(
        update(Referral)
        .where(
            Referral.tip_id == referral.tip_id,
            Referral.responder_id == referral.responder_id,
            Referral.acknowledged_at.is_not(None),
            Referral.proved_at.is_(None),
            Referral.doubted_at.is_(None),
        )
        .values(doubted_at=at)
        .returning(Referral.id)
    )
    return bool(doubted.all())


def believe(session: Session, tip_id: int, responder_id: int, at: datetime) -> None:
    """Notes that her answer is hers: the inbox lists it, or she dialled."""
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


def believed(session: Session, tip_id: int, responder_id: int) -> bool:
    """Whether she took it, and is believed."""
    took = (
        Referral.tip_id == tip_id,
        Referral.responder_id == responder_id,
        Referral.acknowledged_at.is_not(None),
        BELIEVED,
    )
    return session.scalar(select(Referral.id).where(*took).limit(1)) is not None
