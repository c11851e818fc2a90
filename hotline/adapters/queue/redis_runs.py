"""Runs in Redis: sealed before they leave the process, gone after some minutes."""

import json
from collections.abc import Mapping
from typing import Any

from hotline.adapters.queue.circuit import Circuit
from hotline.adapters.queue.kept_runs import KeptRuns
from hotline.adapters.queue.redis_wire import Wire
from hotline.errors import CircuitOpen, RunsUnavailable, SealBroken
from hotline.ports import RUN_SECONDS
from hotline.sealing.runs import RunCipher
from hotline.sealing.weeklyruns import WeeklyRuns

PREFIX = "run:"
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
DECODER = json.JSONDecoder()


class RedisRuns:
    """The `RunStore` of production. Opens its connection with the first hop. A hung Redis costs a hop 0.6 s at most."""

    def __init__(
        self,
        url: str,
        cipher: RunCipher | WeeklyRuns,
        circuit: Circuit | None = None,
        *,
        kept: KeptRuns | None = None,
    ) -> None:
        self._wire = Wire(url)
        self._cipher = cipher
        self._circuit = circuit or Circuit()
        self._kept = kept or KeptRuns(RUN_SECONDS)

    def load(self, session_key: str) -> dict[str, Any] | None:
        """What does not open, or is no document of ours, counts as forgotten. Raises RunsUnavailable."""
        try:
            sealed = self._circuit.call(lambda: self._wire.ask("GET", PREFIX + session_key))
        except CircuitOpen as broken:
            raise RunsUnavailable(str(broken)) from None
        if not isinstance(sealed, bytes):
            return None
        kept = self._kept.find(session_key, sealed)
        if kept is not None:
            return kept

        try:
            plain = self._cipher.open(session_key, sealed)
            document = DECODER.decode(plain.decode("utf-8", "surrogatepass"))
        except (SealBroken, ValueError):
            return None
        return document if isinstance(document, dict) else None

    def save(
        self,
        session_key: str,
        heard: Mapping[str, Any],
        *,
        seconds: int = RUN_SECONDS,
        told: bool = True,
    ) -> None:
        """Sent, and not waited for: a run that was not kept is rebuilt. Raises RunsUnavailable."""
        plain = ENCODER.encode(heard)
        sealed = self._cipher.seal(session_key, plain.encode("utf-8", "surrogatepass"))
        if told:
            self._kept.forget(session_key)
        else:
            self._kept.keep(session_key, sealed, heard)
        try:
            self._circuit.call(
                lambda: self._wire.tell("SET", PREFIX + session_key, sealed, "EX", seconds)
            )
        except CircuitOpen as broken:
            raise RunsUnavailable(str(broken)) from None
