"""Takes a backup while callers are served. The backup is sealed to a key that this machine cannot decrypt with."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hotline.core.contexts import Context
from hotline.errors import Occupied
from hotline.operations.backup import Measures, Snapshot, snapshot
from hotline.operations.backup_archive import encrypt_archive, fingerprint
from hotline.operations.rules_backup import Contents, Label

SUFFIX = ".backup"
PROGRESS_BYTES = 64 << 20
"""Bytes between two progress messages."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BackupTaken:
    path: Path
    label: Label
    contents: Contents
    size: int


def file_name(label: Label) -> str:
    return f"hotline-{label.taken_at:%Y%m%dT%H%M%SZ}{SUFFIX}"


def take_backup(
    context: Context, to: Path, *, public_key: bytes, release: str, scratch: Path, say: Say
) -> BackupTaken:
    """Writes a backup to one file that only its owner may read. The file appears complete or not at all.

    `to` is a new file, or a folder for one. Raises Occupied if the file exists, and OSError if it cannot be written.
    Also raises StoreUnavailable, NotReady or CopyFailed.
    """
    at = context.now()
    say("reading the database")
    with snapshot(context.database, scratch) as taken:
        label = Label(
            engine=taken.engine,
            release=release,
            schema=taken.measures.schema,
            taken_at=at,
            key=fingerprint(public_key),
        )
        path = to / file_name(label) if to.is_dir() else to
        if path.exists():
            raise Occupied(f"{path} exists already: choose another file")

        copy = _Copy(taken, say)
        encrypted = encrypt_archive(label.document(), copy.pieces(), copy.document, public_key)
        size = _write(path, encrypted)
    return BackupTaken(path, label, copy.contents, size)


@dataclass
class _Copy:
    """A copy while it is sealed, piece by piece, with a running digest."""

    taken: Snapshot
    say: Say
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def pieces(self) -> Iterator[bytes]:
        passed = told = 0
        for piece in self.taken.pieces:
            self.digest.update(piece)
            yield piece
            passed += len(piece)
            if passed - told >= PROGRESS_BYTES:
                told = passed
                self.say(f"sealed {passed >> 20} MB")

    @property
    def contents(self) -> Contents:
        return contents_of(self.taken.measures, self.digest.hexdigest())

    def document(self) -> bytes:
        return self.contents.document()


def contents_of(measures: Measures, digest: str) -> Contents:
    return Contents(
        rows=dict(measures.rows),
        audit_rows=measures.chain.length,
        audit_newest=measures.chain.newest,
        digest=digest,
    )


def _write(path: Path, parts: Iterator[bytes]) -> int:
    """Writes to a temporary file first, and links it to its path after it is on the disk."""
    draft = path.with_name(f".{path.name}.unfinished")
    size = 0
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                size += file.write(part)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        raise Occupied(f"{path} exists already: choose another file") from None
    finally:
        draft.unlink(missing_ok=True)
    with suppress(OSError):
        _flush(path.parent)
    return size


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
