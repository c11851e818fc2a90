"""Runs on their way through the run store: what she answered so far is never there in clear.

This key is the hooks' alone. A run that does not open counts as forgotten: the session goes on by replay.
"""

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION
from hotline.sealing.keyfolder import KeyFolder

RUNS_KEY = "runs.key"


class RunCipher:
    """XChaCha20-Poly1305 under one key, each run bound to its session."""

    def __init__(self, key: bytes) -> None:
        self._box = Aead(key)

    @classmethod
    def of(cls, folder: KeyFolder) -> "RunCipher":
        """Raises KeyMissing."""
        return cls(folder.read(RUNS_KEY))

    def seal(self, session_key: str, plain: bytes) -> bytes:
        return VERSION + bytes(self._box.encrypt(plain, aad=session_key.encode()))

    def open(self, session_key: str, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        if sealed[:1] != VERSION:
            raise SealBroken("a run of an unknown format")
        try:
            return self._box.decrypt(sealed[1:], aad=session_key.encode())
        except (CryptoError, ValueError, TypeError):
            raise SealBroken("a run that was altered, or is another session's") from None
