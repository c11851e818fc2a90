"""`hotline service-referrals`: what became of the persons of a month, in figures."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import click

from hotline.bootstrap import build_reader
from hotline.cli.cases import month_rows
from hotline.cli.kit import console_kit
from hotline.config import Settings
from hotline.domain.cases.months import MonthVersion, due_at
from hotline.errors import KeyMissing, NotReady
from hotline.services.evidence import origin
from hotline.services.people.personnel import shown
from hotline.services.reader.cases import month_reports
from hotline.services.reader.reader_kit import ReaderKit
from hotline.text.csv_sheet import as_sheet

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@click.group("service-referrals")
def service_referrals() -> None:
    """What became of those who were referred to help, by month."""


def _month(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not MONTH.fullmatch(value):
        raise click.BadParameter("a month is written as in 2026-11")
    return value


@service_referrals.command()
@click.option(
    "--month", required=True, callback=_month, help="In which the tips were filed: 2026-11."
)
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
@click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
def report(month: str, as_json: bool, as_csv: bool) -> None:
    """Print a month's persons from identified to thirty days on; by form, sex and age, district, where they are from.

    What is printed is published: 5 days after the month ended, and for the last time 75 days after it; the newest is
    printed. Before the first it is told of everybody alone, counted for you by whoever can read the reader's key
    folder: on the machine where the reader runs, `deploy/as hotline-reader service-referrals report` (or
    `deploy/as hotline`, where all keys are on one). Each such count leaves a row in the audit log.

    Small numbers are hidden, and whatever would give them away. Persons, tips and situations are counted each by
    themselves, and never divided by one another. For the inside: no part of it is for publishing.
    """
    if as_json and as_csv:
        raise click.UsageError("--json or --csv, not both")
    with console_kit() as kit, ExitStack() as stack:
        found = month_reports.report(kit, month, lambda: stack.enter_context(_reader(month)))
        is_invented = origin.is_invented(kit)
    if found.closed:
        click.echo(f"not counted, since they do not open: {found.closed} cases", err=True)
    if as_json:
        document = {**month_rows.document(found), **({"is_invented": True} if is_invented else {})}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif as_csv:
        click.echo(as_sheet([*month_rows.sheet(found)], is_invented=is_invented), nl=False)
    else:
        click.echo("\n".join(month_rows.lines(found)))


@contextmanager
def _reader(month: str) -> Iterator[ReaderKit]:
    """The reader's own kit, which opens codes without a person. Raises NotReady where this account may not."""
    try:
        kit = build_reader(Settings.read(os.environ))
    except (NotReady, KeyMissing, OSError):
        due = shown(due_at(month, MonthVersion.FIRST))
        raise NotReady(
            f"{month} is not counted yet, and this account cannot read the reader's key folder. The reader counts it"
            f" on {due}; until then say this on the machine where the reader runs, as its account: `deploy/as"
            f" hotline-reader service-referrals report --month {month}`"
        ) from None
    try:
        yield kit
    finally:
        kit.database.close()
