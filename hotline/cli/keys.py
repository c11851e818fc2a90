"""`hotline keys`: the key folders as one sealed parcel, to be kept apart from the database's backups."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline.cli.backup import FILE, say
from hotline.cli.kit import passphrase_in
from hotline.config import Settings
from hotline.errors import NotReady, Occupied
from hotline.sealing.keyexport import export_keys, import_keys
from hotline.sealing.keyfolder import KeyFolder
from hotline.sealing.keymaking import make_keys


@click.group()
def keys() -> None:
    """Keep the keys: export and import them."""


@keys.command()
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--passphrase-file", type=FILE, help="A file whose first line is a passphrase.")
def export(to: Path, passphrase_file: Path | None) -> None:
    """Write every lasting key to TO, sealed under a passphrase. Keep it apart from the backups.

    Keys of contacts are left out: they are destroyed after two weeks, and must not come back.
    """
    folder = Settings.read(os.environ).home / "keys"
    if not folder.is_dir():
        raise NotReady(f"{folder} is not there: run `hotline init`")
    passphrase = _passphrase(passphrase_file, confirm=True)
    say("stretching the passphrase")
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not KeyFolder(to.parent).make(to.name, export_keys(folder, passphrase)):
        raise Occupied(f"{to} is there already: an export overwrites nothing")
    click.echo(f"{to}: sealed; keep it and its passphrase apart from each other and from backups")


@keys.command("import")
@click.argument("file", type=FILE)
@click.option("--passphrase-file", type=FILE, help="A file whose first line is its passphrase.")
def import_(file: Path, passphrase_file: Path | None) -> None:
    """Put exported keys back where they are missing; nothing changes where another key is there."""
    folder = Settings.read(os.environ).home / "keys"
    passphrase = _passphrase(passphrase_file, confirm=False)
    say("stretching the passphrase")
    brought = import_keys(file.read_bytes(), passphrase, folder)
    made = make_keys(folder, datetime.now(UTC))
    for name in brought:
        click.echo(f"brought back {name}")
    for name in made:
        click.echo(f"made anew {name}")
    if not brought:
        click.echo("every key was there", err=True)


def _passphrase(file: Path | None, *, confirm: bool) -> str:
    if file is not None:
        return passphrase_in(file)
    typed: str = click.prompt(
        "Passphrase of the exported keys", hide_input=True, confirmation_prompt=confirm, err=True
    )
    return typed.strip()
