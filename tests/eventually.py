"""Waiting for another process: until it is so, and never longer."""

import time
from collections.abc import Callable

STEP = 0.05


def eventually(holds: Callable[[], bool], *, seconds: float) -> None:
    """Raises AssertionError where it does not come to hold in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(STEP)
