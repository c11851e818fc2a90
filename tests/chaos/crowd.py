"""Many callers at once, until so many tips are told and whoever must hear them all says that it is enough."""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from hotline.text.places import districts
from tests.chaos.callers import BrokenDialogues, Habits, Promise, TipToTell, plan, try_to_tell
from tests.handsets import EmulatorClient

CALLERS = 12
NUMBERS = 100_000
"""So many callers have a number each."""


@dataclass
class Crowd:
    emulator: EmulatorClient
    tips: int
    words: str
    enough: Callable[[], bool]
    """Asked once the tips are told: until then more are."""
    late: Callable[[], bool] = lambda: False
    """Asked before each tip: nobody dials any more, though not all are told."""
    callers: int = CALLERS
    """So many tell at a time."""
    told: list[Promise] = field(default_factory=list)
    broken: BrokenDialogues = field(default_factory=BrokenDialogues)
    habits: Habits = field(default_factory=dict)

    def tell(self) -> None:
        """Until all are told. Whoever interrupts it waits for the dialogues that are open, and for no more."""
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
