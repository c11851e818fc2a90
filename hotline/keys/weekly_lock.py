"""Encrypts ("locks") every grant a second time, with a weekly key. Destroys old weekly keys.

A grant is a tip's key, encrypted to a desk. A database keeps erased data in its log, in dead rows and in every
backup. So each grant is encrypted once more, under the key of a week. Each week the workers lock the remaining grants
again, and all processes destroy the keys of old weeks. After the keys of old weeks are destroyed, no passphrase can
decrypt an erased tip that is still in a backup.

The key of a week is a digest of the previous week's key. `hotline init` makes one key file, and every process
advances its own copy of it. A copy of this file unlocks every grant that was locked after the copy was made, and no
older grant. Keep a copy of this file in a safe and not in a backup. With the weekly key alone, no one can decrypt a
tip: the desk's private key is needed too. A locked grant has this format, with sizes in bytes:

    `version 2 | week 8, as in 2026-W48 | nonce 24, the grant, tag 16`

The module also manages the weekly keys of contacts. These keys make the pseudonyms of phones. The process destroys the
keys of weeks before last week, so that older pseudonyms identify no one. `hotline init` makes keys in advance. If this
week's key is missing, the process that needs it makes the key in its own folder. If the folder is not writable, the
process uses the newest key it has, because a tip must not wait. A folder without any contact key belongs to a role
that does not need contact keys. If code asks for a contact key in such a folder, the module raises KeyMissing.
"""

import hmac
import os
import re
import secrets
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hotline.keys.key_folder import AHEAD, KEY_BYTES, KeyFolder
from hotline.text.errors import DecryptionFailed, KeyMissing

WEEKLY_KEY = "epoch.key"
LOCKED = b"\x02"
WEEK_BYTES = 8
MARK_BYTES = 1 + WEEK_BYTES
FAR_WEEK = "2100-W01"
MAX_WEEKS = 100 * 53
"""The largest number of weeks by which the code advances the key in the key file. If a wrong clock shows a later time
than that, the code does not change the key file.
"""


def week_of(at: datetime) -> str:
    """Returns the ISO week of a moment, in UTC."""
    year, week, _ = at.astimezone(UTC).isocalendar()
    return f"{year:04}-W{week:02}"


def last_week(at: datetime) -> str:
    return week_of(at - timedelta(weeks=1))


def week_mark(week: str) -> bytes:
    """Returns the first bytes of a grant that was locked in a given week.

    If grants are sorted by these bytes, unlocked grants come first. Locked grants follow: grants of the oldest week
    first, grants of the newest week last.
    """
    return LOCKED + week.encode()


def new_weekly_key(at: datetime, key: bytes) -> bytes:
    """Returns the content of a new key file: the week of `at`, and that week's key."""
    return week_of(at).encode() + key


class WeeklyLock:
    """Locks and unlocks grants with the weekly keys of one process. Without a key file, does not lock grants, and
    `start` is None.
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
        """Returns the earliest week whose grants can still be unlocked. Returns None if there is no key."""
        return self._start[0] if self._start else None

    def lock(self, grant: bytes, bound: bytes, at: datetime) -> bytes:
        """Locks a grant under the key of the week of `at`.

        Returns the grant unchanged if it is already locked, or if there is no key.
        """
        if self._start is None or grant[:1] == LOCKED:
            return grant
        week = self.week(at)
        return week_mark(week) + bytes(self._box(week).encrypt(grant, aad=week_mark(week) + bound))

    def unlock(self, grant: bytes, bound: bytes) -> bytes:
        """Removes the weekly lock from a desk's grant.

        Raises KeyMissing if the key of the grant's week was destroyed. Raises DecryptionFailed if the grant was
        altered.
        """
        if grant[:1] != LOCKED:
            return grant
        head, encrypted = grant[:MARK_BYTES], grant[MARK_BYTES:]
        try:
            return self._box(head[1:].decode()).decrypt(encrypted, aad=head + bound)
        except (CryptoError, ValueError, TypeError):
            raise DecryptionFailed("this tip key was altered, or is for another tip") from None

    def has_locked(self, grant: bytes, bound: bytes) -> bool:
        """Returns True if a process of the hotline locked this grant. No other program has the weekly keys."""
        with suppress(DecryptionFailed, KeyMissing):
            return grant[:1] == LOCKED and bool(self.unlock(grant, bound))
        return False

    def forget(self, before: str) -> bool:
        """Advances the key to the week `before`, so that no one can unlock an older grant. If the key already belongs
        to a later week, does not change the key.

        Returns False if the file could not be written. In this case, the old key is still on disk.
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
        """Returns the week whose key locks a grant at the time `at`. Returns an empty text if there is no key."""
        return max(self._start[0], week_of(at)) if self._start else ""

    def joined(self, week: str, key: bytes) -> bytes:
        """Returns a key that is computed from the key of the week `week` and from `key`. To compute the result, a
        program needs both of these keys. Raises KeyMissing.
        """
        if (week, key) not in self._joined:
            self._joined[week, key] = hmac.digest(self._key(week), b"joined" + key, "sha256")
        return self._joined[week, key]

    def _box(self, week: str) -> Aead:
        """Returns the object that encrypts and decrypts with the key of a week. Raises KeyMissing."""
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
    """Derives the key of the week `FAR_WEEK` from a file's content. Raises DecryptionFailed for an unknown format."""
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
    """Replaces the key file, and fills the old file with zeros. If the disk is full, the old key stays."""
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


_NAME = re.compile(r"contact-\d{4}-W\d\d\.key")


def key_name(at: datetime) -> str:
    """Returns the file name of the key for a moment's ISO week in UTC, such as `contact-2026-W48.key`."""
    return f"contact-{week_of(at)}.key"


class WeeklyKeys:
    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._weeks: dict[str, bytes] = {}

    def at(self, moment: datetime) -> bytes:
        """Returns the key of the week in which `moment` lies. Raises KeyMissing."""
        name = key_name(moment)
        if name not in self._weeks:
            self._weeks = {name: self._begin(name)}
            self.forget(moment)
        return self._weeks[name]

    def before(self, moment: datetime) -> bytes | None:
        """Returns the key of the week before the week of `moment`. Returns None if this key no longer exists. This
        function never makes a key.
        """
        name = key_name(moment - timedelta(weeks=1))
        return self._folder.read(name) if self._folder.holds(name) else None

    def lay(self, moment: datetime) -> list[str]:
        """Makes the missing keys of this week and of the next weeks. Returns the names of the new keys."""
        names = [key_name(moment + timedelta(weeks=n)) for n in range(AHEAD)]
        return [name for name in names if self._folder.make(name, secrets.token_bytes(KEY_BYTES))]

    def forget(self, moment: datetime) -> None:
        """Destroys all keys that are older than last week's key, but never the newest key. A running process calls this
        method at the beginning of a new week, and a command calls it for folders that no running process uses.

        If the disk is full, the process cannot make a new key. The process then needs the newest of the old keys.
        """
        oldest = key_name(moment - timedelta(weeks=1))
        for name in self.held()[:-1]:
            if name < oldest:
                self._folder.destroy(name)

    def _begin(self, name: str) -> bytes:
        if self._folder.holds(name):
            return self._folder.read(name)
        held = self.held()
        if not held:
            raise KeyMissing(
                f"the key folder {self._folder.path.name!r} lacks contact-*.key, which no key export contains: "
                "run `hotline init` on the machine with all key folders"
            )
        try:
            self._folder.make(name, secrets.token_bytes(KEY_BYTES))
        except OSError:
            return self._folder.read(held[-1])
        return self._folder.read(name)

    def held(self) -> list[str]:
        return [name for name in self._folder.names() if _NAME.fullmatch(name)]
