"""Reads a key that may be rotated while the process runs.

The newest key and the previous one both decrypt, as long as both exist. The process checks the file for a change at
each use or each second. A rotation needs no restart and no signal, and a process reads only its own folder.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from hotline.errors import KeyMissing

EACH = 1.0
"""Seconds between two checks, for callers that ask at every hop. They call `again` if a key does not fit."""

Stamp = tuple[int, int]


def older(name: str) -> str:
    """Returns the file name of the previous key, which is kept while it is needed: `relay.key` -> `relay.old.key`."""
    stem, _, kind = name.rpartition(".")
    return f"{stem}.old.{kind}"


def stamp_of(file: Path | str) -> Stamp | None:
    """Returns a value that changes when the file changes. Returns None if the file does not exist."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


class LiveKeys:
    """The newest version of one key, and the previous one. Raises KeyMissing if there is no key at the start.

    If the key disappears later, the last version that was read stays in use.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        each: float = 0.0,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._each, self._elapsed = each, elapsed
        self._due = elapsed() + each
        self._files = (folder / name, folder / older(name))
        self._stamp = self._look()
        self._keys = self._read()
        if not self._keys:
            raise KeyMissing(f"the key folder {folder.name!r} holds no {name}")

    def __repr__(self) -> str:
        return f"LiveKeys({self._files[0].name})"

    def now(self) -> tuple[bytes, ...]:
        """Returns the keys, newest first. Returns the same tuple as long as nothing changed."""
        return self._keys if self._elapsed() < self._due else self.again()

    def again(self) -> tuple[bytes, ...]:
        """Checks the file now and returns the keys, newest first."""
        self._due = self._elapsed() + self._each
        stamp = self._look()
        if stamp is not None and stamp != self._stamp:
            # The stamp is older than the reading. A change in between causes one more reading.
            self._keys, self._stamp = self._read() or self._keys, stamp
        return self._keys

    def _look(self) -> Stamp | None:
        """Returns the stamp of the newest key.

        A change of the previous key touches this file, so one check is enough.
        """
        return stamp_of(self._files[0])

    def _read(self) -> tuple[bytes, ...]:
        newest, *before = (_bytes_of(file) for file in self._files)
        if newest is None:
            return ()
        return (newest, *(key for key in before if key is not None and key != newest))


def _bytes_of(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
