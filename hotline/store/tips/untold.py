"""Filed tips that nobody was told of yet: a narrow row for each, deleted when somebody is.

So a burst rewrites no tip. A tip that is to be told of again, or that an older process filed, waits by the marks on
the tip itself (`tips.WAITS`).
"""

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    bindparam,
    exists,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row
from hotline.store.driver import PreparedStatement
from hotline.store.tips.tips import Tip


class Untold(Row):
    """A filed tip that nobody was told of. Void where a referral of it exists: an older process was quicker."""

    __tablename__ = "untold"
    __table_args__ = (Index("untold_order", "urgency", "tip_id"),)

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    urgency: Mapped[int]
    """As it was filed. Where an answer raised it since, the tip waits by its marks too."""


IS_UNTOLD = exists().where(Untold.tip_id == Tip.id)


def putting(where: ColumnElement[bool]) -> PreparedStatement:
    """Writes a tip's row where the condition holds: made once, since filing asks each time."""
    row = Untold.metadata.tables[Untold.__tablename__]
    given = (bindparam("filed_id", type_=row.c.tip_id.type), bindparam("at_urgency", type_=Integer))
    written = insert(row).from_select([row.c.tip_id, row.c.urgency], select(*given).where(where))
    return PreparedStatement(written.returning(row.c.tip_id), row.c.tip_id.type)


def put(session: Session, tip_id: int, urgency: int, written: PreparedStatement) -> bool:
    """Lets a filed tip wait here, where the statement's condition holds; otherwise it waits by its marks."""
    return written.first(session, filed_id=tip_id, at_urgency=urgency) is not None


def waits(session: Session, tip_id: int) -> bool:
    return session.scalar(select(Untold.tip_id).where(Untold.tip_id == tip_id)) is not None


def was_told_of(session: Session, tip: Tip) -> bool:
    """Whether anybody was told of it."""
    return tip.referred_at is not None and not waits(session, tip.id)
