"""In which hours a district had nobody who could be told: one row an hour, written by the relay and never changed.

Whether a phone can be reached has no history elsewhere. An hour in which no relay ran has no row, and is not counted.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, add_if_new


class Coverage(Row):
    """One hour that was looked at."""

    __tablename__ = "coverage"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """Its first moment."""
    missing: Mapped[list[str]]
    """The districts that had nobody."""


def is_written(session: Session, hour: datetime) -> bool:
    return session.get(Coverage, hour) is not None


def write(session: Session, hour: datetime, missing: Collection[str]) -> None:
    """Once an hour: who comes second writes nothing."""
    add_if_new(session, Coverage(hour=hour, missing=sorted(missing)))


def write_many(session: Session, missing: Mapping[datetime, Collection[str]]) -> None:
    """Hours of which none was written."""
    rows = [{"hour": hour, "missing": sorted(codes)} for hour, codes in missing.items()]
    if rows:
        session.execute(insert(Coverage), rows)
