"""Receipts: how a tip is found again by whoever told it. Rows, and their questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, or_, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.tip import TipState
from hotline.domain.tips.receipt import Progress
from hotline.store.database import Row
from hotline.store.outbox.messages import BELIEVED, Referral
from hotline.store.tips.tips import Tip


class Inquiry(Row):
    """A try at a receipt as an older process notes it. Nothing reads it: `guesses.py` is in its place.

    The release after this one drops the table (docs/adr/0015).
    """

    __tablename__ = "inquiry"
    __table_args__ = (
        UniqueConstraint("session_key", "upto"),
        Index("inquiry_contact", "contact_key", "at"),
        Index("inquiry_number", "number_key", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_key: Mapped[str]
    upto: Mapped[int]
    """Letters of the session's text that were heard when the PIN was."""
    contact_key: Mapped[str]
    number_key: Mapped[str]
    """Keyed digest of the number that was tried, whether or not it is anybody's."""
    receipt_key: Mapped[str | None]
    """What it opened; None where it was wrong, or there were too many tries."""
    said: Mapped[list[str]]
    """The flags that the flow was told."""
    at: Mapped[datetime]


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
    taken = (
        select(Referral.id)
        .where(Referral.tip_id == Tip.id, Referral.acknowledged_at.is_not(None), BELIEVED)
        .exists()
    )
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
