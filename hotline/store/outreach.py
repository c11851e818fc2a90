"""Reach: counters and nothing else, so that no row can be followed back to a phone.

Rows, and the questions asked of them.
"""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.database import Row


class Reach(Row):
    """How often one thing happened on one day."""

    __tablename__ = "reach"
    __table_args__ = (
        UniqueConstraint("day", "measure", "district", "language", "channel", "entry", "topic"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    """The day in Kigali."""
    measure: Mapped[str]
    """session, topic or tip."""
    district: Mapped[str]
    """NISR code, "abroad", "unsure", or "" where nobody said."""
    language: Mapped[str]
    channel: Mapped[str]
    entry: Mapped[str]
    topic: Mapped[str]
    count: Mapped[int]
