"""Writes workbooks with openpyxl: tables of texts for reviewers, and statistics. No cell of these workbooks is a
formula.

`core.spreadsheet_reading` reads workbooks in a separate process.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from hotline.text.export_sheets import ExportSheet, sheet_names

TEXT = "@"
"""The format with which a spreadsheet program leaves the content of a cell exactly as typed."""
TOP_ALIGNED = Alignment(vertical="top", wrap_text=True)
HEAD = PatternFill("solid", fgColor="DDE6EE")
REVIEWER_FILL = PatternFill("solid", fgColor="FFF7D6")
"""The fill colour of the columns in which the reviewer writes."""
DEFAULT_WIDTH = 14
NUMBER_WIDTH = 24
OLDEST = (1980, 1, 1, 0, 0, 0)
"""The date of every file inside a workbook (a zip file). The date never changes, so equal tables give equal files."""
CORE = "docProps/core.xml"


def write_table(
    rows: Sequence[Sequence[str]],
    *,
    widths: Mapping[str, int],
    writable: Iterable[str],
    choices: Mapping[str, str],
) -> bytes:
    """Returns a workbook with one table. The first row has the names of the columns, and `widths` and the other
    arguments use these names.

    The first row and the first column stay visible during scrolling. The columns in `writable` have a colour. Cells of
    a column in `choices` offer a list of values.
    """
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    names, *_ = rows
    for number, row in enumerate(rows, start=1):
        for name, column, text in zip(names, range(1, len(row) + 1), row, strict=True):
            cell = sheet.cell(number, column)
            _write(cell, text)
            if number == 1:
                cell.font, cell.fill = Font(bold=True), HEAD
            elif name in writable:
                cell.fill = REVIEWER_FILL

    for column, name in enumerate(names, start=1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = widths.get(name, DEFAULT_WIDTH)
        if name in choices:
            offered = DataValidation("list", formula1=f'"{choices[name]}"', allow_blank=True)
            offered.add(f"{letter}2:{letter}{len(rows) + 1}")
            sheet.add_data_validation(offered)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def write_workbook(sheets: Sequence[ExportSheet], made_at: datetime) -> bytes:
    """Returns a workbook with one sheet for each table. Each sheet has a sentence about the table, and the table below
    the sentence. Integers remain numbers. All other values become text. Equal tables give equal files."""
    work = Workbook()
    work.remove(work.worksheets[0])
    for name, sheet in zip(sheet_names(sheet.name for sheet in sheets), sheets, strict=True):
        _fill(work.create_sheet(name), sheet)
    file = io.BytesIO()
    work.save(file)
    work.properties.created = work.properties.modified = made_at.astimezone(UTC).replace(
        tzinfo=None
    )
    core = tostring(work.properties.to_tree())
    stable = io.BytesIO()
    with zipfile.ZipFile(file) as parts, zipfile.ZipFile(stable, "w") as archive:
        for part in parts.namelist():
            content = core if part == CORE else parts.read(part)
            archive.writestr(zipfile.ZipInfo(part, OLDEST), content, zipfile.ZIP_DEFLATED)
    return stable.getvalue()


def _fill(sheet: Worksheet, table: ExportSheet) -> None:
    for number, row in enumerate(((table.text,), table.head, *table.rows), start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, int):
                cell.value = value
            else:
                _write(cell, value)
            if number == 2:
                cell.font, cell.fill = Font(bold=True), HEAD
    sheet["A1"].alignment = Alignment(wrap_text=False)
    for column in range(1, len(table.head) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = NUMBER_WIDTH
    sheet.freeze_panes = "A3"


def _write(cell: Cell | MergedCell, text: str) -> None:
    """Writes a cell as text, even if the text begins like a formula. If a person edits the cell, its content remains
    text."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.number_format, cell.alignment = TEXT, TOP_ALIGNED
    cell.quotePrefix = True
