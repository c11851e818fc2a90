"""Reports that somebody asked for in the console, and their pages once a worker has set them. Kept for a day.

Rows, and the questions asked of them.
"""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import Edition
from hotline.store.database import Row, add_if_new

KEPT = timedelta(days=1)


class PrintedReportRow(Row):
    """One report in one language."""

    __tablename__ = "printed_report"
    __table_args__ = (UniqueConstraint("period", "edition", "version", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str]
    edition: Mapped[str]
    version: Mapped[str]
    language: Mapped[str]
    asked_at: Mapped[datetime]
    failed: Mapped[bool]
    """A worker tried, and could not: its machine has no typst."""
    name: Mapped[str]
    """Of the file; empty until it is set."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


def ask(
    session: Session,
    period: str,
    edition: Edition,
    version: MonthVersion,
    language: str,
    at: datetime,
) -> int:
    """The row of that report, new or old. One that failed is tried again; those of yesterday go."""
    session.execute(delete(PrintedReportRow).where(PrintedReportRow.asked_at < at - KEPT))
    add_if_new(
        session,
        PrintedReportRow(
            period=period,
            edition=edition,
            version=version,
            language=language,
            asked_at=at,
            failed=False,
            name="",
        ),
    )
    row = session.scalars(
        select(PrintedReportRow).where(
            PrintedReportRow.period == period,
            PrintedReportRow.edition == edition,
            PrintedReportRow.version == version,
            PrintedReportRow.language == language,
        )
    ).one()
    row.failed = False
    return row.id


def find(session: Session, print_id: int, at: datetime) -> PrintedReportRow | None:
    """None where its day is over; the next who asks for any report deletes it."""
    row = session.get(PrintedReportRow, print_id)
    return row if row is not None and row.asked_at >= at - KEPT else None


def keep(session: Session, print_id: int, name: str, content: bytes) -> None:
    """Twice is once."""
    session.execute(
        update(PrintedReportRow)
        .where(PrintedReportRow.id == print_id)
        .values(name=name, content=content, failed=False)
    )


def fail(session: Session, print_id: int) -> None:
    session.execute(
        update(PrintedReportRow).where(PrintedReportRow.id == print_id).values(failed=True)
    )
