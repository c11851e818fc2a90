"""Rings the doorbell through RQ. A job holds one row's id in JSON. RQ deletes it when it is done.

Stores the conversation states of SMS sessions in Redis. They are sealed in this process and expire after some minutes.
"""

import json
from collections.abc import Mapping
from typing import Any

from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.retry import Retry
from rq import Queue

from hotline.core.context import RUN_SECONDS
from hotline.core.jobs import Job
from hotline.dialogue.redis_circuit import Circuit, connect
from hotline.errors import CircuitOpen, QueueUnavailable, RunsUnavailable, SealBroken
from hotline.keys.conversation_state import RunCipher, WeeklyRuns

JOB_SECONDS = 20
FAILURE_TTL = 3600


class RqJobs:
    """The queues in one Redis, the `JobQueue` of production. Opens its connection at the first ring."""

    def __init__(self, url: str, circuit: Circuit | None = None) -> None:
        connection = connect(url)
        # Retries once, for a connection that a restarted Redis has closed. Does not retry after a timeout.
        connection.set_retry(Retry(NoBackoff(), 1, supported_errors=(Disconnected,)))
        self._connection = connection
        self._circuit = circuit or Circuit()
        self._queues = {
            job: Queue(job.queue, connection=connection, serializer="json") for job in Job
        }

    def ring(self, job: Job, row_id: int) -> None:
        try:
            self._circuit.call(lambda: self._enqueue(job, row_id))
        except CircuitOpen as broken:
            raise QueueUnavailable(str(broken)) from None

    def _enqueue(self, job: Job, row_id: int) -> None:
        # One round trip. Without the pipeline RQ takes two.
        together = self._connection.pipeline()
        self._queues[job].enqueue_call(
            job.path,
            args=(row_id,),
            description=f"a{row_id}",
            timeout=JOB_SECONDS,
            result_ttl=0,
            failure_ttl=FAILURE_TTL,
            pipeline=together,
        )
        together.execute()


PREFIX = "run:"


class RedisRuns:
    """The conversation states in one Redis, the `RunStore` of production. Opens its connection at the first SMS. A
    Redis that hangs costs 0.6 s at most."""

    def __init__(
        self, url: str, cipher: RunCipher | WeeklyRuns, circuit: Circuit | None = None
    ) -> None:
        self._redis = connect(url)
        self._cipher = cipher
        self._circuit = circuit or Circuit()

    def load(self, key: str) -> dict[str, Any] | None:
        """Returns the stored conversation state, or None if it cannot be decrypted or is not ours. Raises
        RunsUnavailable if Redis fails."""
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
        """Seals the conversation state and stores it for `seconds`. Raises RunsUnavailable if Redis fails."""
        plain = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        sealed = self._cipher.seal(key, plain.encode("utf-8", "surrogatepass"))
        try:
            self._circuit.call(lambda: self._redis.set(PREFIX + key, sealed, ex=seconds))
        except CircuitOpen as broken:
            raise RunsUnavailable(str(broken)) from None
