"""Reads the memory and the processor time of processes, and the ports on which they listen. Leaves out processes that
have ended."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

import psutil

T = TypeVar("T")


def spent(pids: Iterable[int]) -> float:
    """Returns the processor seconds that these processes used, including those of their child processes that have
    ended."""
    return sum(_each(pids, lambda process: sum(process.cpu_times()[:4])))


def held(pids: Iterable[int]) -> float:
    """Returns megabytes: the own memory of each process, and its share of the shared memory (PSS)."""
    return sum(_each(pids, lambda process: process.memory_full_info().pss)) / 2**20


def listeners(port: int, pids: Iterable[int]) -> list[int]:
    """Returns those of the given processes that listen on this port."""

    def listens(process: psutil.Process) -> int | None:
        found = process.net_connections("tcp4")
        ports = {one.laddr.port for one in found if one.status == psutil.CONN_LISTEN}
        return process.pid if port in ports else None

    return [pid for pid in _each(pids, listens) if pid is not None]


def _each(pids: Iterable[int], read: Callable[[psutil.Process], T]) -> Iterator[T]:
    for pid in pids:
        with suppress(psutil.Error):
            yield read(psutil.Process(pid))
