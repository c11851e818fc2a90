"""A Redis in which so many runs live: of other callers, as large as a real one, and none of them ours."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis

from hotline.adapters.queue.redis_runs import PREFIX
from hotline.cli.line.embedded import redis_at
from hotline.errors import NotReady

AT_ONCE = 5_000
"""Runs in one pipeline."""
LIVE_SECONDS = 3600
"""Longer than a real one: the crowd is there until the bench ends."""
MEGABYTE = 1 << 20


class CrowdedRedis:
    def __init__(self, client: Redis, socket: Path) -> None:
        self._client = client
        self.url = f"unix://{socket}"

    def fill(self, runs: int) -> Iterator[int]:
        """So many, each as large as one that is there already. Yields how many came with each pipeline."""
        size = self._size_of_one()
        for first in range(0, runs, AT_ONCE):
            names = range(first, min(first + AT_ONCE, runs))
            pipeline = self._client.pipeline(transaction=False)
            for name in names:
                pipeline.set(f"{PREFIX}{name:064x}", os.urandom(size), ex=LIVE_SECONDS)
            pipeline.execute()
            yield len(names)

    def live(self) -> int:
        return int(self._client.dbsize())

    def megabytes(self) -> float:
        return float(self._info("memory")["used_memory"]) / MEGABYTE

    def spent(self) -> float:
        """Seconds of processor that the server has taken."""
        cpu = self._info("cpu")
        return float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])

    def _size_of_one(self) -> int:
        name = next(iter(self._client.scan_iter(match=f"{PREFIX}*")), None)
        if name is None:
            raise NotReady("no run is kept there: the line does not reach the bench's Redis")
        return int(self._client.strlen(name))

    def _info(self, section: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.info(section)
        return found


@contextmanager
def crowd(folder: Path) -> Iterator[CrowdedRedis]:
    """The embedded server with its own settings, but without the limit of its memory, and without its log."""
    socket = folder / "redis.sock"
    with redis_at(socket, folder, "--maxmemory", "0", "--appendonly", "no") as client:
        yield CrowdedRedis(client, socket)
