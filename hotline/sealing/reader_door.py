"""The web process's way to the reader: the reader's public key, and the few places of threads that wait for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from hotline.errors import KeyMissing
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import READER_KEY, READER_PUBLIC_KEY
from hotline.sealing.keys.livekeys import EACH, LiveKeys
from hotline.sealing.oneoff import public_of

MOST_WAITING = 2
"""Threads of one process that wait for the reader at a time: the others answer callers."""


@dataclass(frozen=True, slots=True)
class ReaderDoor:
    """Without a public key nobody can be asked: a line that was upgraded has none before `hotline init`."""

    public: LiveKeys | None = None
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_WAITING))
    pause: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, folder: KeyFolder) -> "ReaderDoor":
        if not folder.holds(READER_PUBLIC_KEY):
            return cls()
        return cls(LiveKeys(folder.path, READER_PUBLIC_KEY, each=EACH))

    def public_key(self) -> bytes:
        """Raises KeyMissing."""
        if self.public is None:
            raise KeyMissing("the key folder holds no key of the reader")
        return self.public.now()[0]


def public_half(folder: KeyFolder) -> Callable[[], bytes] | None:
    """The reader's public key of this moment: of its own file, or of the pair that the reader alone holds."""
    if folder.holds(READER_KEY):
        pair = LiveKeys(folder.path, READER_KEY)
        return lambda: public_of(pair.now()[0])
    if folder.holds(READER_PUBLIC_KEY):
        half = LiveKeys(folder.path, READER_PUBLIC_KEY)
        return lambda: half.now()[0]
    return None
