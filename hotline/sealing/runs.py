"""Runs on their way through the run store: what she answered so far is never there in clear.

This key is the hooks' alone. A run that does not open counts as forgotten: the session goes on by replay.
"""

from contextlib import suppress

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION
from hotline.sealing.keyfolder import KeyFolder
from hotline.sealing.livekeys import LiveKeys

RUNS_KEY = "runs.key"


class RunCipher:
    """XChaCha20-Poly1305, each run bound to its session. What the key before sealed opens while that one is there."""

    def __init__(self, *keys: bytes, live: LiveKeys | None = None) -> None:
        self._keys = keys
        self._live = live
        self._boxes = tuple(map(Aead, keys))

    @classmethod
    def of(cls, folder: KeyFolder) -> "RunCipher":
        """Raises KeyMissing."""
        live = LiveKeys(folder.path, RUNS_KEY)
        return cls(*live.now(), live=live)

    def seal(self, session_key: str, plain: bytes) -> bytes:
        return VERSION + bytes(self._now()[0].encrypt(plain, aad=session_key.encode()))

    def open(self, session_key: str, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        if sealed[:1] != VERSION:
            raise SealBroken("a run of an unknown format")
        for box in self._now():
            with suppress(CryptoError, ValueError, TypeError):
                return box.decrypt(sealed[1:], aad=session_key.encode())
        raise SealBroken("a run that was altered, or is another session's")

    def _now(self) -> tuple[Aead, ...]:
        keys = self._keys if self._live is None else self._live.now()
        if keys is not self._keys:
            self._boxes, self._keys = tuple(map(Aead, keys)), keys
        return self._boxes
