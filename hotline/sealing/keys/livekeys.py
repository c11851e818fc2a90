"""A key that may be rotated under a running process: the newest, and the one before it for as long as it is there.

While both live, whatever either sealed opens. The file is asked whether it changed, on each use or each second: no
restart, no signal, and a process sees no other folder than its own.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from hotline.errors import KeyMissing

EACH = 1.0
"""Seconds between two looks, for whoever asks at every hop and looks `again` where a key does not fit."""

Stamp = tuple[int, int]


def older(name: str) -> str:
    """`relay.key` -> `relay.old.key`: where the key before is kept while it is still needed."""
    stem, _, kind = name.rpartition(".")
    return f"{stem}.old.{kind}"


def stamp_of(file: Path | str) -> Stamp | None:
    """Returns what tells that a file changed; None where it is not there."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


class LiveKeys:
    """Raises KeyMissing where there is no key at the start; later the last that was read goes on."""

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
        """The newest first. The same tuple as long as nothing changed."""
        return self._keys if self._elapsed() < self._due else self.again()

    def again(self) -> tuple[bytes, ...]:
        """The same, looked at now."""
        self._due = self._elapsed() + self._each
        stamp = self._look()
        if stamp is not None and stamp != self._stamp:
            # The stamp is of before the reading: what changes meanwhile is read once more.
            self._keys, self._stamp = self._read() or self._keys, stamp
        return self._keys

    def _look(self) -> Stamp | None:
        """Whoever changes the key before touches the newest: one question of the disk is enough."""
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
