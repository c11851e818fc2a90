"""Runs `hotline audit`, which lists the actions in the audit log and checks that the log is complete."""

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from hotline.cli.command_context import cli_context
from hotline.cli.contexts import Role, audit_key, digests_file, key_folder, newest_file
from hotline.cli.options import (
    FILE,
    TIP_ID,
    as_json_option,
    attributes_of,
    print_json,
    since_option,
)
from hotline.core.settings import Settings
from hotline.keys.key_folder import KeyFolder
from hotline.monitoring.service_audit_digest import digests_by_row
from hotline.people import service_audit
from hotline.people.tables_audit import Proofs


@click.command("list")
@since_option("rows")
@click.option("--who", metavar="NAME", help="Show only this person's actions in the audit log.")
@click.option(
    "--tip",
    "tip_id",
    type=TIP_ID,
    metavar="ID",
    help="Show only rows of the audit log about this tip.",
)
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
                | attributes_of(entry, "id", "action", "subject", "reason", "at")
                for entry, row in rows
            ]
        )
        return
    if not rows:
        click.echo("no row matches: use fewer options, or `hotline audit list`", err=True)
    for _, row in rows:
        click.echo(row.sentence)


@click.command()
@click.option(
    "--kept",
    type=FILE,
    help="File with digests (checksums) of the audit log. Each line has a day, a row number and this row's digest.",
)
@click.option(
    "--since-row",
    default=0,
    help="Check the seals in the audit log from this row number on. A seal proves which process wrote a row.",
)
@as_json_option
def verify(kept: Path | None, since_row: int, *, as_json: bool) -> None:
    """Verify the audit log, and exit with 1 if a row is wrong.

    Checks the seal (a keyed digest) of each row with the audit keys on this machine. Compares the rows with the digests
    that the monitor stored in a file outside the database. This command cannot notice that the newest rows were removed
    if the monitor had not yet stored their digest.

    Example: hotline audit verify
    """
    settings = Settings.read(os.environ)
    roles = [Role.CONSOLE] if settings.keys else list(Role)
    named_keys = [audit_key(KeyFolder(key_folder(settings, role)), role) for role in roles]
    keys = dict.fromkeys(map(str, Role)) | dict(pair for pair in named_keys if pair is not None)
    newest = newest_file(settings) if kept is None else None
    digests = digests_by_row(kept or digests_file(settings), newest)
    with cli_context() as context:
        chain = service_audit.verify_chain(context, Proofs(keys, digests, since_row))
    if as_json:
        print_json(attributes_of(chain, "length", "newest", "broken_at", "reason", "unchecked"))
    elif chain.broken_at is not None:
        good = f"after {chain.length} correct rows"
        click.echo(f"BROKEN at row {chain.broken_at}, {good}: {chain.reason}", err=True)
    else:
        click.echo(f"unbroken: {chain.length} rows, newest digest {chain.newest}")
        click.echo(f"kept digests that fit: {len(digests)}")
        if chain.unchecked:
            click.echo(f"seals not checked: {', '.join(chain.unchecked)}", err=True)
    if chain.broken_at is not None:
        sys.exit(1)
