"""Which tips were counted in the sums of their month.

Written by the reader's chore alone: only what was counted may be destroyed.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row


class CaseCounted(Row):
    """A tip whose codes stand in the sums of its month, or were all written after that."""

    __tablename__ = "case_counted"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    month: Mapped[str]
    at: Mapped[datetime]


def is_over(session: Session, tip_id: int) -> bool:
    """Whether its month was counted: what is noted from then on is in no table."""
    return session.get(CaseCounted, tip_id) is not None


def mark(session: Session, tip_ids: Collection[int], month: str, at: datetime) -> None:
    """From here on their codes may go."""
    session.add_all(CaseCounted(tip_id=tip_id, month=month, at=at) for tip_id in tip_ids)
    session.flush()
