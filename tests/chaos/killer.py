"""Kills processes, on purpose and in number: by failpoint token, by signal, and Redis' memory by a flush."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from redis import Redis
from redis.exceptions import RedisError

FAILPOINTS = (
    "tip.before_commit",
    "tip.after_commit",
    "tip.before_doorbell",
    "worker.before_claim",
    "worker.after_claim",
    "worker.after_send",
)
"""Rows 1, 2, 3, 16, 17 and 18 of the fault matrix."""
EACH = 5
PATIENCE = 20.0
"""Seconds for a token to be taken, or for a process to be there to be killed."""


@dataclass
class Killer:
    """Deaths one after the other, in a random order that a seed repeats."""

    keeper: int
    faults: Path
    redis_url: str
    seed: int
    servers: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """Deaths of servers that stand beside the line, by name: each returns when it is up again."""
    kills: Counter[str] = field(default_factory=Counter)

    def run(self, stop: threading.Event) -> None:
        """Every death, unless told to stop."""
        for death in self._deaths():
            if stop.is_set():
                return
            death()
            stop.wait(0.2)

    def _deaths(self) -> Iterator[Callable[[], None]]:
        deaths: list[Callable[[], None]] = []
        for name in FAILPOINTS:
            deaths += [lambda name=name: self._token(name)] * EACH  # type: ignore[misc]
        for server, die in self.servers.items():
            deaths += [lambda server=server, die=die: self._server(server, die)] * EACH  # type: ignore[misc]
        if "redis" not in self.servers:
            deaths += [lambda: self._kill("redis", "unixsocket")] * EACH
        deaths += [self._flush] * EACH
        for name, mark in (
            ("web", "wsgi:application"),
            ("alerts", "worker alerts"),
            ("clock", "clock"),
        ):
            deaths += [lambda name=name, mark=mark: self._kill(name, mark)] * 2  # type: ignore[misc]
        random.Random(self.seed).shuffle(deaths)
        yield from deaths

    def _token(self, name: str) -> None:
        token = self.faults / name
        token.touch()
        if _until(lambda: not token.exists()):
            self.kills[name] += 1
        else:
            token.unlink(missing_ok=True)

    def _kill(self, name: str, mark: str) -> None:
        def found() -> bool:
            victims = [
                process for process in _below(self.keeper) if mark in " ".join(_argv(process))
            ]
            if not victims:
                return False
            os.kill(random.choice(victims).pid, signal.SIGKILL)
            return True

        if _until(found):
            self.kills[name] += 1

    def _server(self, name: str, die: Callable[[], None]) -> None:
        die()
        self.kills[name] += 1

    def _flush(self) -> None:
        def flushed() -> bool:
            try:
                with Redis.from_url(self.redis_url, socket_timeout=1) as redis:
                    redis.flushall()
            except RedisError:
                return False
            return True

        if _until(flushed):
            self.kills["redis.flush"] += 1


def _until(done: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.02)
    return False


def _below(pid: int) -> list[psutil.Process]:
    return list(psutil.Process(pid).children(recursive=True))


def _argv(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
