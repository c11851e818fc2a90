"""Encrypts a desk's private key for its members. Encrypts each member's own private key under a PIN.

Only the reader process has the secret called pepper, so only the reader can decrypt a key with a PIN. Without the
pepper, an attacker could quickly try all PINs of six digits. No module that a hook loads may import this file. The
first format is for a member's key, the second for a desk's key:

    `version 3 | pepper's mark 4 | passes 4 | KiB of memory 4 | salt 16 | nonce 24, key, tag 16`
    `version 2 | box to the member: desk's key, desk and member`
"""

import hmac
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.secret import Aead
from nacl.utils import random

from hotline.errors import DecryptionFailed, PinRefused
from hotline.keys.passphrase import Costs

TO_MEMBER = b"\x02"
UNDER_PIN = b"\x03"
MARK_BYTES = 4
HEADER = struct.Struct(">c4sII16s")
PIN_COSTS = Costs(passes=3, kib=64 * 1024)
"""The cost of one attempt at a PIN: a third of a second on one core, because a responder waits for it."""


@dataclass(frozen=True, slots=True)
class DeskPrivate:
    """A desk's private key, after it was decrypted for a member."""

    desk: str
    key: bytes = field(repr=False)


def wrap_desk_key(desk_private: bytes, member_public: bytes, desk_code: str, member: str) -> bytes:
    """Encrypts a desk's private key for one member of the desk. Raises DecryptionFailed."""
    try:
        box = SealedBox(PublicKey(member_public))
    except (CryptoError, TypeError, ValueError):
        raise DecryptionFailed(f"member {member} has no valid public key") from None
    return TO_MEMBER + box.encrypt(desk_private + _label(desk_code, member))


def decrypt_desk_key(
    wrapped: bytes, member_private: bytes, desk_code: str, member: str
) -> DeskPrivate:
    """Decrypts a desk's private key that `wrap_desk_key` encrypted. Raises DecryptionFailed."""
    broken = DecryptionFailed(
        f"the key of desk {desk_code} was altered, or is not for member {member}"
    )
    if wrapped[:1] != TO_MEMBER:
        raise broken
    try:
        plain = SealedBox(PrivateKey(member_private)).decrypt(wrapped[1:])
    except (CryptoError, TypeError, ValueError):
        raise broken from None
    key, tail = plain[: PrivateKey.SIZE], plain[PrivateKey.SIZE :]
    if tail != _label(desk_code, member):
        raise broken
    return DeskPrivate(desk_code, key)


@dataclass(frozen=True, slots=True)
class PinVault:
    """Encrypts and decrypts members' private keys with their PINs and the reader's pepper."""

    peppers: Callable[[], Sequence[bytes]] = field(repr=False)
    """Returns the peppers, the newest first. A pepper is a secret of the reader process. The previous pepper still
    decrypts keys that were encrypted with it."""
    costs: Costs = PIN_COSTS

    def wrap(self, private: bytes, pin: str, responder_id: int) -> bytes:
        """Encrypts a private key for one responder. It cannot be decrypted for another responder."""
        pepper = self.peppers()[0]
        salt = random(argon2id.SALTBYTES)
        header = HEADER.pack(UNDER_PIN, _mark(pepper), self.costs.passes, self.costs.kib, salt)
        box = Aead(_stretched(pin, pepper, self.costs, salt))
        return header + bytes(box.encrypt(private, aad=header + _member(responder_id)))

    def open(self, wrap: bytes, pin: str, responder_id: int) -> bytes:
        """Returns the private key. Raises PinRefused for a wrong PIN, and also for a damaged key."""
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
        """Returns True if the key was encrypted with an older pepper."""
        return not is_under(wrap, self.peppers()[0])

    def open_nothing(self, pin: str) -> None:
        """Takes as long as a real attempt. It is for a phone that has no key."""
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
    """Returns True if the key was encrypted with this pepper."""
    return wrap.startswith(UNDER_PIN + _mark(pepper))


def _stretched(pin: str, pepper: bytes, costs: Costs, salt: bytes) -> bytes:
    return hmac.digest(pepper, costs.stretch(pin, salt), "sha256")


def _mark(pepper: bytes) -> bytes:
    """Returns a mark that shows which pepper was used. It does not reveal the pepper."""
    return hmac.digest(pepper, b"mark", "sha256")[:MARK_BYTES]


def _label(desk_code: str, member: str) -> bytes:
    return desk_code.encode() + b"\0" + member.encode()


def _member(responder_id: int) -> bytes:
    return f"member:{responder_id}".encode()
