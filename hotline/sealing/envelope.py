"""What sealing and opening must agree on: versions, sizes, what is bound to what. Holds no key, opens nothing."""

VERSION = b"\x01"
"""The first byte of everything sealed: a later format stands beside this one."""
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
