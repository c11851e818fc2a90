"""Runs timers on a clock that can run faster or jump ahead. Also stores the offset of the hotline's own clock."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hotline.errors import SettingsInvalid

MAX_OFFSET = 366 * 86400
"""The maximum number of seconds by which the hotline's clock may be ahead or behind."""


@dataclass(order=True, slots=True)
class Timer:
    due: float
    order: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Cancels the timer. It has no effect after the timer has run."""
        self.cancelled = True


class Scheduler:
    """A clock that runs timers when they are due.

    Each timer runs in its own thread, because callbacks wait for the hotline.
    """

    def __init__(self) -> None:
        self.scale = 1.0
        self._real = time.monotonic()
        self._reached = 0.0
        self._heap: list[Timer] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="emulator-clock", daemon=True)
        self._thread.start()

    def now(self) -> float:
        """Returns the seconds since this clock was created."""
        with self._changed:
            return self._now()

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        with self._changed:
            timer = Timer(self._now() + seconds, next(self._count), action)
            heapq.heappush(self._heap, timer)
            self._changed.notify_all()
        return timer

    def turn(self, seconds: float) -> None:
        """Moves the clock forward at once. Every timer that becomes due is run."""
        with self._changed:
            self._reached += seconds
            self._changed.notify_all()

    def run_at(self, scale: float) -> None:
        with self._changed:
            self._reached, self._real = self._now(), time.monotonic()
            self.scale = scale
            self._changed.notify_all()

    def forget_all(self) -> None:
        with self._changed:
            self._heap.clear()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout=5)

    def _now(self) -> float:
        return self._reached + (time.monotonic() - self._real) * self.scale

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                rest = (self._heap[0].due - self._now()) / self.scale if self._heap else None
                if rest is None or rest > 0:
                    self._changed.wait(rest)
                    continue
                timer = heapq.heappop(self._heap)
            if not timer.cancelled:
                threading.Thread(target=timer.action, name="emulator-timer", daemon=True).start()


@dataclass(frozen=True, slots=True)
class LineClock:
    """The clock of the hotline's own processes. A file holds its offset in seconds, and every process reads it."""

    file: Path | None = None
    """The path of that file. It is None if the hotline always uses the true time."""

    def offset(self) -> int:
        """Returns the offset in seconds. It is negative if the clock is behind.

        Returns 0 if the file cannot be read.
        """
        try:
            return int(self.file.read_text(encoding="ascii")) if self.file else 0
        except (OSError, ValueError):
            return 0

    def set(self, offset: int) -> None:
        """Sets the clock to `offset` seconds ahead of the true time.

        Raises SettingsInvalid if the clock cannot be changed, or if the offset exceeds `MAX_OFFSET`.
        """
        if self.file is None:
            raise SettingsInvalid(["the clock: this line's cannot be turned; `hotline demo` can"])
        if abs(offset) > MAX_OFFSET:
            raise SettingsInvalid(["the clock: not by more than a year"])
        # Replaces the file in one step, so that no process reads an incomplete number.
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(offset), encoding="ascii")
        fresh.replace(self.file)
