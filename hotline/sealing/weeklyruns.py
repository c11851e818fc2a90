"""Runs under a key that walks forward: Redis' log keeps what was overwritten, and after two weeks nobody opens it."""

from collections.abc import Callable
from datetime import datetime

from hotline.errors import KeyMissing, SealBroken
from hotline.sealing.epochs import Epochs
from hotline.sealing.runs import RunCipher


class WeeklyRuns:
    """A `RunCipher` with the week's lock around it. What another release left without one still opens."""

    def __init__(self, cipher: RunCipher, epochs: Epochs, now: Callable[[], datetime]) -> None:
        self._cipher = cipher
        self._epochs = epochs
        self._now = now

    def seal(self, session_key: str, plain: bytes) -> bytes:
        sealed = self._cipher.seal(session_key, plain)
        return self._epochs.lock(sealed, session_key.encode(), self._now())

    def open(self, session_key: str, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        try:
            return self._cipher.open(session_key, self._epochs.unlock(sealed, session_key.encode()))
        except KeyMissing:
            raise SealBroken("a run of a week that was forgotten") from None
