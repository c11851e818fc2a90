"""Writes spreadsheets of texts as workbook or CSV files, and reads uploaded files."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import TypeVar

from flask import request

from hotline.console.visit import Visit, refusal_text
from hotline.core import spreadsheet_reading
from hotline.core.spreadsheet_reading import MAX_ROWS
from hotline.text import review_sheets, spreadsheets
from hotline.text.errors import FormRefused, ImportRefused
from hotline.text.export_sheets import as_csv
from hotline.text.languages import message_text
from hotline.text.review_sheets import SheetRow

MAX_LETTERS = 700_000
"""The maximum number of letters in a spreadsheet. The texts of all flows in three languages need only a tenth of this
number."""
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "po": "text/x-gettext-translation; charset=utf-8",
}
CELLS = 6
MAX_BYTES = 3 * 2**20
"""The maximum number of bytes of the hidden form field that contains the rows of a spreadsheet."""
Taken = TypeVar("Taken")


def sheet_response(
    kind: str,
    rows: Sequence[Mapping[str, str]],
    language: str,
    columns: Sequence[str] = review_sheets.COLUMNS,
) -> bytes:
    table = review_sheets.sheet_table(rows, columns)
    if kind == "csv":
        return as_csv(table).encode("utf-8-sig")
    return spreadsheets.write_table(
        table,
        widths=review_sheets.WIDTHS,
        writable=(language, "agreed"),
        choices={"agreed": "yes"},
    )


def read_upload(visit: Visit, read: Callable[[bytes], Taken]) -> Taken:
    """Returns the result of the function `read` for the content of the uploaded file. Raises FormRefused."""
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        raise visit.wrong("sheet", "Choose a file.")
    with closing(upload):
        raw: bytes = upload.read(spreadsheet_reading.MAX_BYTES + 1)
    try:
        return read(raw)
    except ImportRefused as refused:
        raise refused_file(visit, refused) from None


def refused_file(visit: Visit, refused: ImportRefused) -> FormRefused:
    """Returns the error for a refused file, in the reader's language."""
    return visit.wrong(
        "sheet", "Cannot import this file: {message}", message=refusal_text(visit, refused)
    )


def text_of(raw: bytes) -> str:
    """Returns the content of an uploaded CSV file or workbook as CSV text. Raises ImportRefused."""
    if len(raw) > spreadsheet_reading.MAX_BYTES:
        raise ImportRefused([message_text("the file is larger than 2 MB")])
    if raw.startswith(b"PK"):  # Every workbook is a zip file, and begins with these two letters.
        buffer = io.StringIO()
        rows = spreadsheet_reading.read_workbook(raw)
        csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
        return buffer.getvalue()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused(
            [message_text("the file is not UTF-8: save it as .xlsx or CSV UTF-8")]
        ) from None


def read_rows(raw: bytes, language: str) -> Sequence[SheetRow]:
    """Returns the rows of an uploaded spreadsheet. Raises ImportRefused."""
    text = text_of(raw)
    rows = (
        review_sheets.read_file(text, language)
        if review_sheets.is_po(text)
        else review_sheets.read_sheet(text, language)
    )
    if len(rows) > MAX_ROWS:
        raise ImportRefused([message_text("the file has more than {count} rows", count=MAX_ROWS)])
    if sum(len(row.place) + len(row.words) for row in rows) > MAX_LETTERS:
        raise ImportRefused(
            [message_text("the sheet has too many letters: divide the sheet into two sheets")]
        )
    return rows


def pack_rows(rows: Sequence[SheetRow], whys: Sequence[str] = ()) -> str:
    """Returns the rows of a spreadsheet as the text of a hidden form field. If a row was refused, the text also
    contains the reason for the refusal."""
    reasons = whys or [""] * len(rows)
    cells = [
        [row.line, row.place, row.words, row.agreed, row.digest, reason]
        for row, reason in zip(rows, reasons, strict=True)
    ]
    return json.dumps(cells, ensure_ascii=False)


def unpack_rows(visit: Visit) -> Sequence[tuple[SheetRow, str]]:
    """Reads the rows of a spreadsheet from the hidden form field. The rows may be wrong, because the browser may have
    changed the field. Raises FormRefused."""
    try:
        cells = json.loads(visit.form.text("rows", most=MAX_BYTES))
    except (ValueError, RecursionError):
        cells = None
    if not isinstance(cells, list) or len(cells) > MAX_ROWS or not all(map(_is_row, cells)):
        broken = ImportRefused([message_text("the form is damaged: upload the sheet again")])
        raise refused_file(visit, broken)
    return [
        (SheetRow(line, place, review_sheets.plain_text(words), agreed, digest), reason)
        for line, place, words, agreed, digest, reason in cells
    ]


def _is_row(cells: object) -> bool:
    return (
        isinstance(cells, list)
        and len(cells) == CELLS
        and isinstance(cells[0], int)
        and all(isinstance(text, str) for text in cells[1:])
    )
