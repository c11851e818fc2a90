"""Simulates many callers at the same time. They report a number of tips, and then more until a condition is true."""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from hotline.text.places import districts
from tests.faults.callers import BrokenDialogues, Habits, Promise, TipToTell, plan, try_to_tell
from tests.support.handsets import EmulatorClient

CALLERS = 12
NUMBERS = 100_000
"""The number of callers, each with a phone number."""


@dataclass
class Crowd:
    emulator: EmulatorClient
    tips: int
    words: str
    enough: Callable[[], bool]
    """A function that is called after these tips are reported. Callers report more tips until it returns True."""
    late: Callable[[], bool] = lambda: False
    """A function that is called before each tip. When it returns True, the callers skip the other tips."""
    callers: int = CALLERS
    """The number of callers who report at the same time."""
    told: list[Promise] = field(default_factory=list)
    broken: BrokenDialogues = field(default_factory=BrokenDialogues)
    habits: Habits = field(default_factory=dict)

    def tell(self) -> None:
        """Reports all tips. After an interrupt, it waits only for the open calls."""
        over, lock = threading.Event(), threading.Lock()
        waiting = itertools.takewhile(lambda _: not over.is_set(), self._waiting())
        with ThreadPoolExecutor(self.callers) as threads:
            try:
                at_work = [
                    threads.submit(self._one_after_another, waiting, lock, over)
                    for _ in range(self.callers)
                ]
                for done in at_work:
                    done.result()
            finally:
                over.set()

    def _waiting(self) -> Iterator[TipToTell]:
        everyone = plan(NUMBERS, [district.code for district in districts()], self.words)
        yield from itertools.takewhile(lambda _: not self.late(), everyone[: self.tips])
        yield from itertools.takewhile(lambda _: not self.enough(), everyone[self.tips :])

    def _one_after_another(
        self, waiting: Iterator[TipToTell], lock: threading.Lock, over: threading.Event
    ) -> None:
        while True:
            with lock:
                tip = next(waiting, None)
            if tip is None:
                return
            promise = try_to_tell(self.emulator, tip, self.broken, self.habits, over)
            if promise is not None:
                self.told.append(promise)
