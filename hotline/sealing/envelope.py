"""What sealing and opening must agree on: versions, sizes, what is bound to what. Holds no key, opens nothing."""

from collections.abc import Mapping
from hashlib import blake2b

from nacl.public import PublicKey

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
