"""CSV in which no cell is a formula, whoever wrote it. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs what begins so."""
ORIGIN, INVENTED = "origin", "INVENTED"
"""The last column of whatever is invented, and what stands in each of its rows."""


def as_sheet(rows: Sequence[Mapping[str, object]], *, is_invented: bool = False) -> str:
    """Columns are those of the last row; without rows it is empty. Each row says where it is invented."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    marks = [INVENTED] if is_invented else []
    if rows:
        writer.writerow([*rows[-1].keys(), *(ORIGIN for _ in marks)])
    for row in rows:
        writer.writerow([*map(harmless, row.values()), *marks])
    return out.getvalue()


def harmless(value: object) -> str:
    """The cell as text that a spreadsheet shows and does not run. A number stays one."""
    if isinstance(value, int):
        return str(value)
    written = "" if value is None else str(value)
    return f"'{written}" if written.startswith(FORMULA) else written
