"""Restores a backup: verifies each piece and row, migrates the tables, and pauses all sending."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from hotline.core.check_result import in_kigali
from hotline.core.database import Database, sqlite_file
from hotline.duty import service_accounts
from hotline.errors import BackupInvalid, NotReady
from hotline.gateway import service_pause
from hotline.operations import backup, migrate
from hotline.operations.backup import measure, without_time_limits
from hotline.operations.decrypt_backup import Archive
from hotline.operations.rules_backup import Contents, Engine, Label
from hotline.operations.service_backup import Say, contents_of

REASON = "restored from a backup"


@dataclass(frozen=True, slots=True)
class Restored:
    label: Label
    contents: Contents
    waiting: int
    """Number of outgoing messages that wait. The operator decides whether they are sent."""


def verify_backup(stream: BinaryIO, private_key: bytes) -> tuple[Label, Contents]:
    """Decrypts a complete backup and stores nothing of it. Raises BackupInvalid."""
    archive = Archive(stream)
    label = Label.read(archive.label)
    return label, _opened(archive, private_key, lambda _piece: None)


def restore(
    stream: BinaryIO, private_key: bytes, url: str, *, by: str, at: datetime, say: Say
) -> Restored:
    """Restores a backup into an empty database. The operator's name is recorded for the pause of its outgoing queue.

    Raises BackupInvalid, Occupied, NotReady, CopyFailed or StoreUnavailable. The database is then empty again.
    """
    archive = Archive(stream)
    label = Label.read(archive.label)
    _check_fits(label, url)
    backup.check_empty(url, at)

    said: list[Contents] = []

    def fill(write: Callable[[bytes], object]) -> None:
        say(f"opening the backup of {in_kigali(label.taken_at)}")
        said.append(_opened(archive, private_key, write))

    with backup.arrival(url, fill) as database:
        (contents,) = said
        say("counting rows, and following the audit log")
        _prove(database, label, contents)
        say("bringing tables up to date")
        migrate.upgrade(database)
        waiting = _hold(database, label, by=by, at=at)
    return Restored(label, contents, waiting)


def _check_fits(label: Label, url: str) -> None:
    here = Engine.SQLITE if sqlite_file(url) is not None else Engine.POSTGRES
    if label.engine is not here:
        raise BackupInvalid(
            f"the backup is of {label.engine}, but HOTLINE_DATABASE_URL names {here}"
        )
    if not migrate.is_known_version(label.schema):
        raise NotReady(
            f"the backup is from a newer release, {label.release}: install that one first"
        )


def _opened(archive: Archive, private_key: bytes, write: Callable[[bytes], object]) -> Contents:
    digest = hashlib.sha256()
    for piece in archive.pieces(private_key):
        digest.update(piece)
        write(piece)
    contents = Contents.read(archive.contents)
    if contents.digest != digest.hexdigest():
        raise BackupInvalid("the copy differs from the one that was sealed")
    return contents


def _prove(database: Database, label: Label, contents: Contents) -> None:
    with database.reading() as session:
        without_time_limits(session)
        found = measure(session)
    if found.chain.broken_at is not None:
        raise BackupInvalid(f"the audit log of the backup is broken at row {found.chain.broken_at}")
    if found.schema != label.schema or contents_of(found, contents.digest) != contents:
        raise BackupInvalid("the rows differ from those counted for the backup")


def _hold(database: Database, label: Label, *, by: str, at: datetime) -> int:
    """Pauses the restored queue and ends sessions and links.

    Its messages may have been sent after the backup was made.
    """
    reason = f"{REASON} of {in_kigali(label.taken_at)}"
    with database.writing() as session:
        service_accounts.end_all_sessions(session)
        return service_pause.pause_restored(
            session, by=by, reason=reason, at=max(at, label.taken_at)
        )
