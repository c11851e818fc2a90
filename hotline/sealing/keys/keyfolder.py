"""One role's key folder: files of mode 0400 in a folder of mode 0700, made once, and changed only by a rotation.

A process is started with its own folder and no other, so that what it cannot open, it has no key for.
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
"""The gateway's hooks of the web process: each has a secret path of its own."""
LISTED = "listed"
"""The relay's hook: by it the line tells itself what the gateway's inbox lists."""
HOOKS_FILE = "hooks.json"
DIAL_SECRET = "dial.secret"
"""The path's by which the watchman dials: the hooks' own secrets come and go without him."""
LISTED_SECRET = "listed.secret"
"""The path's by which the relay tells, one a line: the newest first."""


class KeyFolder:
    """Keys by file name. Each is read once: a process keeps what it began with."""

    def __init__(self, path: Path, *, without: Collection[str] = ()) -> None:
        """`without`: keys that are wrong, and count as missing: what they seal, nobody would open."""
        self.path = path
        self._without = frozenset(without)
        self._held: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"KeyFolder({self.path.name})"

    def read(self, name: str) -> bytes:
        """Raises KeyMissing."""
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
        """Whether keys can be made and destroyed here: false on a read-only mount, also for root."""
        return os.access(self.path, os.W_OK | os.X_OK)

    def names(self) -> tuple[str, ...]:
        """Every key's file name, in order; none where there is no folder."""
        if not self.path.is_dir():
            return ()
        return tuple(sorted(p.name for p in self.path.iterdir() if not p.name.startswith(".")))

    def make(self, name: str, secret: bytes) -> bool:
        """Write a key unless it is there; whether it was written. Raises OSError where the folder cannot be written.

        The key appears whole or not at all: two processes that make the same one end with the same one.
        """
        with self._draft(name, secret) as draft:
            try:
                os.link(draft, self.path / name)
            except FileExistsError:
                return False
        self._flush()
        return True

    def replace(self, name: str, secret: bytes) -> None:
        """Write a key in another's place: whoever reads finds the one or the other, whole. Raises OSError."""
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
        """Forget a key, here and on disk. Where the folder cannot be written, on disk it stays.

        Written over first: what a disk keeps of a file that is gone, it keeps of zeros.
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
    """The live secrets of each hook's path, the one to paste first. Raises KeyMissing."""
    document = json.loads(KeyFolder(folder).read(HOOKS_FILE))
    return {hook: tuple(document[hook]) for hook in HOOKS}


def listed_secrets(folder: Path) -> tuple[str, ...]:
    """The live secrets of the relay's hook, the newest first; none on an upgraded line before `hotline init`."""
    keys = KeyFolder(folder)
    return tuple(keys.read(LISTED_SECRET).decode().split()) if keys.holds(LISTED_SECRET) else ()


def new_hook_secrets() -> bytes:
    """Two for each hook: while the dashboard still calls the one, the other is already answered."""
    return json.dumps(
        {hook: [secrets.token_urlsafe(32) for _ in range(2)] for hook in HOOKS}
    ).encode()
