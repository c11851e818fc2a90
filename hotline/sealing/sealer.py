"""Sealing, and only sealing: nothing here can open what it made. What a reporter typed ends here.

The line between sealed and clear is drawn once, in `store/tips/tips.py`.
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
    """The tip's key by desk code, each sealed to that desk."""


@dataclass(frozen=True, slots=True)
class Sealer:
    relay_public_key: bytes | None = field(default=None, repr=False)
    """Who is sent numbers; a process that keeps none has none."""
    weekly_lock: WeeklyLock = field(default_factory=WeeklyLock)
    """The outer lock of every grant."""
    live: LiveKeys | None = field(default=None, repr=False)
    """The relay's public key, for a process that must see it change."""
    reader: Callable[[], bytes] | None = field(default=None, repr=False)
    """The reader's public key: to whom the first code about a person seals the key of its case."""

    def tip(
        self,
        answers: Mapping[str, str],
        *,
        uid: str,
        place: str,
        desks: Mapping[str, bytes],
        at: datetime | None = None,
    ) -> SealedTip:
        """Seal answers to a new pair, and the key of its private half to desks (code -> public key).

        Padded to one of `SIZES`. A desk whose key cannot be used gets no grant. `at` puts that week's lock on the
        grants. Raises ValueError for answers that no size holds: the engine lets nobody type so much.
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
        """Seal newer answers to the pair of a tip's present body: its grants open what comes out as well.

        None where that pair was not made for exactly these desks and keys: then `tip` makes another. `body` needs to
        hold its first `HEAD_BYTES` only. Raises ValueError as `tip` does.
        """
        head = body[:HEAD_BYTES]
        if len(head) < HEAD_BYTES or not head.startswith(PAIRED + readers_mark(desks)):
            return None
        return _sealed(head, answers, uid, place)

    def grant(
        self, key: bytes, *, uid: str, desk: str, public_key: bytes, at: datetime | None = None
    ) -> bytes:
        """A tip's key for one desk more. Raises CryptoError, TypeError or ValueError for a key that cannot be used."""
        bound = label(uid, desk)
        grant = VERSION + SealedBox(PublicKey(public_key)).encrypt(key + bound)
        return grant if at is None else self.weekly_lock.lock(grant, bound, at)

    def answer(self, told: Mapping[str, str], *, public_key: bytes) -> bytes:
        """What somebody answered to a desk's question, sealed to that question's pair (`sealing/answers.py`)."""
        return VERSION + SealedBox(PublicKey(public_key)).encrypt(padded_document(told))

    def number(self, msisdn: str) -> bytes:
        """An MSISDN, sealed to the relay. Raises KeyMissing where the folder lacks the relay's public key."""
        public_key = self._relay_key
        if public_key is None:
            raise KeyMissing("this process has no public key of the relay, and so seals no number")
        plain = sodium_pad(msisdn.encode(), NUMBER_BYTES)
        return VERSION + SealedBox(PublicKey(public_key)).encrypt(plain)

    def line_mark(self) -> str:
        """A short digest of the relay's public key, by which a line's own processes know it; empty without a key."""
        public_key = self._relay_key
        return "" if public_key is None else mark_of(public_key)

    @property
    def _relay_key(self) -> bytes | None:
        return self.relay_public_key if self.live is None else self.live.now()[0]

    def reader_key(self) -> bytes:
        """Raises KeyMissing where the folder lacks the reader's public key."""
        if self.reader is None:
            raise KeyMissing(
                "this process has no public key of the reader: restore its key folder (`hotline keys import`)"
            )
        return self.reader()


def mark_of(public_key: bytes) -> str:
    """Eight hex digits that tell one line from another. They identify nobody and open nothing."""
    return blake2b(public_key, digest_size=4, person=b"line").hexdigest()


def _sealed(head: bytes, answers: Mapping[str, str], uid: str, place: str) -> bytes:
    """Behind the head, sealed to its public key: the padded answers, and what they are bound to."""
    public_key = PublicKey(head[len(PAIRED) + MARK_BYTES :])
    return head + SealedBox(public_key).encrypt(
        padded_document(answers) + head + binding(uid, place)
    )
