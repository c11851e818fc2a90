"""Encrypts ("locks") every grant a second time, with a key that changes each week.

A grant is a tip's key, encrypted to a desk. A database keeps erased data in its log, in dead rows and in every backup.
So the hotline encrypts each grant once more, under the key of a week. Each week, the workers lock all stored grants
again with the new key, and every process destroys the old key. Without the old key, no passphrase can decrypt an erased
tip that is still in a backup.

The key of a week is a digest of the previous week's key. `hotline init` makes the key file, and every process computes
the next week's key in its own copy of the file. A copy of the key file unlocks all grants that were locked since the
copy was made, and no older grants. An operator should keep a copy of the key file in a safe and not in a backup. The
weekly key alone cannot decrypt a tip: the desk's private key is needed too. A locked grant has this format, with sizes
in bytes:

    `version 2 | week 8, as in 2026-W48 | nonce 24, the grant, tag 16`
"""

import hmac
import os
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hotline.keys.key_folder import KEY_BYTES, KeyFolder
from hotline.text.errors import DecryptionFailed, KeyMissing

WEEKLY_KEY = "epoch.key"
LOCKED = b"\x02"
WEEK_BYTES = 8
MARK_BYTES = 1 + WEEK_BYTES
FAR_WEEK = "2100-W01"
MAX_WEEKS = 100 * 53
"""The largest number of weeks by which the code advances the weekly key. If a wrong clock shows a time that is further
in the future, the code does not change the key file.
"""


def week_of(at: datetime) -> str:
    """Returns the ISO week that contains the time `at` in UTC."""
    return f"{at.astimezone(UTC):%G-W%V}"


def last_week(at: datetime) -> str:
    return week_of(at - timedelta(weeks=1))


def week_mark(week: str) -> bytes:
    """Returns the bytes with which a grant begins if it was locked in this week.

    In a list that is sorted by these bytes, unlocked grants come first. Then come locked grants, from the oldest week
    to the newest.
    """
    return LOCKED + week.encode()


def new_weekly_key(at: datetime, key: bytes) -> bytes:
    """Returns the content of a new key file: the week of `at`, followed by the key of this week."""
    return week_of(at).encode() + key


class WeeklyLock:
    """Locks and unlocks grants (tips' keys, encrypted to desks) with the weekly key of one process. If the folder has
    no weekly key, `lock` returns grants unchanged, and `start` is None.
    """

    def __init__(self, folder: KeyFolder | None = None) -> None:
        self._folder = folder
        self._start: tuple[str, bytes] | None = None
        self._boxes: dict[str, Aead] = {}
        self._joined: dict[tuple[str, bytes], bytes] = {}
        if folder is not None and folder.holds(WEEKLY_KEY):
            self._start = _read(folder.read(WEEKLY_KEY))

    def __repr__(self) -> str:
        return f"WeeklyLock(since {self.start})"

    @property
    def start(self) -> str | None:
        """Returns the earliest week whose grants this process can unlock. Returns None if there is no weekly key."""
        return self._start[0] if self._start else None

    def lock(self, grant: bytes, bound: bytes, at: datetime) -> bytes:
        """Locks a grant under the key of the week of `at`.

        Returns the grant unchanged if it is already locked, or if there is no weekly key.
        """
        if self._start is None or grant[:1] == LOCKED:
            return grant
        week = self.week(at)
        return week_mark(week) + bytes(self._box(week).encrypt(grant, aad=week_mark(week) + bound))

    def unlock(self, grant: bytes, bound: bytes) -> bytes:
        """Removes the weekly lock (the second encryption) from a desk's grant.

        Raises KeyMissing if the key of the grant's week was destroyed. Raises DecryptionFailed if the grant was
        altered.
        """
        if grant[:1] != LOCKED:
            return grant
        head, encrypted = grant[:MARK_BYTES], grant[MARK_BYTES:]
        try:
            return self._box(head[1:].decode()).decrypt(encrypted, aad=head + bound)
        except (CryptoError, ValueError, TypeError):
            raise DecryptionFailed("the tip's key was altered, or is for another tip") from None

    def has_locked(self, grant: bytes, bound: bytes) -> bool:
        """Returns True if a process of the hotline locked this grant. Only these processes have the weekly keys."""
        with suppress(DecryptionFailed, KeyMissing):
            return grant[:1] == LOCKED and bool(self.unlock(grant, bound))
        return False

    def forget(self, before: str) -> bool:
        """Replaces the weekly key by the key of the week `before`, so that this process can no longer unlock older
        grants. Changes nothing if the key already belongs to a later week.

        Returns False if the process could not write the file, and the old key is still on disk.
        """
        if self._start is None or self._folder is None or before <= self._start[0]:
            return True
        try:
            key = self._key(before)
        except KeyMissing:
            return True
        self._start, self._boxes, self._joined = (before, key), {}, {}
        return _overwrite(self._folder, before.encode() + key)

    def week(self, at: datetime) -> str:
        """Returns the week whose key locks grants at the time `at`. Returns an empty text if there is no weekly key."""
        return max(self._start[0], week_of(at)) if self._start else ""

    def joined(self, week: str, key: bytes) -> bytes:
        """Returns a key that is computed from the key of the week `week` and from `key`. To compute the result, a
        program needs both keys. Raises KeyMissing.
        """
        if (week, key) not in self._joined:
            self._joined[week, key] = hmac.digest(self._key(week), b"joined" + key, "sha256")
        return self._joined[week, key]

    def _box(self, week: str) -> Aead:
        """Returns the object that encrypts and decrypts grants with the key of a week. Raises KeyMissing."""
        if week not in self._boxes:
            self._boxes[week] = Aead(self._key(week))
        return self._boxes[week]

    def _key(self, week: str) -> bytes:
        if self._start is None:
            raise KeyMissing(
                "cannot decrypt the text, because the key folder lacks epoch.key: run `hotline keys import`"
            )
        first, key = self._start
        steps = (_monday(week) - _monday(first)).days // 7
        if not 0 <= steps <= MAX_WEEKS:
            raise KeyMissing(
                f"cannot decrypt the text, because the key folder lacks the key of week {week}:"
                " import a key export from that week or before"
            )
        return _walked(key, steps)


def _read(content: bytes) -> tuple[str, bytes]:
    week, key = content[:WEEK_BYTES], content[WEEK_BYTES:]
    with suppress(ValueError):
        _monday(week.decode())
        if len(key) == KEY_BYTES:
            return week.decode(), key
    raise DecryptionFailed("the weekly key file epoch.key has an unknown format")


def far_key(content: bytes) -> bytes:
    """Computes the key of the week `FAR_WEEK` from the content of a weekly key file. Raises DecryptionFailed for a file
    of an unknown format."""
    first, key = _read(content)
    return _walked(key, (_monday(FAR_WEEK) - _monday(first)).days // 7)


def _walked(key: bytes, weeks: int) -> bytes:
    for _ in range(weeks):
        key = hmac.digest(key, b"next week", "sha256")
    return key


def _monday(week: str) -> date:
    """Returns the Monday of a week. Raises ValueError."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def cannot_advance(folder: KeyFolder) -> bool:
    """Returns True if the folder contains the weekly key, but is not writable."""
    return folder.holds(WEEKLY_KEY) and not folder.writable()


def _overwrite(folder: KeyFolder, content: bytes) -> bool:
    """Replaces the file of the weekly key, and fills the old file with zeros. Returns False if the disk is full; the
    old file then stays.
    """
    try:
        path = folder.path / WEEKLY_KEY
        path.chmod(0o600)
        with path.open("r+b") as old:
            folder.replace(WEEKLY_KEY, content)
            old.write(bytes(len(content)))
            old.flush()
            os.fsync(old.fileno())
    except OSError:
        return False
    return True
