"""Runs of talks by SMS in Redis: sealed before they leave the process, gone after some minutes."""

import json
from collections.abc import Mapping
from typing import Any

from hotline.adapters.queue.circuit import Circuit, connect
from hotline.errors import CircuitOpen, RunsUnavailable, SealBroken
from hotline.ports import RUN_SECONDS
from hotline.sealing.runs import RunCipher, WeeklyRuns

PREFIX = "run:"


class RedisRuns:
    """The `RunStore` of production. Opens its connection with the first SMS. A hung Redis costs 0.6 s at most."""

    def __init__(
        self, url: str, cipher: RunCipher | WeeklyRuns, circuit: Circuit | None = None
    ) -> None:
        self._redis = connect(url)
        self._cipher = cipher
        self._circuit = circuit or Circuit()

    def load(self, key: str) -> dict[str, Any] | None:
        """What does not open, or is no document of ours, counts as forgotten. Raises RunsUnavailable."""
        try:
            sealed = self._circuit.call(lambda: self._redis.get(PREFIX + key))
        except CircuitOpen as broken:
            raise RunsUnavailable(str(broken)) from None
        if not isinstance(sealed, bytes):
            return None

        try:
            plain = self._cipher.open(key, sealed)
            document = json.loads(plain.decode("utf-8", "surrogatepass"))
        except (SealBroken, ValueError):
            return None
        return document if isinstance(document, dict) else None

    def save(self, key: str, said: Mapping[str, Any], *, seconds: int = RUN_SECONDS) -> None:
        """Raises RunsUnavailable."""
        plain = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        sealed = self._cipher.seal(key, plain.encode("utf-8", "surrogatepass"))
        try:
            self._circuit.call(lambda: self._redis.set(PREFIX + key, sealed, ex=seconds))
        except CircuitOpen as broken:
            raise RunsUnavailable(str(broken)) from None
