"""Encrypts the questions that the web process sends to the reader process, and the answers of the reader process.
Also encrypts handover notes and records of harm for desks.

For each request of a caller, the web process makes a key pair and keeps it only in memory. The reader encrypts the
answer to this key pair, so no one can decrypt the answer later. The web process encrypts the question to the reader's
public key, which does not change at each request. Each question and answer is bound to its request, so it cannot be
used for another request. Each question and answer is padded, so that its length reveals very little. An encrypted
question or answer has this format, with sizes in bytes:

    `version 1 | box: digest of the binding 32, content padded to a size`
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from hotline.keys.encrypt import VERSION, document_in, padded_document
from hotline.text.errors import DecryptionFailed

DIGEST_BYTES = 32


def public_of(private: bytes) -> bytes:
    return bytes(PrivateKey(private).public_key)


def seal(content: Mapping[str, Any], *, public: bytes, bound: str) -> bytes:
    """Encrypts a small document to a public key. To decrypt the result, a program needs the same `bound`. Raises
    DecryptionFailed for an invalid key, or ValueError if the document is too long.
    """
    plain = _digest(bound) + padded_document(content)
    try:
        return VERSION + SealedBox(PublicKey(public)).encrypt(plain)
    except (CryptoError, TypeError, ValueError):
        raise DecryptionFailed("the recipient's public key is invalid: cannot encrypt") from None


def decrypt_box(encrypted: bytes, *, private: bytes, bound: str) -> dict[str, Any]:
    """Decrypts a document that `seal` encrypted. Raises DecryptionFailed."""
    try:
        if encrypted[:1] != VERSION:
            raise ValueError
        plain = SealedBox(PrivateKey(private)).decrypt(encrypted[1:])
        digest, padded = plain[:DIGEST_BYTES], plain[DIGEST_BYTES:]
        if not hmac.compare_digest(digest, _digest(bound)):
            raise ValueError
        return document_in(padded)
    except (CryptoError, TypeError, ValueError):
        raise DecryptionFailed(
            "this encrypted text was altered, or belongs to another request or desk"
        ) from None


def decrypt_with_any(encrypted: bytes, keys: Iterable[bytes], bound: str) -> dict[str, Any] | None:
    """Decrypts a document with the first private key that can decrypt it. Returns None if no key can."""
    for private in keys:
        with suppress(DecryptionFailed):
            return decrypt_box(encrypted, private=private, bound=bound)
    return None


def _digest(bound: str) -> bytes:
    return hashlib.sha256(bound.encode()).digest()
