"""Waits until another process has made a condition true, but never longer than a limit."""

import time
from collections.abc import Callable

STEP, PATIENCE = 0.05, 60.0
"""The seconds between two checks, and the maximum seconds. `PATIENCE` is long, because a busy machine may stop a
process for many seconds."""


def eventually(holds: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Waits until the condition is true. Raises AssertionError if it does not become true in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(STEP)
