"""SQLite's writers of one process, in turns."""

from threading import RLock

from hotline.errors import StoreUnavailable


class WriterTurn:
    """Writers of one process queue here before they queue for SQLite's lock.

    SQLite waits by sleeping, ever longer, and whoever came last may be first: of many threads one starves.
    """

    def __init__(self, seconds: float) -> None:
        self._lock, self._seconds = RLock(), seconds

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._seconds):
            raise StoreUnavailable("writers of this process")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
