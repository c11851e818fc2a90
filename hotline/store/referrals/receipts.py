"""Finds tips by their receipt, for the caller who reported them."""

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
    """The tips of one receipt, and the progress of each."""

    tip_ids: Sequence[int]
    progress: Sequence[Progress]


def give(session: Session, session_key: str, *, passage: int, receipt_key: str) -> None:
    """Gives a receipt to the tips of this report attempt. A newer receipt replaces an earlier one."""
    here = (Tip.session_key == session_key, Tip.passage == passage, Tip.erase_wanted_at.is_(None))
    session.execute(update(Tip).where(*here).values(receipt_key=receipt_key))


def find(session: Session, receipt_key: str) -> Found:
    """Returns the tips of a receipt, and the progress of each.

    Includes tips of the same report attempt that the caller reported after going back and answering differently.
    """
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
