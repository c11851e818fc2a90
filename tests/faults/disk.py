"""Simulates a full disk for some processes while a `with` block runs.

The kernel refuses every byte beyond a file's size limit, as a full disk would. The test needs no superuser.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil


@contextmanager
def full_disk(*pids: int, most: int = 0) -> Iterator[None]:
    """Limits each file that the given processes write to `most` bytes."""
    victims = [psutil.Process(pid) for pid in pids]
    before = [victim.rlimit(psutil.RLIMIT_FSIZE) for victim in victims]
    for victim, (_, hard) in zip(victims, before, strict=True):
        victim.rlimit(psutil.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        for victim, limits in zip(victims, before, strict=True):
            if victim.is_running():
                victim.rlimit(psutil.RLIMIT_FSIZE, limits)
