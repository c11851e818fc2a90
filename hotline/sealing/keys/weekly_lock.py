"""The outer lock of every grant: a key that advances week by week, and never goes back.

What was erased stays in a database's log, in its dead rows and in every backup. So each desk's grant is locked once
more, under the key of a week. The relay locks what is still kept anew each week, and the weeks before are forgotten:
then no passphrase opens what a backup kept of a tip that was erased.

The key of a week is a digest of the one before: every process advances by itself, from one file that `hotline init`
made, and needs nobody to bring it a new one. A copy of the file opens whatever was locked since it was made, and
nothing from before: it is for a safe, not for a backup. The outer lock alone opens nothing: the inner one is the
desk's.

    version 2 | week 8, as in 2026-W48 | nonce 24, the grant, tag 16

The weekly keys of contacts: two that live, older ones destroyed, so that nobody can be told by what last month kept.

`hotline init` lays keys ahead. Where none was laid for this week the process that asks makes one in its own folder;
where that folder cannot be written it goes on with the newest key it holds, since a tip must not wait for an operator.
A folder that never held a contact key is another role's: it raises KeyMissing.
"""

import hmac
import os
import re
import secrets
from datetime import UTC, date, datetime, timedelta

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hotline.errors import KeyMissing, SealBroken
from hotline.sealing.keys.keyfolder import KEY_BYTES, KeyFolder

WEEKLY_KEY = "epoch.key"
LOCKED = b"\x02"
WEEK_BYTES = 8
MARK_BYTES = 1 + WEEK_BYTES
FAR_WEEK = "2100-W01"
MOST_WEEKS = 100 * 53
"""Weeks: a clock that is wrong by more is not followed."""


def week_of(at: datetime) -> str:
    """The ISO week of a moment, in UTC."""
    year, week, _ = at.astimezone(UTC).isocalendar()
    return f"{year:04}-W{week:02}"


def last_week(at: datetime) -> str:
    return week_of(at - timedelta(weeks=1))


def mark(week: str) -> bytes:
    """How what was locked in a week begins: in the order of weeks, and after whatever was never locked."""
    return LOCKED + week.encode()


def new_weekly_key(at: datetime, key: bytes) -> bytes:
    """The file's content: the first week that can be opened, and its key."""
    return week_of(at).encode() + key


class WeeklyLock:
    """The weekly keys of one process. Without a folder, or where it has none, grants are not locked and say so."""

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
        """The earliest week that can still be opened; None where there is no key at all."""
        return self._start[0] if self._start else None

    def lock(self, grant: bytes, bound: bytes, at: datetime) -> bytes:
        """Under the key of a moment's week; the grant as it is where there is no key. Locked already is as good."""
        if self._start is None or grant[:1] == LOCKED:
            return grant
        week = self.week(at)
        return mark(week) + bytes(self._box(week).encrypt(grant, aad=mark(week) + bound))

    def unlock(self, grant: bytes, bound: bytes) -> bytes:
        """The desk's grant. Raises KeyMissing where its week was forgotten, SealBroken."""
        if grant[:1] != LOCKED:
            return grant
        head, sealed = grant[:MARK_BYTES], grant[MARK_BYTES:]
        try:
            return self._box(head[1:].decode()).decrypt(sealed, aad=head + bound)
        except (CryptoError, ValueError, TypeError):
            raise SealBroken("a grant that was altered, or is another tip's") from None

    def forget(self, before: str) -> bool:
        """Advance to a week: nothing from before it opens any more, here and on disk. Never goes back.

        False where the file could not be written: the old key is then still on the disk.
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
        """The week under which is locked what is locked now; empty where there is no key."""
        return max(self._start[0], week_of(at)) if self._start else ""

    def joined(self, week: str, key: bytes) -> bytes:
        """One key made of a week's and another: who lacks either has none. Raises KeyMissing."""
        if (week, key) not in self._joined:
            self._joined[week, key] = hmac.digest(self._key(week), b"joined" + key, "sha256")
        return self._joined[week, key]

    def _box(self, week: str) -> Aead:
        """Raises KeyMissing."""
        if week not in self._boxes:
            self._boxes[week] = Aead(self._key(week))
        return self._boxes[week]

    def _key(self, week: str) -> bytes:
        if self._start is None:
            raise KeyMissing("details are locked: this key folder holds no epoch.key")
        first, key = self._start
        steps = (_monday(week) - _monday(first)).days // 7
        if not 0 <= steps <= MOST_WEEKS:
            raise KeyMissing(f"details are locked: the key of {week} is not held, or was destroyed")
        return _walked(key, steps)


def _read(content: bytes) -> tuple[str, bytes]:
    week, key = content[:WEEK_BYTES], content[WEEK_BYTES:]
    try:
        _monday(week.decode())
    except ValueError:
        raise SealBroken("epoch.key is of an unknown shape") from None
    if len(key) != KEY_BYTES:
        raise SealBroken("epoch.key is of an unknown shape")
    return week.decode(), key


def far_key(content: bytes) -> bytes:
    """Derives the key of a week far ahead from what a file holds. Raises SealBroken for a file of no known shape."""
    first, key = _read(content)
    return _walked(key, (_monday(FAR_WEEK) - _monday(first)).days // 7)


def _walked(key: bytes, weeks: int) -> bytes:
    for _ in range(weeks):
        key = hmac.digest(key, b"next week", "sha256")
    return key


def _monday(week: str) -> date:
    """Raises ValueError."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def stuck(folder: KeyFolder) -> bool:
    """Whether a folder holds a key that must advance, and cannot be written."""
    return folder.holds(WEEKLY_KEY) and not folder.writable()


def _overwrite(folder: KeyFolder, content: bytes) -> bool:
    """Put a key in another's place, and zeros where the other lay. On a disk that is full, the old one stays."""
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


AHEAD = 3
"""How many weeks `init` lays, this one included."""
_NAME = re.compile(r"contact-\d{4}-W\d\d\.key")


def key_name(at: datetime) -> str:
    """`contact-2026-W48.key`: the ISO week of a moment, in UTC."""
    year, week, _ = at.astimezone(UTC).isocalendar()
    return f"contact-{year}-W{week:02}.key"


class WeeklyKeys:
    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._weeks: dict[str, bytes] = {}

    def at(self, moment: datetime) -> bytes:
        """The key of a moment's week. Raises KeyMissing."""
        name = key_name(moment)
        if name not in self._weeks:
            self._weeks = {name: self._begin(name)}
            self._retire(key_name(moment - timedelta(weeks=1)))
        return self._weeks[name]

    def before(self, moment: datetime) -> bytes | None:
        """The key of the week before a moment's, where it is still here. It is never made."""
        name = key_name(moment - timedelta(weeks=1))
        return self._folder.read(name) if self._folder.holds(name) else None

    def lay(self, moment: datetime) -> list[str]:
        """Make this week's key and the next ones; the names of those that were not there."""
        names = [key_name(moment + timedelta(weeks=n)) for n in range(AHEAD)]
        return [name for name in names if self._folder.make(name, secrets.token_bytes(KEY_BYTES))]

    def forget(self, moment: datetime) -> None:
        """Destroy the keys of weeks before last, in a folder that no process keeps."""
        self._retire(key_name(moment - timedelta(weeks=1)))

    def _begin(self, name: str) -> bytes:
        if self._folder.holds(name):
            return self._folder.read(name)
        held = self.held()
        if not held:
            raise KeyMissing(f"the key folder {self._folder.path.name!r} holds no contact key")
        try:
            self._folder.make(name, secrets.token_bytes(KEY_BYTES))
        except OSError:
            return self._folder.read(held[-1])
        return self._folder.read(name)

    def _retire(self, oldest: str) -> None:
        """Destroy what is older, but never the newest there is: on a full disk it may be the one that goes on."""
        for name in self.held()[:-1]:
            if name < oldest:
                self._folder.destroy(name)

    def held(self) -> list[str]:
        return [name for name in self._folder.names() if _NAME.fullmatch(name)]
