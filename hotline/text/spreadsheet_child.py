"""Reads one workbook from standard input, in a child process that `sheet_reading` starts.

It first limits its own processor time and memory. It writes the rows, or the reasons of a refusal, as JSON.
"""

import io
import json
import resource
import struct
import sys
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from hotline.errors import ImportRefused
from hotline.text.phrases import Remark, remark
from hotline.text.spreadsheet_reading import NO_WORKBOOK, REFUSED, ROWS, TOO_LARGE

if __name__ == "__main__":
    # openpyxl would load numpy for numbers that no sheet has. That takes a second and half a gigabyte of addresses.
    sys.modules["numpy"] = None  # type: ignore[assignment]

MEMORY = 400 * 2**20
"""Maximum bytes of address space. The largest sheet of this project takes 60 MB."""
PROCESSOR_SECONDS = 10
UNPACKED = 4 * 2**20
"""Maximum bytes of a workbook's unpacked parts. A sheet of every text of the line has 1.8 MB."""
MOST_PARTS = 1_000
MOST_COLUMNS = 64
MOST_LETTERS = 4_000_000
"""Maximum letters in all cells. Many cells may share one long text."""
MOST_FORMULAS = 20
"""Maximum number of formulas that a refusal names."""
NOT_ONE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, ParseError),
    *(InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError),
    *(NotImplementedError, RuntimeError, OSError),
)
"""Errors for a file that is no workbook, or a broken one."""


def main() -> None:
    """Reads the workbook on standard input and writes its rows. The first argument is the maximum number of rows."""
    limit_itself()
    try:
        told = json.dumps({ROWS: rows_of(sys.stdin.buffer.read(), int(sys.argv[1]))})
    except ImportRefused as refused:
        told = json.dumps(
            {REFUSED: [one.to_json() for one in refused.said if isinstance(one, Remark)]}
        )
    except MemoryError:
        told = json.dumps({REFUSED: [TOO_LARGE.to_json()]})
    sys.stdout.write(told)


def limit_itself() -> None:
    """Limits the processor time and the memory of this process. Forbids it to write files and core dumps."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 1))


def rows_of(workbook: bytes, most_rows: int) -> list[list[str]]:
    """Returns the cells of the first sheet as text. Raises ImportRefused if the workbook is not accepted."""
    _measure(workbook)
    try:
        with warnings.catch_warnings(action="ignore"):
            # Reads row by row, because a sheet may state a wrong size.
            book = load_workbook(io.BytesIO(workbook), read_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            return _read(sheet.iter_rows(), most_rows)
    except NOT_ONE:
        raise ImportRefused([NO_WORKBOOK]) from None


def _measure(workbook: bytes) -> None:
    """Raises ImportRefused if the workbook is broken or too large. Reads the sizes in the zip before it unpacks
    anything."""
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as whole:
            parts = whole.infolist()
    except NOT_ONE:
        raise ImportRefused([NO_WORKBOOK]) from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise ImportRefused([TOO_LARGE])


def _read(rows: Any, most_rows: int) -> list[list[str]]:
    found, formulas, letters = list[list[str]](), list[Remark](), 0
    for row in islice(rows, most_rows + 2):
        cells: Sequence[Any] = row[:MOST_COLUMNS]
        formulas += [_formula(cell) for cell in cells if cell.data_type == "f"]
        found.append([_text(cell.value) for cell in cells])
        letters += sum(map(len, found[-1]))
        if letters > MOST_LETTERS:
            raise ImportRefused([TOO_LARGE])
    if len(found) > most_rows + 1:
        raise ImportRefused([remark("more than {count} rows", count=most_rows)])
    if formulas:
        raise ImportRefused(formulas[:MOST_FORMULAS])
    return found


def _formula(cell: Any) -> Remark:
    return remark("line {line}: {cell} is a formula", line=cell.row, cell=cell.coordinate)


def _text(value: object) -> str:
    """Returns a cell's text. A spreadsheet turns text that looks like a number into a number."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    main()
