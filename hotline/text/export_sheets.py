"""Writes tables as CSV, and prepares them as sheets of a workbook. A spreadsheet program never treats a cell of these
tables as a formula. Pure.

The module also reads the id of a database row from text that a person typed.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""If a cell begins with one of these characters, a spreadsheet program treats the cell as a formula."""
ExportCell = str | int
MAX_NAME_LENGTH = 31
"""The maximum number of letters that spreadsheet programs accept in the name of a sheet."""


@dataclass(frozen=True, slots=True)
class ExportSheet:
    """One table with a header row. In a workbook, a sentence about the table comes above the table."""

    name: str
    text: str
    head: Sequence[str]
    rows: Sequence[Sequence[ExportCell]]


def harmless_text(text: str) -> str:
    """Returns `text` in a form that no spreadsheet program treats as a formula."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def original_text(cell: str) -> str:
    """Returns the text from which `harmless_text` made a cell."""
    is_escaped = cell.startswith("'") and cell.lstrip("'").startswith(FORMULA)
    return cell[1:] if is_escaped else cell


def as_csv(rows: Iterable[Sequence[ExportCell]]) -> str:
    """Returns the rows as CSV. If a text looks like a formula, the function puts an apostrophe before the text. Numbers
    stay unchanged."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(
        [harmless_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return file.getvalue()


def sheet_names(names: Iterable[str]) -> Sequence[str]:
    """Converts names to names that a workbook accepts for its sheets: short, without forbidden characters, and all
    different."""
    found: list[str] = []
    for name in names:
        allowed = "".join("-" if letter in r"[]:*?/\'" else letter for letter in name)
        short, count = allowed[:MAX_NAME_LENGTH], 1
        while short.casefold() in {sheet_name.casefold() for sheet_name in found}:
            count += 1
            short = f"{allowed[: MAX_NAME_LENGTH - len(str(count)) - 1]}~{count}"
        found.append(short)
    return found


MAX_ROW_ID = 2**63 - 1
"""The largest integer that a database stores."""


def parse_row_id(text: str) -> int | None:
    """Returns the id in a text, or None if the text cannot be the id of a row."""
    if not text.isdecimal() or len(text) > len(str(MAX_ROW_ID)):
        return None
    number = int(text)
    return number if number <= MAX_ROW_ID else None
