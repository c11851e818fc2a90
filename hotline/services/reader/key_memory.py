"""Members' private keys that were opened with a PIN, in the reader's memory alone, for ten minutes.

Without it each page would cost a stretch of a third of a second. A key is found by its session and its PIN together,
under a secret that ends with the process: no memory of PINs is kept, and none of keys on any disk.
"""

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

KEPT_SECONDS = 600.0
MOST_KEYS = 1024


class KeyMemory:
    """Safe among threads. What is too old or too much goes."""

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._secret = secrets.token_bytes(32)
        self._elapsed = elapsed
        self._kept: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"KeyMemory({len(self._kept)})"

    def find(self, session_key: str, responder_id: int, pin: str) -> bytes | None:
        with self._lock:
            self._forget()
            found = self._kept.get(self._name(session_key, responder_id, pin))
        return None if found is None else found[1]

    def keep(self, session_key: str, responder_id: int, pin: str, private: bytes) -> None:
        name = self._name(session_key, responder_id, pin)
        with self._lock:
            self._kept.setdefault(name, (self._elapsed() + KEPT_SECONDS, private))
            while len(self._kept) > MOST_KEYS:
                self._kept.popitem(last=False)

    def _forget(self) -> None:
        now = self._elapsed()
        while self._kept and next(iter(self._kept.values()))[0] <= now:
            self._kept.popitem(last=False)

    def _name(self, session_key: str, responder_id: int, pin: str) -> bytes:
        said = f"{session_key}\0{responder_id}\0{pin}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, said, "sha256")
