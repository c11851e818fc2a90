"""Tells the workers through RQ which row has work for them. A job contains only the id of one row, as JSON. RQ deletes
each job when it is done.

The module also stores the conversation states of SMS sessions in Redis. They are encrypted in this process, and expire
after some minutes.
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

from hotline.core.contexts import STATE_SECONDS, Job
from hotline.core.ussd import CommittedText, SessionStart
from hotline.errors import CircuitOpen, DecryptionFailed, QueueUnavailable, RunsUnavailable
from hotline.keys.conversation_state import StateCipher, WeeklyStateCipher

# The module also stores in Redis how sessions began, so that a menu can continue without the database.
# It does not wait for an answer of Redis (docs/decisions/01).

Answer = TypeVar("Answer")

SOCKET_SECONDS = 0.25
OPEN_SECONDS = 1.0
"""The number of seconds after a fault in which the circuit breaker allows no call. So only one hop waits for a server
that hangs, and a repaired server is soon used again."""


class Circuit:
    """A circuit breaker for the calls to one server.

    Several threads may share it. In the worst case, two threads meet the same fault.
    """

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._open_until = 0.0

    def call(self, ask: Callable[[], Answer]) -> Answer:
        """Calls the server and returns its answer. Raises CircuitOpen if the server fails, or failed a moment ago."""
        if self._elapsed() < self._open_until:
            raise CircuitOpen(
                "Redis failed a moment ago, so this process waits before its next request to Redis"
            )
        try:
            return ask()
        except (RedisError, OSError) as broken:
            self._open_until = self._elapsed() + OPEN_SECONDS
            # The error message of the driver is dropped, because it may quote the command.
            raise CircuitOpen(type(broken).__name__) from None


def connect(url: str) -> Redis:
    """Returns a client that tries each call only once and waits at most a quarter of a second.

    It sends no greeting at the beginning, because a greeting could hang too.
    """
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
    """Stores in Redis how sessions began. This is the `StartStore` of the real hotline.

    It opens its connections at their first use.
    """

    def __init__(self, url: str, circuit: Circuit | None = None) -> None:
        self._redis = connect(url)
        self._circuit = circuit or Circuit()
        self._silent: Any = None
        self._lock = Lock()

    def tell(self, start: SessionStart, committed: CommittedText) -> None:
        if start.asks_rows:
            return
        noted = _written(start, committed)
        # The lock is taken outside of the circuit breaker.
        # So a thread that waited for the lock while the server hung finds the circuit open, and makes no call.
        with self._lock, suppress(CircuitOpen):
            self._circuit.call(lambda: self._send(start.key, noted))

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
        """Returns a new connection that is used only for writing. Redis sends no answers on it."""
        connection: Any = self._redis.connection_pool.make_connection()
        connection.connect()
        connection.send_command("CLIENT", "REPLY", "OFF")
        return connection


def _written(start: SessionStart, committed: CommittedText) -> str:
    o = start
    return json.dumps(
        [
            [
                *(o.revision_id, o.entry, o.dialled, o.reporting, o.alerts_blocked),
                *(o.oversight, o.network, o.started_at.isoformat()),
            ],
            o.caller_key,
            committed.upto,
            list(committed.ends.items()),
        ]
    )


def read_note(key: str, noted: bytes) -> tuple[SessionStart, CommittedText] | None:
    """Reads a `SessionStart` and a `CommittedText` from stored bytes. Returns None if this program did not write these
    bytes.
    """
    try:
        return _read(key, noted)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None


def _read(key: str, noted: bytes) -> tuple[SessionStart, CommittedText]:
    begun, caller_key, upto, ends = json.loads(noted)
    revision_id, entry, dialled, reporting, blocked, oversight, network, at = begun
    start = SessionStart(
        key=key,
        revision_id=int(revision_id),
        entry=str(entry),
        dialled=int(dialled),
        reporting=bool(reporting),
        alerts_blocked=bool(blocked),
        oversight=bool(oversight),
        responder_id=None,
        network=network,
        started_at=datetime.fromisoformat(at),
        caller_key=caller_key,
    )
    return start, CommittedText(int(upto), {int(begins): int(end) for begins, end in ends})


JOB_SECONDS = 20
FAILURE_TTL = 3600


class RqJobs:
    """The queues in Redis that give jobs to the workers. Together they are the `JobQueue` of the real hotline.

    The connection opens at the first ring.
    """

    def __init__(self, url: str, circuit: Circuit | None = None) -> None:
        connection = connect(url)
        # Tries once more if a restarted Redis has closed the connection, but not after a timeout.
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
        # The pipeline needs only one round trip. Without a pipeline, RQ needs two round trips.
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
    """Stores the conversation states in Redis. This is the `StateStore` of the real hotline.

    It opens its connection at the first SMS. If Redis hangs, a call takes at most 0.6 seconds.
    """

    def __init__(
        self, url: str, cipher: StateCipher | WeeklyStateCipher, circuit: Circuit | None = None
    ) -> None:
        self._redis = connect(url)
        self._cipher = cipher
        self._circuit = circuit or Circuit()

    def load(self, key: str) -> dict[str, Any] | None:
        """Returns the stored conversation state. Returns None if it cannot be decrypted, or if this program did not
        write it.

        Raises RunsUnavailable if Redis fails.
        """
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

    def save(self, key: str, data: Mapping[str, Any], *, seconds: int = STATE_SECONDS) -> None:
        """Encrypts the conversation state, and stores it for `seconds`. Raises RunsUnavailable if Redis fails."""
        plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        encrypted = self._cipher.seal(key, plain.encode("utf-8", "surrogatepass"))
        try:
            self._circuit.call(lambda: self._redis.set(STATE_PREFIX + key, encrypted, ex=seconds))
        except CircuitOpen as broken:
            raise RunsUnavailable(str(broken)) from None
