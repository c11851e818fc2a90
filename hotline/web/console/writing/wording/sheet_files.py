"""The file of a sheet as it travels: a workbook or CSV out, whatever somebody uploads in."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing

from flask import request

from hotline.adapters import sheet_reading, spreadsheet
from hotline.adapters.sheet_reading import SheetLimits
from hotline.domain.flows import sheet
from hotline.domain.flows.sheet import SheetRow
from hotline.errors import ImportRefused
from hotline.text.remark import Remark, remark
from hotline.web.console.visit import Visit

LIMITS = SheetLimits(rows=5_000)
MOST_LETTERS = 700_000
"""Of all words of a sheet: those of every flow in three languages are a tenth of it."""
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
CELLS = 5
MORE_BYTES = remark("more than 2 MB")
NOT_UTF8 = remark("not UTF-8: save it as .xlsx or CSV UTF-8")
BROKEN = remark("the form is broken: upload the sheet again")


def written(
    kind: str,
    rows: Sequence[Mapping[str, str]],
    language: str,
    columns: Sequence[str] = sheet.COLUMNS,
) -> bytes:
    if kind == "csv":
        return sheet.write(rows, columns).encode("utf-8-sig")
    return spreadsheet.write(
        sheet.table(rows, columns),
        widths=sheet.WIDTHS,
        writable=(language, "agreed"),
        choices={"agreed": "yes"},
    )


def uploaded() -> bytes | None:
    """Returns the file that was chosen, up to one byte more than a sheet may have. None if there is none."""
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        return None
    with closing(upload):
        raw: bytes = upload.read(LIMITS.size + 1)
    return raw


def opened(raw: bytes, language: str) -> Sequence[SheetRow]:
    """Which of the two it is, its letters say. Raises ImportRefused."""
    if len(raw) > LIMITS.size:
        raise ImportRefused([MORE_BYTES])
    if raw.startswith(sheet_reading.BEGINS):
        rows = sheet.rows_of(sheet_reading.read(raw, LIMITS), language)
    else:
        try:
            rows = sheet.read(raw.decode("utf-8-sig"), language)
        except UnicodeDecodeError:
            raise ImportRefused([NOT_UTF8]) from None
    if len(rows) > LIMITS.rows:
        raise ImportRefused([remark("more than {count} rows", count=LIMITS.rows)])
    if sum(len(row.place) + len(row.words) for row in rows) > MOST_LETTERS:
        raise ImportRefused([remark("too many letters for a sheet of ours")])
    return rows


def not_taken(visit: Visit, refused: ImportRefused) -> str:
    """Returns the sentence about a file that is refused, in the reader's language."""
    said = [one.said(visit.say) if isinstance(one, Remark) else str(one) for one in refused.said]
    return visit.say("This file cannot be taken: {message}", message="; ".join(said))


def packed(rows: Sequence[SheetRow], whys: Sequence[str] = ()) -> str:
    """Rows for a hidden field, each with why it was refused where it was."""
    said = whys or [""] * len(rows)
    cells = [
        [row.line, row.place, row.words, row.digest, why]
        for row, why in zip(rows, said, strict=True)
    ]
    return json.dumps(cells, ensure_ascii=False)


def unpacked(field: str) -> Sequence[tuple[SheetRow, str]]:
    """Back from the hidden field, which may have been changed on its way. Raises ImportRefused."""
    try:
        cells = json.loads(field)
    except (ValueError, RecursionError):
        raise ImportRefused([BROKEN]) from None
    if not isinstance(cells, list) or len(cells) > LIMITS.rows or not all(map(_is_row, cells)):
        raise ImportRefused([BROKEN])
    return [
        (SheetRow(line, place, sheet.plain_words(words), "yes", digest), why)
        for line, place, words, digest, why in cells
    ]


def _is_row(cells: object) -> bool:
    return (
        isinstance(cells, list)
        and len(cells) == CELLS
        and isinstance(cells[0], int)
        and all(isinstance(text, str) for text in cells[1:])
    )
