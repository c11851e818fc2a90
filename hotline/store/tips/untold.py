"""Filed tips that nobody was told of yet: a narrow row for each, deleted when somebody is.

So a burst rewrites no tip. A tip that is to be told of again waits by the marks on the tip itself (`tips.WAITS`).
"""

from sqlalchemy import (
    ForeignKey,
    Index,
    exists,
    insert,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, is_any
from hotline.store.driver import PreparedStatement, new_values
from hotline.store.tips.tips import Tip


class Untold(Row):
    """A filed tip that nobody was told of. Void where a referral of it exists."""

    __tablename__ = "untold"
    __table_args__ = (Index("untold_order", "urgency", "tip_id"),)

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    urgency: Mapped[int]
    """As it was filed. Where an answer raised it since, the tip waits by its marks too."""


IS_UNTOLD = exists().where(Untold.tip_id == Tip.id)


_PUT = PreparedStatement(
    insert(Untold.metadata.tables[Untold.__tablename__]).values(new_values(("tip_id", "urgency")))
)
"""Made once, since filing asks each time."""


def put(session: Session, tip_id: int, urgency: int) -> None:
    """Lets a filed tip wait here."""
    _PUT.rows(session, new_tip_id=tip_id, new_urgency=urgency)


def waits(session: Session, tip_id: int) -> bool:
    return is_any(session, Untold.tip_id, Untold.tip_id == tip_id)


def was_told_of(session: Session, tip: Tip) -> bool:
    """Whether anybody was told of it."""
    return tip.referred_at is not None and not waits(session, tip.id)
