"""Runs a worker. It has one queue, accepts only allowed jobs in JSON, logs no arguments, and may run the clock.

All workers are equal. Each sends alerts, and any of them can be the leader that runs the clock. So any of them may be
killed. A worker does not fork. So the context is built only once, and a worker that is killed leaves no child process
that still sends. It has only one queue, because RQ may lose a job if a worker has several queues.
"""

import logging
import os
import signal
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DeserializationError, StopRequested

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.core.contexts import Context, WorkerContext
from hotline.core.jobs import WORKER_QUEUE
from hotline.errors import JobRefused
from hotline.gateway.rules_delivery import MAX_SEND
from hotline.text.causes import cause_of
from workers import clock, jobs
from workers.safejob import safe_job

logger = logging.getLogger(__name__)

WORKER_TTL = 25
"""With this limit, RQ waits ten seconds for a job, so that it checks its registries often."""
MAINTENANCE_SECONDS = 15
RECONNECT_SECONDS = 1
CANNOT_CONNECT = "Worker %s: could not connect to Redis"
"""The beginning of a line that RQ logs, before its values are filled in."""


class OwnWords(logging.Filter):
    """A log filter that says in our own words that Redis does not answer.

    The line that RQ logs does not name the cause.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Returns False for a line that was replaced by our own words."""
        if not str(record.msg).startswith(CANNOT_CONNECT) or not isinstance(record.args, tuple):
            return True
        _, broken, seconds = record.args
        cause = cause_of(broken) if isinstance(broken, BaseException) else "no answer"
        logger.error("Redis does not answer: %s. Next try in %s seconds", cause, seconds)
        return False


OWN_WORDS = OwnWords()


class QuietWorker(SimpleWorker):
    """The worker of RQ, without remote commands and without log lines about the content of a job."""

    max_connection_wait_time = RECONNECT_SECONDS
    context: Context | None = None
    stop: Event | None = None
    """Set if this process was asked to stop before RQ began to listen."""

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
            logger.error("a job failed: %s", getattr(kind, "__name__", "unknown"))

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
    """Works as long as Redis answers. Returns True if this process was asked to stop."""
    try:
        worker = make_worker(context, redis_url, queue)
        worker.stop = stop
        worker.work(logging_level="WARNING")
    except (RedisError, StopRequested) as broken:
        logger.error("the worker lost its job queue: %s", type(broken).__name__)
        return isinstance(broken, StopRequested)
    return worker.asked_to_stop


def run(
    context: WorkerContext, redis_url: str, stop: Event, *, listen_again: Callable[[], None]
) -> None:
    """Works until `stop` is set, then waits for messages that are being sent."""
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
    """Runs the clock if no other worker does.

    If the clock fails, this process ends, and the program that started it starts another process.
    """
    try:
        clock.run(context, stop)
    finally:
        if not stop.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
