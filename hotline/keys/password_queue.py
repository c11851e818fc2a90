"""Runs the slow key derivations of passwords one at a time. Each takes 128 MiB and a core for a quarter of a second.

Signed-in people and known browsers have their own queue, which goes first. Strangers share another queue, in which one
network has few places and few attempts. So a stranger cannot block a colleague, and no network can block another.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition
from time import monotonic
from typing import Protocol

MAX_STRANGERS = 8
"""Most strangers that may wait."""
MAX_KNOWN = 16
"""Most signed-in people and known browsers that may wait."""
MAX_OF_ONE = 2
"""Most places of one network, one session or one known browser, waiting or at work."""
BURST = 20
"""Most attempts of one network at once. A whole ministry may have one address."""
EACH_SECONDS = 1.0
"""Seconds between attempts of one network after its burst."""
MAX_NETWORKS = 4096
FULL_GAP = 10.0
"""Seconds without a refusal after which the strangers' queue no longer counts as full."""
ALARM_AFTER = 60.0
ALARM_AGAIN = 600.0


class WorkPlaces(Protocol):
    """The places of requests that run at the same time. A thread that waits here gives its place to another."""

    def take(self) -> None: ...

    def give_back(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Entrant:
    """One sender of a password, with its network and with what identifies it."""

    network: str = field(default="", repr=False)
    """Network in the form of `core.addresses.network_of`."""
    known: str = field(default="", repr=False)
    """Known session, link or browser. Empty for a stranger."""

    @property
    def name(self) -> tuple[bool, str]:
        return bool(self.known), self.known or self.network


@dataclass(frozen=True, slots=True)
class StretchTurn:
    """The answer to one entrant who wants a turn."""

    is_given: bool
    wait_seconds: int = 0
    """Seconds until the network may try again, where it tried too often."""
    is_alarm: bool = False
    """True once, after strangers were refused for a minute."""


@dataclass(slots=True)
class _Allowance:
    """The attempts that a network has left."""

    left: float
    at: float


class StretchQueue:
    """The queue of one process. Thread-safe."""

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
        self._allowances: OrderedDict[str, _Allowance] = OrderedDict()
        self._full_since = self._refused_at = self._alarm_at = float("-inf")
        self._lent: WorkPlaces | None = None

    def share(self, places: WorkPlaces) -> None:
        """Frees the place of each thread that waits or works here, so that other pages are answered in the meantime."""
        self._lent = places

    @contextmanager
    def turn(self, entrant: Entrant) -> Iterator[StretchTurn]:
        """Runs the block alone where the entrant gets a turn. Otherwise runs it at once, with the refusal."""
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
                self._changed.wait_for(lambda: self._is_next(turn))
                line.remove(turn)
                self._at_work = turn
            yield StretchTurn(is_given=True)
        finally:
            self._leave(entrant, turn)
            if self._lent is not None:
                self._lent.take()

    def waiting(self, *, known: bool) -> int:
        """Returns the count of entrants with a place, including the one at work."""
        with self._changed:
            return self._held(known=known)

    def _leave(self, entrant: Entrant, turn: object) -> None:
        with self._changed:
            line = self._lines[bool(entrant.known)]
            if turn in line:
                line.remove(turn)
            if self._at_work is turn:
                self._at_work = None
            self._places[entrant.name] -= 1
            self._places += Counter()
            self._changed.notify_all()

    def _is_next(self, turn: object) -> bool:
        line = self._lines[True] or self._lines[False]
        return self._at_work is None and bool(line) and line[0] is turn

    def _held(self, *, known: bool) -> int:
        return sum(count for (is_known, _), count in self._places.items() if is_known is known)

    def _refusal(self, entrant: Entrant) -> StretchTurn | None:
        at, known = self._clock(), bool(entrant.known)
        if self._held(known=known) >= self._most[known]:
            return StretchTurn(is_given=False, is_alarm=not known and self._is_alarm(at))
        if self._places[entrant.name] >= MAX_OF_ONE:
            return StretchTurn(is_given=False)
        return None if known else self._too_often(entrant.network, at)

    def _is_alarm(self, at: float) -> bool:
        """Records that a stranger found the queue full.

        Returns True if it was full for a minute, once in ten minutes.
        """
        if at - self._refused_at > FULL_GAP:
            self._full_since = at
        self._refused_at = at
        if at - self._full_since < ALARM_AFTER or at - self._alarm_at < ALARM_AGAIN:
            return False
        self._alarm_at = at
        return True

    def _too_often(self, network: str, at: float) -> StretchTurn | None:
        """Takes one attempt from the network's allowance. Returns the refusal where none is left."""
        allowance = self._allowances.pop(network, None) or _Allowance(self._burst, at)
        gained = (at - allowance.at) / EACH_SECONDS
        allowance.left, allowance.at = min(self._burst, allowance.left + gained), at
        self._allowances[network] = allowance
        while len(self._allowances) > MAX_NETWORKS:
            self._allowances.popitem(last=False)
        if allowance.left < 1:
            wait = -int(-(1 - allowance.left) * EACH_SECONDS // 1)
            return StretchTurn(is_given=False, wait_seconds=max(1, wait))
        allowance.left -= 1
        return None
