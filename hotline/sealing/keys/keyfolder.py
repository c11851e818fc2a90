"""Reads and writes the key folder of one role: files of mode 0400 in a folder of mode 0700.

Each key is made once, and only a rotation changes it. A process gets its own folder and no other. It therefore has no
key for data that it must not decrypt.
"""

import json
import os
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from hotline.errors import KeyMissing

KEY_BYTES = 32
HOOKS = ("ussd", "ended", "sms", "delivery", "optout")
"""The gateway's hooks in the web process. Each has its own secret path."""
LISTED = "listed"
"""The relay's hook. The relay reports through it the messages that the gateway's inbox lists."""
HOOKS_FILE = "hooks.json"
DIAL_SECRET = "dial.secret"
"""File with the path secret that the monitor dials with. The rotation of the hooks' own secrets does not affect it."""
LISTED_SECRET = "listed.secret"
"""File with the path secrets that the relay reports with, one a line, newest first."""


class KeyFolder:
    """Keys by file name. Each key is read once, and a process keeps its first reading."""

    def __init__(self, path: Path, *, without: Collection[str] = ()) -> None:
        """Excludes the keys of `without`, which are wrong and count as missing. No one could decrypt what they seal."""
        self.path = path
        self._without = frozenset(without)
        self._held: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"KeyFolder({self.path.name})"

    def read(self, name: str) -> bytes:
        """Returns a key. Raises KeyMissing."""
        if name in self._without:
            raise KeyMissing(f"the key folder {self.path.name!r} holds a wrong {name}")
        if name not in self._held:
            try:
                self._held[name] = (self.path / name).read_bytes()
            except OSError:
                raise KeyMissing(f"the key folder {self.path.name!r} holds no {name}") from None
        return self._held[name]

    def holds(self, name: str) -> bool:
        return name not in self._without and (self.path / name).is_file()

    def writable(self) -> bool:
        """Returns True if keys can be made and destroyed here. Returns False on a read-only mount, even for root."""
        return os.access(self.path, os.W_OK | os.X_OK)

    def names(self) -> tuple[str, ...]:
        """Returns the file names of all keys in order. Returns an empty tuple if the folder does not exist."""
        if not self.path.is_dir():
            return ()
        return tuple(sorted(p.name for p in self.path.iterdir() if not p.name.startswith(".")))

    def make(self, name: str, secret: bytes) -> bool:
        """Writes a key unless it exists. Returns True if it was written. Raises OSError if the folder is not writable.

        The key appears complete or not at all. Two processes that make the same key end with the same content.
        """
        with self._draft(name, secret) as draft:
            try:
                os.link(draft, self.path / name)
            except FileExistsError:
                return False
        self._flush()
        return True

    def replace(self, name: str, secret: bytes) -> None:
        """Writes a key in place of an old one. A reader finds either the old or the new key, complete.

        Raises OSError.
        """
        with self._draft(name, secret) as draft:
            draft.rename(self.path / name)
        self._held.pop(name, None)
        self._flush()

    @contextmanager
    def _draft(self, name: str, secret: bytes) -> Iterator[Path]:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path / f".{name}.{secrets.token_hex(8)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secret)
                file.flush()
                os.fsync(file.fileno())
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    def destroy(self, name: str) -> None:
        """Removes a key from memory and from disk. In a folder that is not writable, it stays on disk.

        The file is filled with zeros first, so that a disk that keeps deleted content keeps zeros.
        """
        self._held.pop(name, None)
        path = self.path / name
        with suppress(OSError):
            path.chmod(0o600)
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
        with suppress(OSError):
            path.unlink(missing_ok=True)
            self._flush()

    def _flush(self) -> None:
        handle = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def hook_secrets(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Returns the valid secrets of each hook's path. The one to paste into the dashboard comes first.

    Raises KeyMissing.
    """
    document = json.loads(KeyFolder(folder).read(HOOKS_FILE))
    return {hook: tuple(document[hook]) for hook in HOOKS}


def listed_secrets(folder: Path) -> tuple[str, ...]:
    """Returns the valid secrets of the relay's hook, newest first.

    An upgraded installation has none before `hotline init`.
    """
    keys = KeyFolder(folder)
    return tuple(keys.read(LISTED_SECRET).decode().split()) if keys.holds(LISTED_SECRET) else ()


def new_hook_secrets() -> bytes:
    """Returns two new secrets for each hook.

    The hooks accept both, so the operator can change the dashboard at any time.
    """
    return json.dumps(
        {hook: [secrets.token_urlsafe(32) for _ in range(2)] for hook in HOOKS}
    ).encode()
