"""Writes of several threads in one transaction, on a database that has one writer.

A commit costs SQLite more than what most hops write. So who comes while another thread writes is written with all who
came meanwhile, by one of them: the others sleep, and take nobody's time.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any, Protocol, TypeVar

from hotline.errors import StoreUnavailable
from hotline.store.plain import PlainConnection

MOST = 32
"""Writes in one transaction: other processes wait for its end."""

R = TypeVar("R")
Work = Callable[[PlainConnection], R]
"""Asks and writes, and changes nothing else: where another's fails, it is called once more."""


class Places(Protocol):
    """Who may work at once in this process: a thread that sleeps gives its place to another."""

    def take(self) -> None: ...

    def give_back(self) -> None: ...


class NoPlaces:
    """Everybody may."""

    def take(self) -> None:
        pass

    def give_back(self) -> None:
        pass


class JointWrites:
    def __init__(
        self, transaction: Callable[[], AbstractContextManager[PlainConnection]], seconds: float
    ) -> None:
        self._transaction = transaction
        self._seconds = seconds
        self._guard = Lock()
        self._waiting: deque[_Wanted] = deque()
        self._is_led = False
        self.places: Places = NoPlaces()

    def write(self, work: Work[R]) -> R:
        """What `work` returns, once it is committed. Raises what it raises, and StoreUnavailable."""
        mine = _Wanted(work)
        with self._guard:
            self._waiting.append(mine)
            mine.leads = not self._is_led
            self._is_led = True
        if not mine.leads:
            self.places.give_back()
            self._wait(mine)
        if mine.is_done:
            self.places.take()
        else:
            self._lead()
        if mine.broken is not None:
            raise mine.broken
        found: R = mine.found
        return found

    def _wait(self, mine: "_Wanted") -> None:
        """Until it is written, or is this thread's to write with others."""
        if mine.gate.acquire(timeout=self._seconds):
            return
        with self._guard:
            if mine in self._waiting and not mine.leads:
                self._waiting.remove(mine)
                raise StoreUnavailable("writers of this process")
        # Another thread is writing it now.
        mine.gate.acquire()

    def _lead(self) -> None:
        with self._guard:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            self._carry_out(batch)
        finally:
            for one in batch:
                one.is_done = True
                one.gate.release()
            with self._guard:
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].gate.release()
                else:
                    self._is_led = False

    def _carry_out(self, batch: "Sequence[_Wanted]") -> None:
        try:
            self._write(batch)
        except StoreUnavailable as broken:
            for one in batch:
                one.broken = StoreUnavailable(*broken.args)
        except Exception:
            for one in batch:
                self._write_alone(one)

    def _write_alone(self, one: "_Wanted") -> None:
        try:
            self._write([one])
        except Exception as broken:
            one.broken = broken

    def _write(self, batch: "Sequence[_Wanted]") -> None:
        with self._transaction() as connection:
            for one in batch:
                one.found = one.work(connection)
        for one in batch:
            one.broken = None


class _Wanted:
    """One thread's write."""

    __slots__ = ("broken", "found", "gate", "is_done", "leads", "work")

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.found: Any = None
        self.broken: Exception | None = StoreUnavailable("not committed")
        """Nothing else once it is committed, whatever ends the thread that writes."""
        self.is_done = self.leads = False
        self.gate = Lock()
        self.gate.acquire()
