"""One dear stretch of a password at a time in a process: each takes 128 MiB and a core for a quarter of a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

MOST_WAITING = 8


class StretchQueue:
    def __init__(self, waiting: int = MOST_WAITING) -> None:
        self._places = BoundedSemaphore(1 + waiting)
        self._one = Lock()

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether there is a place. Where there is, the block runs alone; where there is none, at once."""
        if not self._places.acquire(blocking=False):
            yield False
            return
        try:
            with self._one:
                yield True
        finally:
            self._places.release()
