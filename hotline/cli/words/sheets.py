"""The file of a review: a workbook where its name ends so, else CSV. Which of the two comes back, its letters say."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from hotline.adapters import sheet_reading, spreadsheet
from hotline.domain.flows import sheet
from hotline.domain.flows.sheet import SheetRow

WORKBOOK = ".xlsx"
SCREEN = "-"


def save(file: Path, rows: Sequence[Mapping[str, str]], language: str) -> None:
    """Raises ClickException where the file cannot be written."""
    if str(file) == SCREEN:
        click.echo(sheet.write(rows), nl=False)
        return
    if file.suffix.casefold() == WORKBOOK:
        written = spreadsheet.write(
            sheet.table(rows),
            widths=sheet.WIDTHS,
            writable=(language, "agreed"),
            choices={"agreed": "yes"},
        )
    else:
        written = sheet.write(rows).encode("utf-8-sig")
    try:
        file.write_bytes(written)
    except OSError as broken:
        raise click.ClickException(f"{file}: {broken.strerror}") from None


def load(file: Path, language: str) -> Sequence[SheetRow]:
    """Raises ImportRefused, and ClickException where it cannot be read."""
    try:
        raw = sys.stdin.buffer.read() if str(file) == SCREEN else file.read_bytes()
    except OSError as broken:
        raise click.ClickException(f"{file}: {broken.strerror}") from None
    if raw.startswith(sheet_reading.BEGINS):
        return sheet.rows_of(sheet_reading.read(raw), language)
    try:
        return sheet.read(raw.decode("utf-8-sig"), language)
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}: not UTF-8: save it as .xlsx or CSV UTF-8") from None
