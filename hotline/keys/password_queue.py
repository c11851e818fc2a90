"""Runs the slow key derivations of passwords one at a time. Each derivation needs 128 MiB of memory, and one processor
core for a quarter of a second.

Signed-in users and known browsers wait in the first queue, which the hotline always serves first. Unknown browsers wait
in the second queue. In the second queue, the number of waiting derivations and the number of attempts are limited for
each network. So unknown browsers cannot delay colleagues, and one network cannot block another network.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from threading import Condition
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline.core.driver import WorkPlaces

MAX_STRANGERS = 8
"""The largest number of unknown browsers that may wait for a key derivation."""
MAX_KNOWN = 16
"""The largest number of signed-in users and known browsers that may wait for a key derivation."""
MAX_OF_ONE = 2
"""The largest number of derivations that may wait or run for one network, one session or one known browser."""
BURST = 20
"""The largest number of attempts that one network may make without a pause. The number is high, because all computers
of a ministry may share one address.
"""
EACH_SECONDS = 1.0
"""After `BURST` attempts without a pause, a network gets one more attempt each time this number of seconds has passed.
"""
MAX_NETWORKS = 4096
FULL_GAP = 10.0
"""The queue of unknown browsers counts as full until it has refused no browser for this number of seconds."""
ALARM_AFTER = 60.0
ALARM_AGAIN = 600.0


@dataclass(frozen=True, slots=True)
class Entrant:
    """A user or browser that sends a password."""

    network: str = field(default="", repr=False)
    """The network, in the form that `core.addresses.network_of` returns."""
    known: str = field(default="", repr=False)
    """Identifies the session, the link or the known browser. The text is empty for an unknown browser."""

    @property
    def name(self) -> tuple[bool, str]:
        return bool(self.known), self.known or self.network


@dataclass(frozen=True, slots=True)
class StretchTurn:
    """The decision of the queue: it gives a turn to the user or browser, or refuses."""

    is_given: bool
    wait_seconds: int = 0
    """The seconds until the network may try again, if the network tried too often."""
    is_alarm: bool = False
    """True if the calling code must raise an alarm, because the full queue has refused unknown browsers for a minute.
    """


class StretchQueue:
    """The two queues of one process. Several threads may use the queues at the same time."""

    def __init__(
        self,
        strangers: int = MAX_STRANGERS,
        known: int = MAX_KNOWN,
        *,
        burst: int = BURST,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._most = {False: 1 + strangers, True: 1 + known}
        self._burst, self._clock = burst, clock
        self._changed = Condition()
        self._lines: dict[bool, deque[object]] = {False: deque(), True: deque()}
        self._places: Counter[tuple[bool, str]] = Counter()
        self._at_work: object | None = None
        self._allowances: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """For each network, the number of attempts that it may still make, and the time of its last attempt."""
        self._full_since = self._refused_at = self._alarm_at = float("-inf")
        self._lent: WorkPlaces | None = None

    def share(self, places: "WorkPlaces") -> None:
        """Sets the object that counts the requests of this process. While a request waits or runs in this queue, the
        request does not count, so that the process can answer other requests.
        """
        self._lent = places

    @contextmanager
    def turn(self, entrant: Entrant) -> Iterator[StretchTurn]:
        """Waits for the turn of this user or browser, and then runs the `with` block. Only one derivation runs at a
        time. If the queue refuses the user or browser, runs the `with` block at once, and gives the refusal to the
        block.
        """
        turn, line = object(), self._lines[bool(entrant.known)]
        with self._changed:
            refused = self._refusal(entrant)
            if refused is None:
                self._places[entrant.name] += 1
                line.append(turn)
        if refused is not None:
            yield refused
            return
        if self._lent is not None:
            self._lent.give_back()
        try:
            with self._changed:
                self._changed.wait_for(
                    lambda: (
                        self._at_work is None
                        and (self._lines[True] or self._lines[False])[0] is turn
                    )
                )
                line.remove(turn)
                self._at_work = turn
            yield StretchTurn(is_given=True)
        finally:
            with self._changed:
                if turn in line:
                    line.remove(turn)
                if self._at_work is turn:
                    self._at_work = None
                self._places[entrant.name] -= 1
                self._places += Counter()
                self._changed.notify_all()
            if self._lent is not None:
                self._lent.take()

    def waiting(self, *, known: bool) -> int:
        """Returns the number of derivations that wait or run now, for known or for unknown browsers."""
        with self._changed:
            return self._held(known=known)

    def _held(self, *, known: bool) -> int:
        return sum(count for (is_known, _), count in self._places.items() if is_known is known)

    def _refusal(self, entrant: Entrant) -> StretchTurn | None:
        at, is_known = self._clock(), bool(entrant.known)
        if self._held(known=is_known) >= self._most[is_known]:
            return StretchTurn(is_given=False, is_alarm=not is_known and self._is_alarm(at))
        if self._places[entrant.name] >= MAX_OF_ONE:
            return StretchTurn(is_given=False)
        return None if is_known else self._too_often(entrant.network, at)

    def _is_alarm(self, at: float) -> bool:
        """Records that the full queue refused an unknown browser now.

        Returns True if the queue has been full for a minute, but at most once in ten minutes.
        """
        if at - self._refused_at > FULL_GAP:
            self._full_since = at
        self._refused_at = at
        if at - self._full_since < ALARM_AFTER or at - self._alarm_at < ALARM_AGAIN:
            return False
        self._alarm_at = at
        return True

    def _too_often(self, network: str, at: float) -> StretchTurn | None:
        """Subtracts one attempt from the attempts that the network has left. If no attempt is left, returns the refusal
        with the seconds to wait."""
        left, last = self._allowances.pop(network, (self._burst, at))
        left = min(self._burst, left + (at - last) / EACH_SECONDS)
        self._allowances[network] = (left - (left >= 1), at)
        while len(self._allowances) > MAX_NETWORKS:
            self._allowances.popitem(last=False)
        if left >= 1:
            return None
        return StretchTurn(is_given=False, wait_seconds=ceil((1 - left) * EACH_SECONDS))
