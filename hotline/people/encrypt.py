"""Encrypts an account's private key, and makes the tokens of sessions and invitations.

The database has two copies of an account's private key: one encrypted under the password, one under the recovery key on
paper. The module `keys.passphrase` defines the format of both copies. To check a password, the console tries to decrypt
the copy under the password, because the database has no digest of a password.

The token of a session is only in one browser. The database has only a digest of the token. So the console can decrypt a
private key that is encrypted with a token only while the browser sends the token.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from nacl.pwhash import argon2id
from nacl.secret import Aead
from nacl.utils import random

from hotline.keys.decrypt import unwrap
from hotline.keys.encrypt import VERSION
from hotline.keys.passphrase import HEADER, Costs, WrappingKey, checksum
from hotline.text.errors import PassphraseWrong

PAPER_COSTS = Costs(passes=1, kib=8)
"""The cost of one key derivation from the printed recovery key. The recovery key has 128 random bits, so no one can
guess it, and a fast derivation is enough.
"""
SECRET_NAME = "the key of the account"


def wrap_under_password(private_key: bytes, password: str, *, account: str, costs: Costs) -> bytes:
    return WrappingKey.stretch(password, costs).wrap(private_key, owner=account)


def wrap_under_paper(private_key: bytes, recovery_key: str, *, account: str) -> bytes:
    stretched = WrappingKey.stretch(recovery_key, PAPER_COSTS)
    return stretched.wrap(private_key, owner=_on_paper(account))


def unwrap_by_password(wrapped: bytes, password: str, *, account: str) -> bytes | None:
    """Returns the account's private key, decrypted with the password. Returns None if the password is wrong. Raises
    DecryptionFailed."""
    return _opened(wrapped, password, account)


def unwrap_by_paper(wrapped: bytes, recovery_key: str, *, account: str) -> bytes | None:
    """Returns the account's private key, decrypted with the printed recovery key. Returns None if the recovery key is
    wrong. Raises DecryptionFailed."""
    return _opened(wrapped, recovery_key, _on_paper(account))


def dummy_envelope(costs: Costs) -> bytes:
    """Returns random data in the format of an encrypted private key, which no password can decrypt.

    If no account has the typed name, the console tries to decrypt this data. So the check takes the same time as for an
    account.
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


TOKEN_BYTES = 32


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> bytes | None:
    """Returns the digest of a session's or link's token, as the database stores it. Returns None if `token` does not
    have the form of a token.
    """
    held = _bytes_of(token)
    return None if held is None else hashlib.sha256(held).digest()


def form_key(token: str) -> str:
    """Returns the secret that the console puts into every form of a session. The secret shows that a form comes from
    the console's own pages.

    No one can compute the token from the secret. Raises ValueError if `token` does not have the form of a token.
    """
    return _derived(token, b"form").hex()


def lock_key(token: str, private_key: bytes, *, account: str) -> bytes:
    """Returns the account's private key, encrypted with a session's token. Raises ValueError if `token` does not have
    the form of a token.
    """
    locked = Aead(_derived(token, b"key")).encrypt(private_key, aad=account.encode())
    return bytes(locked)


def unlock_key(token: str, locked: bytes, *, account: str) -> bytes | None:
    """Returns the private key that `lock_key` encrypted.

    Returns None if the private key was encrypted with another token or for another account, or was changed.
    """
    try:
        return Aead(_derived(token, b"key")).decrypt(locked, aad=account.encode())
    except (CryptoError, ValueError, TypeError):
        return None


def _derived(token: str, purpose: bytes) -> bytes:
    held = _bytes_of(token)
    if held is None:
        raise ValueError("the secret of the sign-in session has a wrong format")
    return hmac.digest(held, purpose, "sha256")


def _bytes_of(token: str) -> bytes | None:
    try:
        held = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return held if len(held) == TOKEN_BYTES else None
