"""A phone: whether it is on, what it received, what its call log keeps.

A clock that can run faster or be turned, and what is to happen on it.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hotline.emulator.network.networks import NAMES


class Direction(StrEnum):
    RECEIVED = "received"
    SENT = "sent"


@dataclass(slots=True)
class Sms:
    """One message as the handset keeps it."""

    id: str
    direction: Direction
    peer: str = field(repr=False)
    text: str = field(repr=False)
    at: float
    read: bool = False

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "direction": self.direction,
            "peer": self.peer,
            "text": self.text,
            "at": self.at,
            "read": self.read,
        }


@dataclass(slots=True)
class DialledCall:
    """A dialled string: it stays on the phone, whoever holds it next."""

    dialled: str
    at: float


@dataclass(slots=True)
class Handset:
    msisdn: str = field(repr=False)
    network: str
    power: bool = True
    session: str | None = None
    """The dialogue on its screen, running or just ended."""
    messages: list[Sms] = field(default_factory=list)
    calls: list[DialledCall] = field(default_factory=list)
    received: int = 0
    """How many messages came in, ever: a page shakes when it grows."""

    def shown(self, screen: dict[str, Any]) -> dict[str, Any]:
        return {
            "msisdn": self.msisdn,
            "network": self.network,
            "operator": NAMES.get(self.network, "Test"),
            "power": self.power,
            "screen": screen,
            "inbox": [sms.shown() for sms in reversed(self.messages)],
            "unread": sum(
                not sms.read for sms in self.messages if sms.direction is Direction.RECEIVED
            ),
            "received": self.received,
            "calls": [{"dialled": call.dialled, "at": call.at} for call in reversed(self.calls)],
        }


@dataclass(order=True, slots=True)
class Timer:
    due: float
    order: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Harmless once it has fired."""
        self.cancelled = True


class Scheduler:
    """Fires timers when the clock reaches them, each in a thread of its own since callbacks wait for the line."""

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._real = time.monotonic()
        self._reached = 0.0
        self._heap: list[Timer] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="emulator-clock", daemon=True)
        self._thread.start()

    @property
    def scale(self) -> float:
        return self._scale

    def now(self) -> float:
        """Seconds of this clock since it was made."""
        with self._changed:
            return self._now()

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        with self._changed:
            timer = Timer(self._now() + seconds, next(self._count), action)
            heapq.heappush(self._heap, timer)
            self._changed.notify_all()
        return timer

    def turn(self, seconds: float) -> None:
        """Forward at once; everything due on the way fires."""
        with self._changed:
            self._reached += seconds
            self._changed.notify_all()

    def run_at(self, scale: float) -> None:
        with self._changed:
            self._reached, self._real = self._now(), time.monotonic()
            self._scale = scale
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
        return self._reached + (time.monotonic() - self._real) * self._scale

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                rest = (self._heap[0].due - self._now()) / self._scale if self._heap else None
                if rest is None or rest > 0:
                    self._changed.wait(rest)
                    continue
                timer = heapq.heappop(self._heap)
            if not timer.cancelled:
                threading.Thread(target=timer.action, name="emulator-timer", daemon=True).start()
