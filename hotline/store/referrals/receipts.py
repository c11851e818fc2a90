"""Receipts: how a tip is found again by whoever told it. Questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.orm import Session

from hotline.domain.tip import TipState
from hotline.domain.tips.receipt import Progress
from hotline.store.outbox.messages import TOOK, Referral
from hotline.store.tips.tips import Tip


@dataclass(frozen=True, slots=True)
class Found:
    """What a receipt stands for."""

    tip_ids: Sequence[int]
    progress: Sequence[Progress]


def give(session: Session, session_key: str, *, passage: int, receipt_key: str) -> None:
    """Let what this passage told be found by it. Chosen again, the newer holds."""
    here = (Tip.session_key == session_key, Tip.passage == passage, Tip.erase_wanted_at.is_(None))
    session.execute(update(Tip).where(*here).values(receipt_key=receipt_key))


def find(session: Session, receipt_key: str) -> Found:
    """Also what the same passage told after she went back and answered otherwise."""
    of_receipt = Tip.receipt_key == receipt_key
    told = select(Tip.session_key, Tip.passage).where(of_receipt, Tip.session_key != "")
    passages = session.execute(told.distinct()).all()
    taken = select(Referral.id).where(Referral.tip_id == Tip.id, TOOK).exists()
    rows = session.execute(
        select(Tip.id, taken, Tip.helped_at, Tip.closed_at)
        .where(
            or_(of_receipt, tuple_(Tip.session_key, Tip.passage).in_([*map(tuple, passages)])),
            Tip.state != TipState.DRAFT,
            Tip.erase_wanted_at.is_(None),
        )
        .order_by(Tip.id)
    ).all()
    return Found([row[0] for row in rows], [Progress(*row[1:]) for row in rows])
