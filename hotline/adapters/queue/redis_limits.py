"""Counters in Redis that slow and cluster. They never turn anybody away: a dead one says that all is well."""

from typing import cast

from hotline.adapters.queue.circuit import Circuit, connect
from hotline.errors import CircuitOpen

PREFIX = "limit:"


class RedisLimits:
    """The `Limiter` of production: a window that begins with its first hit."""

    def __init__(self, url: str, circuit: Circuit | None = None) -> None:
        self._redis = connect(url)
        self._circuit = circuit or Circuit()

    def hit(self, scope: str, key: str, *, limit: int, seconds: int) -> bool:
        """`key` is a digest: no number and no word of a tip ever becomes a name in Redis."""
        try:
            return (
                self._circuit.call(lambda: self._count(f"{PREFIX}{scope}:{key}", seconds)) <= limit
            )
        except CircuitOpen:
            return True

    def _count(self, name: str, seconds: int) -> int:
        with self._redis.pipeline(transaction=True) as batch:
            batch.set(name, 0, ex=seconds, nx=True)
            batch.incr(name)
            return cast(int, batch.execute()[-1])
