"""Canaries: a short text that each lasting key seals once, kept in the database.

A key that does not open its canary is damaged, or another line's: what it seals, nobody opens, and it opens nothing of
this line. A canary says nothing of its key, so a thief of the database learns nothing by it.
"""

import hmac
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hotline.errors import SealBroken
from hotline.sealing.accounts.factor_sealer import DIGEST_KEY
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import (
    RANDOM,
    READER_PUBLIC_KEY,
    RELAY_PUBLIC_KEY,
    WATCH_PUBLIC_KEY,
)
from hotline.sealing.keys.livekeys import older
from hotline.sealing.keys.weekly_lock import WEEKLY_KEY, far_key

WITH_CANARY = (
    *RANDOM,
    RELAY_PUBLIC_KEY,
    WATCH_PUBLIC_KEY,
    READER_PUBLIC_KEY,
    WEEKLY_KEY,
    DIGEST_KEY,
)
"""Every lasting key. The weekly ones of contacts and of people are chance that lives for weeks. The secrets of paths,
and the gateway's key, are proved by whoever is called with them."""
TEXT = b"canary"


def canary_of(name: str, key: bytes) -> bytes:
    """Seals a canary under a key of its own, derived from this one. Raises SealBroken for a key of no known shape."""
    return bytes(Aead(_derived(name, key)).encrypt(TEXT, aad=name.encode()))


def opens(name: str, key: bytes, canary: bytes) -> bool:
    """Returns True if this key sealed the canary."""
    with suppress(CryptoError, SealBroken, ValueError, TypeError):
        return Aead(_derived(name, key)).decrypt(canary, aad=name.encode()) == TEXT
    return False


def held(folder: Path) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """Yields each lasting key of a role's folder as it is on disk, with the one before it while it is being rotated."""
    keys = KeyFolder(folder)
    for name in WITH_CANARY:
        if keys.holds(name):
            yield name, tuple(keys.read(one) for one in (name, older(name)) if keys.holds(one))


def _derived(name: str, key: bytes) -> bytes:
    """The weekly key walks on, in each role by itself: what all of them can still derive is the key of a far week.

    HMAC fills a short key up with zeros: the length tells a key from one that lost a zero at its end.
    """
    lasting = far_key(key) if name == WEEKLY_KEY else key
    said = b"canary\0" + len(lasting).to_bytes(2, "big") + name.encode()
    return hmac.digest(lasting, said, "sha256")
