"""Checks that the hotline signed a desk's key. The check needs only the public half of the hotline's signing key.

A proof is a list of signed statements about a desk's keys. The hotline signed the first statement of the list. For each
later key of the desk, the list contains another statement. Two keys sign each later statement: the previous key of the
desk, and the key of the member who made the new key. Each statement includes the desk's code, kind and place, so no
statement is valid for another desk. In its key folder, each process records the time of the newest statement that it
saw for each desk. A process refuses a proof from the database whose newest statement is older than the recorded time.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from hotline.keys.key_folder import KeyFolder
from hotline.text.places import NATIONAL

LINE_PUBLIC_KEY = "line.pub"
RECOVERY = ":recovery"
"""The hotline also signs the public key of the recovery key pair, whose private key the recovery passphrase decrypts.
The signed text about the recovery key contains `:recovery` in place of a desk's code. A desk's code never contains a
colon, so no desk has the code `:recovery`.
"""
SEEN_FILE = ".desks.seen"
"""The file in which a process records, for each desk, the times of the newest statements that it saw. The name begins
with a dot, so that an export of keys leaves this file out: other processes must not use it.
"""
UNSIGNED_FOR = timedelta(hours=72)
"""The time for which processes accept a new desk key that the hotline has not signed."""
AHEAD = timedelta(hours=1)
"""A member's statement about a desk's key may have a time up to one hour in the future. A process refuses a statement
with a later time, because all further statements of the desk would look older than that statement.
"""
PURPOSE = b"hotline desk key 1\0"
MAX_PROOF = 64 * 1024
"""A process reads at most this number of bytes of a proof, because an attacker who changes the database could store a
huge proof.
"""


class DeskKeyState(StrEnum):
    SIGNED = "signed"
    PROVISIONAL = "provisional"
    """A member made the key less than 72 hours ago, and the hotline has not signed it yet."""
    LATE = "late"
    CHANGED = "changed"
    """The desk's key, kind or place in the database differs from the value that the hotline signed."""
    OLD = "old"
    """This process has already seen a newer signed key of the desk than the key in the database."""
    UNSIGNED = "unsigned"


WARNED_BEFORE = timedelta(hours=24)
"""The hotline must sign a new desk key within 72 hours. If less than `WARNED_BEFORE` is left of the 72 hours, the
monitor notifies the on-call contacts."""
COUNTING = frozenset((DeskKeyState.SIGNED, DeskKeyState.PROVISIONAL))
"""The states of a desk's key in which processes encrypt tips to the key."""
WAITING = frozenset((DeskKeyState.PROVISIONAL, DeskKeyState.LATE, DeskKeyState.CHANGED))
"""The states that end as soon as the hotline signs the desk's key. `WAITING` does not contain `OLD`: after a restore
from a backup, the hotline signs a desk's key only if an operator names the desk.
"""


class DeskKey(NamedTuple):
    """A desk's key, as the database stores it. An attacker who can write to the database can change each field."""

    code: str
    kind: str
    place: str
    public_key: bytes
    proof: bytes | None


class Statement(NamedTuple):
    """The signed text about one key of a desk."""

    public_key: str
    verify_key: str
    """The public key for checking the desk's signature of the statement about its next key. The signing key for the
    desk's signatures is derived from the desk's private key."""
    at: int
    by: str = ""
    """The name of the member who made the desk's key. The field is empty if the hotline made the statement."""
    by_key: str = ""
    """The public key with which a process checks `own_signature`."""
    signature: str = ""
    own_signature: str = ""
    """The signature of the member who made the desk's key."""

    def signed_text(self, code: str, kind: str, place: str) -> bytes:
        fields = (code, kind, place, *self[:5])
        return PURPOSE + json.dumps(fields, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class SignedKey:
    """The content of a desk's proof, after a process has checked all its signatures. The last statement in `statements`
    is about the newest key of the desk."""

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
        """Returns the time when the desk made its first key after the hotline's last signature. Returns 0 if the
        hotline signed the newest key.
        """
        return self.statements[1].at if len(self.statements) > 1 else 0

    def proof(self, statement: Statement, *, by_line: bool) -> bytes:
        """Adds a statement about a new key to the desk's statements, and returns all statements as a proof. A statement
        of the hotline replaces all earlier statements."""
        statements = (statement,) if by_line else (*self.statements, statement)
        return proof_of(self.kind, self.place, statements)


def proof_of(kind: str, place: str, statements: Sequence[Statement]) -> bytes:
    return json.dumps([kind, place, statements], ensure_ascii=False).encode()


@lru_cache(512)
def read_proof(line_key: bytes, code: str, proof: bytes | None) -> SignedKey | None:
    """Checks all signatures of a desk's proof, and returns its content. Returns None if a signature is wrong, a key has
    a wrong length, or the times are not in order.

    A time must not be 0, because `SignedKey.since` is 0 for a key that the hotline signed.
    """
    with suppress(CryptoError, ValueError, TypeError, RecursionError):
        kind, place, rows = json.loads((proof or b"")[:MAX_PROOF])
        statements = tuple(Statement(*row) for row in rows)
        times = [statement.at for statement in statements]
        if not all(type(at) is int and at > 0 for at in times) or times != sorted(times):
            return None
        if {len(bytes.fromhex(statement.public_key)) for statement in statements} != {32}:
            return None
        key = line_key
        for number, one in enumerate(statements):
            text = one.signed_text(code, kind, place)
            VerifyKey(key).verify(text, bytes.fromhex(one.signature))
            if number:
                VerifyKey(bytes.fromhex(one.by_key)).verify(text, bytes.fromhex(one.own_signature))
            key = bytes.fromhex(one.verify_key)
        return SignedKey(kind, place, statements)
    return None


class Seen(NamedTuple):
    """The times of the newest statements about one desk's keys that this process saw."""

    by_line: int = 0
    since: int = 0
    newest: int = 0

    def merged(self, other: "Seen") -> "Seen":
        """Returns the newer one of two `Seen` records about the same desk. If both records are about the same signed
        key, keeps the earlier start of the 72 hours for signing the next key.
        """
        newer = max(self, other, key=lambda record: (record.by_line, record.newest))
        if self.by_line != other.by_line or not (self.since and other.since):
            return newer
        return newer._replace(since=min(self.since, other.since))


class DeskTrust:
    """Decides which keys of desks a process may use to encrypt tips. Raises KeyMissing for a folder without the
    hotline's public key."""

    def __init__(self, keys: KeyFolder) -> None:
        self.line_key, self._keys = keys.read(LINE_PUBLIC_KEY), keys
        self._seen = self._read()

    @property
    def mark(self) -> str:
        """Returns a digest of the hotline's public key. `hotline doctor` uses the digest to find processes that have a
        different public key of the hotline in their key folder.
        """
        return blake2b(self.line_key, digest_size=8).hexdigest()

    def signed(self, code: str, proof: bytes | None) -> SignedKey | None:
        return read_proof(self.line_key, code, proof)

    def state(self, row: DeskKey, at: datetime) -> DeskKeyState:
        """Returns the state of a desk's key. Also records the time of the desk's newest statement in the key folder."""
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
        """Returns the public key to which processes encrypt a desk's tips. Returns None if the desk has no key that is
        safe to use.

        In the states `LATE` and `OLD`, still returns the national desk's key. This desk must be able to read every tip.
        In the states `LATE` and `OLD`, the monitor raises an alarm. For the national desk in the state `CHANGED`,
        returns the key that the hotline signed.
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
            records = json.loads((self._keys.path / SEEN_FILE).read_bytes())
            return {code: Seen(*times) for code, times in records.items()}
        return {}

    def _remember(self, code: str, record: Seen) -> None:
        """Records the times of a desk's newest statements in the file `SEEN_FILE`. Keeps newer records that another
        process with the same key folder wrote into this file. If the disk is full, the times stay in memory only.
        """
        self._seen[code] = record
        for other, its in self._read().items():
            self._seen[other] = its.merged(self._seen.get(other, its))
        with suppress(OSError):
            self._keys.replace(SEEN_FILE, json.dumps(self._seen).encode())
