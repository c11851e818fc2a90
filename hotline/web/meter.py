"""Measures the hooks in memory, and stores the counts four times a minute. A hop does only one addition."""

import threading
from collections.abc import Callable
from time import perf_counter

from hotline.core.context import Kit
from hotline.counters.rules import bound_of
from hotline.counters.tables import HookCount
from hotline.dialogue.service_session import failure
from hotline.errors import StoreUnavailable
from hotline.text.languages import CODES
from hotline.web.hook_guard import Reply

OUTCOMES = {"CON ": "con", "END ": "end"}
Counted = dict[HookCount, tuple[int, float]]
Noted = tuple[str, str, int]
"""The plain fields of an `Answered`. No hop waits for an object to be created."""


class Meter:
    """The counts of one web process. Safe among threads."""

    def __init__(self, kit: Kit) -> None:
        self._failures = frozenset(failure(kit, language) for language in CODES)
        self._counted: dict[Noted, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def note(self, hook: str, reply: Reply, began: float) -> None:
        """Counts one reply. `began` is a value of `perf_counter`."""
        took = perf_counter() - began
        key = (hook, self._outcome(reply), bound_of(took))
        self._add(key, 1, took)

    def hand_on(self, add: Callable[[Counted], None]) -> None:
        """Passes the counts to `add` and resets them. Keeps them for the next time if the store is unavailable."""
        with self._lock:
            taken, self._counted = self._counted, {}
        if not taken:
            return
        try:
            add({HookCount(*noted): counted for noted, counted in taken.items()})
        except StoreUnavailable:
            for key, (number, seconds) in taken.items():
                self._add(key, number, seconds)

    def _outcome(self, reply: Reply) -> str:
        if reply.status != 200 or reply.body in self._failures:
            return "failed"
        return OUTCOMES.get(reply.body[:4], "ok")

    def _add(self, key: Noted, more: int, longer: float) -> None:
        with self._lock:
            number, seconds = self._counted.get(key, (0, 0.0))
            self._counted[key] = (number + more, seconds + longer)
