"""The sheet that a native reader fills in: what stands in its cells, and what comes back in them. Pure.

One row a text. The reader changes the words of her own language, and writes `yes` into `agreed`. Each row carries a
digest of what it was made of, so that a sheet that took its time never undoes a newer text.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hotline.errors import ImportRefused
from hotline.text.gsm7 import SUBSTITUTES

COLUMNS = ("place", "en", "fr", "rw", "letters left", "doubts", "state", "agreed", "digest")
NEEDED = ("place", "agreed", "digest")
AGREED = frozenset({"yes", "yego", "oui", "y", "ok", "x", "1"})
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes a cell for that begins so."""


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    place: str
    words: str
    agreed: str
    digest: str


def cell(text: str) -> str:
    """`text` so that a spreadsheet shows it, and never runs it."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def said(cell: str) -> str:
    """What `cell` made, read back."""
    marked = cell.startswith("'") and cell.lstrip("'").startswith(FORMULA)
    return cell[1:] if marked else cell


def write(rows: Iterable[Mapping[str, str]]) -> str:
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: cell(text) for name, text in row.items()} for row in rows)
    return sheet.getvalue()


def read(sheet: str, language: str) -> Sequence[Row]:
    """The rows of a sheet, as a spreadsheet of any country saves it. Raises ImportRefused where it is none."""
    head = sheet.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(sheet), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    try:
        names, *rows = [*reader] or [[]]
    except csv.Error as broken:
        raise ImportRefused([f"not a sheet: {broken}"]) from None

    names = [name.strip() for name in names]
    missing = [name for name in (*NEEDED, language) if name not in names]
    if missing:
        raise ImportRefused([f"line 1: these columns are missing: {', '.join(missing)}"])
    found = []
    for line, row in enumerate(rows, start=2):
        cells = dict(zip(names, map(said, row), strict=False))
        if any(text.strip() for text in row):
            found.append(_row(line, cells, language))
    return found


def _row(line: int, cells: Mapping[str, str], language: str) -> Row:
    get = cells.get
    agreed = get("agreed", "").strip().casefold()
    return Row(
        line, get("place", "").strip(), _plain(get(language, "")), agreed, get("digest", "").strip()
    )


def _plain(words: str) -> str:
    """Composed; without the quotes and blanks of a word processor. Letters with marks are the reader's to change."""
    composed = unicodedata.normalize("NFC", words.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(SUBSTITUTES.get(letter, letter) for letter in composed).strip()
