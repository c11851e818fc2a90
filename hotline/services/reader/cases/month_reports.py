"""A month's persons for the report: as they were counted and written down, or as they come to so far."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.cases import month_table
from hotline.domain.cases.counting import CountCell, count
from hotline.domain.cases.month_table import MonthTable
from hotline.domain.cases.months import MonthVersion, begins, ends
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.reader.cases import month_ends
from hotline.services.reader.reader_kit import ReaderKit
from hotline.store.cases import counted
from hotline.store.reach import case_ends

BY_COMMAND = "cli"


@dataclass(frozen=True, slots=True)
class MonthReport:
    month: str
    version: MonthVersion | None
    """None: it is not written down yet, and was counted for this report."""
    made_at: datetime
    table: MonthTable
    closed: int = 0
    """Cases of it that do not open, and are not in the table."""


def report(kit: Kit, month: str, reader: Callable[[], ReaderKit]) -> MonthReport:
    """The newest count that was made; where none was, one of now: by the reader's keys, if anybody was met.

    A month that is written down is never counted again: what an earlier table hid, no later one gives back. Raises
    NotFound before the month began, and what `reader` raises.
    """
    if begins(month) > kit.now():
        raise NotFound(f"{month} has not begun")
    with kit.database.reading() as session:
        for version in reversed(MonthVersion):
            rows = counted.cells(session, month, version)
            if rows:
                made = [CountCell(one.figure, one.row, one.column, one.number) for one in rows]
                table = month_table.table(made, is_made=True)
                return MonthReport(month, version, rows[0].made_at, table)
        nobody = not case_ends.of_month(session, begins(month), ends(month)).tips
    cells, closed = (
        (count(()), 0) if nobody else month_ends.counted_now(reader(), month, BY_COMMAND)
    )
    return MonthReport(month, None, kit.now(), month_table.table(cells, is_made=False), closed)
