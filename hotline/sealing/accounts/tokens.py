"""Tokens of a session or an invitation: chance that one browser has, and of which the database has a digest.

What is locked under a token opens with the row and the token together, and with neither alone.
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
    """What a row keeps of a token; None for what was never one."""
    held = _bytes_of(token)
    return None if held is None else hashlib.sha256(held).digest()


def form_key(token: str) -> str:
    """What every form of a session carries. It tells nothing of the token. Raises ValueError for no token."""
    return _derived(token, b"form").hex()


def lock_key(token: str, private_key: bytes, *, account: str) -> bytes:
    """A private key, for the row beside the token's digest. Raises ValueError for no token."""
    locked = Aead(_derived(token, b"key")).encrypt(private_key, aad=account.encode())
    return bytes(locked)


def unlock_key(token: str, locked: bytes, *, account: str) -> bytes | None:
    """What `lock_key` locked; None under another token, for another account, or where it was altered."""
    try:
        return Aead(_derived(token, b"key")).decrypt(locked, aad=account.encode())
    except (CryptoError, ValueError, TypeError):
        return None


def _derived(token: str, purpose: bytes) -> bytes:
    held = _bytes_of(token)
    if held is None:
        raise ValueError("not a token")
    return hmac.digest(held, purpose, "sha256")


def _bytes_of(token: str) -> bytes | None:
    try:
        held = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return held if len(held) == TOKEN_BYTES else None
