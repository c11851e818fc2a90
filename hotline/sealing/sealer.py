"""Seals tips, answers and numbers. Nothing here can decrypt them again.

`store/tips/tips.py` alone decides which fields are sealed and which stay in clear text.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from nacl.bindings import sodium_pad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.utils import random

from hotline.errors import KeyMissing
from hotline.sealing.envelope import (
    HEAD_BYTES,
    MARK_BYTES,
    NUMBER_BYTES,
    PAIRED,
    VERSION,
    binding,
    label,
    padded_document,
    readers_mark,
)
from hotline.sealing.keys.livekeys import LiveKeys
from hotline.sealing.keys.weekly_lock import WeeklyLock


@dataclass(frozen=True, slots=True)
class SealedTip:
    body: bytes
    grants: Mapping[str, bytes]
    """The tip's key for each desk code, sealed to that desk."""


@dataclass(frozen=True, slots=True)
class Sealer:
    relay_public_key: bytes | None = field(default=None, repr=False)
    """The relay's public key, to which numbers are sealed. A process that stores no number has none."""
    weekly_lock: WeeklyLock = field(default_factory=WeeklyLock)
    """The outer lock of every grant."""
    live: LiveKeys | None = field(default=None, repr=False)
    """The relay's public key, for a process that must notice a rotation."""
    reader: Callable[[], bytes] | None = field(default=None, repr=False)
    """Returns the reader's public key. The first code about a person seals its case's key to the reader."""

    def tip(
        self,
        answers: Mapping[str, str],
        *,
        uid: str,
        place: str,
        desks: Mapping[str, bytes],
        at: datetime | None = None,
    ) -> SealedTip:
        """Seals answers to a new key pair, and the key of its private half to desks (code -> public key).

        The answers are padded to one of `SIZES`. A desk with an unusable key gets no grant. `at` locks the grants under
        the key of that week. Raises ValueError for answers that are too long: the engine prevents such answers.
        """
        key = random(PrivateKey.SEED_SIZE)
        public_key = bytes(PrivateKey.from_seed(key).public_key)
        body = _sealed(PAIRED + readers_mark(desks) + public_key, answers, uid, place)
        grants = {}
        for desk, desk_key in desks.items():
            with suppress(CryptoError, TypeError, ValueError):
                grants[desk] = self.grant(key, uid=uid, desk=desk, public_key=desk_key, at=at)
        return SealedTip(body, grants)

    def again(
        self,
        answers: Mapping[str, str],
        *,
        uid: str,
        place: str,
        desks: Mapping[str, bytes],
        body: bytes,
    ) -> bytes | None:
        """Seals newer answers to the pair of a tip's current body, so that the existing grants still decrypt them.

        Returns None if that pair was not made for exactly these desks and keys. The caller then uses `tip`. `body`
        needs only its first `HEAD_BYTES`. Raises ValueError for answers that are too long.
        """
        head = body[:HEAD_BYTES]
        if len(head) < HEAD_BYTES or not head.startswith(PAIRED + readers_mark(desks)):
            return None
        return _sealed(head, answers, uid, place)

    def grant(
        self, key: bytes, *, uid: str, desk: str, public_key: bytes, at: datetime | None = None
    ) -> bytes:
        """Seals a tip's key to one more desk. Raises CryptoError, TypeError or ValueError for an unusable key."""
        bound = label(uid, desk)
        grant = VERSION + SealedBox(PublicKey(public_key)).encrypt(key + bound)
        return grant if at is None else self.weekly_lock.lock(grant, bound, at)

    def answer(self, told: Mapping[str, str], *, public_key: bytes) -> bytes:
        """Seals a reporter's answer to a desk's question, with that question's pair (`sealing/answers.py`)."""
        return VERSION + SealedBox(PublicKey(public_key)).encrypt(padded_document(told))

    def number(self, msisdn: str) -> bytes:
        """Seals an MSISDN to the relay. Raises KeyMissing if the folder lacks the relay's public key."""
        public_key = self._relay_key
        if public_key is None:
            raise KeyMissing("this process has no public key of the relay, and so seals no number")
        plain = sodium_pad(msisdn.encode(), NUMBER_BYTES)
        return VERSION + SealedBox(PublicKey(public_key)).encrypt(plain)

    def line_mark(self) -> str:
        """Returns a short digest of the relay's public key, which identifies this installation.

        Returns an empty text without a key.
        """
        public_key = self._relay_key
        return "" if public_key is None else mark_of(public_key)

    @property
    def _relay_key(self) -> bytes | None:
        return self.relay_public_key if self.live is None else self.live.now()[0]

    def reader_key(self) -> bytes:
        """Returns the reader's public key. Raises KeyMissing if the folder lacks it."""
        if self.reader is None:
            raise KeyMissing(
                "this process has no public key of the reader: restore its key folder (`hotline keys import`)"
            )
        return self.reader()


def mark_of(public_key: bytes) -> str:
    """Returns eight hex digits that distinguish one installation from another.

    They identify no person and decrypt nothing.
    """
    return blake2b(public_key, digest_size=4, person=b"line").hexdigest()


def _sealed(head: bytes, answers: Mapping[str, str], uid: str, place: str) -> bytes:
    """Seals padded answers and their binding to the public key in `head`. Returns them after the head."""
    public_key = PublicKey(head[len(PAIRED) + MARK_BYTES :])
    return head + SealedBox(public_key).encrypt(
        padded_document(answers) + head + binding(uid, place)
    )
