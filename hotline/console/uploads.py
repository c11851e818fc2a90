"""Writes spreadsheets of texts as workbook or CSV files, and reads uploaded files."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import TypeVar

from flask import request

from hotline.console.visit import Visit, refusal_words
from hotline.core import spreadsheet_reading
from hotline.core.spreadsheet_reading import MOST_ROWS
from hotline.errors import FormRefused, ImportRefused
from hotline.text import review_sheets, spreadsheets
from hotline.text.phrases import remark
from hotline.text.review_sheets import SheetRow

MOST_LETTERS = 700_000
"""The most letters of all texts in a sheet. All flows in three languages have a tenth of it."""
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
CELLS = 5
MOST_BYTES = 3 * 2**20
"""The largest size of the hidden field with the rows."""
Taken = TypeVar("Taken")


def written(
    kind: str,
    rows: Sequence[Mapping[str, str]],
    language: str,
    columns: Sequence[str] = review_sheets.COLUMNS,
) -> bytes:
    if kind == "csv":
        return review_sheets.write(rows, columns).encode("utf-8-sig")
    return spreadsheets.write(
        review_sheets.table(rows, columns),
        widths=review_sheets.WIDTHS,
        writable=(language, "agreed"),
        choices={"agreed": "yes"},
    )


def uploaded(visit: Visit, read: Callable[[bytes], Taken]) -> Taken:
    """Returns the result of `read` on the uploaded file. Raises FormRefused."""
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        raise visit.wrong("sheet", "Choose a file.")
    with closing(upload):
        raw: bytes = upload.read(spreadsheet_reading.MOST_BYTES + 1)
    try:
        return read(raw)
    except ImportRefused as refused:
        raise not_taken(visit, refused) from None


def not_taken(visit: Visit, refused: ImportRefused) -> FormRefused:
    """Returns the error for a refused file, in the reader's language."""
    return visit.wrong(
        "sheet", "Cannot import this file: {message}", message=refusal_words(visit, refused)
    )


def text_of(raw: bytes) -> str:
    """Returns the text of an uploaded CSV file, or a workbook as CSV. Raises ImportRefused."""
    if len(raw) > spreadsheet_reading.MOST_BYTES:
        raise ImportRefused([remark("it is larger than 2 MB")])
    if raw.startswith(b"PK"):  # Every zip begins so, and every workbook is a zip.
        written = io.StringIO()
        rows = spreadsheet_reading.read(raw)
        csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
        return written.getvalue()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused([remark("it is not UTF-8: save it as .xlsx or CSV UTF-8")]) from None


def opened(raw: bytes, language: str) -> Sequence[SheetRow]:
    """Returns the rows of a sheet. Raises ImportRefused."""
    rows = review_sheets.read(text_of(raw), language)
    if len(rows) > MOST_ROWS:
        raise ImportRefused([remark("more than {count} rows", count=MOST_ROWS)])
    if sum(len(row.place) + len(row.words) for row in rows) > MOST_LETTERS:
        raise ImportRefused([remark("it has too many letters: split it into two sheets")])
    return rows


def packed(rows: Sequence[SheetRow], whys: Sequence[str] = ()) -> str:
    """Packs rows for a hidden field, each with its reason for refusal, if it has one."""
    said = whys or [""] * len(rows)
    cells = [
        [row.line, row.place, row.words, row.digest, why]
        for row, why in zip(rows, said, strict=True)
    ]
    return json.dumps(cells, ensure_ascii=False)


def unpacked(visit: Visit) -> Sequence[tuple[SheetRow, str]]:
    """Reads the rows from the hidden field, which the browser may have changed. Raises FormRefused."""
    try:
        cells = json.loads(visit.form.text("rows", most=MOST_BYTES))
    except (ValueError, RecursionError):
        cells = None
    if not isinstance(cells, list) or len(cells) > MOST_ROWS or not all(map(_is_row, cells)):
        broken = ImportRefused([remark("the form is damaged: upload the sheet again")])
        raise not_taken(visit, broken)
    return [
        (SheetRow(line, place, review_sheets.plain_words(words), "yes", digest), why)
        for line, place, words, digest, why in cells
    ]


def _is_row(cells: object) -> bool:
    return (
        isinstance(cells, list)
        and len(cells) == CELLS
        and isinstance(cells[0], int)
        and all(isinstance(text, str) for text in cells[1:])
    )
