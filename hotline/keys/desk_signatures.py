"""Checks that the line signed a desk's key. Only the public half of the line's signing key is here.

A proof begins with a statement that the line signed. Each new key of the desk adds one, signed with the key that it
replaces and by the member who made it. All statements name the desk, its kind and its place, so that no other row can
use them. The newest statements that a process saw are in its key folder. An older row of the database is refused.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from hotline.keys.key_folder import KeyFolder
from hotline.text.codes import NATIONAL

LINE_PUBLIC_KEY = "line.pub"
RECOVERY = ":recovery"
"""The code under which the public half of the recovery pair is signed. No desk has a code with a colon."""
SEEN_FILE = ".desks.seen"
"""Holds the newest statements that this process saw. A name with a dot is in no export, because each process has its
own."""
UNSIGNED_FOR = timedelta(hours=72)
"""Time for which a new key counts before the line signs it."""
AHEAD = timedelta(hours=1)
"""A member's statement from further ahead is refused, since it would make later statements look old."""
PURPOSE = b"hotline desk key 1\0"
MAX_PROOF = 64 * 1024
"""Bytes of the longest proof that is read. Anyone who writes the database can store a longer one."""


class DeskKeyState(StrEnum):
    SIGNED = "signed"
    PROVISIONAL = "provisional"
    """A member made the key, and 72 hours have not passed."""
    LATE = "late"
    CHANGED = "changed"
    """The line signed another key, kind or place for this desk."""
    OLD = "old"
    """This process saw a newer key of the desk."""
    UNSIGNED = "unsigned"


COUNTING = frozenset((DeskKeyState.SIGNED, DeskKeyState.PROVISIONAL))
"""States in which tips are encrypted to the key."""
WAITING = frozenset((DeskKeyState.PROVISIONAL, DeskKeyState.LATE, DeskKeyState.CHANGED))
"""States that a signature ends. An old key needs a person who names its desk, as after a restore."""


class DeskKey(NamedTuple):
    """A desk's key as the database has it. Anyone who writes the database can change each value."""

    code: str
    kind: str
    place: str
    public_key: bytes
    proof: bytes | None


class Statement(NamedTuple):
    """The signed text about one key of a desk."""

    public_key: str
    verify_key: str
    """Checks the signature of the desk's next key. It belongs to the desk's private key."""
    at: int
    by: str = ""
    """The member who made the key. Empty in the line's own statement."""
    by_key: str = ""
    """Checks the member's signature."""
    signature: str = ""
    own_signature: str = ""
    """The member's."""

    def signed_text(self, code: str, kind: str, place: str) -> bytes:
        said = (code, kind, place, *self[:5])
        return PURPOSE + json.dumps(said, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class SignedKey:
    """The newest key of a proof whose every signature is right."""

    kind: str
    place: str
    statements: tuple[Statement, ...]

    @property
    def public_key(self) -> bytes:
        return bytes.fromhex(self.statements[-1].public_key)

    @property
    def newest(self) -> int:
        return self.statements[-1].at

    @property
    def since(self) -> int:
        """Returns when the first key was made that the line has not signed. Returns 0 if it signed the newest."""
        return self.statements[1].at if len(self.statements) > 1 else 0

    def proof(self, statement: Statement, *, by_line: bool) -> bytes:
        """Writes a proof with one more statement. The line's own replaces all earlier ones."""
        said = (statement,) if by_line else (*self.statements, statement)
        return proof_of(self.kind, self.place, said)


def proof_of(kind: str, place: str, statements: Sequence[Statement]) -> bytes:
    return json.dumps([kind, place, statements], ensure_ascii=False).encode()


@lru_cache(512)
def read_proof(line_key: bytes, code: str, proof: bytes | None) -> SignedKey | None:
    """Returns the key that a proof signs for this desk. Returns None if any signature is wrong."""
    with suppress(CryptoError, ValueError, TypeError, RecursionError):
        kind, place, rows = json.loads((proof or b"")[:MAX_PROOF])
        said = tuple(Statement(*row) for row in rows)
        if not _in_order(said):
            return None
        key = line_key
        for number, one in enumerate(said):
            text = one.signed_text(code, kind, place)
            VerifyKey(key).verify(text, bytes.fromhex(one.signature))
            if number:
                VerifyKey(bytes.fromhex(one.by_key)).verify(text, bytes.fromhex(one.own_signature))
            key = bytes.fromhex(one.verify_key)
        if said:
            return SignedKey(kind, place, said)
    return None


def _in_order(said: Sequence[Statement]) -> bool:
    """Returns True if each statement names a whole key and a time, and none is older than the one before.

    A member's statement with the time 0 would look like the line's own. Raises ValueError or TypeError for other types.
    """
    times = [one.at for one in said]
    keys = [bytes.fromhex(one.public_key) for one in said]
    whole = all(type(at) is int and at > 0 for at in times) and {len(one) for one in keys} == {32}
    return whole and times == sorted(times)


class Seen(NamedTuple):
    """The newest statements of a desk that this process saw."""

    by_line: int = 0
    since: int = 0
    newest: int = 0

    def merged(self, other: "Seen") -> "Seen":
        """Returns the newer of two. The 72 hours of a key that waits for its signature begin with the first."""
        newer = max(self, other, key=lambda one: (one.by_line, one.newest))
        if self.by_line != other.by_line or not (self.since and other.since):
            return newer
        return newer._replace(since=min(self.since, other.since))


class DeskTrust:
    """Decides which desk keys count. Raises KeyMissing for a folder without the line's public key."""

    def __init__(self, keys: KeyFolder) -> None:
        self.line_key, self._keys = keys.read(LINE_PUBLIC_KEY), keys
        self._seen = self._read()

    def signed(self, code: str, proof: bytes | None) -> SignedKey | None:
        return read_proof(self.line_key, code, proof)

    def state(self, row: DeskKey, at: datetime) -> DeskKeyState:
        """Returns the state of a desk's key, and remembers its newest statements."""
        signed = self.signed(row.code, row.proof)
        if signed is None or (signed.since and signed.newest > (at + AHEAD).timestamp()):
            return DeskKeyState.UNSIGNED
        before = self._seen.get(row.code, Seen())
        now = Seen(signed.statements[0].at, signed.since, signed.newest)
        if (now.by_line, now.newest) < (before.by_line, before.newest):
            return DeskKeyState.OLD
        if (signed.public_key, signed.kind, signed.place) != (row.public_key, row.kind, row.place):
            return DeskKeyState.CHANGED
        now = before.merged(now)
        if now != before:
            self._remember(row.code, now)
        if not now.since:
            return DeskKeyState.SIGNED
        is_late = now.since + UNSIGNED_FOR.total_seconds() < at.timestamp()
        return DeskKeyState.LATE if is_late else DeskKeyState.PROVISIONAL

    def key(self, row: DeskKey, at: datetime) -> bytes | None:
        """Returns the public key to which a desk's tips are encrypted, or None if no key counts.

        The national desk is the last reader. Its late or old key counts, with an alarm, so that no tip is readable by
        no one. In place of its changed row, the key that the line signed counts.
        """
        state = self.state(row, at)
        if state in COUNTING:
            return row.public_key
        if row.code != NATIONAL or state is DeskKeyState.UNSIGNED:
            return None
        signed = self.signed(row.code, row.proof)
        return signed.public_key if signed else None

    def _read(self) -> dict[str, Seen]:
        with suppress(OSError, ValueError, TypeError):
            held = json.loads((self._keys.path / SEEN_FILE).read_bytes())
            return {code: Seen(*seen) for code, seen in held.items()}
        return {}

    def _remember(self, code: str, seen: Seen) -> None:
        """Keeps the newest of what this process and others of its folder saw. Without room, it stays in memory."""
        self._seen[code] = seen
        for other, its in self._read().items():
            self._seen[other] = its.merged(self._seen.get(other, its))
        with suppress(OSError):
            self._keys.replace(SEEN_FILE, json.dumps(self._seen).encode())
