"""`hotline cases`: how each case stands and what happened to it, without a word of what was told or noted."""

import json

import click

from hotline.cli.cases import listing, showing
from hotline.cli.cases.entry_lines import document_of, line_of
from hotline.cli.kit import console_kit
from hotline.cli.tips.reader import language_option
from hotline.services.cases import line_of_time


@click.group()
def cases() -> None:
    """How each case stands, and what happened to it."""


@cases.command("log")
@click.argument("name", metavar="REF")
@language_option
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def log(name: str, language: str, as_json: bool) -> None:
    """Print the line of time of one case, the first first: REF is a reference, or a tip's id.

    An entry that was corrected stays, and says by which; nothing here says what was answered of a person.
    """
    with console_kit() as kit:
        tip_id, moments = line_of_time.by_name(kit, name.upper())
        lines = [line_of(kit, one, language) for one in moments]
    if as_json:
        entries = [document_of(one) for one in moments]
        click.echo(json.dumps({"tip": tip_id, "entries": entries}, indent=2))
        return
    click.echo(f"tip {tip_id}")
    for line in lines:
        click.echo(line)


cases.add_command(listing.list_)
cases.add_command(showing.show)
