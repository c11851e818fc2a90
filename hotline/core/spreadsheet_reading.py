"""Reads a workbook (a spreadsheet file) in a child process with limits of time and memory. A process reads one
workbook at a time.

The person who uploads a file can choose how large the file becomes after unpacking. For example, a file of 39 kB took
nine seconds and 713 MB. The system ends a child process that needs too much time or memory. No other request waits for
this child process.
"""

import io
import json
import sys
import warnings
import zipfile
from collections.abc import Sequence
from itertools import islice
from typing import Any

from hotline.core.long_work import BUSY, KILLED, LATE, OUT_OF_MEMORY, run
from hotline.text.errors import ImportRefused, WorkEnded
from hotline.text.languages import MessageText, message_text, message_text_of

NO_WORKBOOK = message_text("the file is damaged or not a spreadsheet: use .xlsx or CSV UTF-8")
TOO_LARGE = message_text("the sheet is too large: copy its cells into a new sheet")
TOO_LONG = message_text(
    "this spreadsheet takes too long to read: copy the cells into a new sheet, or save the spreadsheet as CSV UTF-8"
)
ANOTHER = message_text("the hotline is still reading another spreadsheet: try again in a moment")
MESSAGES = {BUSY: ANOTHER, LATE: TOO_LONG, KILLED: TOO_LONG, OUT_OF_MEMORY: TOO_LARGE}
"""Maps each reason why reading failed to the message that the person sees. For any other reason, the message is
`NO_WORKBOOK`."""
MAX_BYTES = 2 * 2**20
MAX_ROWS = 5_000
UNPACKED = 4 * 2**20
"""The maximum size in bytes of a workbook after unpacking. A spreadsheet with every text of the hotline has 1.8 MB."""
MAX_PARTS = 1_000
MAX_COLUMNS = 64
MAX_LETTERS = 4_000_000
"""The maximum number of letters in all cells of a workbook together. The limit is not for each single cell, because
many cells can share one long text and need little space in the file.
"""
MAX_FORMULAS = 20
"""The maximum number of formulas that the error about a refused workbook names."""


def read_workbook(workbook: bytes) -> list[list[str]]:
    """Returns the cells of the first sheet as text.

    Raises ImportRefused if the file is not a workbook, is too large, contains a formula, or takes too long to read.
    """
    try:
        rows: list[list[str]]
        rows, refused = json.loads(run("sheet", workbook))
    except WorkEnded as ended:
        raise ImportRefused([MESSAGES.get(str(ended), NO_WORKBOOK)]) from None
    if refused:
        raise ImportRefused(list(map(message_text_of, refused)))
    return rows


def read_here(workbook: bytes) -> bytes:
    """Reads a workbook inside a child process. Returns the rows as JSON, or the reasons to refuse the workbook."""
    # openpyxl would load numpy, which no spreadsheet here needs. Loading numpy would take a second and half a
    # gigabyte of address space.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        results: list[Any] = [rows_of(workbook), []]
    except ImportRefused as refused:
        results = [[], [text.to_json() for text in refused.said if isinstance(text, MessageText)]]
    return json.dumps(results).encode()


def rows_of(workbook: bytes, most_rows: int = MAX_ROWS) -> list[list[str]]:
    """Returns the cells of the first sheet as text. Raises ImportRefused for a workbook that the hotline does not
    accept. Also raises every error of the library that reads the workbook."""
    from openpyxl import load_workbook

    # The zip archive names the sizes of its files, so nothing is unpacked before this check.
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise ImportRefused([TOO_LARGE])
    with warnings.catch_warnings(action="ignore"):
        # `read_only` reads row by row, because the file may state a wrong size for the sheet.
        book = load_workbook(io.BytesIO(workbook), read_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        return _read(sheet.iter_rows(), most_rows)


def _read(rows: Any, most_rows: int) -> list[list[str]]:
    found, formulas, letters = list[list[str]](), list[MessageText](), 0
    for row in islice(rows, most_rows + 2):
        cells: Sequence[Any] = row[:MAX_COLUMNS]
        formulas += [
            message_text(
                "line {line}: {cell} is a formula: enter its value",
                line=cell.row,
                cell=cell.coordinate,
            )
            for cell in cells
            if cell.data_type == "f"
        ]
        found.append([_text(cell.value) for cell in cells])
        letters += sum(map(len, found[-1]))
        if letters > MAX_LETTERS:
            raise ImportRefused([TOO_LARGE])
    if len(found) > most_rows + 1:
        raise ImportRefused([message_text("the file has more than {count} rows", count=most_rows)])
    if formulas:
        raise ImportRefused(formulas[:MAX_FORMULAS])
    return found


def _text(value: object) -> str:
    """Returns a cell's text. A spreadsheet program may have turned text into a number, so this function turns the
    number back into text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
