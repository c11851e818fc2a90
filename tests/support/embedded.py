"""Runs the embedded Redis during a `with` block, for tests and benchmarks in one process."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis

from hotline.cli import run
from hotline.core.settings import Settings
from tests.faults.stand.ground import until_redis_answers

PATIENCE = 20.0


@contextmanager
def redis_of(settings: Settings) -> Iterator[Redis]:
    """Runs the embedded Redis during the `with` block, with the hotline's usual settings. Raises StartFailed."""
    socket = run.redis_socket(settings.redis_url)
    process = subprocess.Popen(
        run.redis_command(socket, settings.home / "redis"), stdout=subprocess.DEVNULL
    )
    try:
        with Redis(unix_socket_path=str(socket)) as client:
            until_redis_answers(client)
            yield client
    finally:
        process.terminate()
        process.wait(PATIENCE)
