"""Runs the embedded Redis during a block, for tests and benchmarks in one process."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from hotline.cli import run
from hotline.core.settings import Settings
from hotline.text.errors import StartFailed

PATIENCE = 20.0


@contextmanager
def redis_of(settings: Settings) -> Iterator[Redis]:
    """Runs the embedded Redis during the block. Raises StartFailed."""
    socket = run.redis_socket(settings.redis_url)
    with redis_at(socket, settings.home / "redis") as client:
        yield client


@contextmanager
def redis_at(socket: Path, folder: Path, *words: str) -> Iterator[Redis]:
    """Runs Redis in this folder. The test's own settings in `words` follow the hotline's usual settings. Raises
    StartFailed."""
    argv = [*run.redis_command(socket, folder), *words]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    try:
        with Redis(unix_socket_path=str(socket)) as client:
            _await(client)
            yield client
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _await(client: Redis) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            client.ping()
        except RedisError:
            time.sleep(0.02)
        else:
            return
    raise StartFailed("Redis did not open its socket")
