"""What stands around the line: whether Redis answers and writes, how full the disk is."""

import shutil
from pathlib import Path

from redis.exceptions import RedisError

from hotline.adapters.circuit import connect

PROBE = "hotline:probe"


class Gauges:
    """The `Instruments` of production. Each look asks anew."""

    def __init__(self, redis_url: str, home: Path) -> None:
        self._redis = connect(redis_url)
        self._home = home

    def redis_answers(self) -> bool:
        """By a write: on a full disk or with its memory full it answers, and refuses every doorbell."""
        try:
            return bool(self._redis.set(PROBE, "", ex=1))
        except (RedisError, OSError):
            return False

    def disk_free(self) -> int | None:
        try:
            return shutil.disk_usage(self._home).free
        except OSError:
            return None
