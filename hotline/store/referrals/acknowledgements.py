"""Whether an answer counts: a referral that is acknowledged, and believed. Each function's caller holds the tip."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.domain.referrals.referral import ReferralState
from hotline.store.outbox.messages import BELIEVED, Referral
from hotline.store.people.responders import Responder
from hotline.store.tips.tips import Tip


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


def answered(session: Session, tip_id: int, responder_id: int) -> bool:
    """Whether it was taken in her name, believed or not."""
    hers = (Referral.tip_id == tip_id, Referral.responder_id == responder_id)
    took = select(Referral.id).where(*hers, Referral.acknowledged_at.is_not(None))
    return session.scalar(took.limit(1)) is not None


def believed(session: Session, tip_id: int, responder_id: int) -> bool:
    """Whether she took it, and is believed."""
    took = (
        Referral.tip_id == tip_id,
        Referral.responder_id == responder_id,
        Referral.acknowledged_at.is_not(None),
        BELIEVED,
    )
    return session.scalar(select(Referral.id).where(*took).limit(1)) is not None


def taken_at(session: Session, tip_id: int, responder_id: int) -> datetime | None:
    """Returns when this responder took it last, if they are believed and did not pass it on since; else None."""
    took = (
        Referral.tip_id == tip_id,
        Referral.responder_id == responder_id,
        Referral.acknowledged_at.is_not(None),
        Referral.passed_at.is_(None),
        BELIEVED,
    )
    return session.scalar(select(func.max(Referral.acknowledged_at)).where(*took))


def held_since_told(
    session: Session, responder_id: int, tip_ids: Collection[int]
) -> frozenset[int]:
    """Returns those that the holder took after this responder was last alerted, by an answer that is proved.

    An alert that this responder answered by taking does not count. The holder is active, and has read the case by any
    name, or has no PIN to read it with.
    """
    theirs = (
        select(
            Referral.tip_id,
            func.max(Referral.acknowledged_at).label("took"),
            func.max(Referral.proved_at).label("proved"),
        )
        .join(Tip, (Tip.id == Referral.tip_id) & (Tip.holder_id == Referral.responder_id))
        .join(Responder, Responder.id == Referral.responder_id)
        .where(Referral.tip_id.in_(tip_ids), Responder.active.is_(True))
        .group_by(Referral.tip_id, Responder.pin_wrap)
        .having(Responder.pin_wrap.is_(None) | func.max(Referral.opened_at).is_not(None))
        .subquery()
    )
    took = and_(Referral.acknowledged_at.is_not(None), BELIEVED)
    unanswered = case((~took, Referral.created_at))
    told = (
        select(Referral.tip_id, func.max(unanswered).label("at"))
        .where(Referral.responder_id == responder_id, Referral.tip_id.in_(tip_ids))
        .group_by(Referral.tip_id)
        .subquery()
    )
    found = select(theirs.c.tip_id).join(told, told.c.tip_id == theirs.c.tip_id)
    later = or_(told.c.at.is_(None), theirs.c.took > told.c.at)
    since = found.where(theirs.c.proved.is_not(None), later)
    return frozenset(session.scalars(since))
