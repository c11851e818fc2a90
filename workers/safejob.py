"""A job that can only be one of ours. Whoever can write to Redis can ring a bell, and nothing else.

RQ imports whatever function, callback or webhook a job's hash names. Here a hash is read for its function's name and
one whole number; the name must be in the table, and everything else it carries is dropped. RQ also inflates whatever
is compressed, however large it becomes: nothing that is large, before or after, reaches RQ.
"""

import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

from rq.job import Job as RqJob

from hotline.domain.jobs import READER_QUEUE, Job
from hotline.errors import JobRefused
from hotline.ports import Kit

JOB_SECONDS = 20
FAILURE_TTL = 3600
MOST_BYTES = 4096
"""Of a job's data, as it lies in Redis and as it is inflated. Ours take about sixty."""
PLAIN = (b"created_at", b"enqueued_at", b"started_at", b"last_heartbeat", b"origin", b"status")
"""What RQ itself needs of a job's hash: times, the queue's name, and where the job stands."""


class SafeJob(RqJob):
    """Subclassed by `safe_job` with what it may call."""

    functions: Mapping[str, Callable[[int], None]] = {}

    def restore(self, raw_data: Any) -> None:
        found = {_bytes(name): _bytes(value) for name, value in raw_data.items()}
        kept = {name: found[name] for name in PLAIN if len(found.get(name, b"-" * 65)) <= 64}
        if b"data" in found:
            kept[b"data"] = _inflated(found[b"data"])
        super().restore(kept)
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
            name, instance, arguments, named = self.serializer.loads(self.data)
        except (TypeError, ValueError):
            raise JobRefused from None
        match arguments:
            case [int(row_id)] if not isinstance(row_id, bool) and not named and instance is None:
                self._function(name)(row_id)
            case _:
                raise JobRefused

    def _function(self, name: object) -> Callable[[int], None]:
        if not isinstance(name, str) or name not in self.functions:
            raise JobRefused
        return self.functions[name]


def _inflated(data: bytes) -> bytes:
    """A job's call as JSON; nothing where it is too large or no JSON list, so that running the job refuses it.

    What is no list goes no further: RQ would inflate a stream within the stream.
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


def safe_job(kit: Kit, queue: str = "") -> type[SafeJob]:
    """The job class of one process: the jobs of its trust, each with the kit already given."""
    ours = [job for job in Job if (job.queue == READER_QUEUE) == (queue == READER_QUEUE)]
    functions = {job.path: _bound(job, kit) for job in ours}
    return type("BoundJob", (SafeJob,), {"functions": functions})


def _bound(job: Job, kit: Kit) -> Callable[[int], None]:
    module, _, name = job.path.rpartition(".")
    function = getattr(import_module(module), name)

    def call(row_id: int) -> None:
        function(kit, row_id)

    return call
