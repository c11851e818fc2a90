"""Runs `hotline backup`, which makes, lists and verifies sealed copies of the database while the line runs."""

import json
import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from hotline.cli.command_context import cli_context
from hotline.cli.contexts import Role, key_folder, missing_error
from hotline.cli.options import (
    FILE,
    FOLDER,
    NEW_FILE,
    as_json_option,
    by_option,
    passphrase_of,
    passphrase_option,
    print_json,
    progress,
)
from hotline.core.settings import Settings
from hotline.errors import BackupInvalid, NotReady, Occupied
from hotline.keys.key_folder import KeyFolder
from hotline.operations.backup import move_aside
from hotline.operations.backup_archive import BACKUP_PUBLIC_KEY, fingerprint, new_backup_key
from hotline.operations.decrypt_backup import Archive, is_whole, open_backup_key
from hotline.operations.rules_backup import Contents, Label
from hotline.operations.service_backup import SUFFIX, take_backup
from hotline.operations.service_restore import restore as bring_back
from hotline.operations.service_restore import verify_backup


class BackupGroup(click.Group):
    """A command group in which `hotline backup TO` means `hotline backup take TO`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["take", *args]
        return super().parse_args(ctx, args)


def private_key(key: Path, passphrase_file: Path | None) -> bytes:
    """Returns the private key that decrypts a backup. Raises PassphraseWrong, DecryptionFailed."""
    passphrase = passphrase_of(passphrase_file, "Passphrase of the backup key")
    return open_backup_key(key.read_bytes(), passphrase)


@click.group(cls=BackupGroup)
def backup() -> None:
    """Back up the database to a sealed file while the line runs.

    `hotline backup TO` means `hotline backup take TO`.
    """


@backup.command("take")
@click.argument("to", metavar="TO", type=click.Path(path_type=Path))
@as_json_option
def take_(to: Path, as_json: bool) -> None:
    """Write a sealed copy of the database to TO, a new file or a folder, while the line runs.

    Only the backup key decrypts it, and its private half is not on this machine. The copy contains no keys. Use
    `hotline keys export` for these.

    Example: hotline backup take /var/backups/hotline
    """
    settings = Settings.read(os.environ)
    folder = KeyFolder(key_folder(settings, Role.CONSOLE))
    if not folder.holds(BACKUP_PUBLIC_KEY):
        raise NotReady("this line has no backup key: create one with `hotline backup key FILE`")
    public_key, release = folder.read(BACKUP_PUBLIC_KEY), version("hotline")
    with cli_context() as context:
        done = take_backup(
            context, to, public_key=public_key, release=release, scratch=settings.home, say=progress
        )
    if as_json:
        row = {"file": str(done.path), "bytes": done.size, **json.loads(done.label.document())}
        print_json(row | {"contents": json.loads(done.contents.document())})
        return
    rows = sum(done.contents.rows.values())
    click.echo(
        f"{done.path}: {rows} rows, {done.size >> 10} kB, sealed to backup key {done.label.key}"
    )


@backup.command()
@click.argument("file", type=NEW_FILE)
@passphrase_option("the passphrase of the backup key")
@click.option("--replace", is_flag=True, help="Replace the existing backup key.")
def key(file: Path, passphrase_file: Path | None, replace: bool) -> None:
    """Create the backup key, and write its private half to FILE under a passphrase.

    Carry FILE off this machine.

    Example: hotline backup key /media/usb/backup.key
    """
    settings = Settings.read(os.environ)
    folder = KeyFolder(key_folder(settings, Role.CONSOLE))
    if not folder.path.is_dir():
        raise missing_error(settings, f"the key folder {folder.path} is missing")
    if folder.holds(BACKUP_PUBLIC_KEY) and not replace:
        raise Occupied(
            f"backup key {fingerprint(folder.read(BACKUP_PUBLIC_KEY))} is in use: use --replace "
            "for a new one; only the old one decrypts earlier backups"
        )
    passphrase = passphrase_of(passphrase_file, "A passphrase for the backup key", twice=True)
    progress("stretching the passphrase")
    made = new_backup_key(passphrase)

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not KeyFolder(file.parent).make(file.name, made.wrapped_key):
        raise Occupied(f"{file} exists already: choose another file")
    folder.replace(BACKUP_PUBLIC_KEY, made.public_key)
    click.echo(f"backup key {fingerprint(made.public_key)}: {file}")
    click.echo(
        "carry that file and its passphrase to two places that are not this machine, then remove it"
        " here: without both, no backup opens ever again",
        err=True,
    )


@backup.command("list")
@click.argument("folder", type=FOLDER)
@as_json_option
def list_(folder: Path, as_json: bool) -> None:
    """List the backups in a folder with their labels, the newest first.

    Example: hotline backup list /var/backups/hotline
    """
    found = map(_listed, folder.glob(f"*{SUFFIX}"))
    rows = sorted(found, key=lambda row: str(row.get("taken_at", "")), reverse=True)
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo(f"no backups in {folder}", err=True)
    for row in rows:
        told = row.get("wrong") or f"{row['taken_at'][:16]}  {row['engine']:10}  key {row['key']}"
        click.echo(f"{row['file']:36} {row['size'] >> 10:8} kB  {told}")


@backup.command()
@click.argument("file", type=FILE)
@click.option("--key", "key_file", type=FILE, help="File of the backup key, to decrypt all.")
@passphrase_option("the passphrase of the backup key")
@as_json_option
def verify(file: Path, key_file: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    """Verify that a backup is whole. Write nothing.

    With --key, also decrypt it to the end.

    Example: hotline backup verify line.backup --key /media/usb/backup.key
    """
    with file.open("rb") as stream:
        label = Label.read(Archive(stream).label)
        stream.seek(0)
        progress("reading it through")
        if not is_whole(stream):
            raise BackupInvalid("the backup is damaged: take another")
        contents: Contents | None = None
        if key_file is not None:
            opener = private_key(key_file, passphrase_file)
            progress("opening it")
            stream.seek(0)
            label, contents = verify_backup(stream, opener)
    if as_json:
        told = json.loads(label.document())
        print_json(told | {"contents": json.loads(contents.document()) if contents else None})
        return
    click.echo(f"whole: taken at {label.taken_at:%Y-%m-%d %H:%M:%S} UTC, key {label.key}")
    if contents is not None:
        click.echo(f"opens: {sum(contents.rows.values())} rows, {contents.rows.get('tip', 0)} tips")


def _listed(file: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"file": file.name, "size": file.stat().st_size}
    try:
        with file.open("rb") as stream:
            row |= json.loads(Label.read(Archive(stream).label).document())
    except BackupInvalid as wrong:
        row["wrong"] = str(wrong)
    return row


NEXT = """all messages are paused until a person resumes them. Next steps:
  hotline keys import FILE     if the keys are not restored yet
  hotline doctor               everything but the lane should be well
  hotline run                  the line answers callers and stores tips, and alerts no one
  hotline outgoing status      shows the waiting messages
  hotline outgoing resume      sends them: call the responders first"""


@click.command()
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, required=True, help="File of the backup key.")
@passphrase_option("the passphrase of the backup key")
@by_option
@click.option("--replace", is_flag=True, help="Move an existing SQLite database aside.")
@as_json_option
def restore(
    file: Path, key: Path, passphrase_file: Path | None, by: str, replace: bool, as_json: bool
) -> None:
    """Restore a backup into an empty database, and pause the outgoing queue.

    Stop the line first. The command verifies and migrates the backup. It exits with 1 and leaves nothing if any part
    is damaged.

    Example: hotline restore line.backup --key /media/usb/backup.key
    """
    settings = Settings.read(os.environ)
    opener, now = private_key(key, passphrase_file), datetime.now(UTC)
    aside = move_aside(settings.database_url, now) if replace else None
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
