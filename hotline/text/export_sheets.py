"""Tables as they leave the line: as CSV, and as the sheets of a workbook. No cell is a formula. Pure.

Reads the id of a row from what a person typed.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs what begins so."""
ExportCell = str | int
LONGEST_NAME = 31
"""Of a sheet, as spreadsheets have it."""


@dataclass(frozen=True, slots=True)
class ExportSheet:
    """A table with a head, and a sentence above it in a workbook."""

    name: str
    says: str
    head: Sequence[str]
    rows: Sequence[Sequence[ExportCell]]


def as_csv(head: Sequence[str], rows: Iterable[Sequence[ExportCell]]) -> bytes:
    """UTF-8. A word that a spreadsheet would take for a formula has an apostrophe before it; a number never has."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def sheet_names(names: Iterable[str]) -> Sequence[str]:
    """Names that a workbook takes: short, of its letters, and no two alike."""
    found: list[str] = []
    for name in names:
        plain = "".join("-" if letter in r"[]:*?/\'" else letter for letter in name)
        short, count = plain[:LONGEST_NAME], 1
        while short.casefold() in {one.casefold() for one in found}:
            count += 1
            short = f"{plain[: LONGEST_NAME - len(str(count)) - 1]}~{count}"
        found.append(short)
    return found


def harmless(value: object) -> str:
    """The cell as text that a spreadsheet shows and does not run, on one line. A number stays one."""
    if isinstance(value, int):
        return str(value)
    written = "" if value is None else str(value)
    safe = f"'{written}" if written.startswith(FORMULA) else written
    return safe.replace("\r", " ").replace("\n", " ")


MOST = 2**63 - 1
"""No database keeps a larger number."""


def row_id_in(written: str) -> int | None:
    """Returns the id, or None where the text is no id that a row can have."""
    if not written.isdecimal() or len(written) > len(str(MOST)):
        return None
    number = int(written)
    return number if number <= MOST else None
