"""Reads and writes the key folder of one role: files of mode 0400 in a folder of mode 0700.

Each key is made once, and later only a rotation replaces it. A process can read only the folder of its own role, so it
has no key for data that it must not decrypt.
"""

import json
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from hotline.text.errors import KeyMissing

KEY_BYTES = 32
HOOKS = ("ussd", "ended", "sms", "delivery", "optout")
"""The names of the hooks, the addresses that the gateway calls. Each hook has its own secrets in its address."""
LISTED = "listed"
"""The name of the hook that the clock process calls. The clock process reads the list of SMS in the gateway's inbox,
and sends each SMS to the hook `listed`.
"""
HOOKS_FILE = "hooks.json"
DIAL_SECRET = "dial.secret"
"""The file with the secret that the monitor uses when it calls the hook `ussd` as a test. A rotation of the hooks'
secrets does not change this file.
"""
LISTED_SECRET = "listed.secret"
"""The file with the secrets that the clock process uses to call the hook `listed`, one per line, newest first."""


DATABASE_ACCOUNT, REDIS_ACCOUNT = "database.account", "redis.account"
"""The files with `NAME:PASSWORD` of the process's own accounts at PostgreSQL and Redis (operations/server_roles.py)."""


class KeyFolder:
    """The keys of one folder, by file name. Reads the file of each key only once."""

    def __init__(self, path: Path, *, without: Collection[str] = ()) -> None:
        """Makes an object that treats the keys in `without` as missing, because they belong to another hotline. If this
        process encrypted data with a key of another hotline, no process could decrypt the data.
        """
        self.path = path
        self._without = frozenset(without)
        self._held: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"KeyFolder({self.path.name})"

    def read(self, name: str) -> bytes:
        """Returns the key with this file name. Raises KeyMissing if the key does not exist, or if its file is empty."""
        if name in self._without:
            raise KeyMissing(
                f"the key {name} in folder {self.path.name!r} is wrong: restore this key"
            )
        if name not in self._held:
            key = _bytes_of(self.path / name)
            if key is None:
                raise KeyMissing(
                    f"the key folder {self.path.name!r} lacks {name}: see `hotline doctor`"
                )
            self._held[name] = key
        return self._held[name]

    def holds(self, name: str) -> bool:
        return name not in self._without and _is_key(self.path / name)

    def writable(self) -> bool:
        """Returns True if this process can make and destroy keys in the folder. Returns False on a read-only mount,
        even for root.
        """
        return os.access(self.path, os.W_OK | os.X_OK)

    def names(self) -> tuple[str, ...]:
        """Returns the file names of all keys, sorted. Returns an empty tuple if the folder does not exist."""
        if not self.path.is_dir():
            return ()
        return tuple(sorted(p.name for p in self.path.iterdir() if not p.name.startswith(".")))

    def make(self, name: str, secret: bytes) -> bool:
        """Writes a key if its file does not exist yet, or is empty. Returns True if the method wrote the file. Raises
        OSError if the folder is not writable.

        Other processes never find an incomplete key in the file. If two processes make the same key at the same time,
        both use the key that was written first.
        """
        with self._draft(name, secret) as draft:
            try:
                os.link(draft, self.path / name)
            except FileExistsError:
                if _is_key(self.path / name):
                    return False
                draft.rename(self.path / name)
        flush_folder(self.path)
        return True

    def replace(self, name: str, secret: bytes) -> None:
        """Writes a key in place of an old key. Other processes find either the complete old key or the complete new
        key.

        Raises OSError.
        """
        with self._draft(name, secret) as draft:
            draft.rename(self.path / name)
        self._held.pop(name, None)
        flush_folder(self.path)

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
        """Removes a key from memory and from disk. If the folder is not writable, the key stays on disk.

        The method first fills the file with zeros, because a disk may keep the content of deleted files.
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
            flush_folder(self.path)


def flush_folder(folder: Path) -> None:
    """Writes a folder's list of files to the disk now. So a power failure does not undo a change to the folder. Raises
    OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def with_account(url: str, folder: Path, name: str) -> str:
    """Returns the address of a server, with the account and password from the file `name` of this folder. Returns the
    address unchanged if the folder has no such file, or if the database is SQLite.
    """
    keys = KeyFolder(folder)
    if url.startswith("sqlite") or not keys.holds(name):
        return url
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{keys.read(name).decode()}@{place}").geturl()


def own_addresses(folder: Path, database: str, redis: str) -> tuple[str, str]:
    """Returns the addresses of the database and of Redis, with the accounts and passwords from this folder."""
    return (
        with_account(database, folder, DATABASE_ACCOUNT),
        with_account(redis, folder, REDIS_ACCOUNT),
    )


def hook_secrets(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Returns the valid secrets of each hook, by hook name. The first secret of a hook is in the address that the
    operator pastes into the gateway's dashboard.

    Raises KeyMissing.
    """
    document = json.loads(KeyFolder(folder).read(HOOKS_FILE))
    return {hook: tuple(document[hook]) for hook in HOOKS}


def listed_secrets(folder: Path) -> tuple[str, ...]:
    """Returns the valid secrets of the hook `listed`, newest first.

    An older installation has no secrets of the hook `listed` until `hotline init` makes them.
    """
    keys = KeyFolder(folder)
    return tuple(keys.read(LISTED_SECRET).decode().split()) if keys.holds(LISTED_SECRET) else ()


def new_hook_secrets() -> bytes:
    """Returns two new secrets for each hook, as JSON.

    The hooks accept both secrets, so the operator can paste the second secret into the gateway's dashboard at any time.
    """
    return json.dumps(
        {hook: [secrets.token_urlsafe(32) for _ in range(2)] for hook in HOOKS}
    ).encode()


# The code below reads a key that an operator may rotate while the process runs.

EACH = 1.0
"""The seconds between two checks of a key file, for code that needs the key at every request of a caller. If no key in
memory decrypts a value, the code calls `LiveKeys.again`, which reads a changed key file at once.
"""

Stamp = tuple[int, int]


def previous_name(name: str) -> str:
    """Returns the file name of the previous key: `relay.key` -> `relay.old.key`. The file of the previous key exists
    while some data needs that key.
    """
    stem, _, kind = name.rpartition(".")
    return f"{stem}.old.{kind}"


def stamp_of(file: Path | str) -> Stamp | None:
    """Returns a file's stamp: a value that changes when the file changes. Returns None if the file does not exist."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


class LiveKeys:
    """Reads a key from its file, and the previous key from a second file. Raises KeyMissing if the file of the key does
    not exist at the start.

    If the key file disappears later, the process continues to use the keys that it read last.
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
        self._files = (folder / name, folder / previous_name(name))
        self._stamp = stamp_of(self._files[0])
        self._keys = self._read()
        if not self._keys:
            raise KeyMissing(f"the key folder {folder.name!r} lacks {name}: see `hotline doctor`")

    def __repr__(self) -> str:
        return f"LiveKeys({self._files[0].name})"

    def now(self) -> tuple[bytes, ...]:
        """Returns the keys in memory, newest first. If no file changed, returns the same tuple object as before."""
        return self._keys if self._elapsed() < self._due else self.again()

    def again(self) -> tuple[bytes, ...]:
        """Checks the key file now, and returns the newest key and the previous key, newest first."""
        self._due = self._elapsed() + self._each
        # Code that changes the file of the previous key also sets the time of the newest key's file, so checking this
        # file is enough.
        stamp = stamp_of(self._files[0])
        if stamp is not None and stamp != self._stamp:
            # The code gets the file's stamp, which changes with the file, before it reads the key. If the file changes
            # between the two reads, the next check reads the key again.
            self._keys, self._stamp = self._read() or self._keys, stamp
        return self._keys

    def _read(self) -> tuple[bytes, ...]:
        newest, *before = (_bytes_of(file) for file in self._files)
        if newest is None:
            return ()
        return (newest, *(key for key in before if key is not None and key != newest))


def _bytes_of(file: Path) -> bytes | None:
    with suppress(OSError):
        return file.read_bytes() or None
    return None


def _is_key(file: Path) -> bool:
    with suppress(OSError):
        return file.is_file() and file.stat().st_size > 0
    return False
