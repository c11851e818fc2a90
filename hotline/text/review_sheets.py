"""Writes and reads the spreadsheet that a native reader fills in. Pure.

The spreadsheet has one row for each text. Readers change the text of their own language, and write `yes` in the
column `agreed`.
Each row has a digest of its source text, so that a late spreadsheet never replaces a newer text. A table is a list of
rows of cells. The first row has the names of the columns. It is written as CSV or as a workbook
(`text/spreadsheets.py`).
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hotline.errors import ImportRefused
from hotline.text.export_sheets import FORMULA
from hotline.text.gsm7 import SUBSTITUTES
from hotline.text.phrases import message_text

COLUMNS = (
    "place",
    "en",
    "fr",
    "rw",
    "letters left",
    "doubts",
    "question",
    "state",
    "agreed",
    "digest",
)
REASON_COLUMN = "why"
"""An extra column in a spreadsheet that lists refused rows."""
NEEDED = ("place", "agreed", "digest")
WIDTHS = {
    **dict.fromkeys(("en", "fr", "rw", REASON_COLUMN), 46),
    "place": 34,
    "letters left": 9,
    "doubts": 30,
    "state": 10,
    "agreed": 9,
    "digest": 18,
}
"""The widths of the columns in a workbook, in letters."""
TRANSLATED = "translated"
"""The mark of a row of a PO file. Its text enters the draft, but no person has reviewed it."""
AGREED = frozenset({TRANSLATED, "yes", "yego", "oui", "y", "ok", "x", "1"})


@dataclass(frozen=True, slots=True)
class SheetRow:
    line: int
    place: str
    words: str
    agreed: str
    digest: str


class SheetRowFault(StrEnum):
    """The reason to refuse a row of a spreadsheet before its text is checked."""

    GONE = "no such text: it was moved or taken out since the sheet was made"
    NOT_YES = "write yes into `agreed`, or leave it empty"
    TWICE = "is there twice in the sheet"
    CHANGED = "the text or its English changed since the sheet was made: export it again"
    EMPTY = "has no words"


def harmless_text(text: str) -> str:
    """Returns `text` in a form that a spreadsheet program shows and never runs."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def original_text(cell: str) -> str:
    """Returns the original text for a result of `harmless_text`."""
    marked = cell.startswith("'") and cell.lstrip("'").startswith(FORMULA)
    return cell[1:] if marked else cell


def sheet_table(
    rows: Iterable[Mapping[str, str]], columns: Sequence[str]
) -> Sequence[Sequence[str]]:
    return [columns, *([row[name] for name in columns] for row in rows)]


def write_sheet(rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> str:
    """Returns the spreadsheet as CSV. If a text begins like a formula, an apostrophe is put before it."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerows(map(harmless_text, row) for row in sheet_table(rows, columns))
    return sheet.getvalue()


def read_sheet(sheet: str, language: str) -> Sequence[SheetRow]:
    """Returns the rows of a CSV file, in the form in which the spreadsheet programs of any country save it.

    Raises ImportRefused if the file is not CSV, or if a column is missing.
    """
    head = sheet.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(sheet), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    try:
        cells = [[original_text(text) for text in row] for row in reader]
    except csv.Error as broken:
        raise ImportRefused(
            [message_text("cannot read this sheet: {why}", why=str(broken))]
        ) from None
    names, *rows = cells or [[]]
    names = [name.strip() for name in names]
    missing = [name for name in (*NEEDED, language) if name not in names]
    if missing:
        columns = ", ".join(missing)
        raise ImportRefused(
            [message_text("line 1: add the missing columns: {columns}", columns=columns)]
        )
    found = []
    for line, row in enumerate(rows, start=2):
        if any(text.strip() for text in row):
            found.append(_row(line, dict(zip(names, row, strict=False)), language))
    return found


def _row(line: int, cells: Mapping[str, str], language: str) -> SheetRow:
    get = cells.get
    agreed = get("agreed", "").strip().casefold()
    return SheetRow(
        line,
        get("place", "").strip(),
        plain_text(get(language, "")),
        agreed,
        get("digest", "").strip(),
    )


def plain_text(words: str) -> str:
    """Returns the text with composed letters, without a word processor's quotes and spaces. It keeps letters with
    accents, because the reader must change those."""
    composed = unicodedata.normalize("NFC", words.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(SUBSTITUTES.get(letter, letter) for letter in composed).strip()
