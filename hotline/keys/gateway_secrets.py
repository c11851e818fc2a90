"""Reads the gateway's key, and manages the secrets in the addresses that the gateway calls (the hooks).

The gateway's key is the password with which the hotline sends SMS. The gateway's key is in a file that only the sending
processes can read, and never in an environment variable (docs/decisions/12).

Each hook has a secret in its address, and the operator pastes this address into the gateway's dashboard. After the
gateway has used a new secret, the hooks accept older secrets until the gateway has not used them for the time `QUIET`.
An operator can also make older secrets invalid at once. For each used secret, the key folder contains an empty file.
The time of the empty file shows when the gateway last used the secret. The file's name contains a digest of the secret.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.keys import key_folder
from hotline.keys.key_folder import LISTED, KeyFolder, LiveKeys, Stamp, hook_secrets, listed_secrets
from hotline.text.errors import KeyMissing, SettingsInvalid

GATEWAY_KEY = "gateway.key"
"""The file name of the gateway's key in a key folder."""
SENDING_ROLES = ("workers", "watch")
"""The roles whose folders contain the gateway's key."""
MAX_BYTES = 4096
VISIBLE = re.compile(r"[\x21-\x7e]+")


def read_gateway_key(file: Path) -> str:
    """Returns the gateway's key.

    Raises SettingsInvalid if this process cannot read the file, or if other accounts may read it. The error message
    names the command that corrects the file.
    """
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            written = opened.read(MAX_BYTES)
    except OSError as broken:
        reason = broken.strerror or type(broken).__name__
        raise _wrong(
            file,
            f"this file cannot be read ({reason}): store the API key with `hotline keys gateway`",
        ) from None
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        raise _wrong(
            file,
            f"this file belongs to another account of the system: run chown {os.geteuid()} {file}",
        )
    if stat.S_IMODE(status.st_mode) & 0o177:
        raise _wrong(file, f"other accounts can read this file: run chmod 0400 {file}")
    return gateway_key_in(written, file)


def gateway_key_in(written: bytes, file: Path) -> str:
    """Returns the gateway's key from a file's content. Raises SettingsInvalid with a message that shows no part of the
    key."""
    key = written.strip().decode("ascii", "replace")
    if not VISIBLE.fullmatch(key):
        raise _wrong(
            file, "the file must contain only the gateway's API key: one line of visible ASCII"
        )
    return key


def _wrong(file: Path, problem: str) -> SettingsInvalid:
    return SettingsInvalid([f"the gateway's key in {file}: {problem}"])


QUIET = timedelta(minutes=10)
"""After the last use of an older secret, the hooks accept this secret for at least this time."""
NOTED_EACH = 5.0
"""The minimum seconds between two records that the gateway used the same secret."""
LOOKED_EACH = 0.1
"""The maximum seconds until a process notices that the secrets in the file changed. The process does not read the file
for each request of the gateway, because reading from disk would slow the answer to the caller.
"""


class LiveSecrets(Mapping[str, Sequence[str]]):
    """The secrets that one process accepts in the addresses of the hooks. Notices new or removed secrets in the file
    within `each` seconds.

    Raises KeyMissing if the file of the secrets does not exist at the start.
    """

    def __init__(
        self,
        folder: Path,
        *,
        each: float = LOOKED_EACH,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._each, self._elapsed = each, elapsed
        self._live: dict[str, tuple[float, Sequence[str]]] = {}
        self._file = str(folder / key_folder.HOOKS_FILE)
        self._read: tuple[Stamp | None, Mapping[str, tuple[str, ...]]] = (
            key_folder.stamp_of(self._file),
            hook_secrets(folder),
        )
        has_secret = KeyFolder(folder).holds(key_folder.DIAL_SECRET)
        self._watchman = LiveKeys(folder, key_folder.DIAL_SECRET) if has_secret else None
        self._noted: dict[str, float] = {}

    def __getitem__(self, hook: str) -> Sequence[str]:
        if hook == LISTED:
            # Only the clock process calls the hook `listed`, once a minute. So reading the file at each call does not
            # delay the requests of callers.
            return listed_secrets(self._folder)
        now = self._elapsed()
        until, live = self._live.get(hook, (now, ()))
        if now >= until:
            live = self._looked(hook)
            self._live[hook] = (now + self._each, live)
        return live

    def __iter__(self) -> Iterator[str]:
        return iter((*key_folder.HOOKS, LISTED))

    def __len__(self) -> int:
        return len(key_folder.HOOKS) + 1

    def __repr__(self) -> str:
        return "LiveSecrets()"

    def used(self, hook: str, secret: str) -> None:
        """Records that the gateway has just used a secret. Also removes the hook's older secrets if the gateway has not
        used any of them for the time `QUIET`.

        Does nothing if the folder is not writable.
        """
        now = time.monotonic()
        if now - self._noted.get(secret, -NOTED_EACH) < NOTED_EACH:
            return
        self._noted[secret] = now
        # The hotline must answer the caller even if the process cannot write to this folder.
        with suppress(OSError, KeyMissing, ValueError, KeyError, TypeError):
            note = self._folder / _note(secret)
            os.close(os.open(note, os.O_WRONLY | os.O_CREAT, 0o600))
            os.utime(note)
            if secret == self[hook][0] and len(self[hook]) > 1:
                _end_quiet(self._folder, hook)

    def _looked(self, hook: str) -> Sequence[str]:
        stamp = key_folder.stamp_of(self._file)
        if stamp is not None and stamp != self._read[0]:
            # If the file of the secrets is invalid, the hooks still accept the secrets that the process read before.
            with suppress(KeyMissing, ValueError, KeyError, TypeError):
                self._read = (stamp, hook_secrets(self._folder))
        read = self._read[1]
        if hook != "ussd" or self._watchman is None:
            return read[hook]
        return (*read[hook], *(secret.decode() for secret in self._watchman.now()))


def live_secrets(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Returns the valid secrets of every hook, including the hook `listed`. Raises KeyMissing."""
    return {**hook_secrets(folder), LISTED: listed_secrets(folder)}


def rotate_secrets(folder: Path, relay: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """Adds a new secret to each hook, and returns all valid secrets by hook, newest first. Raises KeyMissing.

    `relay` is the key folder of the clock process, which calls the hook `listed`. The function writes the new secret of
    the hook `listed` first for the web process, and then for the clock process. So the web process accepts the new
    secret before the clock process uses it.
    """
    with _rotating(folder):
        before = live_secrets(folder)
        live = {hook: (secrets.token_urlsafe(32), *old) for hook, old in before.items()}
        if relay is None:
            live[LISTED] = listed_secrets(folder)
        _write(folder, live)
    _write_listed(relay, live[LISTED])
    return live


def _end_quiet(folder: Path, hook: str) -> None:
    """Removes the older secrets of a hook, if the gateway has not used any of them for the time `QUIET`."""
    with _rotating(folder):
        live = dict(live_secrets(folder))
        used = last_used(folder, live[hook][1:])
        if used is not None and datetime.now(UTC) - used < QUIET:
            return
        live[hook], old = live[hook][:1], live[hook][1:]
        _write(folder, live)
    _forget(folder, old)


@contextmanager
def _rotating(folder: Path) -> Iterator[None]:
    """Makes sure that only one process at a time changes the secrets."""
    with (folder / ".rotating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget(folder: Path, old_secrets: Sequence[str]) -> None:
    for secret in old_secrets:
        (folder / _note(secret)).unlink(missing_ok=True)


def end_old_secrets(folder: Path, relay: Path | None = None) -> None:
    """Removes all secrets of each hook except the first, which makes older secrets invalid. Raises KeyMissing."""
    with _rotating(folder):
        live = live_secrets(folder)
        _write(folder, {hook: valid_secrets[:1] for hook, valid_secrets in live.items()})
    _write_listed(relay, live[LISTED][:1])
    for valid_secrets in live.values():
        _forget(folder, valid_secrets[1:])


def last_used(folder: Path, secrets_of_hook: Sequence[str]) -> datetime | None:
    """Returns the last time at which any secret in `secrets_of_hook` was used. Returns None if the folder records no
    use of these secrets."""
    times = [
        (folder / _note(secret)).stat().st_mtime
        for secret in secrets_of_hook
        if (folder / _note(secret)).exists()
    ]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _write(folder: Path, live: Mapping[str, Sequence[str]]) -> None:
    document = json.dumps({hook: list(live[hook]) for hook in key_folder.HOOKS})
    KeyFolder(folder).replace(key_folder.HOOKS_FILE, document.encode())
    _write_listed(folder, live[LISTED])


def _write_listed(folder: Path | None, new_secrets: Sequence[str]) -> None:
    """Writes the secrets of the hook `listed` to the folder. Does nothing if `new_secrets` is empty."""
    if folder is not None and new_secrets:
        KeyFolder(folder).replace(key_folder.LISTED_SECRET, "\n".join(new_secrets).encode())


def _note(secret: str) -> str:
    """Returns the name of the file that records when a secret was used. The name begins with a dot, so that the file
    does not count as a key.
    """
    return f".used-{hashlib.sha256(secret.encode()).hexdigest()[:16]}"
