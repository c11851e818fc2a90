"""Encrypts a desk's private key for its members. Also encrypts each responder's private key under the responder's PIN.

The reader process has a secret called pepper. To decrypt a responder's key, a program needs both the PIN and the
pepper. So an attacker with a copy of the database cannot try all PINs. The process that answers the gateway must not
load this file. The first line below is the format of a responder's encrypted key, and the second line is the format of
a desk's encrypted key. The numbers in both lines are sizes in bytes.

    `version 3 | pepper's mark 4 | passes 4 | KiB of memory 4 | salt 16 | nonce 24, key, tag 16`
    `version 4 | seal 32 | box to the member: desk's key, desk and member`

The seal is a digest of the desk, the member and the member's public key, computed with the desk's private key. So only
a person with the desk's private key can make a seal. If an attacker replaces a member's public key in the database, the
seal does not match the new key.
"""

import hmac
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.secret import Aead
from nacl.utils import random

from hotline.keys.passphrase import PIN_COSTS, Costs
from hotline.text.errors import DecryptionFailed, PinRefused

TO_MEMBER = b"\x04"
SEAL_BYTES = 32
UNDER_PIN = b"\x03"
MARK_BYTES = 4
HEADER = struct.Struct(">c4sII16s")


def wrap_desk_key(desk_private: bytes, member_public: bytes, desk_code: str, member: str) -> bytes:
    """Encrypts a desk's private key for one member of the desk. Raises DecryptionFailed."""
    try:
        box = SealedBox(PublicKey(member_public))
    except (CryptoError, TypeError, ValueError):
        raise DecryptionFailed(f"member {member} has no valid public key") from None
    seal = _seal(desk_private, member_public, desk_code, member)
    return TO_MEMBER + seal + box.encrypt(desk_private + _label(desk_code, member))


def is_granted(
    wrapped: bytes, desk_private: bytes, member_public: bytes, desk_code: str, member: str
) -> bool:
    """Checks the seal of a desk's key that is encrypted for a member. Returns True if a person with the desk's private
    key made the seal for this member and this public key.
    """
    seal = _seal(desk_private, member_public, desk_code, member)
    return wrapped[:1] == TO_MEMBER and hmac.compare_digest(wrapped[1 : 1 + SEAL_BYTES], seal)


def _seal(desk_private: bytes, member_public: bytes, desk_code: str, member: str) -> bytes:
    said = member_public + _label(desk_code, member)
    return blake2b(said, digest_size=SEAL_BYTES, key=desk_private, person=b"membership").digest()


def decrypt_desk_key(wrapped: bytes, member_private: bytes, desk_code: str, member: str) -> bytes:
    """Decrypts a desk's private key that `wrap_desk_key` encrypted. Raises DecryptionFailed."""
    broken = DecryptionFailed(
        f"the key of desk {desk_code} was altered, or is not for member {member}"
    )
    try:
        private = PrivateKey(member_private)
        plain = SealedBox(private).decrypt(wrapped[1 + SEAL_BYTES :])
    except (CryptoError, TypeError, ValueError):
        raise broken from None
    key, tail = plain[: PrivateKey.SIZE], plain[PrivateKey.SIZE :]
    if tail != _label(desk_code, member):
        raise broken
    if not is_granted(wrapped, key, bytes(private.public_key), desk_code, member):
        raise broken
    return key


@dataclass(frozen=True, slots=True)
class PinVault:
    """Encrypts and decrypts responders' private keys with their PINs and the reader's pepper."""

    peppers: Callable[[], Sequence[bytes]] = field(repr=False)
    """Returns the peppers (secrets of the reader process), newest first. The previous pepper is in the list too,
    because it still decrypts some keys.
    """
    costs: Costs = PIN_COSTS

    def wrap(self, private: bytes, pin: str, responder_id: int) -> bytes:
        """Encrypts a responder's private key with the responder's PIN. The result can be decrypted only for the same
        responder."""
        pepper = self.peppers()[0]
        salt = random(argon2id.SALTBYTES)
        header = HEADER.pack(UNDER_PIN, _mark(pepper), self.costs.passes, self.costs.kib, salt)
        box = Aead(_stretched(pin, pepper, self.costs, salt))
        return header + bytes(box.encrypt(private, aad=header + _member(responder_id)))

    def open(self, wrap: bytes, pin: str, responder_id: int) -> bytes:
        """Decrypts a responder's private key with the responder's PIN, and returns the key. Raises PinRefused if the
        PIN is wrong or the encrypted key is damaged."""
        read = self._read(wrap)
        if read is None:
            self.open_nothing(pin)
            raise PinRefused
        pepper, costs, salt = read
        try:
            return Aead(_stretched(pin, pepper, costs, salt)).decrypt(
                wrap[HEADER.size :], aad=wrap[: HEADER.size] + _member(responder_id)
            )
        except (CryptoError, TypeError, ValueError):
            raise PinRefused from None

    def is_old(self, wrap: bytes) -> bool:
        """Returns True if the responder's key was encrypted with an older pepper."""
        return not is_under(wrap, self.peppers()[0])

    def open_nothing(self, pin: str) -> None:
        """Takes as long as decrypting a key with a PIN, but decrypts nothing. Code calls this method for a phone
        without a key, so that the answer takes as long as for other phones.
        """
        _stretched(pin, bytes(PrivateKey.SIZE), self.costs, bytes(argon2id.SALTBYTES))

    def _read(self, wrap: bytes) -> tuple[bytes, Costs, bytes] | None:
        if len(wrap) <= HEADER.size:
            return None
        version, mark, passes, kib, salt = HEADER.unpack_from(wrap)
        costs = Costs(passes, kib)
        if version != UNDER_PIN or not costs.are_bearable:
            return None
        pepper = next((one for one in self.peppers() if _mark(one) == mark), None)
        return None if pepper is None else (pepper, costs, salt)


def is_under(wrap: bytes, pepper: bytes) -> bool:
    """Returns True if the responder's key was encrypted with this pepper."""
    return wrap.startswith(UNDER_PIN + _mark(pepper))


def _stretched(pin: str, pepper: bytes, costs: Costs, salt: bytes) -> bytes:
    return hmac.digest(pepper, costs.stretch(pin, salt), "sha256")


def _mark(pepper: bytes) -> bytes:
    """Returns a short digest that identifies a pepper without revealing it."""
    return hmac.digest(pepper, b"mark", "sha256")[:MARK_BYTES]


def _label(desk_code: str, member: str) -> bytes:
    return desk_code.encode() + b"\0" + member.encode()


def _member(responder_id: int) -> bytes:
    return f"member:{responder_id}".encode()
