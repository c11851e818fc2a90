"""The ids that the gateway gives, the same ones again for the same seed."""

import random
import threading
import uuid


class Ids:
    def __init__(self, seed: int | None = None) -> None:
        self._dice = random.Random(seed)
        self._lock = threading.Lock()

    def session(self) -> str:
        return f"ATUid_{self._bits():032x}"

    def message(self) -> str:
        return f"ATXid_{self._bits():032x}"

    def incoming(self) -> str:
        return str(uuid.UUID(int=self._bits(), version=4))

    def token(self) -> str:
        return f"{self._bits():032x}"

    def _bits(self) -> int:
        with self._lock:
            return self._dice.getrandbits(128)
