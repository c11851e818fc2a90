"""Defines the formats that sealing and decrypting share: key pairs, versions, sizes and bindings. Decrypts nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.public import PrivateKey, PublicKey

VERSION = b"\x01"
"""The first byte of every sealed value. A later format gets another number."""
PAIRED = b"\x04"
"""The first byte of a body that is sealed to its tip's key pair. Older bodies are sealed under the tip's key
directly."""
MARK_BYTES = 16
HEAD_BYTES = len(PAIRED) + MARK_BYTES + PublicKey.SIZE
"""Bytes at the start of a paired body that are not encrypted. They hold the mark of its desks and the pair's public
half."""
SIZES = (256, 512, 1024, 2048, 4096, 8192)
"""Bytes. A body is padded to one of these sizes, so that its length reveals very little. A long SMS needs the
last two."""
NUMBER_BYTES = 32
"""Bytes of every sealed number after padding."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An X25519 key pair. The code that makes a pair seals the private half and stores it nowhere else."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "KeyPair":
        pair = PrivateKey.generate()
        return cls(bytes(pair.public_key), bytes(pair))


def padded(plain: bytes) -> bytes:
    """Pads to the next larger size in `SIZES`. Raises ValueError if the content is too long."""
    size = next((size for size in SIZES if len(plain) < size), None)
    if size is None:
        raise ValueError(f"no box holds {len(plain)} bytes: it takes less than {SIZES[-1]}")
    return bytes(sodium_pad(plain, size))


def unpadded(held: bytes) -> bytes:
    """Returns the content that `padded` padded. Raises ValueError, CryptoError or TypeError for anything else."""
    if len(held) not in SIZES:
        raise ValueError("a padding of an unknown size")
    return bytes(sodium_unpad(held, len(held)))


def padded_document(document: Mapping[str, Any]) -> bytes:
    """Writes a document as JSON and pads it. Raises ValueError if it is too long."""
    plain = json.dumps(dict(document), ensure_ascii=False, separators=(",", ":"))
    return padded(plain.encode("utf-8", "surrogatepass"))


def document_in(held: bytes) -> dict[str, Any]:
    """Reads a document that `padded_document` wrote. Raises ValueError, CryptoError or TypeError."""
    document = json.loads(unpadded(held).decode("utf-8", "surrogatepass"))
    if not isinstance(document, dict):
        raise ValueError("no document")
    return document


def binding(uid: str, place: str) -> bytes:
    """Returns a body's associated data. The body decrypts only as this tip at this place."""
    return b"tip\0" + uid.encode() + b"\0" + place.encode()


def label(uid: str, desk: str) -> bytes:
    """Returns the label that a grant contains next to the key.

    Decryption refuses a grant that was moved to another tip or desk.
    """
    return uid.encode() + b"\0" + desk.encode()


def readers_mark(desks: Mapping[str, bytes]) -> bytes:
    """Returns a digest of desks and their public keys. It changes when a desk or a key changes."""
    digest = blake2b(digest_size=MARK_BYTES)
    for code, public_key in sorted(desks.items()):
        digest.update(f"{code}\0{len(public_key)}\0".encode() + public_key)
    return digest.digest()
