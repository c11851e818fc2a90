"""Makes and checks canaries: short texts in the database, each sealed once by a lasting key.

A key that does not open its canary is damaged or belongs to another installation. No one could decrypt what it seals,
and it decrypts nothing of this installation. A canary reveals nothing about its key, so it is no use to a thief of the
database.
"""

import hmac
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hotline.errors import SealBroken
from hotline.keys.factor_sealer import DIGEST_KEY
from hotline.keys.key_folder import KeyFolder, older
from hotline.keys.key_making import RANDOM, READER_PUBLIC_KEY, RELAY_PUBLIC_KEY, WATCH_PUBLIC_KEY
from hotline.keys.weekly_lock import WEEKLY_KEY, far_key

WITH_CANARY = (
    *RANDOM,
    RELAY_PUBLIC_KEY,
    WATCH_PUBLIC_KEY,
    READER_PUBLIC_KEY,
    WEEKLY_KEY,
    DIGEST_KEY,
)
"""Every lasting key that has a canary. The weekly keys of contacts and people have none: they are random and last only
weeks. The path secrets and the gateway's key have none: the process that is called with them checks them."""
TEXT = b"canary"


def canary_of(name: str, key: bytes) -> bytes:
    """Seals a canary under a key derived from this one. Raises SealBroken for a key of an unknown format."""
    return bytes(Aead(_derived(name, key)).encrypt(TEXT, aad=name.encode()))


def opens(name: str, key: bytes, canary: bytes) -> bool:
    """Returns True if this key sealed the canary."""
    with suppress(CryptoError, SealBroken, ValueError, TypeError):
        return Aead(_derived(name, key)).decrypt(canary, aad=name.encode()) == TEXT
    return False


def held(folder: Path) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """Yields each lasting key that is on disk in a role's folder. A key in rotation comes with its previous version."""
    keys = KeyFolder(folder)
    for name in WITH_CANARY:
        if keys.holds(name):
            yield name, tuple(keys.read(one) for one in (name, older(name)) if keys.holds(one))


def _derived(name: str, key: bytes) -> bytes:
    """Derives the key that seals the canary.

    Each role advances its weekly key separately. The derivation therefore uses the key of a far week that every role
    can reach. HMAC pads a short key with zeros. The length therefore distinguishes a key from one that lost a zero at
    its end.
    """
    lasting = far_key(key) if name == WEEKLY_KEY else key
    said = b"canary\0" + len(lasting).to_bytes(2, "big") + name.encode()
    return hmac.digest(lasting, said, "sha256")
