"""Runs a worker. The worker has one queue, and accepts only allowed jobs in JSON. It logs no arguments of jobs, and may
run the work of the clock process.

All workers are equal. Each worker sends alerts, and any worker can be the leader that runs the clock. So the hotline
continues if any worker is killed. A worker starts no child process (fork) for a job. So each worker builds its context
only once. If a worker is killed, no child process continues to send. A worker has only one queue, because RQ may lose a
job if a worker has several queues.

A worker accepts only our own jobs from Redis. A program that can write to Redis can start these jobs and do nothing
else. RQ would import any function, callback or webhook that a job names. This module reads only the name of a
function and one integer from a job. The name must be the name of an allowed function. The module drops all other
fields. RQ would also decompress data of any size. So data that is too large, compressed or not, never reaches RQ.
"""

import logging
import os
import signal
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pkgutil import resolve_name
from threading import Event, Thread
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DeserializationError, StopRequested
from rq.job import Job as RqJob

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.core.contexts import WORKER_QUEUE, Context, Job, WorkerContext
from hotline.gateway.rules import MAX_SEND
from hotline.text.causes import cause_of
from hotline.text.errors import JobRefused
from workers import clock, jobs

logger = logging.getLogger(__name__)

WORKER_TTL = 25
"""The value of RQ's setting `worker_ttl`. With this value, RQ waits only ten seconds for a new job before it checks
its lists of jobs again.
"""
MAINTENANCE_SECONDS = 15
RECONNECT_SECONDS = 1
CANNOT_CONNECT = "Worker %s: could not connect to Redis"
"""The beginning of RQ's log line about a failed connection, with `%s` in place of the worker's name."""


JOB_SECONDS = 20
FAILURE_TTL = 3600
MOST_BYTES = 4096
"""The largest size of a job's data, both in Redis and after decompression. Our jobs need about sixty bytes."""
PLAIN = (b"created_at", b"enqueued_at", b"started_at", b"last_heartbeat", b"origin", b"status")
"""The fields of a job that RQ itself needs: times, the name of the queue, and the state."""


class SafeJob(RqJob):
    """A job from Redis that can call only allowed functions. `safe_job` makes a subclass of `SafeJob` with the allowed
    functions."""

    functions: Mapping[str, Callable[[int], None]] = {}

    def restore(self, raw_data: Any) -> None:
        found = {_bytes(name): _bytes(value) for name, value in raw_data.items()}
        fields = {name: found[name] for name in PLAIN if len(found.get(name, b"-" * 65)) <= 64}
        if b"data" in found:
            fields[b"data"] = _inflated(found[b"data"])
        super().restore(fields)
        self._success_callback_name = None
        self._failure_callback_name = None
        self._stopped_callback_name = None
        self.webhooks = []
        self._dependency_ids = []
        self.retries_left = None
        self.retry_intervals = None
        self.repeats_left = None
        self.rate_limit_key = None
        self.group_id = None
        self.meta = {}
        self.timeout = JOB_SECONDS
        self.result_ttl = 0
        self.failure_ttl = FAILURE_TTL

    def _execute(self) -> None:
        try:
            name, instance, arguments, keywords = self.serializer.loads(self.data)
        except (TypeError, ValueError):
            raise JobRefused from None
        function = self.functions.get(name) if isinstance(name, str) else None
        match arguments:
            case [int(row_id)] if (
                function and instance is None and not keywords and not isinstance(row_id, bool)
            ):
                function(row_id)
            case _:
                raise JobRefused


def _inflated(data: bytes) -> bytes:
    """Returns the decompressed data of a job, a JSON list with a function and its arguments. Returns an empty value
    if the data is too large or does not begin like a list. The worker then refuses the job when the job runs.

    The result must not be compressed data, because RQ would decompress such data a second time, without a limit.
    """
    if len(data) > MOST_BYTES:
        return b""
    inflate = zlib.decompressobj()
    with suppress(zlib.error):
        data = inflate.decompress(data, MOST_BYTES)
        if not inflate.eof:
            return b""
    return data if data.startswith(b"[") else b""


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def safe_job(context: Context, queue: str = WORKER_QUEUE) -> type[SafeJob]:
    """Returns the job class for a process. The class contains the functions that a job of this process may call.

    Each of these functions already has the context.
    """
    functions = {
        job.path: partial(resolve_name(job.path), context) for job in Job if job.queue == queue
    }
    return type("BoundJob", (SafeJob,), {"functions": functions})


class OwnWords(logging.Filter):
    """A log filter that replaces RQ's log line about a failed connection with a line in our own words.

    RQ's line does not say that Redis is the cause.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Returns False for a log line of RQ that this filter replaces with our own words."""
        if not str(record.msg).startswith(CANNOT_CONNECT) or not isinstance(record.args, tuple):
            return True
        _, broken, seconds = record.args
        cause = cause_of(broken) if isinstance(broken, BaseException) else "no answer"
        logger.error("Redis does not answer (%s): next try in %s seconds", cause, seconds)
        return False


OWN_WORDS = OwnWords()


class QuietWorker(SimpleWorker):
    """The worker of RQ, without remote commands and without log lines about the content of a job."""

    max_connection_wait_time = RECONNECT_SECONDS
    context: Context | None = None
    stop: Event | None = None
    """An event that is set if a signal asked this process to stop before RQ began to listen for jobs."""

    @property
    def asked_to_stop(self) -> bool:
        return self._shutdown_requested_date is not None

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        if self.stop is not None and self.stop.is_set():
            raise StopRequested

    def procline(self, message: str) -> None:
        """Does nothing, so that the process keeps its name. RQ would name the process after its job."""

    def subscribe(self) -> None:
        """Does not subscribe to RQ's remote commands. Otherwise a program that can publish in Redis could stop the
        worker.
        """

    def handle_exception(self, _job: Any, *exc_info: Any) -> None:
        """Logs a line with the class of the error, and nothing about the job."""
        kind = exc_info[0]
        if kind in (JobRefused, DeserializationError):
            logger.critical("alarm: the worker refused a job that this hotline did not create")
            self._wake()
        else:
            logger.error("a job of the worker failed: %s", getattr(kind, "__name__", "unknown"))

    def _wake(self) -> None:
        if self.context is None:
            return
        try:
            service.raise_alarm(self.context, Alarm.STRANGE_JOB)
        except Exception as broken:
            logger.error("the worker could not record the refused job: %s", type(broken).__name__)

    def handle_job_failure(self, *args: Any, **kwargs: Any) -> None:
        """Reports to Redis that the job failed, and leaves out the text of the error."""
        super().handle_job_failure(*args, **kwargs | {"exc_string": ""})


def make_worker(context: Context, redis_url: str, queue: str) -> QuietWorker:
    connection = Redis.from_url(redis_url)
    job_class = safe_job(context, queue)
    worker = QuietWorker(
        [Queue(queue, connection=connection, serializer="json", job_class=job_class)],
        connection=connection,
        serializer="json",
        job_class=job_class,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_SECONDS,
        log_job_description=False,
    )
    worker.context = context
    logging.getLogger("rq.worker").addFilter(OWN_WORDS)
    return worker


def hear(
    context: Context, redis_url: str, queue: str, stop: Event, *, listen_again: Callable[[], None]
) -> None:
    """Takes jobs from a queue until `stop` is set, with or without Redis.

    `listen_again` sets the signal handlers of this process again. The worker of RQ replaces these handlers while it
    works.
    """
    while not stop.is_set():
        if _work(context, redis_url, queue, stop):
            stop.set()
        listen_again()
        stop.wait(RECONNECT_SECONDS)


def _work(context: Context, redis_url: str, queue: str, stop: Event) -> bool:
    """Takes jobs from the queue as long as Redis answers. Returns True if this process was asked to stop."""
    try:
        worker = make_worker(context, redis_url, queue)
        worker.stop = stop
        worker.work(logging_level="WARNING")
    except (RedisError, StopRequested) as broken:
        logger.error("the worker lost its connection to the job queue: %s", type(broken).__name__)
        return isinstance(broken, StopRequested)
    return worker.asked_to_stop


def run(
    context: WorkerContext, redis_url: str, stop: Event, *, listen_again: Callable[[], None]
) -> None:
    """Runs the worker until `stop` is set, then waits for messages that are being sent."""
    ticking = Thread(target=_tick_until, args=(context, stop), name="clock")
    ticking.start()
    try:
        hear(context, redis_url, WORKER_QUEUE, stop, listen_again=listen_again)
    finally:
        stop.set()
        ticking.join()
        context.senders.end(MAX_SEND.total_seconds())
        jobs.ANSWERING.rest(MAX_SEND.total_seconds())


def _tick_until(context: WorkerContext, stop: Event) -> None:
    """Runs the work of the clock while no other worker is the leader.

    If the clock fails, this process ends, and the program that started it starts another process.
    """
    try:
        clock.run(context, stop)
    finally:
        if not stop.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
