"""What sealing and opening must agree on: key pairs, versions, sizes, what is bound to what. Opens nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.public import PrivateKey, PublicKey

VERSION = b"\x01"
"""The first byte of everything sealed: a later format stands beside this one."""
PAIRED = b"\x04"
"""The first byte of a body that is sealed to its tip's pair. Older ones are sealed under the tip's key itself."""
MARK_BYTES = 16
HEAD_BYTES = len(PAIRED) + MARK_BYTES + PublicKey.SIZE
"""Of such a body in clear: for which desks the pair was made, and its public half."""
SIZES = (256, 512, 1024, 2048, 4096, 8192)
"""A body is padded to one of these, so that its length tells next to nothing. A long SMS needs the last two."""
NUMBER_BYTES = 32
"""Every sealed number has one length."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An X25519 pair. Whoever makes it seals the private half, and keeps it nowhere."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "KeyPair":
        pair = PrivateKey.generate()
        return cls(bytes(pair.public_key), bytes(pair))


def padded(plain: bytes) -> bytes:
    """Pads to the next of `SIZES`. Raises ValueError for what no size holds."""
    size = next((size for size in SIZES if len(plain) < size), None)
    if size is None:
        raise ValueError(f"no box holds {len(plain)} bytes: it takes less than {SIZES[-1]}")
    return bytes(sodium_pad(plain, size))


def unpadded(held: bytes) -> bytes:
    """Returns what `padded` padded. Raises ValueError, CryptoError, TypeError for what it did not."""
    if len(held) not in SIZES:
        raise ValueError("a padding of an unknown size")
    return bytes(sodium_unpad(held, len(held)))


def padded_document(document: Mapping[str, Any]) -> bytes:
    """Writes a document as JSON, padded. Raises ValueError for one that no size holds."""
    plain = json.dumps(dict(document), ensure_ascii=False, separators=(",", ":"))
    return padded(plain.encode("utf-8", "surrogatepass"))


def document_in(held: bytes) -> dict[str, Any]:
    """Reads what `padded_document` wrote. Raises ValueError, CryptoError, TypeError."""
    document = json.loads(unpadded(held).decode("utf-8", "surrogatepass"))
    if not isinstance(document, dict):
        raise ValueError("no document")
    return document


def binding(uid: str, place: str) -> bytes:
    """A body's associated data: it opens as this tip of this place, and as no other."""
    return b"tip\0" + uid.encode() + b"\0" + place.encode()


def label(uid: str, desk: str) -> bytes:
    """What lies in a grant beside the key: a grant moved to another tip or desk is told on opening."""
    return uid.encode() + b"\0" + desk.encode()


def readers_mark(desks: Mapping[str, bytes]) -> bytes:
    """Digest of desks and their public keys: another desk, or another key of one, has another mark."""
    digest = blake2b(digest_size=MARK_BYTES)
    for code, public_key in sorted(desks.items()):
        digest.update(f"{code}\0{len(public_key)}\0".encode() + public_key)
    return digest.digest()
