"""Figures as they were published, and what was counted for them: written once, and never changed.

Rows, and the questions asked of them.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.cases.months import MonthVersion, is_month
from hotline.domain.evidence.digest import digest_of
from hotline.domain.evidence.edition import Edition, FigureCell, PublishedFigures, months_in
from hotline.domain.evidence.tables import ALL
from hotline.store.database import Row, add_if_new
from hotline.store.insert_only import never_changes


class FigureEditionRow(Row):
    """One edition of a month, a quarter or a year."""

    __tablename__ = "figure_edition"
    __table_args__ = (UniqueConstraint("period", "edition", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str]
    """2026-11, 2026-Q4 or 2026: of Kigali."""
    edition: Mapped[str]
    version: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    digest: Mapped[str]
    """Over its cells."""
    is_invented: Mapped[bool]


class FigureCellRow(Row):
    """One number of it, as whoever reads that edition may see it."""

    __tablename__ = "figure_cell"
    __table_args__ = (UniqueConstraint("edition_id", "figure", "row", "column"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("figure_edition.id"))
    figure: Mapped[str]
    row: Mapped[str]
    column: Mapped[str]
    number: Mapped[int | None]
    """None is hidden."""
    bound: Mapped[str]


class FigureCount(Row):
    """What an edition was made of: the true counts, by which later versions and totals are judged. Shown to nobody."""

    __tablename__ = "figure_count"

    edition_id: Mapped[int] = mapped_column(ForeignKey("figure_edition.id"), primary_key=True)
    counts: Mapped[str]


for _table in (FigureEditionRow, FigureCellRow, FigureCount):
    never_changes(_table)


TOLD = (
    FigureCellRow.figure,
    FigureCellRow.row,
    FigureCellRow.column,
    FigureCellRow.number,
    FigureCellRow.bound,
)
"""As `FigureCell` lists them. A year has tens of thousands: no row of them is made an object of the mapper."""


def write(session: Session, published: PublishedFigures, counts: str | None = None) -> bool:
    """Whether it is written: of two who make it at once one waits, and writes nothing.

    `counts` are kept beside it, and read by `counts`.
    """
    row = FigureEditionRow(
        period=published.period,
        edition=published.edition,
        version=published.version,
        made_at=published.made_at,
        made_by=published.made_by,
        digest=digest_of(published),
        is_invented=published.is_invented,
    )
    if not add_if_new(session, row):
        return False
    written = _row(session, published.period, published.edition, published.version)
    assert written is not None
    edition_id = written.id
    cells = [
        {
            "edition_id": edition_id,
            "figure": one.figure,
            "row": one.row,
            "column": one.column,
            "number": one.number,
            "bound": one.bound,
        }
        for one in published.cells
    ]
    if cells:
        # Past the mapper, which would part them wherever a hidden number stands beside one that is told.
        session.connection().execute(insert(FigureCellRow), cells)
    if counts is not None:
        session.execute(insert(FigureCount), [{"edition_id": edition_id, "counts": counts}])
    return True


def counts(session: Session, period: str, edition: Edition, version: MonthVersion) -> str | None:
    """None where that version is not there, or was published before counts were kept."""
    row = _row(session, period, edition, version)
    kept = session.get(FigureCount, row.id) if row is not None else None
    return kept.counts if kept is not None else None


def made(session: Session) -> Collection[tuple[str, Edition, MonthVersion]]:
    """Period, edition and version of everything that is published."""
    found = select(FigureEditionRow.period, FigureEditionRow.edition, FigureEditionRow.version)
    return {
        (period, Edition(edition), MonthVersion(version))
        for period, edition, version in session.execute(found)
    }


def closed(session: Session) -> Collection[str]:
    """Months that were published before counts were kept: nothing can be judged beside them."""
    found = select(FigureEditionRow.period).outerjoin(
        FigureCount, FigureCount.edition_id == FigureEditionRow.id
    )
    return {*session.scalars(found.where(FigureCount.edition_id.is_(None)))}


def read(
    session: Session, period: str, edition: Edition, version: MonthVersion | None = None
) -> PublishedFigures | None:
    """The newest version where none is named. Its cells in the order in which they were written."""
    row = _row(session, period, edition, version)
    if row is None:
        return None
    found = select(*TOLD).where(FigureCellRow.edition_id == row.id).order_by(FigureCellRow.id)
    cells = [FigureCell(*one) for one in session.execute(found)]
    return PublishedFigures(
        period=row.period,
        edition=Edition(row.edition),
        version=MonthVersion(row.version),
        made_at=row.made_at,
        made_by=row.made_by,
        cells=cells,
        is_invented=row.is_invented,
        of_months=_held(session, row.period),
    )


def _held(session: Session, period: str) -> Sequence[str]:
    """Which months a total holds, where a month of it is none of the line's: it began later, or nothing was counted."""
    months = months_in(period)
    found = select(FigureEditionRow.period).where(FigureEditionRow.period.in_(months)).distinct()
    held = sorted(session.scalars(found)) if len(months) > 1 else []
    return held if 0 < len(held) < len(months) else ()


def newest(session: Session) -> str | None:
    """What was published last, as a person says it."""
    found = select(FigureEditionRow).order_by(FigureEditionRow.id.desc()).limit(1)
    row = session.scalars(found).first()
    return f"{row.period} ({row.version})" if row is not None else None


def newest_month(session: Session, edition: Edition) -> str | None:
    found = {period for period, of, _ in made(session) if of is edition and is_month(period)}
    return max(found, default=None)


def nation_by_month(session: Session, edition: Edition) -> Mapping[str, Sequence[FigureCell]]:
    """Of every month the numbers of the nation, in its newest version; the earliest first."""
    found = select(FigureEditionRow.period, func.max(FigureEditionRow.id))
    found = found.where(FigureEditionRow.edition == edition).group_by(FigureEditionRow.period)
    newest = {row_id: period for period, row_id in session.execute(found) if is_month(period)}
    nation = select(FigureCellRow.edition_id, *TOLD).where(
        FigureCellRow.edition_id.in_(newest), FigureCellRow.row == ALL, FigureCellRow.column == ALL
    )
    months: dict[str, list[FigureCell]] = {period: [] for period in sorted(newest.values())}
    for edition_id, figure, row, column, number, bound in session.execute(
        nation.order_by(FigureCellRow.id)
    ):
        months[newest[edition_id]].append(FigureCell(figure, row, column, number, bound))
    return months


def _row(
    session: Session, period: str, edition: Edition, version: MonthVersion | None
) -> FigureEditionRow | None:
    found = select(FigureEditionRow).where(
        FigureEditionRow.period == period, FigureEditionRow.edition == edition
    )
    if version is not None:
        found = found.where(FigureEditionRow.version == version)
    # A revised one is written after the first.
    return session.scalars(found.order_by(FigureEditionRow.id.desc()).limit(1)).first()
