"""Lets the web process send requests to the reader process.

Limits the number of threads that wait for an answer. Also finds the public key of the reader process.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from hotline.keys.key_folder import KeyFolder, LiveKeys
from hotline.keys.key_making import READER_KEY, READER_PUBLIC_KEY
from hotline.keys.one_off import public_of

MAX_WAITING = 2
"""The maximum number of threads in a web process that may wait for the reader process at the same time. The remaining
threads of the web process can still answer callers."""


@dataclass(frozen=True, slots=True)
class ReaderAccess:
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_WAITING))
    pause: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic


def public_half(folder: KeyFolder) -> Callable[[], bytes] | None:
    """Returns a function that reads the public key of the reader process from the folder. The returned function reads
    the key from the file of the public key, or from the file of the key pair. Returns None if the folder contains
    neither file. After an upgrade, neither file exists until an operator runs `hotline init`.
    """
    if folder.holds(READER_KEY):
        pair = LiveKeys(folder.path, READER_KEY)
        return lambda: public_of(pair.now()[0])
    if folder.holds(READER_PUBLIC_KEY):
        half = LiveKeys(folder.path, READER_PUBLIC_KEY)
        return lambda: half.now()[0]
    return None
