"""Boxes for one hop: what the web process asks of the reader, and what it is answered.

A pair is made for one hop and lives in its memory alone, so that nobody opens the answer later. What is asked goes to
the reader's lasting pair. Each box is bound to what it belongs to, and its length tells next to nothing.

    version 1 | box: digest of the binding 32, content padded to a size
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION, document_in, padded_document

DIGEST_BYTES = 32


def public_of(private: bytes) -> bytes:
    return bytes(PrivateKey(private).public_key)


def seal(content: Mapping[str, Any], *, public: bytes, bound: str) -> bytes:
    """Seal a small document. Raises SealBroken where the key is none, ValueError where no size holds the document."""
    plain = _digest(bound) + padded_document(content)
    try:
        return VERSION + SealedBox(PublicKey(public)).encrypt(plain)
    except (CryptoError, TypeError, ValueError):
        raise SealBroken("a key that nothing can be sealed to") from None


def open_box(sealed: bytes, *, private: bytes, bound: str) -> dict[str, Any]:
    """What `seal` sealed. Raises SealBroken."""
    try:
        if sealed[:1] != VERSION:
            raise ValueError
        plain = SealedBox(PrivateKey(private)).decrypt(sealed[1:])
        told, padded = plain[:DIGEST_BYTES], plain[DIGEST_BYTES:]
        if not hmac.compare_digest(told, _digest(bound)):
            raise ValueError
        return document_in(padded)
    except (CryptoError, TypeError, ValueError):
        raise SealBroken("a box of another hop, or one that was altered") from None


def _digest(bound: str) -> bytes:
    return hashlib.sha256(bound.encode()).digest()
