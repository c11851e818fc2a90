"""Takes a backup while callers are served. The backup is encrypted for the operators' keys, and this hotline signs
it."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

from hotline.core.database import Database
from hotline.keys.key_folder import flush_folder
from hotline.operations.backup import (
    SUFFIX,
    Measures,
    Write,
    encrypt_copy,
    encrypt_text,
    signature_path,
    signed,
    snapshot,
)
from hotline.operations.rules_backup import Contents, Manifest
from hotline.text.errors import Occupied

PROGRESS_BYTES = 64 << 20
"""The number of bytes between two progress messages."""

Say = Callable[[str], None]


class BackupTaken(NamedTuple):
    path: Path
    manifest: Manifest
    contents: Contents
    size: int


def take_backup(
    database: Database,
    to: Path,
    *,
    at: datetime,
    recipients: Sequence[str],
    signing_key: bytes,
    release: str,
    scratch: Path,
    say: Say,
) -> BackupTaken:
    """Writes a backup to two files that only their owner can read. A file with the final name exists only after the
    backup is complete.

    `to` is the path of a new file, or a folder for the new file. Raises Occupied if the file exists, and OSError if it
    cannot be written. Also raises StoreUnavailable, NotReady or CopyFailed.
    """
    say("reading the database")
    with snapshot(database, scratch) as copy:
        path = to / f"hotline-{at:%Y%m%dT%H%M%SZ}{SUFFIX}" if to.is_dir() else to
        contents = contents_of(copy.measures)

        def encrypt(write: Write) -> Manifest:
            return Manifest(
                engine=copy.engine,
                release=release,
                schema=copy.measures.schema,
                taken_at=at,
                recipients=list(recipients),
                digest=encrypt_copy(_reported(copy.pieces, say), recipients, write),
                contents=encrypt_text(contents.document(), recipients),
            )

        manifest = _write(path, encrypt, signing_key)
    return BackupTaken(path, manifest, contents, path.stat().st_size)


def _reported(pieces: Iterable[bytes], say: Say) -> Iterator[bytes]:
    """Yields the pieces of the copy, and reports regularly how many bytes it has yielded."""
    size = reported = 0
    for piece in pieces:
        yield piece
        size += len(piece)
        if size - reported >= PROGRESS_BYTES:
            reported = size
            say(f"encrypted {size >> 20} MB")


def contents_of(measures: Measures) -> Contents:
    return Contents(
        rows=dict(measures.rows),
        audit_rows=measures.chain.length,
        audit_newest=measures.chain.newest,
    )


def _write(path: Path, encrypt: Callable[[Write], Manifest], signing_key: bytes) -> Manifest:
    """Writes to temporary files first. When the temporary files are completely on the disk, gives them their final
    names."""
    signature = signature_path(path)
    drafts = [target.with_name(f".{target.name}.unfinished") for target in (path, signature)]
    try:
        if path.exists() or signature.exists():
            raise FileExistsError
        with _new_file(drafts[0]) as file:
            manifest = encrypt(file.write)
        with _new_file(drafts[1]) as file:
            file.write(signed(manifest.document(), signing_key))
        os.link(drafts[0], path)
        os.link(drafts[1], signature)
    except FileExistsError:
        raise Occupied(f"{path} exists already: choose another file") from None
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    with suppress(OSError):
        flush_folder(path.parent)
    return manifest


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
