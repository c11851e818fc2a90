"""Runs `hotline audit`, which lists the actions in the audit log and verifies that the log is complete."""

import sys
from datetime import datetime

import click

from hotline.cli.command_context import cli_context
from hotline.cli.options import (
    TIP_ID,
    as_json_option,
    attributes_of,
    iso_seconds,
    print_json,
    since_option,
)
from hotline.people import service_audit


@click.command("list")
@since_option("rows")
@click.option("--who", metavar="NAME", help="Show rows of this actor (or a part of the name).")
@click.option("--tip", "tip_id", type=TIP_ID, metavar="ID", help="Show rows about this tip.")
@as_json_option
def list_(since: datetime | None, who: str | None, tip_id: int | None, *, as_json: bool) -> None:
    """List the audit log as sentences in Kigali time, the oldest first.

    Example: hotline audit list --since 2026-12-01 --tip 12
    """
    with cli_context() as context:
        rows = service_audit.list_rows(context, since=since, who=who or "", tip_id=tip_id)
    if as_json:
        print_json(
            [
                attributes_of(row, "desk", "name", "sentence")
                | attributes_of(entry, "id", "action", "subject", "reason")
                | {"at": iso_seconds(entry.at)}
                for entry, row in rows
            ]
        )
        return
    if not rows:
        click.echo("no row matches: use fewer options, or `hotline audit list`", err=True)
    for _, row in rows:
        click.echo(row.sentence)


@click.command()
@as_json_option
def verify(*, as_json: bool) -> None:
    """Verify the chain of the audit log, and exit with 1 if it is broken.

    The chain does not show if its last rows were cut off. Compare the count and the newest digest with another day's.

    Example: hotline audit verify
    """
    with cli_context() as context:
        chain = service_audit.verify_chain(context)
    if as_json:
        print_json(attributes_of(chain, "length", "newest", "broken_at"))
    elif chain.broken_at is not None:
        click.echo(f"BROKEN at row {chain.broken_at}, after {chain.length} correct rows", err=True)
    else:
        click.echo(f"unbroken: {chain.length} rows, newest digest {chain.newest}")
    if chain.broken_at is not None:
        sys.exit(1)
