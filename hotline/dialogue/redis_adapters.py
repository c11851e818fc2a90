"""Rings the doorbell through RQ. A job holds one row's id in JSON. RQ deletes it when it is done.

Stores the conversation states of SMS sessions in Redis. They are sealed in this process and expire after some minutes.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue

from hotline.core.contexts import STATE_SECONDS
from hotline.core.jobs import Job
from hotline.core.ussd import CommittedText, SessionStart
from hotline.errors import CircuitOpen, DecryptionFailed, QueueUnavailable, RunsUnavailable
from hotline.keys.conversation_state import StateCipher, WeeklyStateCipher

# Stores in Redis how sessions began, without waiting. A menu continues while the database is down (docs/decisions/01).

Answer = TypeVar("Answer")

SOCKET_SECONDS = 0.25
OPEN_SECONDS = 1.0
"""Seconds without calls after a fault. A hop waits for a broken server only once, and a repaired one is soon used."""


class Circuit:
    """One circuit breaker for calls to one server. Threads may share it. At worst, two of them meet a fault at once."""

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._open_until = 0.0

    def call(self, ask: Callable[[], Answer]) -> Answer:
        """Makes a call and returns its answer. Raises CircuitOpen after a recent fault, and if the server fails now."""
        if self._elapsed() < self._open_until:
            raise CircuitOpen("a moment ago")
        try:
            return ask()
        except (RedisError, OSError) as broken:
            self._open_until = self._elapsed() + OPEN_SECONDS
            # A driver's message may quote the command, so it is dropped.
            raise CircuitOpen(type(broken).__name__) from None


def connect(url: str) -> Redis:
    """Returns a client that tries once and waits a quarter of a second. It sends no greeting, which could hang too."""
    return Redis.from_url(
        url,
        protocol=2,
        socket_timeout=SOCKET_SECONDS,
        socket_connect_timeout=SOCKET_SECONDS,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,
        health_check_interval=0,
    )


OPENING_PREFIX = "opening:"
SECONDS = 600


class RedisStarts:
    """The notes in one Redis, the `StartStore` of production. Opens its connections at first use."""

    def __init__(self, url: str, circuit: Circuit | None = None) -> None:
        self._redis = connect(url)
        self._circuit = circuit or Circuit()
        self._silent: Any = None
        self._lock = Lock()

    def tell(self, opening: SessionStart, heard: CommittedText) -> None:
        if opening.asks_rows:
            return
        noted = _written(opening, heard)
        # The lock is outside the circuit. A thread that waited for a hanging server finds the circuit open and does not
        # try.
        with self._lock, suppress(CircuitOpen):
            self._circuit.call(lambda: self._send(opening.key, noted))

    def find(self, key: str) -> tuple[SessionStart, CommittedText] | None:
        try:
            noted = self._circuit.call(lambda: self._redis.get(OPENING_PREFIX + key))
        except CircuitOpen:
            return None
        return read_note(key, noted) if isinstance(noted, bytes) else None

    def _send(self, key: str, noted: str) -> None:
        if self._silent is None:
            self._silent = self._begun()
        try:
            self._silent.send_command("SET", OPENING_PREFIX + key, noted, "EX", SECONDS)
        except BaseException:
            self._silent.disconnect()
            self._silent = None
            raise

    def _begun(self) -> Any:
        """Returns a new connection for writes only. Redis never answers on it."""
        connection: Any = self._redis.connection_pool.make_connection()
        connection.connect()
        connection.send_command("CLIENT", "REPLY", "OFF")
        return connection


def _written(opening: SessionStart, heard: CommittedText) -> str:
    o = opening
    return json.dumps(
        [
            [
                *(o.revision_id, o.entry, o.dialled, o.reporting, o.alerts_blocked),
                *(o.network, o.started_at.isoformat()),
            ],
            o.caller_key,
            heard.upto,
            list(heard.ends.items()),
        ]
    )


def read_note(key: str, noted: bytes) -> tuple[SessionStart, CommittedText] | None:
    """Returns the `SessionStart` and the `CommittedText` of a note, or None if the bytes are no note of ours."""
    try:
        return _read(key, noted)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None


def _read(key: str, noted: bytes) -> tuple[SessionStart, CommittedText]:
    begun, caller_key, upto, ends = json.loads(noted)
    revision_id, entry, dialled, reporting, blocked, network, at = begun
    opening = SessionStart(
        key=key,
        revision_id=int(revision_id),
        entry=str(entry),
        dialled=int(dialled),
        reporting=bool(reporting),
        alerts_blocked=bool(blocked),
        responder_id=None,
        network=network,
        started_at=datetime.fromisoformat(at),
        caller_key=caller_key,
    )
    return opening, CommittedText(int(upto), {int(begins): int(end) for begins, end in ends})


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


STATE_PREFIX = "run:"


class RedisStates:
    """The conversation states in one Redis, the `StateStore` of production. Opens its connection at the first SMS. A
    Redis that hangs costs 0.6 s at most."""

    def __init__(
        self, url: str, cipher: StateCipher | WeeklyStateCipher, circuit: Circuit | None = None
    ) -> None:
        self._redis = connect(url)
        self._cipher = cipher
        self._circuit = circuit or Circuit()

    def load(self, key: str) -> dict[str, Any] | None:
        """Returns the stored conversation state, or None if it cannot be decrypted or is not ours. Raises
        RunsUnavailable if Redis fails."""
        try:
            encrypted = self._circuit.call(lambda: self._redis.get(STATE_PREFIX + key))
        except CircuitOpen as broken:
            raise RunsUnavailable(str(broken)) from None
        if not isinstance(encrypted, bytes):
            return None

        try:
            plain = self._cipher.open(key, encrypted)
            document = json.loads(plain.decode("utf-8", "surrogatepass"))
        except (DecryptionFailed, ValueError):
            return None
        return document if isinstance(document, dict) else None

    def save(self, key: str, said: Mapping[str, Any], *, seconds: int = STATE_SECONDS) -> None:
        """Seals the conversation state and stores it for `seconds`. Raises RunsUnavailable if Redis fails."""
        plain = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        encrypted = self._cipher.seal(key, plain.encode("utf-8", "surrogatepass"))
        try:
            self._circuit.call(lambda: self._redis.set(STATE_PREFIX + key, encrypted, ex=seconds))
        except CircuitOpen as broken:
            raise RunsUnavailable(str(broken)) from None
