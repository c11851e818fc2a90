"""A month's persons for the report: as they are published inside, or as they come to so far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.cases.counting import CountCell, count
from hotline.domain.cases.months import MonthVersion, begins, ends
from hotline.domain.evidence.edition import Edition, PublishedFigures
from hotline.domain.evidence.publishing.case_counts import told_so_far
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.reader.cases import month_ends
from hotline.services.reader.reader_kit import ReaderKit
from hotline.store.cases import counted
from hotline.store.evidence import figure_editions
from hotline.store.reach import case_ends

BY_COMMAND = "cli"


@dataclass(frozen=True, slots=True)
class MonthReport:
    month: str
    version: MonthVersion | None
    """None: it is not published yet, and is told of everybody alone."""
    made_at: datetime
    figures: PublishedFigures
    closed: int = 0
    """Cases of it that do not open, and are not in the table."""


def report(kit: Kit, month: str, reader: Callable[[], ReaderKit]) -> MonthReport:
    """The newest inside edition; where there is none, everybody alone: as counted, or by the reader's keys as of now.

    What is published is never counted or hidden anew: what an earlier table hid, no later one gives back. Raises
    NotFound before the month began, and what `reader` raises.
    """
    if begins(month) > kit.now():
        raise NotFound(f"{month} has not begun")
    with kit.database.reading() as session:
        published = figure_editions.read(session, month, Edition.INSIDE)
        rows = [row for version in MonthVersion for row in counted.cells(session, month, version)]
        nobody = not case_ends.of_month(session, begins(month), ends(month)).tips
    if published is not None and published.cell("identified") is not None:
        return MonthReport(month, published.version, published.made_at, published)
    if rows:
        newest = [row for row in rows if row.version == rows[-1].version]
        made = [CountCell(one.figure, one.row, one.column, one.number) for one in newest]
        return _so_far(month, made, rows[-1].made_at)
    cells, closed = (
        (count(()), 0) if nobody else month_ends.counted_now(reader(), month, BY_COMMAND)
    )
    return _so_far(month, cells, kit.now(), closed)


def _so_far(month: str, cells: Sequence[CountCell], at: datetime, closed: int = 0) -> MonthReport:
    told = told_so_far(cells)
    figures = PublishedFigures(month, Edition.INSIDE, MonthVersion.FIRST, at, BY_COMMAND, told)
    return MonthReport(month, None, at, figures, closed)
