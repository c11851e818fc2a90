"""Runs on their way through the run store: what she answered so far is never there in clear.

This key is the hooks' alone. A run that does not open counts as forgotten: the talk begins again.
"""

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt,
)
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt,
)
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES as NONCE_BYTES,
)
from nacl.exceptions import CryptoError
from nacl.utils import random

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.livekeys import LiveKeys

RUNS_KEY = "runs.key"


class RunCipher:
    """XChaCha20-Poly1305, each run bound to its session. What the key before sealed opens while that one is there."""

    def __init__(self, *keys: bytes, live: LiveKeys | None = None) -> None:
        self._keys = keys
        self._live = live

    @classmethod
    def of(cls, folder: KeyFolder, *, each: float = 0.0) -> "RunCipher":
        """`each`: how often the folder is looked at, beside where nothing fits. Raises KeyMissing."""
        live = LiveKeys(folder.path, RUNS_KEY, each=each)
        return cls(*live.now(), live=live)

    def keys(self) -> tuple[bytes, ...]:
        """The newest first."""
        return self._keys if self._live is None else self._live.now()

    def keys_again(self) -> tuple[bytes, ...]:
        """The same, looked at now: something was sealed under a key that nobody here knows yet."""
        return self._keys if self._live is None else self._live.again()

    def seal(self, session_key: str, plain: bytes) -> bytes:
        return VERSION + under(self.keys()[0], session_key.encode(), plain)

    def open(self, session_key: str, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        if sealed[:1] != VERSION:
            raise SealBroken("a run of an unknown format")
        bound = session_key.encode()
        for key in self.keys():
            if (plain := opened(key, bound, sealed[1:])) is not None:
                return plain
        for key in self.keys_again():
            if (plain := opened(key, bound, sealed[1:])) is not None:
                return plain
        raise SealBroken("a run that was altered, or is another session's")


def under(key: bytes, bound: bytes, plain: bytes) -> bytes:
    """A nonce, and `plain` sealed under a key to what it is bound to."""
    nonce = random(NONCE_BYTES)
    return nonce + encrypt(plain, bound, nonce, key)


def opened(key: bytes, bound: bytes, sealed: bytes) -> bytes | None:
    """What `under` sealed; None where it was under another key, to something else, or altered."""
    try:
        return decrypt(sealed[NONCE_BYTES:], bound, sealed[:NONCE_BYTES], key)
    except (CryptoError, ValueError, TypeError):
        return None
