"""`hotline restore`: a backup back into an empty place, from which nothing goes out until a person says so."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline.cli.keys.backup import private_key
from hotline.cli.options import (
    FILE,
    as_json_option,
    by_option,
    passphrase_option,
    print_json,
    progress,
)
from hotline.config import Settings
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
@click.option("--key", type=FILE, required=True, help="The backup key's file.")
@passphrase_option("the key's passphrase")
@by_option
@click.option("--replace", is_flag=True, help="Move an SQLite database that is there aside.")
@as_json_option
def restore(
    file: Path, key: Path, passphrase_file: Path | None, by: str, replace: bool, as_json: bool
) -> None:
    """Bring a backup back into an empty database: proved, migrated, and held.

    Ends with 1 and leaves nothing where one letter of it is wrong. Needs the line to be down.
    """
    settings = Settings.read(os.environ)
    opener, now = private_key(key, passphrase_file), datetime.now(UTC)
    aside = set_aside(settings.database_url, now) if replace else None
    if aside is not None:
        click.echo(f"the database that was there is now {aside}", err=True)

    with file.open("rb") as stream:
        done = bring_back(stream, opener, settings.database_url, by=by, at=now, say=progress)

    if as_json:
        contents = json.loads(done.contents.document())
        of_restore = {"contents": contents, "held": True, "waiting": done.waiting}
        print_json(json.loads(done.label.document()) | of_restore)
        return
    click.echo(f"restored: {sum(done.contents.rows.values())} rows, all of them as they were")
    click.echo(f"audit log: whole, {done.contents.audit_rows} rows")
    click.echo(f"HELD: {done.waiting} messages wait, some of which may have gone out already")
    click.echo(NEXT, err=True)
