"""Restores a backup: verifies its signature and each row, migrates the tables, and pauses all sending."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from hotline.alarms.rules import in_kigali
from hotline.core.database import Database, sqlite_file
from hotline.duty import service_accounts
from hotline.gateway import service_pause
from hotline.operations import backup, migrate
from hotline.operations.backup import Write, measure, without_time_limits
from hotline.operations.decrypt_backup import BackupKey, check_digest, decrypt_copy, read_manifest
from hotline.operations.rules_backup import Contents, Engine, Manifest
from hotline.operations.service_backup import Say, contents_of
from hotline.text.errors import BackupInvalid, NotReady

REASON = "restored from a backup"


class Restored(NamedTuple):
    manifest: Manifest
    contents: Contents
    waiting: int
    """The number of messages that wait in the restored outgoing queue. The operator decides if the hotline sends these
    messages.
    """
    aside: Path | None
    """The new path of the database file that was in use before the restore."""


def verify_backup(file: Path, key: BackupKey) -> tuple[Manifest, Contents]:
    """Verifies and decrypts a complete backup without storing any of it. Raises BackupInvalid."""
    with _verified(file, key) as (stream, manifest):
        contents = decrypt_copy(stream, manifest, key.identities, lambda _piece: None)
    return manifest, contents


def restore(
    file: Path,
    key: BackupKey,
    url: str,
    *,
    by: str,
    at: datetime,
    say: Say,
    replace: bool = False,
    audit_key: tuple[str, bytes] | None = None,
) -> Restored:
    """Restores a backup of this hotline into an empty database. If `replace` is True, the function may replace an
    existing SQLite file.

    The function records `by` as the person who paused the outgoing queue. Raises BackupInvalid, Occupied, NotReady,
    CopyFailed or StoreUnavailable. After an error, the database is in the same state as before the call.
    """
    say("verifying who signed the backup")
    with _verified(file, key) as (stream, manifest):
        _check_fits(manifest, url)
        aside = backup.check_empty(url, at, replace=replace)
        found_contents: list[Contents] = []

        def fill(write: Write) -> None:
            say(f"decrypting the backup of {in_kigali(manifest.taken_at)}")
            found_contents.append(decrypt_copy(stream, manifest, key.identities, write))

        with backup.arrival(url, fill, aside) as database:
            (contents,) = found_contents
            say("counting rows and checking the audit log")
            _prove(database, manifest, contents)
            say("updating the tables")
            migrate.upgrade(database)
            database.audit_key = audit_key
            # The hotline may have sent the queued messages after the backup was made, so the
            # restored queue is paused.
            reason = f"{REASON} of {in_kigali(manifest.taken_at)}"
            with database.writing() as session:
                service_accounts.end_all_sessions(session)
                waiting = service_pause.pause_restored(
                    session, by=by, reason=reason, at=max(at, manifest.taken_at)
                )
            if aside is not None:
                backup.check_empty(url, at, replace=True)
    return Restored(manifest, contents, waiting, aside)


@contextmanager
def _verified(file: Path, key: BackupKey) -> Iterator[tuple[BufferedReader, Manifest]]:
    """Yields the copy and its manifest. No part of a copy is decrypted or read before its signature is verified."""
    manifest = read_manifest(file, key.signers)
    with file.open("rb") as stream:
        check_digest(stream, manifest)
        yield stream, manifest


def _check_fits(manifest: Manifest, url: str) -> None:
    kind = Engine.SQLITE if sqlite_file(url) is not None else Engine.POSTGRES
    if manifest.engine is not kind:
        raise BackupInvalid(
            f"the backup needs a {manifest.engine} database: change HOTLINE_DATABASE_URL, which names a {kind} database"
        )
    if manifest.schema not in migrate.known_versions():
        raise NotReady(
            f"the backup was made by a newer release, {manifest.release}: install that release first"
        )


def _prove(database: Database, manifest: Manifest, contents: Contents) -> None:
    with database.reading() as session:
        without_time_limits(session)
        found = measure(session)
    if found.chain.broken_at is not None:
        raise BackupInvalid(
            f"row {found.chain.broken_at} of the backup's audit log is wrong: use another backup"
        )
    if found.schema != manifest.schema or contents_of(found) != contents:
        raise BackupInvalid("the backup's rows do not match its manifest: use another backup")
