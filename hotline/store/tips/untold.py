"""Filed tips that nobody was told of yet: a narrow row for each, deleted when somebody is.

So a burst rewrites no tip. A tip that is to be told of again, or that an older process filed, waits by the marks on
the tip itself (`tips.WAITS`).
"""

from sqlalchemy import ColumnElement, ForeignKey, Index, exists, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, insert_into
from hotline.store.tips.tips import Tip


class Untold(Row):
    """A filed tip that nobody was told of. Void where a referral of it exists: an older process was quicker."""

    __tablename__ = "untold"
    __table_args__ = (Index("untold_order", "urgency", "tip_id"),)

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    urgency: Mapped[int]
    """As it was filed. Where an answer raised it since, the tip waits by its marks too."""


IS_UNTOLD = exists().where(Untold.tip_id == Tip.id)


def put(session: Session, tip: Tip, where: ColumnElement[bool]) -> None:
    """Lets a filed tip wait here, where the condition holds; otherwise it waits by its marks."""
    source = select(literal(tip.id), literal(tip.urgency)).where(where)
    row = insert_into(session, Untold).from_select([Untold.tip_id, Untold.urgency], source)
    if session.scalar(row.returning(Untold.tip_id)) is not None:
        # An older process reads both: it must not tell of it again, and must climb its ladder.
        tip.referred_at, tip.referred_urgency = tip.filed_at, tip.urgency


def was_told_of(session: Session, tip: Tip) -> bool:
    """Whether anybody was told of it."""
    here = select(Untold.tip_id).where(Untold.tip_id == tip.id)
    return tip.referred_at is not None and session.scalar(here) is None
