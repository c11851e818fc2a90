"""Encrypts a desk's private key, or another secret, with a key that is derived from a passphrase. `decrypt.unwrap`
decrypts the secret. An encrypted secret has this format, with sizes in bytes:

    `version 1 | passes 4 | KiB of memory 4 | salt 16 | nonce 24 | secret and tag | checksum 16`

The encrypted secret contains the costs of the key derivation (passes and memory). So a later release can use higher
costs for new secrets, and still decrypt old secrets. If the decryption fails, the checksum shows if the passphrase was
mistyped (right checksum) or the secret was damaged (wrong checksum).
"""

import hashlib
import struct
from dataclasses import dataclass, field

from nacl.pwhash import argon2id
from nacl.secret import Aead
from nacl.utils import random

from hotline.keys.encrypt import VERSION

HEADER = struct.Struct(">cII16s")
CHECKSUM_BYTES = 16
MAX_PASSES = 64
MAX_KIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs (time and memory) of one key derivation with Argon2id. An attacker with a copy of the database must pay
    these costs for each attempt at a passphrase.
    """

    passes: int = 3
    kib: int = 128 * 1024

    @property
    def are_bearable(self) -> bool:
        """Returns False if the costs are too high or too low.

        The costs come from data that an attacker may have changed.
        """
        return 1 <= self.passes <= MAX_PASSES and 8 <= self.kib <= MAX_KIB

    def stretch(self, words: str, salt: bytes, size: int = Aead.KEY_SIZE) -> bytes:
        """Derives a key or a digest from text that a person typed."""
        typed = words.encode("utf-8", "surrogatepass")
        memory = self.kib * 1024
        return argon2id.kdf(size, typed, salt, opslimit=self.passes, memlimit=memory)


PIN_COSTS = Costs(passes=3, kib=64 * 1024)
"""The cost of one attempt at a responder's PIN: a third of a second on one processor core. The cost is low, because a
responder waits during the attempt.
"""


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """Encrypts any number of secrets with a key that was derived from a passphrase."""

    salt: bytes
    costs: Costs
    key: bytes = field(repr=False)

    @classmethod
    def stretch(cls, passphrase: str, costs: Costs) -> "WrappingKey":
        salt = random(argon2id.SALTBYTES)
        return cls(salt=salt, costs=costs, key=costs.stretch(passphrase, salt))

    def wrap(self, secret: bytes, *, owner: str) -> bytes:
        """Encrypts a secret and binds it to its owner, which is a desk or a purpose. To decrypt the result, the calling
        code of `unwrap` must name the same owner.
        """
        header = HEADER.pack(VERSION, self.costs.passes, self.costs.kib, self.salt)
        envelope = header + bytes(Aead(self.key).encrypt(secret, aad=header + owner.encode()))
        return envelope + checksum(envelope)


def checksum(envelope: bytes) -> bytes:
    return hashlib.sha256(envelope).digest()[:CHECKSUM_BYTES]
