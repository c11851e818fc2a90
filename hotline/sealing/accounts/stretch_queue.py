"""Runs the dear stretches of passwords one at a time: each takes 128 MiB and a core for a quarter of a second.

Signed-in people and known browsers have a queue of their own, and it goes first. Strangers share another queue, in
which one network has few places and few attempts. So no stranger keeps a colleague out, nor one network another.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition
from time import monotonic
from typing import Protocol

STRANGERS = 8
"""Strangers who may wait."""
KNOWN = 16
"""Signed-in people and known browsers that may wait."""
OF_ONE = 2
"""Places of one network, one session or one known browser, in its queue and at work."""
BURST = 20
"""Attempts of one network at once. A whole ministry may be one address."""
EACH_SECONDS = 1.0
"""How often one network may try after its burst."""
MOST_NETWORKS = 4096
FULL_GAP = 10.0
"""Seconds without a refusal after which the strangers' queue is full no more."""
ALARM_AFTER = 60.0
ALARM_AGAIN = 600.0


class Places(Protocol):
    """Places of the requests that work at once: a thread that waits here lends its own to another."""

    def take(self) -> None: ...

    def give_back(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Entrant:
    """One sender of a password: its network, and what vouches for it."""

    network: str = field(default="", repr=False)
    """As `text.networks.network_of` names it."""
    known: str = field(default="", repr=False)
    """The session, the link or the browser that vouches; empty for a stranger."""

    @property
    def name(self) -> tuple[bool, str]:
        return bool(self.known), self.known or self.network


@dataclass(frozen=True, slots=True)
class StretchTurn:
    """The answer to one entrant who wants a stretch."""

    is_given: bool
    wait_seconds: int = 0
    """Seconds after which the network may try again, where it tried too often."""
    is_alarm: bool = False
    """True once, after strangers were refused for a minute."""


@dataclass(slots=True)
class _Allowance:
    """Attempts that a network has left."""

    left: float
    at: float


class StretchQueue:
    """The stretches of one process. Safe among threads."""

    def __init__(
        self,
        strangers: int = STRANGERS,
        known: int = KNOWN,
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
        self._lent: Places | None = None

    def share(self, places: Places) -> None:
        """Lends the place of each thread that waits or stretches, so that pages are answered meanwhile."""
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
        """Returns how many entrants hold a place, the one at work included."""
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
        if self._places[entrant.name] >= OF_ONE:
            return StretchTurn(is_given=False)
        return None if known else self._too_often(entrant.network, at)

    def _is_alarm(self, at: float) -> bool:
        """Notes that a stranger found the queue full; returns True if it was full for a minute, once in ten minutes."""
        if at - self._refused_at > FULL_GAP:
            self._full_since = at
        self._refused_at = at
        if at - self._full_since < ALARM_AFTER or at - self._alarm_at < ALARM_AGAIN:
            return False
        self._alarm_at = at
        return True

    def _too_often(self, network: str, at: float) -> StretchTurn | None:
        """Takes one attempt off the network's allowance; returns the refusal where none is left."""
        allowance = self._allowances.pop(network, None) or _Allowance(self._burst, at)
        gained = (at - allowance.at) / EACH_SECONDS
        allowance.left, allowance.at = min(self._burst, allowance.left + gained), at
        self._allowances[network] = allowance
        while len(self._allowances) > MOST_NETWORKS:
            self._allowances.popitem(last=False)
        if allowance.left < 1:
            wait = -int(-(1 - allowance.left) * EACH_SECONDS // 1)
            return StretchTurn(is_given=False, wait_seconds=max(1, wait))
        allowance.left -= 1
        return None
