"""`hotline backup`: a sealed copy of the database while the line runs, and what a folder of them holds."""

import json
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from hotline.bootstrap import Role, key_folder, missing
from hotline.cli.kit import console_kit, passphrase_in
from hotline.config import Settings
from hotline.domain.copies.manifest import Contents, Label
from hotline.errors import BackupInvalid, NotReady, Occupied
from hotline.sealing.copies.archive import BACKUP_PUBLIC_KEY, fingerprint
from hotline.sealing.copies.backupkeys import new_backup_key, open_backup_key
from hotline.sealing.copies.unsealing import Archive, is_whole
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.services.copies.backup import SUFFIX, BackupTaken, take
from hotline.services.copies.restore import read_through

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
as_json_option = click.option("--json", "as_json", is_flag=True, help="For a program to read.")


class BackupGroup(click.Group):
    """`hotline backup TO` takes one; the rest are commands of their own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["take", *args]
        return super().parse_args(ctx, args)


def key_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What opens a backup: the key's file, from wherever it is kept, and its passphrase."""
    command = click.option(
        "--passphrase-file", type=FILE, help="A file whose first line is the key's passphrase."
    )(command)
    return click.option("--key", type=FILE, required=True, help="The backup key's file.")(command)


def private_key(key: Path, passphrase_file: Path | None) -> bytes:
    if passphrase_file is not None:
        return open_backup_key(key.read_bytes(), passphrase_in(passphrase_file))
    typed: str = click.prompt("Passphrase of the backup key", hide_input=True, err=True)
    return open_backup_key(key.read_bytes(), typed.strip())


def say(words: str) -> None:
    """Progress, for whoever waits."""
    click.echo(f"{words} ...", err=True)


@click.group(cls=BackupGroup)
def backup() -> None:
    """Copy the database into a sealed file while the line runs: `hotline backup TO`."""


@backup.command("take")
@click.argument("to", metavar="TO", type=click.Path(path_type=Path))
@as_json_option
def take_(to: Path, as_json: bool) -> None:
    """Write a sealed copy of the database to TO, a new file or a folder. Callers notice nothing.

    It opens with the backup key alone, whose private half is not on this machine. Keys are not inside: `hotline keys
    export`.
    """
    settings = Settings.read(os.environ)
    folder = KeyFolder(key_folder(settings, Role.CONSOLE))
    if not folder.holds(BACKUP_PUBLIC_KEY):
        raise NotReady("no backup key is known here: `hotline backup key FILE` makes one")
    with console_kit() as kit:
        done = take(
            kit,
            to,
            public_key=folder.read(BACKUP_PUBLIC_KEY),
            release=version("hotline"),
            scratch=settings.home,
            say=say,
        )
    click.echo(json.dumps(row_of(done), indent=2) if as_json else _said(done))


@backup.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--passphrase-file", type=FILE, help="A file whose first line is its passphrase.")
@click.option("--replace", is_flag=True, help="There is a backup key already: seal to this one.")
def key(file: Path, passphrase_file: Path | None, replace: bool) -> None:
    """Make the backup key: FILE gets the private half, under a passphrase. Carry it off this machine."""
    settings = Settings.read(os.environ)
    folder = KeyFolder(key_folder(settings, Role.CONSOLE))
    if not folder.path.is_dir():
        raise missing(settings, f"the key folder {folder.path} is not there")
    if folder.holds(BACKUP_PUBLIC_KEY) and not replace:
        raise Occupied(
            f"backup key {fingerprint(folder.read(BACKUP_PUBLIC_KEY))} is in use: --replace seals"
            " later backups to a new one; earlier ones open with the old one alone"
        )
    passphrase = passphrase_in(passphrase_file) if passphrase_file else _new_passphrase()
    say("stretching the passphrase")
    made = new_backup_key(passphrase)

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not KeyFolder(file.parent).make(file.name, made.wrapped):
        raise Occupied(f"{file} is there already: a key overwrites nothing")
    folder.replace(BACKUP_PUBLIC_KEY, made.public_key)
    click.echo(f"backup key {fingerprint(made.public_key)}: {file}")
    click.echo(
        "carry that file and its passphrase to two places that are not this machine, then remove it"
        " here: without both, no backup opens ever again",
        err=True,
    )


@backup.command("list")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@as_json_option
def list_(folder: Path, as_json: bool) -> None:
    """What a folder's backups say of themselves, the newest first."""
    rows = sorted(map(_listed, folder.glob(f"*{SUFFIX}")), key=_moment, reverse=True)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo(f"no backups in {folder}", err=True)
    for row in rows:
        told = row.get("wrong") or f"{row['taken_at'][:16]}  {row['engine']:10}  key {row['key']}"
        click.echo(f"{row['file']:36} {row['size'] >> 10:8} kB  {told}")


@backup.command()
@click.argument("file", type=FILE)
@click.option("--key", "key_file", type=FILE, help="The backup key's file: then all is opened.")
@click.option("--passphrase-file", type=FILE, help="A file whose first line is its passphrase.")
@as_json_option
def verify(file: Path, key_file: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    """Whether a backup is whole; with its key, whether it opens to the end. Writes nothing."""
    with file.open("rb") as stream:
        label = Label.read(Archive(stream).label)
        stream.seek(0)
        say("reading it through")
        if not is_whole(stream):
            raise BackupInvalid("it was damaged: take another")
        contents: Contents | None = None
        if key_file is not None:
            opener = private_key(key_file, passphrase_file)
            say("opening it")
            stream.seek(0)
            label, contents = read_through(stream, opener)
    if as_json:
        told = json.loads(label.document())
        told |= {"contents": json.loads(contents.document()) if contents else None}
        click.echo(json.dumps(told, indent=2))
        return
    click.echo(f"whole: taken at {label.taken_at:%Y-%m-%d %H:%M:%S} UTC, key {label.key}")
    if contents is not None:
        click.echo(f"opens: {sum(contents.rows.values())} rows, {contents.rows.get('tip', 0)} tips")


def row_of(done: BackupTaken) -> dict[str, Any]:
    return {
        "file": str(done.path),
        "bytes": done.size,
        **json.loads(done.label.document()),
        "contents": json.loads(done.contents.document()),
    }


def _said(done: BackupTaken) -> str:
    rows = sum(done.contents.rows.values())
    return f"{done.path}: {rows} rows, {done.size >> 10} kB, sealed to backup key {done.label.key}"


def _new_passphrase() -> str:
    typed: str = click.prompt(
        "A passphrase for the backup key", hide_input=True, confirmation_prompt=True, err=True
    )
    return typed.strip()


def _listed(file: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"file": file.name, "size": file.stat().st_size}
    try:
        with file.open("rb") as stream:
            row |= json.loads(Label.read(Archive(stream).label).document())
    except BackupInvalid as wrong:
        row["wrong"] = str(wrong)
    return row


def _moment(row: dict[str, Any]) -> str:
    return str(row.get("taken_at", ""))
