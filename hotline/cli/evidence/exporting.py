"""`hotline evidence export` and `glotip`: figures taken out by two people, into a folder."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from hotline.adapters import spreadsheet, typst_paper
from hotline.cli.evidence.published import period_of
from hotline.cli.kit import console_kit
from hotline.cli.signing import checked, signed_by
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import Edition, PublishedFigures, Span, span_of
from hotline.domain.evidence.exporting.export_files import export_files, glotip_files
from hotline.domain.evidence.exporting.export_sheets import ExportSheet
from hotline.errors import Occupied, ProgramMissing
from hotline.ports import Kit
from hotline.services.evidence import exporting, printing
from hotline.text.languages import CODES


def taken_out(command: Callable[..., Any]) -> Callable[..., Any]:
    """For whom, where to, and which two people."""
    for option in (
        click.option(
            "--out",
            "folder",
            required=True,
            metavar="FOLDER",
            type=click.Path(file_okay=False, path_type=Path),
            help="A new folder, or an empty one.",
        ),
        click.option(
            "--for",
            "edition",
            required=True,
            type=click.Choice([one.value for one in Edition]),
            help="Who will read it: those who work with the line, or everybody.",
        ),
        click.option(
            "--second",
            prompt="A second person who agrees",
            callback=checked,
            help="Who agrees besides you: the audit log keeps both.",
        ),
        signed_by,
    ):
        command = option(command)
    return command


def a_year(_context: click.Context, _option: click.Parameter, value: str) -> str:
    period = period_of(_context, _option, value)
    if span_of(period) is not Span.YEAR:
        raise click.BadParameter("a year is written as in 2026")
    return period


@click.command()
@click.option(
    "--month",
    "--period",
    "period",
    required=True,
    callback=period_of,
    help="As in 2026-11; or a quarter, 2026-Q4, or a year, 2026.",
)
@click.option(
    "--version",
    type=click.Choice([one.value for one in MonthVersion]),
    help="Of a month: its first figures, or its revised ones. Without it: the newest.",
)
@taken_out
def export(
    period: str,
    version: str | None,
    folder: Path,
    edition: str,
    by: str,
    second: str,
    reason: str,
) -> None:
    """Write what was published of a month, a quarter or a year into FOLDER, by two people.

    It writes a table with one row for each number, a workbook with one sheet for each figure, what each word means and
    its codes in HTCDS and IC-TIP, and a description for programs (a Frictionless data package). `flow-results` holds
    the published counts of quizzes and lessons as rows of responses. A year comes with the sheet for questionnaires.
    The report comes in three languages, where typst is installed. A hidden number is `..` everywhere.
    """
    wanted = (period, Edition(edition), MonthVersion(version) if version else None)
    _empty(folder)
    with console_kit() as kit:
        published = exporting.take_at_server(kit, (by, second), wanted, reason)
        papers = _papers(kit, published)
    files = export_files(published, _workbook(published), lambda: str(uuid4()), papers)
    _write(folder, files)


@click.command()
@click.option("--year", required=True, callback=a_year, help="As in 2026.")
@taken_out
def glotip(year: str, folder: Path, edition: str, by: str, second: str, reason: str) -> None:
    """Write the sheet that questionnaires ask of a year into FOLDER, by two people: UNODC's, and SDG 16.2.2.

    Victims whom this line detected, by sex, child or adult, form and citizenship, and what that can say and cannot. It
    adds nothing up, since hidden numbers cannot be added.
    """
    _empty(folder)
    with console_kit() as kit:
        wanted = (year, Edition(edition), None)
        published = exporting.take_at_server(kit, (by, second), wanted, reason)
    _write(folder, glotip_files(published, _workbook(published)))


def _papers(kit: Kit, published: PublishedFigures) -> Mapping[str, bytes]:
    """The report in each language; none where nothing sets its pages, which is said."""
    figures = (published.period, published.edition)
    try:
        return {
            one: printing.printed(kit, *figures, one, typst_paper.pdf, published.version).content
            for one in CODES
        }
    except ProgramMissing as missing:
        click.echo(f"without the report on paper: {missing}", err=True)
        return {}


def _workbook(published: PublishedFigures) -> Callable[[Sequence[ExportSheet]], bytes]:
    return partial(spreadsheet.book, made_at=published.made_at)


def _empty(folder: Path) -> None:
    """Raises Occupied: nothing is mixed with what another export left there."""
    if folder.is_dir() and any(folder.iterdir()):
        raise Occupied(f"{folder} is not empty: name a new folder")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        for path, written in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(written)
    except OSError as broken:
        raise click.ClickException(f"{folder}: {broken.strerror}") from None
    for path in files:
        click.echo(folder / path)
