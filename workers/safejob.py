"""Accepts only our own jobs from Redis. A program that can write to Redis can start these jobs and do nothing else.

RQ would import any function, callback or webhook that a job names. Here only the name of a function and one integer are
read from a job. The name must be in our table. All other fields are dropped. RQ would also decompress data of any size.
So data that is too large, compressed or not, never reaches RQ.
"""

import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pkgutil import resolve_name
from typing import Any

from rq.job import Job as RqJob

from hotline.core.contexts import Context
from hotline.core.jobs import WORKER_QUEUE, Job
from hotline.errors import JobRefused

JOB_SECONDS = 20
FAILURE_TTL = 3600
MOST_BYTES = 4096
"""The largest size of a job's data, both in Redis and after decompression. Our jobs need about sixty bytes."""
PLAIN = (b"created_at", b"enqueued_at", b"started_at", b"last_heartbeat", b"origin", b"status")
"""The fields of a job that RQ itself needs: times, the name of the queue, and the state."""


class SafeJob(RqJob):
    """A job from Redis that can call only allowed functions. `safe_job` makes a subclass with these functions."""

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
    """Returns the call of a job as JSON. Returns an empty value if the data is too large or not a JSON list. Then the
    job is refused when it runs.

    Other data must not reach RQ, because RQ would decompress a stream inside of the stream.
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
    """Returns the job class for a process, with the functions that it may call.

    Each of these functions already has the context.
    """
    functions = {
        job.path: partial(resolve_name(job.path), context) for job in Job if job.queue == queue
    }
    return type("BoundJob", (SafeJob,), {"functions": functions})
