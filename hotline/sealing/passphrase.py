"""A desk's private key, or another secret, wrapped under a passphrase. The wrapping half; `opening` unwraps.

    version 1 | passes 4 | KiB of memory 4 | salt 16 | nonce 24 | secret and tag | checksum 16

Self-describing, so that costs may rise without a word to what was wrapped before. The checksum is no secret: it tells a
damaged envelope from a mistyped passphrase.
"""

import hashlib
import struct
from dataclasses import dataclass, field

from nacl.pwhash import argon2id
from nacl.secret import Aead
from nacl.utils import random

from hotline.sealing.envelope import VERSION, KeyPair

HEADER = struct.Struct(">cII16s")
CHECKSUM_BYTES = 16
MOST_PASSES = 64
MOST_KIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Costs:
    """Argon2id's: what one guess costs whoever stole the database."""

    passes: int = 3
    kib: int = 128 * 1024

    @property
    def are_bearable(self) -> bool:
        """Returns False for costs that nobody asked for: they stand in what may have been altered."""
        return 1 <= self.passes <= MOST_PASSES and 8 <= self.kib <= MOST_KIB

    def stretch(self, words: str, salt: bytes, size: int = Aead.KEY_SIZE) -> bytes:
        """Makes a key or a digest of what a person typed."""
        typed = words.encode("utf-8", "surrogatepass")
        memory = self.kib * 1024
        return argon2id.kdf(size, typed, salt, opslimit=self.passes, memlimit=memory)


@dataclass(frozen=True, slots=True)
class WrappedPair:
    """A pair whose private half exists only under a passphrase."""

    public_key: bytes
    wrapped_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """A passphrase, stretched once for any number of keys: together they fall or stand with it anyway."""

    salt: bytes
    costs: Costs
    key: bytes = field(repr=False)

    @classmethod
    def stretch(cls, passphrase: str, costs: Costs) -> "WrappingKey":
        salt = random(argon2id.SALTBYTES)
        return cls(salt=salt, costs=costs, key=costs.stretch(passphrase, salt))

    def wrap(self, secret: bytes, *, owner: str) -> bytes:
        """Bound to its owner, a desk or a purpose: it unwraps as no other's."""
        header = HEADER.pack(VERSION, self.costs.passes, self.costs.kib, self.salt)
        envelope = header + bytes(Aead(self.key).encrypt(secret, aad=header + owner.encode()))
        return envelope + checksum(envelope)

    def new_pair(self, *, owner: str) -> WrappedPair:
        pair = KeyPair.new()
        return WrappedPair(pair.public, self.wrap(pair.private, owner=owner))


def checksum(envelope: bytes) -> bytes:
    return hashlib.sha256(envelope).digest()[:CHECKSUM_BYTES]
