"""What a web process keeps in memory between hops: how sessions began, and the ways through the flows.

Neither is the truth. A session's opening is a row that never changes; a way is a function of its class and its text.
Nothing that somebody told is here: where something was told, the text is played on from the last place before it.

Sessions that nobody goes on with, as far as one web process knows: their screens wait here to be counted.

Names of screens, and nothing that was keyed.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import NamedTuple

from hotline.domain.dialogue.ussd import SEPARATOR, Heard, Opening
from hotline.domain.reach.counters import Stand
from hotline.engine.events import Event
from hotline.engine.run import Run

MOST_LEFT = 32_768
"""What is more goes, the oldest first: then nothing could be counted for hours."""


class LastStand(NamedTuple):
    """How far a session has come, as one process knows it."""

    upto: int
    """Letters of its text."""
    stands: tuple[Stand, ...]
    seen: float
    """When its last hop came, on the memory's own clock."""
    is_over: bool


class LeftSession(NamedTuple):
    opening: Opening
    upto: int
    stands: tuple[Stand, ...]


KEPT_SECONDS = 600.0
"""A session is over long before."""
MOST_SESSIONS = 8192
MOST_WAYS = 8192
LONGEST = 60
"""Letters of a text whose way is kept."""
KEYED = 2
"""Letters of each input of it: keys, and no words, numbers or PINs."""


class WayClass(NamedTuple):
    """All that the screens of an ordinary session depend on beside its text: sessions of one class see the same."""

    revision_id: int
    dialled: int
    entry: str
    reporting: bool
    shows_number: bool
    day: date
    """When the session began: numbers are shown while their signature is young."""
    limit: int
    receipts: bool
    alerts_blocked: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of several that a text may hold."""

    upto: int
    """How many letters of the text it and the turns before it took."""
    run: Run
    events: tuple[Event, ...]
    are_words: bool = False
    """Whether words were asked for: where they end must be committed, whatever they say."""
    starred: tuple[int, int] | None = None
    """Where words that hold a `*` begin and end in the text."""
    answered: bool = False
    """Whether what was keyed answered the screen before."""


@dataclass(frozen=True, slots=True)
class SharedWay:
    """Where a text leads."""

    answer: str = field(repr=False)
    run: Run = field(repr=False)
    changing: tuple[Step, ...] = field(repr=False)
    """The steps on it that leave something behind."""
    stands: tuple[Stand, ...] = field(default=(), repr=False)
    """Every screen on it, from the dial on; none where its screens are not counted."""


@dataclass(slots=True)
class KnownSession:
    """A session whose opening this process knows."""

    opening: Opening
    shared: WayClass | None
    """None where its screens are hers alone: a responder's, or behind the entry of a roll."""
    heard: Heard
    """As far as this process knows: perhaps more is committed. Being behind costs a needless look, and nothing else."""
    counted: frozenset[str] = frozenset()
    """Topics that are counted, and committed: reading one again changes nothing."""
    last: LastStand | None = field(default=None, repr=False)
    """The furthest that this process saw it, until that is counted."""

    def unheard(self, steps: Iterable[Step]) -> Sequence[Step]:
        """Those that may not be committed yet."""
        return [step for step in steps if step.upto > self.heard.upto]


class SharedWays:
    """The ways that were walked lately: the least recently walked go first. Safe among threads.

    Without a lock, since each step is one of the interpreter's: a thread that is put aside while it holds one would
    hold up every hop. Between two steps another thread may let go of the same way.
    """

    def __init__(self, most: int = MOST_WAYS) -> None:
        self._kept: OrderedDict[tuple[WayClass, str], SharedWay] = OrderedDict()
        self._most = most

    def find(self, shared: WayClass, text: str) -> SharedWay | None:
        key = (shared, text)
        found = self._kept.get(key)
        if found is not None:
            with suppress(KeyError):
                self._kept.move_to_end(key)
        return found

    def keep(self, shared: WayClass, text: str, way: SharedWay) -> None:
        self._kept[shared, text] = way
        while len(self._kept) > self._most:
            with suppress(KeyError):
                self._kept.popitem(last=False)

    def longest(self, shared: WayClass, text: str) -> tuple[SharedWay, int] | None:
        """The longest part of a text whose way is known, and its length; never shorter than what was dialled."""
        at = text.rfind(SEPARATOR)
        while at > 0 and at >= shared.dialled:
            way = self.find(shared, text[:at])
            if way is not None:
                return way, at
            at = text.rfind(SEPARATOR, 0, at)
        if shared.dialled == 0 and text and (way := self.find(shared, "")) is not None:
            return way, 0
        return None

    def clear(self) -> None:
        self._kept.clear()


class SessionMemory:
    """The sessions that a process has met lately, and the ways that they share. Safe among threads."""

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._known: OrderedDict[str, tuple[float, KnownSession]] = OrderedDict()
        self._elapsed = elapsed
        self._lock = Lock()
        self.ways = SharedWays()
        self._left: deque[LeftSession] = deque(maxlen=MOST_LEFT)

    def find(self, key: str) -> KnownSession | None:
        found = self._known.get(key)
        return found[1] if found is not None and self._elapsed() < found[0] else None

    def keep(self, known: KnownSession) -> None:
        """What is too old or too much goes: a session lives for minutes, and its pseudonym shall not stay longer."""
        now = self._elapsed()
        with self._lock:
            before = self._known.pop(known.opening.key, None)
            if before is not None and before[1] is not known:
                self._leave(before[1])
            self._known[known.opening.key] = (now + KEPT_SECONDS, known)
            while len(self._known) > MOST_SESSIONS or next(iter(self._known.values()))[0] <= now:
                self._leave(self._known.popitem(last=False)[1][1])

    def stand(self, known: KnownSession, upto: int, stands: tuple[Stand, ...]) -> None:
        """A hop of it was answered. What is shorter than what is known came late, or again."""
        last = known.last
        if stands and (last is None or last.upto <= upto):
            known.last = LastStand(upto, stands, self._elapsed(), stands[-1].ends)

    def end(self, key: str) -> None:
        """The gateway says that it is over."""
        found = self._known.get(key)
        if found is not None and (last := found[1].last) is not None:
            found[1].last = last._replace(is_over=True)

    def take_left(self, silent: float) -> Sequence[LeftSession]:
        """Those that are over, were silent for so many seconds or were let go of, each once.

        One that goes on all the same comes again, with all of its screens.
        """
        before = self._elapsed() - silent
        with self._lock:
            for _, known in self._known.values():
                last = known.last
                if last is not None and (last.is_over or last.seen <= before):
                    self._leave(known)
        taken = []
        while self._left:
            taken.append(self._left.popleft())
        return taken

    def put_back(self, left: Iterable[LeftSession]) -> None:
        """Takes back what could not be counted."""
        self._left.extend(left)

    def _leave(self, known: KnownSession) -> None:
        """Notes its screens, if any is to be counted."""
        last, known.last = known.last, None
        if last is not None:
            self._left.append(LeftSession(known.opening, last.upto, last.stands))

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self._left.clear()
        self.ways.clear()


def may_be_kept(text: str, steps: Sequence[Step]) -> bool:
    """Whether neither a text nor a step on its way tells anything but keys."""
    if any(step.are_words or step.run.answers or step.run.passage for step in steps):
        return False
    if len(text) > LONGEST or not text.isascii():
        return False
    return all(len(keyed) <= KEYED for keyed in text.split(SEPARATOR))
