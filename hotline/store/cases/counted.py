"""The counts of months, written once and never changed; and which tips were counted for the last time.

Written by the reader's chore alone: only what was counted may be destroyed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row
from hotline.store.insert_only import never_changes


class CaseCounted(Row):
    """A tip whose codes stand in the revised count of its month, or were all written after that."""

    __tablename__ = "case_counted"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    month: Mapped[str]
    at: Mapped[datetime]


class MonthCount(Row):
    """One number of a month, raw: what leaves the line is protected first."""

    __tablename__ = "month_count"
    __table_args__ = (UniqueConstraint("month", "version", "figure", "row", "column"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str]
    """As in 2026-11: of Kigali, in which the tips were filed."""
    version: Mapped[str]
    """A `domain.cases.months.MonthVersion`."""
    figure: Mapped[str]
    row: Mapped[str]
    column: Mapped[str]
    number: Mapped[int]
    made_at: Mapped[datetime]


never_changes(MonthCount)


def made(session: Session, version: str) -> frozenset[str]:
    """The months that were counted so."""
    found = select(MonthCount.month).where(MonthCount.version == version).distinct()
    return frozenset(session.scalars(found))


def cells(session: Session, month: str, version: str) -> Sequence[MonthCount]:
    """In the order in which they were written."""
    found = select(MonthCount).where(MonthCount.month == month, MonthCount.version == version)
    return session.scalars(found.order_by(MonthCount.id)).all()


def write(
    session: Session,
    month: str,
    version: str,
    numbers: Collection[tuple[str, str, str, int]],
    at: datetime,
) -> None:
    """Figure, row, column and number, each once."""
    session.add_all(
        MonthCount(
            month=month,
            version=version,
            figure=figure,
            row=row,
            column=column,
            number=number,
            made_at=at,
        )
        for figure, row, column, number in numbers
    )
    session.flush()


def is_over(session: Session, tip_id: int) -> bool:
    """Whether its month was counted for the last time: what is noted from then on is in no table."""
    return session.get(CaseCounted, tip_id) is not None


def mark(session: Session, tip_ids: Collection[int], month: str, at: datetime) -> None:
    """From here on their codes may go."""
    session.add_all(CaseCounted(tip_id=tip_id, month=month, at=at) for tip_id in tip_ids)
    session.flush()
