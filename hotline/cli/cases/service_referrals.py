"""`hotline service-referrals`: what became of the persons of a month, in figures."""

import json
import re

import click

from hotline.cli.cases import month_rows
from hotline.cli.kit import console_kit
from hotline.domain.cases.counting import IDENTIFIED
from hotline.domain.evidence.edition import Edition
from hotline.errors import NotFound
from hotline.services.evidence import editions, origin
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
    printed. Before the first there is no table: two of them a day apart would differ by one person.

    Small numbers are hidden, and whatever would give them away. Persons, tips and situations are counted each by
    themselves, and never divided by one another. For the inside: no part of it is for publishing.
    """
    if as_json and as_csv:
        raise click.UsageError("--json or --csv, not both")
    with console_kit() as kit:
        found = editions.read(kit, month, Edition.INSIDE)
        is_invented = origin.is_invented(kit)
    if found.cell(IDENTIFIED) is None:
        raise NotFound(f"{month} was published by an earlier release, without persons")
    if as_json:
        document = {**month_rows.document(found), **({"is_invented": True} if is_invented else {})}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif as_csv:
        click.echo(as_sheet([*month_rows.sheet(found)], is_invented=is_invented), nl=False)
    else:
        click.echo("\n".join(month_rows.lines(found)))
