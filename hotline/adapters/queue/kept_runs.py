"""Runs that this very process sealed a moment ago, so that it need not open them again.

Redis is asked all the same: what is kept counts only where Redis still holds, byte for byte, what was sealed here. So
no process ever goes on from what another has left behind.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

MOST = 2048
"""Some three megabytes."""


class KeptRuns:
    """Safe among threads. Nothing that somebody told may be given to it: it holds runs in clear."""

    def __init__(self, seconds: float, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._elapsed = elapsed
        self._kept: OrderedDict[str, tuple[float, bytes, dict[str, Any]]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, session_key: str, sealed: bytes) -> dict[str, Any] | None:
        """What was sealed to exactly this."""
        kept = self._kept.get(session_key)
        return kept[2] if kept is not None and kept[1] == sealed else None

    def keep(self, session_key: str, sealed: bytes, heard: Mapping[str, Any]) -> None:
        """In place of what was kept of the session; what is too old or too much goes."""
        now = self._elapsed()
        with self._lock:
            self._kept.pop(session_key, None)
            self._kept[session_key] = (now + self._seconds, sealed, dict(heard))
            while len(self._kept) > MOST or next(iter(self._kept.values()))[0] <= now:
                self._kept.popitem(last=False)

    def forget(self, session_key: str) -> None:
        with self._lock:
            self._kept.pop(session_key, None)
