"""SQLite's writers of one process, in turns."""

from collections import deque
from threading import Lock

from hotline.errors import StoreUnavailable


class WriterTurn:
    """Writers of one process queue here before they queue for SQLite's lock. Who came first is first.

    SQLite waits by sleeping, ever longer, and whoever came last may be first; a lock of Python's goes to whoever runs.
    With either, of many threads one starves.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._is_taken = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        if gate.acquire(timeout=self._seconds):
            return
        with self._guard:
            if gate in self._waiting:
                self._waiting.remove(gate)
                raise StoreUnavailable("writers of this process")
        # It was given to this thread in the moment in which its time ended.

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
