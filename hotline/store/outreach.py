"""Reach: counters and nothing else, so that no row can be followed back to a phone.

Rows, and the questions asked of them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import UniqueConstraint, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, add_if_new

LOCK = 4_114_110_004
"""PostgreSQL's advisory lock of the counters."""


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


@dataclass(frozen=True, slots=True)
class Cell:
    """What is counted together."""

    day: date
    measure: str
    language: str
    channel: str
    entry: str
    district: str = ""
    topic: str = ""


def count(session: Session, cell: Cell, by: int = 1) -> None:
    """Whoever counts holds all counters until it commits: two who count the same two, each in its order, would
    otherwise wait for each other. Nearly everybody counts the same one anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    add_if_new(session, Reach(**asdict(cell), count=0))
    here = [getattr(Reach, name) == value for name, value in asdict(cell).items()]
    session.execute(update(Reach).where(*here).values(count=Reach.count + by))


def totals(session: Session, by: str) -> Mapping[tuple[str, str], int]:
    """Counts by (value of the column `by`, measure)."""
    column = getattr(Reach, by)
    rows = session.execute(
        select(column, Reach.measure, func.sum(Reach.count)).group_by(column, Reach.measure)
    )
    return {(str(value), measure): int(number) for value, measure, number in rows}
