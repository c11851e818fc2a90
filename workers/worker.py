"""The worker process: one queue, JSON, an allow-list of jobs, no argument ever logged.

No fork: the kit is built once, and a killed worker leaves no orphan that goes on sending. One queue only, since RQ
loses a job that was popped from one of several.
"""

import logging
from typing import Any

from redis import Redis
from rq import Queue, SimpleWorker
from rq.exceptions import DeserializationError

from hotline.domain.jobs import QUEUES
from hotline.domain.outbox.delivery import LONGEST_SEND
from hotline.domain.watch.alarms import Alarm
from hotline.errors import JobRefused
from hotline.ports import Kit, RelayKit
from hotline.services import alarming
from hotline.text.causes import cause_of
from workers.safejob import SafeJob, safe_job

logger = logging.getLogger(__name__)

WORKER_TTL = 25
"""A blocking pop of ten seconds, so that the registries are tended often."""
MAINTENANCE_SECONDS = 15
RECONNECT_SECONDS = 1
CANNOT_CONNECT = "Worker %s: could not connect to Redis"
"""How RQ begins that line, its values not filled in."""


class OwnWords(logging.Filter):
    """Says in words of our own that Redis does not answer: a library's line loses what it was about."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Returns False for a line that was said in our words."""
        if not str(record.msg).startswith(CANNOT_CONNECT) or not isinstance(record.args, tuple):
            return True
        _, broken, seconds = record.args
        cause = cause_of(broken) if isinstance(broken, BaseException) else "no answer"
        logger.error("Redis does not answer: %s; asked again in %s seconds", cause, seconds)
        return False


OWN_WORDS = OwnWords()


class QuietWorker(SimpleWorker):
    """RQ's worker without its ears for commands, and without its habit of logging what a job carried."""

    max_connection_wait_time = RECONNECT_SECONDS
    kit: Kit | None = None

    @property
    def asked_to_stop(self) -> bool:
        return self._shutdown_requested_date is not None

    def procline(self, message: str) -> None:
        """Keeps the process's name: the list of processes shows who it is, and not what it works on."""

    def subscribe(self) -> None:
        """No commands: whoever can publish could stop us."""

    def handle_exception(self, _job: Any, *exc_info: Any) -> None:
        """One line: which kind of thing happened, never to what."""
        kind = exc_info[0]
        if kind in (JobRefused, DeserializationError):
            logger.critical("alarm: a job that is none of ours was refused")
            self._wake()
        else:
            logger.error("job failed: %s", getattr(kind, "__name__", "unknown"))

    def _wake(self) -> None:
        if self.kit is None:
            return
        try:
            alarming.happened(self.kit, Alarm.STRANGE_JOB)
        except Exception as broken:
            logger.error("the refusal is not written down: %s", type(broken).__name__)

    def handle_job_failure(self, *args: Any, **kwargs: Any) -> None:
        """Redis is told that it failed, not how."""
        super().handle_job_failure(*args, **kwargs | {"exc_string": ""})


def make_worker(kit: Kit, redis_url: str, queue: str) -> QuietWorker:
    connection = Redis.from_url(redis_url)
    job_class: type[SafeJob] = safe_job(kit, queue)
    worker = QuietWorker(
        [Queue(queue, connection=connection, serializer="json", job_class=job_class)],
        connection=connection,
        serializer="json",
        job_class=job_class,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_SECONDS,
        log_job_description=False,
    )
    worker.kit = kit
    logging.getLogger("rq.worker").addFilter(OWN_WORDS)
    return worker


def run(kit: RelayKit, redis_url: str, queue: str) -> int:
    """Work until told to stop; what is on the wire then is waited for. Returns 0 only where somebody asked for it."""
    assert queue in QUEUES
    worker = make_worker(kit, redis_url, queue)
    worker.work(logging_level="WARNING")
    kit.senders.end(LONGEST_SEND.total_seconds())
    return 0 if worker.asked_to_stop else 1
