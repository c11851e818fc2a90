"""Uses Redis for three things: the queues of the workers' jobs, the conversation states of SMS sessions, and the starts
of USSD sessions.

A job contains only the id of one database row, as JSON. RQ, the library for job queues, deletes each job when the job
is done. This process encrypts the conversation states before Redis stores them. Redis deletes the states after some
minutes. With the stored starts, a session can continue while the database does not answer. The hotline does not wait
for Redis when it stores a start (docs/decisions/01).
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
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
from hotline.keys.conversation_state import StateCipher
from hotline.text.errors import CircuitOpen, DecryptionFailed, RunsUnavailable

Answer = TypeVar("Answer")

SOCKET_SECONDS = 0.25
OPEN_SECONDS = 1.0
"""After a failed call, the circuit breaker allows no call for this number of seconds. So if the server hangs, only one
caller's request waits for the server, and the process soon tries the server again."""


class Circuit:
    """A circuit breaker: after a failed call to a server, it refuses further calls for a short time. Several threads
    may share a circuit breaker. If two threads call the server at the same time, both calls can fail before the circuit
    breaker refuses further calls.
    """

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._open_until = 0.0

    def call(self, ask: Callable[[], Answer]) -> Answer:
        """Calls the server with the function `ask`, and returns the server's answer. Raises CircuitOpen if the server
        fails, or failed a moment ago.
        """
        if self._elapsed() < self._open_until:
            raise CircuitOpen(
                "Redis failed a moment ago, so this process waits before its next request to Redis"
            )
        try:
            return ask()
        except (RedisError, OSError) as broken:
            self._open_until = self._elapsed() + OPEN_SECONDS
            # The new error does not contain the message of Redis's driver, because that message may quote the command
            # with its data.
            raise CircuitOpen(type(broken).__name__) from None


def connect(url: str) -> Redis:
    """Returns a client that tries each call only once and waits at most a quarter of a second.

    A new connection sends no greeting to Redis, because Redis could hang before it answers the greeting.
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
    """Stores in Redis how sessions began. Every running hotline uses this class as its `StartStore`. This class opens
    its connections at their first use.
    """

    def __init__(self, url: str, circuit: Circuit | None = None) -> None:
        self._redis = connect(url)
        self._circuit = circuit or Circuit()
        self._silent: Any = None
        self._lock = Lock()

    def tell(self, start: SessionStart, committed: CommittedText) -> None:
        if start.asks_rows:
            return
        noted = json.dumps([asdict(start), asdict(committed)], default=datetime.isoformat)
        # A thread takes the lock before it asks the circuit breaker. If the server failed while the thread waited for
        # the lock, the circuit breaker then refuses the call.
        with self._lock, suppress(CircuitOpen):
            self._circuit.call(lambda: self._send(start.key, noted))

    def find(self, key: str) -> tuple[SessionStart, CommittedText] | None:
        """Returns the stored start of a session, with the saved part of its text. Returns None if Redis does not
        answer, or if the hotline did not write the stored bytes."""
        try:
            noted = self._circuit.call(lambda: self._redis.get(OPENING_PREFIX + key))
            begun, committed = json.loads(noted or b"")
            started_at = datetime.fromisoformat(begun["started_at"])
            ends = {int(begins): int(end) for begins, end in committed["ends"].items()}
            # Bytes that a stranger wrote must not make the phone a responder's phone.
            own = {"key": key, "started_at": started_at, "responder_id": None, "pinned": None}
            start = SessionStart(**{**begun, **own})
            return start, CommittedText(int(committed["upto"]), ends)
        except (CircuitOpen, ValueError, TypeError, LookupError, AttributeError, OverflowError):
            return None

    def _send(self, key: str, noted: str) -> None:
        if self._silent is None:
            # This process only writes on this connection, and Redis sends no answers.
            connection: Any = self._redis.connection_pool.make_connection()
            connection.connect()
            connection.send_command("CLIENT", "REPLY", "OFF")
            self._silent = connection
        try:
            self._silent.send_command("SET", OPENING_PREFIX + key, noted, "EX", SECONDS)
        except BaseException:
            self._silent.disconnect()
            self._silent = None
            raise


JOB_SECONDS = 20
FAILURE_TTL = 3600


class RqJobs:
    """Puts jobs for the workers into queues in Redis. Every running hotline uses this class as its `JobQueue`. This
    class opens its connection at the first job.
    """

    def __init__(self, url: str, circuit: Circuit | None = None) -> None:
        connection = connect(url)
        # If a restarted Redis has closed the connection, this client tries once more, but not after a timeout.
        connection.set_retry(Retry(NoBackoff(), 1, supported_errors=(Disconnected,)))
        self._connection = connection
        self._circuit = circuit or Circuit()
        self._queues = {
            job: Queue(job.queue, connection=connection, serializer="json") for job in Job
        }

    def ring(self, job: Job, row_id: int) -> bool:
        try:
            self._circuit.call(lambda: self._enqueue(job, row_id))
        except CircuitOpen:
            return False
        return True

    def _enqueue(self, job: Job, row_id: int) -> None:
        # With this pipeline, RQ needs one round trip to Redis instead of two.
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
    """Stores the conversation states in Redis. Every running hotline uses this class as its `StateStore`. This class
    opens its connection at the first SMS. If Redis hangs, a call takes at most 0.6 seconds.
    """

    def __init__(self, url: str, cipher: StateCipher, circuit: Circuit | None = None) -> None:
        self._redis = connect(url)
        self._cipher = cipher
        self._circuit = circuit or Circuit()

    def load(self, key: str) -> dict[str, Any] | None:
        """Returns the stored conversation state. Returns None if this process cannot decrypt the state, or if the
        hotline did not write the stored state.

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
        """Encrypts the conversation state, and stores the state for `seconds` seconds. Raises RunsUnavailable if Redis
        fails.
        """
        plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        encrypted = self._cipher.seal(key, plain.encode("utf-8", "surrogatepass"))
        try:
            self._circuit.call(lambda: self._redis.set(STATE_PREFIX + key, encrypted, ex=seconds))
        except CircuitOpen as broken:
            raise RunsUnavailable(str(broken)) from None
