"""RQ as a doorbell: one row's id in JSON, kept nowhere longer than it takes, and never waited for.

Runs of talks by SMS in Redis: sealed before they leave the process, gone after some minutes.
"""

import json
from collections.abc import Mapping
from typing import Any

from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.retry import Retry
from rq import Queue

from hotline.adapters.queue.redis_notes import Circuit, connect
from hotline.domain.jobs import Job
from hotline.errors import CircuitOpen, QueueUnavailable, RunsUnavailable, SealBroken
from hotline.ports import RUN_SECONDS
from hotline.sealing.runs import RunCipher, WeeklyRuns

JOB_SECONDS = 20
FAILURE_TTL = 3600


class RqJobs:
    """The `JobQueue` of production. Opens its connection with the first ring."""

    def __init__(self, url: str, circuit: Circuit | None = None) -> None:
        connection = connect(url)
        # Once, for the connection that a restarted Redis left behind; a hang is not waited for twice.
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
        # One way there and back: left to itself RQ takes two.
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
    """The `RunStore` of production. Opens its connection with the first SMS. A hung Redis costs 0.6 s at most."""

    def __init__(
        self, url: str, cipher: RunCipher | WeeklyRuns, circuit: Circuit | None = None
    ) -> None:
        self._redis = connect(url)
        self._cipher = cipher
        self._circuit = circuit or Circuit()

    def load(self, key: str) -> dict[str, Any] | None:
        """Returns the stored run. Returns None if it cannot be decrypted or is not ours. Raises RunsUnavailable."""
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
