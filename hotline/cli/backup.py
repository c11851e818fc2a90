"""Runs `hotline backup`, which makes, lists and verifies encrypted and signed copies of the database while the
hotline runs."""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from hotline.cli.command_context import cli_context
from hotline.cli.contexts import Role, audit_key, key_folder, require_folder
from hotline.cli.options import (
    FILE,
    FOLDER,
    NEW_FILE,
    as_json_option,
    by_option,
    passphrase_of,
    passphrase_option,
    print_json,
    print_rows,
    progress,
)
from hotline.core.database import Database, open_database
from hotline.core.settings import Settings
from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import SIGNING_KEY
from hotline.operations import backup as archive
from hotline.operations import decrypt_backup
from hotline.operations.backup import BACKUP_PUBLIC_KEY
from hotline.operations.decrypt_backup import BackupKey, read_manifest
from hotline.operations.rules_backup import Contents, Manifest
from hotline.operations.service_backup import BackupTaken, take_backup
from hotline.operations.service_restore import restore as bring_back
from hotline.operations.service_restore import verify_backup
from hotline.people import service_audit
from hotline.text.errors import BackupInvalid, NotReady, Occupied, StoreUnavailable

signer_option = click.option(
    "--signer",
    metavar="LETTERS",
    help="Public key that `hotline backup key` printed. This key verifies the backup's signature.",
)


class BackupGroup(click.Group):
    """A command group in which `hotline backup TO` means `hotline backup take TO`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["take", *args]
        return super().parse_args(ctx, args)


def backup_key(key: Path, passphrase_file: Path | None, signer: str | None = None) -> BackupKey:
    """Returns the private keys that decrypt a backup, and the signing keys whose signatures the command accepts.

    If `signer` is given, the command accepts only this signing key. Without `signer`, the command accepts two signing
    keys: this machine's key, and the key named in the backup key file. Raises PassphraseWrong or DecryptionFailed."""
    opened = decrypt_backup.open_backup_key(
        key.read_bytes(), lambda: passphrase_of(passphrase_file, "Passphrase of the backup key")
    )
    signers = {signer} if signer else opened.signers | own_signers()
    return opened._replace(signers=frozenset(signers))


def own_signers() -> frozenset[str]:
    """Returns the public half of this machine's signing key, or an empty set if this machine has no signing key."""
    folder = KeyFolder(key_folder(Settings.read(os.environ), Role.CONSOLE))
    has_key = folder.holds(SIGNING_KEY)
    return frozenset({archive.signer_of(folder.read(SIGNING_KEY))} if has_key else ())


def take(settings: Settings, database: Database, at: datetime, to: Path) -> BackupTaken:
    """Takes a backup with the keys in the console's key folder. Raises NotReady if the hotline has no backup key."""
    folder = KeyFolder(key_folder(settings, Role.CONSOLE))
    if not folder.holds(BACKUP_PUBLIC_KEY):
        raise NotReady("this hotline has no backup key: create one with `hotline backup key FILE`")
    return take_backup(
        database,
        to,
        at=at,
        recipients=archive.read_recipients(folder.read(BACKUP_PUBLIC_KEY)),
        signing_key=folder.read(SIGNING_KEY),
        release=version("hotline"),
        scratch=settings.home,
        say=progress,
    )


@click.group(cls=BackupGroup)
def backup() -> None:
    """Back up the database to a sealed file while the hotline runs.

    `hotline backup TO` means `hotline backup take TO`.
    """


@backup.command("take")
@click.argument("to", metavar="TO", type=click.Path(path_type=Path))
@as_json_option
def take_(to: Path, as_json: bool) -> None:
    """Write a sealed copy of the database to TO, a new file or a folder, while the hotline runs.

    The copy is in age's format, and TO.sig contains its signature. Only the operators' private backup keys decrypt the
    copy. These private keys are not on this machine. The copy contains no key files of the hotline. To copy the key
    files, use `hotline keys export`.

    Example: hotline backup take /var/backups/hotline
    """
    with cli_context() as context:
        copy = take(Settings.read(os.environ), context.database, context.now(), to)
    if as_json:
        row = {"file": str(copy.path), "bytes": copy.size, **_row(copy.manifest)}
        print_json(row | {"contents": json.loads(copy.contents.document())})
        return
    rows, keys = sum(copy.contents.rows.values()), " and ".join(copy.manifest.recipients)
    click.echo(f"{copy.path}: {rows} rows, {copy.size >> 10} kB, encrypted to {keys}")


@backup.command()
@click.argument("file", type=NEW_FILE, required=False)
@passphrase_option("the passphrase of the backup key")
@click.option(
    "--recipient",
    "given",
    multiple=True,
    help="Public key (made with the program `age`) that encrypts the backups. Repeat --recipient for more keys.",
)
@click.option("--add", is_flag=True, help="Keep the existing backup keys, and add the new key.")
@click.option("--replace", is_flag=True, help="Replace the existing backup keys with the new key.")
def key(
    file: Path | None,
    passphrase_file: Path | None,
    given: tuple[str, ...],
    add: bool,
    replace: bool,
) -> None:
    """Create a backup key, and write its private half to FILE, encrypted with a passphrase.

    Then move FILE to a safe place away from this machine. If you made a key with the program `age`, give only its
    public half, with --recipient.

    Example: hotline backup key /media/usb/backup.key
    """
    settings = Settings.read(os.environ)
    folder = KeyFolder(require_folder(settings, key_folder(settings, Role.CONSOLE)))
    if (file is None) == (not given):
        raise click.UsageError("give FILE for a new backup key, or --recipient for an existing key")
    old_keys = folder.read(BACKUP_PUBLIC_KEY) if folder.holds(BACKUP_PUBLIC_KEY) else b""
    if old_keys and not (add or replace):
        raise Occupied(
            f"backup key {' and '.join(old_keys.decode().split())} is in use: add another key with --add, or"
            " replace the present key with --replace. Keep the present key: only this key decrypts earlier backups"
        )
    signer = archive.signer_of(folder.read(SIGNING_KEY))
    recipients = archive.read_recipients("\n".join(given).encode())
    if file is not None:
        recipients = [_new_key(file, passphrase_file, signer)]
    added = "".join(f"{recipient}\n" for recipient in recipients).encode()
    folder.replace(BACKUP_PUBLIC_KEY, old_keys + added if add else added)
    click.echo(f"backup key {' and '.join(recipients)}{f': {file}' if file else ''}")
    click.echo(f"backups are signed by {signer}: write it down with the backup key")


def _new_key(file: Path, passphrase_file: Path | None, signer: str) -> str:
    passphrase = passphrase_of(passphrase_file, "A passphrase for the backup key", twice=True)
    progress("stretching the passphrase")
    public_key, sealed = archive.new_key_file(passphrase, signer)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not KeyFolder(file.parent).make(file.name, sealed):
        raise Occupied(f"{file} exists already: choose another file")
    click.echo(
        "move this file and its passphrase to two places outside this machine, then delete the file"
        " here: without both, no one can ever decrypt a backup",
        err=True,
    )
    return public_key


@backup.command("list")
@click.argument("folder", type=FOLDER)
@as_json_option
def list_(folder: Path, as_json: bool) -> None:
    """List the backups in a folder, the newest first. Each row shows the size of a backup, its time and the kind of the
    copied database.

    Example: hotline backup list /var/backups/hotline
    """
    found = map(_listed, folder.glob(f"*{archive.SUFFIX}"))
    rows = sorted(found, key=lambda row: str(row.get("taken_at", "")), reverse=True)
    print_rows(rows, _line, as_json=as_json, none=f"no backups in {folder}")


def _line(row: Mapping[str, Any]) -> str:
    text = row.get("wrong") or f"{row['taken_at'][:16]}  {row['engine']}"
    return f"{row['file']:36} {row['size'] >> 10:8} kB  {text}"


@backup.command()
@click.argument("file", type=FILE)
@click.option(
    "--key",
    "key_file",
    type=FILE,
    help="File with the backup key. With this key, the command also decrypts the backup and checks its data.",
)
@passphrase_option("the passphrase of the backup key")
@signer_option
@as_json_option
def verify(
    file: Path,
    key_file: Path | None,
    passphrase_file: Path | None,
    signer: str | None,
    as_json: bool,
) -> None:
    """Verify that this hotline signed a backup, and that the backup is complete. Write nothing.

    With --key, also decrypt the whole backup.

    Example: hotline backup verify line.age --key /media/usb/backup.key
    """
    contents: Contents | None = None
    progress("reading it through")
    if key_file is not None:
        manifest, contents = verify_backup(file, backup_key(key_file, passphrase_file, signer))
    else:
        manifest = read_manifest(file, {signer} if signer else own_signers())
        with file.open("rb") as stream:
            decrypt_backup.check_digest(stream, manifest)
    if as_json:
        read = json.loads(contents.document()) if contents else None
        print_json(_row(manifest) | {"contents": read})
        return
    click.echo(f"complete and signed: taken at {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC")
    click.echo(f"encrypted to {' and '.join(manifest.recipients)}")
    if contents is not None:
        click.echo(f"data: {sum(contents.rows.values())} rows, {contents.rows.get('tip', 0)} tips")


def _listed(file: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"file": file.name, "size": file.stat().st_size}
    try:
        row |= _row(read_manifest(file))
    except BackupInvalid as wrong:
        row["wrong"] = str(wrong)
    return row


def _row(manifest: Manifest) -> dict[str, Any]:
    """Returns the manifest of a backup as data for the JSON output, without the encrypted contents."""
    return {**json.loads(manifest.document()), "contents": None}


NEXT = """all messages are paused until a person resumes them. Next steps:
  hotline keys import FILE     if the keys are not restored yet
  hotline doctor               every line except "outgoing queue" should be ok
  hotline run                  the hotline answers callers and stores tips, and alerts no one
  hotline outgoing status      shows the waiting messages
  hotline outgoing resume      sends them: call the responders first"""


SINCE = "persons, roles and desks added or removed since that digest; the restored hotline has these changes:"
OLDER = """WARNING: the audit log of this backup does not have that digest. The backup is older, or a person
replaced its log. Persons who were removed later exist again. Look for a newer backup before you resume"""
NO_DIGEST = "no --digest was given: compare the audit log with the newest digest that you have"
LOST = "changed after this backup, so not in the restored hotline:"


def _changes(url: str, digest: str) -> Sequence[str] | None:
    """Returns one sentence for each person, role or desk that changed after the audit log's row with this digest.
    Returns None if no row of the audit log has this digest.
    """
    with closing(open_database(url)) as database, suppress(StoreUnavailable):
        return service_audit.roster_changes(database, digest)
    return None


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--key", type=FILE, required=True, help="File with the backup key, which decrypts the backup."
)
@passphrase_option("the passphrase of the backup key")
@signer_option
@by_option
@click.option(
    "--digest",
    help="Newest digest of the audit log. The hotline sends a digest by mail and SMS each day.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Rename the file of an existing SQLite database, then restore the backup.",
)
@as_json_option
def restore(
    file: Path,
    key: Path,
    passphrase_file: Path | None,
    signer: str | None,
    by: str,
    digest: str | None,
    replace: bool,
    as_json: bool,
) -> None:
    """Restore a backup into an empty database. The restored messages stay unsent until a person starts the outgoing
    queue again.

    Stop the hotline first. The command verifies the signature, and updates the restored tables to this release. The
    command exits with 1 and changes nothing if another hotline signed the backup, or if any part of the backup is
    damaged. With --digest, the command lists the persons, roles and desks that changed after the row of the audit log
    with this digest.

    Example: hotline restore line.age --key /media/usb/backup.key
    """
    settings = Settings.read(os.environ)
    opener, now = backup_key(key, passphrase_file, signer), datetime.now(UTC)
    url = settings.database_url
    sealing = audit_key(KeyFolder(key_folder(settings, Role.CONSOLE)), Role.CONSOLE)
    done = bring_back(
        file, opener, url, by=by, at=now, say=progress, replace=replace, audit_key=sealing
    )
    since = _changes(url, digest) if digest else ()
    lost = _changes(f"sqlite:///{done.aside}", done.contents.audit_newest) if done.aside else ()
    if as_json:
        of_restore = {"held": True, "waiting": done.waiting, "changes": since, "lost": lost}
        of_restore["contents"] = json.loads(done.contents.document())
        print_json(_row(done.manifest) | of_restore)
        return
    if done.aside is not None:
        click.echo(f"the previous database was renamed to {done.aside}", err=True)
    click.echo(f"restored: {sum(done.contents.rows.values())} rows, all of them as they were")
    click.echo(f"audit log: unbroken, {done.contents.audit_rows} rows")
    click.echo(OLDER if since is None else SINCE if digest else NO_DIGEST)
    for sentence in (*(since or ()), *([LOST] if lost else ()), *(lost or ())):
        click.echo(sentence)
    click.echo(f"PAUSED: {done.waiting} messages wait. Some may have been sent already")
    click.echo(NEXT, err=True)
