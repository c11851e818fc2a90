"""Keeps in the memory of a web process how sessions began, and cached paths through the flows.

Neither is the truth. A session's opening is a row that never changes. A path depends only on its class and its text.
Nothing that a caller reported is cached. Such a text is replayed from the last place before the report. Sessions that
ended or fell silent also wait here until their screens are counted. Only the names of screens are kept, and nothing
that was keyed.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import NamedTuple

from hotline.core.ussd import SEPARATOR, CommittedText, SessionStart
from hotline.counters.rules import LeftSession, SessionStep
from hotline.flows.conversation import ConversationState, Event

MAX_UNCOUNTED = 32_768
"""The most sessions that may wait to be counted. More are dropped, oldest first, after hours without a count."""


class LastStep(NamedTuple):
    """The furthest point that a session has reached, as one process knows it."""

    upto: int
    """Letters of its text."""
    stands: tuple[SessionStep, ...]
    seen: float
    """The time of its last hop, on the memory's own clock."""
    is_over: bool


KEPT_SECONDS = 600.0
"""Seconds that a session is kept. A session ends long before."""
MAX_SESSIONS = 8192
MAX_PATHS = 8192
MAX_TEXT = 60
"""The longest text, in letters, whose path is cached."""
MAX_INPUT = 2
"""The most letters in one input of a cached text. So the inputs are keys, and no words, numbers or PINs."""


class PathKey(NamedTuple):
    """Everything but the text that the screens of an ordinary session depend on.

    Sessions of one class see the same screens.
    """

    revision_id: int
    dialled: int
    entry: str
    reporting: bool
    shows_number: bool
    day: date
    """The day when the session began. Numbers are shown while their verification is recent."""
    limit: int
    receipts: bool
    alerts_blocked: bool = False


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One turn of a text, which may hold several."""

    upto: int
    """The letters of the text up to the end of this turn."""
    run: ConversationState
    events: tuple[Event, ...]
    are_words: bool = False
    """True if the turn asked for typed words. The position of their end must be committed in every case."""
    starred: tuple[int, int] | None = None
    """The begin and end in the text of typed words that contain a `*`."""
    answered: bool = False
    """True if the keyed input answered the screen before."""


@dataclass(frozen=True, slots=True)
class CachedPath:
    """One cached path: the place in the flows that a text leads to."""

    answer: str = field(repr=False)
    run: ConversationState = field(repr=False)
    changing: tuple[ReplayStep, ...] = field(repr=False)
    """The steps on the path that change data."""
    stands: tuple[SessionStep, ...] = field(default=(), repr=False)
    """Every screen on the path, from the first one on. Empty if the screens of this session are not counted."""


@dataclass(slots=True)
class KnownSession:
    """A session whose opening this process knows."""

    opening: SessionStart
    shared: PathKey | None
    """None if its screens are for this caller alone: a responder, or a caller of a programme's short code."""
    heard: CommittedText
    """The committed part, as far as this process knows.

    If more is committed, this costs a needless query and nothing else.
    """
    counted: frozenset[str] = frozenset()
    """Topics that are counted and committed. Reading one again changes nothing."""
    last: LastStep | None = field(default=None, repr=False)
    """The furthest point that this process saw, until it is counted."""

    def unheard(self, steps: Iterable[ReplayStep]) -> Sequence[ReplayStep]:
        """Returns the steps that may not be committed yet."""
        return [step for step in steps if step.upto > self.heard.upto]


class PathCache:
    """The paths that were used recently. The least recently used are dropped first. Safe among threads.

    It needs no lock, because each step is one step of the interpreter. A thread that is suspended while it holds a lock
    would block every hop. Between two steps another thread may drop the same path.
    """

    def __init__(self, most: int = MAX_PATHS) -> None:
        self._kept: OrderedDict[tuple[PathKey, str], CachedPath] = OrderedDict()
        self._most = most

    def find(self, shared: PathKey, text: str) -> CachedPath | None:
        key = (shared, text)
        found = self._kept.get(key)
        if found is not None:
            with suppress(KeyError):
                self._kept.move_to_end(key)
        return found

    def keep(self, shared: PathKey, text: str, way: CachedPath) -> None:
        self._kept[shared, text] = way
        while len(self._kept) > self._most:
            with suppress(KeyError):
                self._kept.popitem(last=False)

    def longest(self, shared: PathKey, text: str) -> tuple[CachedPath, int] | None:
        """Returns the longest part of a text with a cached path, and its length. Returns None if there is none.

        The part is never shorter than the part that was dialled ahead.
        """
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
    """The sessions that a process has met recently, and the paths that they share. Safe among threads."""

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._known: OrderedDict[str, tuple[float, KnownSession]] = OrderedDict()
        self._elapsed = elapsed
        self._lock = Lock()
        self.ways = PathCache()
        self._left: deque[LeftSession] = deque(maxlen=MAX_UNCOUNTED)

    def find(self, key: str) -> KnownSession | None:
        found = self._known.get(key)
        return found[1] if found is not None and self._elapsed() < found[0] else None

    def keep(self, known: KnownSession) -> None:
        """Keeps a session, and drops old ones and those beyond the limit.

        A session takes minutes, and its pseudonym must not be kept longer.
        """
        now = self._elapsed()
        with self._lock:
            before = self._known.pop(known.opening.key, None)
            if before is not None and before[1] is not known:
                self._leave(before[1])
            self._known[known.opening.key] = (now + KEPT_SECONDS, known)
            while len(self._known) > MAX_SESSIONS or next(iter(self._known.values()))[0] <= now:
                self._leave(self._known.popitem(last=False)[1][1])

    def stand(self, known: KnownSession, upto: int, stands: tuple[SessionStep, ...]) -> None:
        """Notes that a hop of a session was answered.

        Ignores a text shorter than the known one, which came late or again.
        """
        last = known.last
        if stands and (last is None or last.upto <= upto):
            known.last = LastStep(upto, stands, self._elapsed(), stands[-1].ends)

    def end(self, key: str) -> None:
        """Notes that the gateway says that a session is over."""
        found = self._known.get(key)
        if found is not None and (last := found[1].last) is not None:
            found[1].last = last._replace(is_over=True)

    def take_left(self, silent: float) -> Sequence[LeftSession]:
        """Returns each session that is over, was silent for `silent` seconds, or was dropped from memory.

        Returns each once. A session that continues after that is returned again, with all its screens.
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
        """Takes back sessions that could not be counted."""
        self._left.extend(left)

    def _leave(self, known: KnownSession) -> None:
        """Moves the screens of a session to those that wait to be counted, if there are any."""
        last, known.last = known.last, None
        if last is not None:
            self._left.append(LeftSession(known.opening, last.upto, last.stands))

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self._left.clear()
        self.ways.clear()


def can_be_cached(text: str, steps: Sequence[ReplayStep]) -> bool:
    """Returns True if a text and its steps hold nothing but keys."""
    if any(step.are_words or step.run.answers or step.run.passage for step in steps):
        return False
    if len(text) > MAX_TEXT or not text.isascii():
        return False
    return all(len(keyed) <= MAX_INPUT for keyed in text.split(SEPARATOR))
