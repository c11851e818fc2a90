"""A fuse in front of a server that hangs: one call waits for it, those of the next second do not."""

import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from hotline.errors import CircuitOpen

Answer = TypeVar("Answer")

SOCKET_SECONDS = 0.25
OPEN_SECONDS = 1.0
"""Long enough that a hop pays for a dead server once, short enough that nobody notices that it is back."""


class Circuit:
    """Runs calls to one server. Safe among threads: at worst two of them learn of a fault at once."""

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._open_until = 0.0

    def call(self, ask: Callable[[], Answer]) -> Answer:
        """Raises CircuitOpen, also where the server itself failed."""
        if self._elapsed() < self._open_until:
            raise CircuitOpen("a moment ago")
        try:
            return ask()
        except (RedisError, OSError) as broken:
            self._open_until = self._elapsed() + OPEN_SECONDS
            # A driver's words may quote the command: they stay here.
            raise CircuitOpen(type(broken).__name__) from None


def connect(url: str) -> Redis:
    """A client that asks once, waits a quarter of a second, and greets with nothing that could hang as well."""
    return Redis.from_url(
        url,
        protocol=2,
        socket_timeout=SOCKET_SECONDS,
        socket_connect_timeout=SOCKET_SECONDS,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,
        health_check_interval=0,
    )
