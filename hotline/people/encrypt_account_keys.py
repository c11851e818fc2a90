"""Encrypts an account's private key twice: under the password, and under the printed recovery key.

`keys.passphrase` defines both formats. Decrypting the key is also the only check of a password. No other digest of a
password is stored.
"""

from nacl.public import PrivateKey
from nacl.pwhash import argon2id
from nacl.secret import Aead
from nacl.utils import random

from hotline.errors import PassphraseWrong
from hotline.keys.decrypt import unwrap
from hotline.keys.encrypt import VERSION
from hotline.keys.passphrase import HEADER, Costs, WrappingKey, checksum

PAPER_COSTS = Costs(passes=1, kib=8)
"""The cost for the printed key. The printed key has 128 random bits, so it needs no slow derivation."""
SECRET_NAME = "the key of the account"


def wrap_under_password(private_key: bytes, password: str, *, account: str, costs: Costs) -> bytes:
    return WrappingKey.stretch(password, costs).wrap(private_key, owner=account)


def wrap_under_paper(private_key: bytes, recovery_key: str, *, account: str) -> bytes:
    stretched = WrappingKey.stretch(recovery_key, PAPER_COSTS)
    return stretched.wrap(private_key, owner=_on_paper(account))


def unwrap_by_password(wrapped: bytes, password: str, *, account: str) -> bytes | None:
    """Returns the decrypted private key. Returns None if the password is wrong. Raises DecryptionFailed."""
    return _opened(wrapped, password, account)


def unwrap_by_paper(wrapped: bytes, recovery_key: str, *, account: str) -> bytes | None:
    """Returns the decrypted private key. Returns None if the recovery key is wrong. Raises DecryptionFailed."""
    return _opened(wrapped, recovery_key, _on_paper(account))


def dummy_envelope(costs: Costs) -> bytes:
    """Returns an encrypted key that no password can decrypt.

    With it, a sign-in to an account that does not exist takes as long as any other.
    """
    header = HEADER.pack(VERSION, costs.passes, costs.kib, random(argon2id.SALTBYTES))
    envelope = header + random(Aead.NONCE_SIZE + PrivateKey.SIZE + Aead.MACBYTES)
    return envelope + checksum(envelope)


def _opened(wrapped: bytes, typed: str, owner: str) -> bytes | None:
    try:
        return unwrap(wrapped, typed, owner=owner, part=SECRET_NAME)
    except PassphraseWrong:
        return None


def _on_paper(account: str) -> str:
    return f"{account} on paper"
