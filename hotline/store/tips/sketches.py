"""Sealed sketches of the words of tips, one for each desk that read them lately. Rows, and the questions asked of them.

A sketch goes with the tip's words, with the desk's key, and after a week.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, LargeBinary, delete, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.tips.like_words import TERM
from hotline.store.database import Row, add_if_new
from hotline.store.tips.links import COMPARED
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer, visible_to

_OPEN = (*COMPARED, Tip.closed_at.is_(None), Tip.erased_at.is_(None))


class TipSketch(Row):
    __tablename__ = "tip_sketch"
    __table_args__ = (Index("tip_sketch_desk", "desk_code", "tip_id"), Index("tip_sketch_at", "at"))

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """As `sealing.keys.sketches` makes it, under the lock of its week."""
    at: Mapped[datetime]


class SealedSketch(NamedTuple):
    tip_id: int
    uid: str
    body: bytes


def is_compared(session: Session, tip_id: int, viewer: Viewer) -> bool:
    """Whether a tip is open, is compared with others at all, and may be known of by this viewer."""
    found = select(Tip.id).where(Tip.id == tip_id, *_OPEN, visible_to(viewer))
    return session.scalar(found) is not None


def newest(
    session: Session, desk: str, viewer: Viewer, *, since: datetime, limit: int
) -> Sequence[SealedSketch]:
    """Of open tips that this viewer may know of, as this desk sealed them; the newest tip first."""
    found = (
        select(TipSketch.tip_id, Tip.uid, TipSketch.body)
        .join(Tip, Tip.id == TipSketch.tip_id)
        .where(TipSketch.desk_code == desk, TipSketch.at >= since, *_OPEN, visible_to(viewer))
        .order_by(TipSketch.tip_id.desc())
        .limit(limit)
    )
    return [SealedSketch(*row) for row in session.execute(found)]


def keep(session: Session, tip_id: int, desk: str, body: bytes, at: datetime) -> None:
    """In the place of the one before."""
    if not add_if_new(session, TipSketch(tip_id=tip_id, desk_code=desk, body=body, at=at)):
        here = (TipSketch.tip_id == tip_id, TipSketch.desk_code == desk)
        session.execute(update(TipSketch).where(*here).values(body=body, at=at))


def forget_tips(session: Session, tip_ids: Collection[int]) -> None:
    """Whose words are erased."""
    gone = delete(TipSketch).where(TipSketch.tip_id.in_(tip_ids))
    session.execute(gone.execution_options(synchronize_session=False))


def forget_desk(session: Session, desk: str) -> None:
    """Whose key is replaced: the next one opens none of them."""
    gone = delete(TipSketch).where(TipSketch.desk_code == desk)
    session.execute(gone.execution_options(synchronize_session=False))


def forget(session: Session, at: datetime, limit: int) -> int:
    """Deletes what is older than a week. Returns how many."""
    keys = (TipSketch.tip_id, TipSketch.desk_code)
    old = session.execute(select(*keys).where(TipSketch.at < at - TERM).limit(limit)).all()
    if old:
        session.execute(delete(TipSketch).where(tuple_(*keys).in_([tuple(row) for row in old])))
    return len(old)
