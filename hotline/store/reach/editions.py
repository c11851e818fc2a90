"""What was told of a month that is over: made once, and never changed. Rows, and the questions asked of them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.evidence.month_figures import MonthCell
from hotline.store.database import Row, add_if_new


class ReachEdition(Row):
    """A month whose figures are made."""

    __tablename__ = "reach_edition"

    month: Mapped[str] = mapped_column(primary_key=True)
    """As in 2026-11, of Kigali."""
    made_at: Mapped[datetime]


class ReachCell(Row):
    """One number of it, as anybody may see it."""

    __tablename__ = "reach_cell"
    __table_args__ = (UniqueConstraint("month", "figure", "by", "row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(ForeignKey("reach_edition.month"))
    figure: Mapped[str]
    by: Mapped[str]
    row: Mapped[str]
    number: Mapped[int | None]
    """None is kept back."""
    bound: Mapped[str]


def write(session: Session, month: str, cells: Iterable[MonthCell], at: datetime) -> None:
    """Nothing where it was made already: of two who make it at once one waits, and writes nothing."""
    if not add_if_new(session, ReachEdition(month=month, made_at=at)):
        return
    session.add_all(ReachCell(month=month, **asdict(cell)) for cell in cells)
    session.flush()


def made(session: Session) -> Sequence[str]:
    """The months whose figures are made, the earliest first."""
    return session.scalars(select(ReachEdition.month).order_by(ReachEdition.month)).all()


def newest(session: Session) -> str | None:
    return session.scalar(select(func.max(ReachEdition.month)))


def cells(session: Session, month: str, *, by: str | None = None) -> Sequence[MonthCell]:
    """In the order in which they were written."""
    found = select(ReachCell).where(ReachCell.month == month).order_by(ReachCell.id)
    if by is not None:
        found = found.where(ReachCell.by == by)
    return [
        MonthCell(row.figure, row.by, row.row, row.number, row.bound)
        for row in session.scalars(found)
    ]


def every(session: Session, by: str) -> Sequence[tuple[str, str, int | None]]:
    """Of every month the numbers of one breakdown: month, figure and number."""
    found = select(ReachCell.month, ReachCell.figure, ReachCell.number)
    found = found.where(ReachCell.by == by).order_by(ReachCell.month, ReachCell.id)
    return [(month, figure, number) for month, figure, number in session.execute(found)]
