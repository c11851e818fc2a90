"""CSV in which no cell is a formula, whoever wrote it. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs what begins so."""


def as_sheet(rows: Sequence[Mapping[str, object]]) -> str:
    """Columns are those of the last row; without rows it is empty."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    if rows:
        writer.writerow(rows[-1].keys())
    for row in rows:
        writer.writerow([harmless(value) for value in row.values()])
    return out.getvalue()


def harmless(value: object) -> str:
    """The cell as text that a spreadsheet shows and does not run. A number stays one."""
    if isinstance(value, int):
        return str(value)
    written = "" if value is None else str(value)
    return f"'{written}" if written.startswith(FORMULA) else written
