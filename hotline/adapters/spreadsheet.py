"""openpyxl: a table of text as a workbook that a reviewer likes, and back; figures as one. No cell is a formula."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from hotline.domain.evidence.exporting.export_sheets import ExportSheet, sheet_names
from hotline.errors import ImportRefused

BEGINS = b"PK"
"""Of every workbook, as of every zip."""
MOST_COLUMNS = 64
NOT_ONE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, ParseError),
    *(InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError),
    *(NotImplementedError, RuntimeError, OSError),
)
"""What it raises for a file that is no workbook, or a broken one."""


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """What is larger is no sheet of ours, and might be made to fill a memory."""

    size: int = 10 * 2**20
    unpacked: int = 100 * 2**20
    rows: int = 20_000


AT_A_COMMAND = SheetLimits()
TEXT = "@"
"""The format of a cell that stays what was typed."""
TOP = Alignment(vertical="top", wrap_text=True)
HEAD = PatternFill("solid", fgColor="DDE6EE")
HERS = PatternFill("solid", fgColor="FFF7D6")
"""Where the reader writes."""
DEFAULT_WIDTH = 14
FIGURE_WIDTH = 24
OLDEST = (1980, 1, 1, 0, 0, 0)
"""The time of each part of a zip that says no time."""
CORE = "docProps/core.xml"


def write(
    rows: Sequence[Sequence[str]],
    *,
    widths: Mapping[str, int],
    writable: Iterable[str],
    choices: Mapping[str, str],
) -> bytes:
    """Rows of one table, the first with the names of its columns, by which the rest is told.

    The head and the first column stay in sight; `writable` columns are tinted; one with `choices` offers them.
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
                cell.fill = HERS

    for column, name in enumerate(names, start=1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = widths.get(name, DEFAULT_WIDTH)
        if name in choices:
            offered = DataValidation("list", formula1=f'"{choices[name]}"', allow_blank=True)
            offered.add(f"{letter}2:{letter}{len(rows) + 1}")
            sheet.add_data_validation(offered)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def book(sheets: Sequence[ExportSheet], made_at: datetime) -> bytes:
    """A sheet a table, its sentence above it. Numbers are numbers, all else is text; equal tables give equal bytes."""
    work = Workbook()
    work.remove(work.worksheets[0])
    for name, one in zip(sheet_names(one.name for one in sheets), sheets, strict=True):
        _fill(work.create_sheet(name), one)
    written = io.BytesIO()
    work.save(written)
    work.properties.created = work.properties.modified = made_at.astimezone(UTC).replace(
        tzinfo=None
    )
    core = tostring(work.properties.to_tree())
    still = io.BytesIO()
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(still, "w") as whole:
        for part in parts.namelist():
            kept = core if part == CORE else parts.read(part)
            whole.writestr(zipfile.ZipInfo(part, OLDEST), kept, zipfile.ZIP_DEFLATED)
    return still.getvalue()


def read(workbook: bytes, limits: SheetLimits = AT_A_COMMAND) -> list[list[str]]:
    """The cells of its first sheet as text. Raises ImportRefused: no workbook, too large, or a formula in it."""
    _measure(workbook, limits)
    try:
        with warnings.catch_warnings(action="ignore"):
            # Row by row: what a sheet says of its own size is not asked.
            book = load_workbook(io.BytesIO(workbook), read_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            rows = [row[:MOST_COLUMNS] for row in islice(sheet.iter_rows(), limits.rows + 2)]
    except NOT_ONE:
        raise ImportRefused(["not a workbook, or a broken one: save it again as .xlsx"]) from None
    if len(rows) > limits.rows + 1:
        raise ImportRefused([f"more than {limits.rows} rows"])

    run = [cell for row in rows for cell in row if cell.data_type == "f"]
    if run:
        raise ImportRefused([f"line {cell.row}: {cell.coordinate} is a formula" for cell in run])
    return [[_text(cell.value) for cell in row] for row in rows]


def _fill(sheet: Worksheet, one: ExportSheet) -> None:
    for number, row in enumerate(((one.says,), one.head, *one.rows), start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, int):
                cell.value = value
            else:
                _write(cell, value)
            if number == 2:
                cell.font, cell.fill = Font(bold=True), HEAD
    sheet["A1"].alignment = Alignment(wrap_text=False)
    for column in range(1, len(one.head) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = FIGURE_WIDTH
    sheet.freeze_panes = "A3"


def _write(cell: Cell | MergedCell, text: str) -> None:
    """As text, whatever it begins with; and still text after somebody has edited it."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.number_format, cell.alignment = TEXT, TOP
    cell.quotePrefix = True


def _measure(workbook: bytes, limits: SheetLimits) -> None:
    """Raises ImportRefused. A zip may say that it holds more than any memory: it is asked before it is opened."""
    try:
        inside = zipfile.ZipFile(io.BytesIO(workbook)).infolist()
    except NOT_ONE:
        raise ImportRefused(["not a workbook: save it as .xlsx, or as CSV UTF-8"]) from None
    unpacked = sum(part.file_size for part in inside)
    if len(workbook) > limits.size or unpacked > limits.unpacked:
        raise ImportRefused(["too large for a sheet of ours"])


def _text(value: object) -> str:
    """What stands in a cell. A spreadsheet makes a number of what looks like one."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
