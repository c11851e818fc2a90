"""`hotline restore`: a backup back into an empty place, from which nothing goes out until a person says so."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from hotline.cli.keys.backup import FILE, key_options, private_key, say
from hotline.cli.signing import by_option
from hotline.config import Settings
from hotline.services.copies.restore import Restored
from hotline.services.copies.restore import restore as bring_back
from hotline.store.copies.refill import set_aside

NEXT = """nothing goes out until somebody says so:
  hotline keys import FILE     if the keys are not back yet
  hotline doctor               everything but the lane should be well
  hotline run                  callers are answered, tips are stored, nobody is told
  hotline outgoing status      what would go out, and since when it waits
  hotline outgoing resume      telephone the responders first"""


@click.command()
@click.argument("file", type=FILE)
@key_options
@by_option
@click.option("--replace", is_flag=True, help="Move an SQLite database that is there aside.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def restore(
    file: Path, key: Path, passphrase_file: Path | None, by: str, replace: bool, as_json: bool
) -> None:
    """Bring a backup back into an empty database: proved, migrated, and held.

    Ends with 1 and leaves nothing where one letter of it is wrong. Needs the line to be down.
    """
    settings = Settings.read(os.environ)
    opener = private_key(key, passphrase_file)
    now = datetime.now(UTC)
    aside = set_aside(settings.database_url, now) if replace else None
    if aside is not None:
        click.echo(f"the database that was there is now {aside}", err=True)

    with file.open("rb") as stream:
        done = bring_back(stream, opener, settings.database_url, by=by, at=now, say=say)

    if as_json:
        click.echo(json.dumps(_row(done), indent=2))
        return
    click.echo(f"restored: {sum(done.contents.rows.values())} rows, all of them as they were")
    click.echo(f"audit log: whole, {done.contents.audit_rows} rows")
    click.echo(f"HELD: {done.waiting} messages wait, some of which may have gone out already")
    click.echo(NEXT, err=True)


def _row(done: Restored) -> dict[str, Any]:
    return {
        **json.loads(done.label.document()),
        "contents": json.loads(done.contents.document()),
        "held": True,
        "waiting": done.waiting,
    }
