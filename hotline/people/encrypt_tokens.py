"""Creates and checks the tokens of sessions and invitations. Only one browser has the token itself. The database has
only the token's digest.

A value that is encrypted with a token can be decrypted only with the token and the row.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

from nacl.exceptions import CryptoError
from nacl.secret import Aead

TOKEN_BYTES = 32


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> bytes | None:
    """Returns the digest of a token, as a row stores it. Returns None if the text is not a token."""
    held = _bytes_of(token)
    return None if held is None else hashlib.sha256(held).digest()


def form_key(token: str) -> str:
    """Returns the secret key that every form of a session contains.

    It reveals nothing about the token. Raises ValueError if the text is not a token.
    """
    return _derived(token, b"form").hex()


def lock_key(token: str, private_key: bytes, *, account: str) -> bytes:
    """Returns the private key, encrypted with the token. Raises ValueError if `token` is not a token."""
    locked = Aead(_derived(token, b"key")).encrypt(private_key, aad=account.encode())
    return bytes(locked)


def unlock_key(token: str, locked: bytes, *, account: str) -> bytes | None:
    """Returns the private key that `lock_key` encrypted.

    Returns None for another token or another account, or if the value was changed.
    """
    try:
        return Aead(_derived(token, b"key")).decrypt(locked, aad=account.encode())
    except (CryptoError, ValueError, TypeError):
        return None


def _derived(token: str, purpose: bytes) -> bytes:
    held = _bytes_of(token)
    if held is None:
        raise ValueError("the token has a wrong format")
    return hmac.digest(held, purpose, "sha256")


def _bytes_of(token: str) -> bytes | None:
    try:
        held = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return held if len(held) == TOKEN_BYTES else None
