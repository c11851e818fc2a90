"""Records that everything in this database is sample data."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new
from hotline.core.writes import protect_rows

ONE = 1


SAMPLE = "invented"


class SampleMark(Row):
    """The single row that marks the data as sample data. No command deletes this row."""

    __tablename__ = "sample_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str]
    marked_at: Mapped[datetime]


protect_rows(SampleMark)


def mark_sample(session: Session, at: datetime) -> None:
    """Marks the data as sample data. Every later release of statistics says that it contains sample data. A second
    call changes nothing."""
    add_if_new(session, SampleMark(id=ONE, origin=SAMPLE, marked_at=at))


def is_sample(session: Session) -> bool:
    return session.scalar(select(SampleMark.origin)) == SAMPLE
