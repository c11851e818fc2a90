"""Remembers how sessions began, and to which place in the flows each typed text leads, in the memory of a web process.

If the content of the cache is lost, the process loads it again. The screens of a session (its path) depend only on the
session's `PathKey` and on the typed text. The cache contains nothing that a caller reported. If a text contains a
report, the process replays the text from the last screen before the report. The module also remembers ended and silent
sessions until the hotline has counted their screens. For an ended or silent session, the module remembers only the
names of the screens, and nothing that the caller typed.
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
"""The largest number of sessions that wait until the hotline counts their screens. If the hotline counted no sessions
for hours, the process drops the oldest sessions above this limit."""


class LastStep(NamedTuple):
    """The last screen that a session has reached, as far as this process knows."""

    upto: int
    """The number of letters of the session's text that led to this screen."""
    steps: tuple[SessionStep, ...]
    seen: float
    """The time of the session's last request, by the monotonic clock of this process."""
    is_over: bool


KEPT_SECONDS = 600.0
"""The number of seconds for which this process remembers a caller's session. All sessions end long before this number
of seconds has passed.
"""
MAX_SESSIONS = 8192
MAX_PATHS = 8192
MAX_TEXT = 60
"""The largest number of letters in a text whose path the process caches."""
MAX_INPUT = 2
"""The largest number of letters in one input of a cached text. With this limit, each input is only a choice on a
screen, and not a word, a phone number or a PIN."""


class PathKey(NamedTuple):
    """The facts that decide, together with the typed text, which screens a session shows.

    Sessions with the same `PathKey` and the same typed text see the same screens.
    """

    revision_id: int
    dialled: int
    entry: str
    reporting: bool
    shows_number: bool
    day: date
    """The day on which the session began. The day matters, because the screens show a phone number only for some time
    after its verification."""
    limit: int
    receipts: bool
    alerts_blocked: bool = False
    oversight: bool = False


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One turn of a replayed session: an input, and the state to which this input leads. The text of one request may
    contain several inputs."""

    upto: int
    """The number of letters of the session's text up to the end of this turn."""
    state: ConversationState
    events: tuple[Event, ...]
    are_words: bool = False
    """True if the screen before this input asked for free text. The database must then store where this free text
    ends."""
    starred: tuple[int, int] | None = None
    """The start and end of a free text that contains a `*`, as positions in the session's text."""
    answered: bool = False
    """True if this input answered the screen before it."""


@dataclass(frozen=True, slots=True)
class CachedPath:
    """The place in the flows to which a typed text leads, as the process has cached it."""

    answer: str = field(repr=False)
    state: ConversationState = field(repr=False)
    changing: tuple[ReplayStep, ...] = field(repr=False)
    """The steps of the path that have an effect on stored data, such as a saved answer."""
    steps: tuple[SessionStep, ...] = field(default=(), repr=False)
    """All screens on the path, beginning with the first. The tuple is empty if the hotline does not count the screens
    of this session."""


@dataclass(slots=True)
class KnownSession:
    """A session as this process remembers it, with the facts from its beginning."""

    start: SessionStart
    shared: PathKey | None
    """The key under which this session finds its cached paths. Sessions with the same screens share these paths. The
    value is None if the caller is a responder or dialled a programme's short code.
    """
    committed: CommittedText
    """The part of the session's text whose effects the database has stored, as far as this process knows. If the
    database has already stored more than this part, the process makes an unnecessary query but no error.
    """
    counted: frozenset[str] = frozenset()
    """The topics that the caller read in this session and that the hotline has already counted. If the caller reads a
    counted topic again, the hotline does not count the topic again."""
    last: LastStep | None = field(default=None, repr=False)
    """The last screen that this process saw. The value is None after the hotline has counted the session's screens up
    to this screen."""

    def uncommitted(self, steps: Iterable[ReplayStep]) -> Sequence[ReplayStep]:
        """Returns the steps whose effects the database may not have stored yet."""
        return [step for step in steps if step.upto > self.committed.upto]


class PathCache:
    """The cached paths that were used recently. If the cache is full, the cache drops the path whose last use is
    longest ago. Several threads may use the cache at the same time. The cache needs no lock, because the Python
    interpreter does each step of a method without interruption. With a lock, every caller's request would wait if the
    system suspended the thread that holds the lock. If another thread drops a path between two steps, the methods
    ignore the missing path."""

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

    def keep(self, shared: PathKey, text: str, path: CachedPath) -> None:
        self._kept[shared, text] = path
        while len(self._kept) > self._most:
            with suppress(KeyError):
                self._kept.popitem(last=False)

    def longest(self, shared: PathKey, text: str) -> tuple[CachedPath, int] | None:
        """Finds the longest beginning of a text that has a cached path. Returns this path and the length of this
        beginning, or None if no beginning of the text has a cached path. This beginning always contains all digits that
        the caller dialled before the first screen.
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
    """The sessions that this process has seen recently, and the paths that these sessions share. Several threads may
    use this object at the same time."""

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
        """Remembers a session, and drops sessions that are old or above the limit.

        A session takes only minutes, and the process must not keep the digest that identifies the session longer.
        """
        now = self._elapsed()
        with self._lock:
            before = self._known.pop(known.start.key, None)
            if before is not None and before[1] is not known:
                self._leave(before[1])
            self._known[known.start.key] = (now + KEPT_SECONDS, known)
            while len(self._known) > MAX_SESSIONS or next(iter(self._known.values()))[0] <= now:
                self._leave(self._known.popitem(last=False)[1][1])

    def stand(self, known: KnownSession, upto: int, steps: tuple[SessionStep, ...]) -> None:
        """Records which screens a session has shown, after the hotline answered a request of the session. Ignores a
        text that is shorter than the known text, because the gateway sent this text late or a second time."""
        last = known.last
        if steps and (last is None or last.upto <= upto):
            known.last = LastStep(upto, steps, self._elapsed(), steps[-1].ends)

    def end(self, key: str) -> None:
        """Records that the gateway reported the end of a session."""
        found = self._known.get(key)
        if found is not None and (last := found[1].last) is not None:
            found[1].last = last._replace(is_over=True)

    def take_left(self, silent: float) -> Sequence[LeftSession]:
        """Returns each session that has ended, was silent for `silent` seconds, or was dropped from memory. Returns a
        session only once. If the session continues later, the method returns it again with all its screens.
        """
        before = self._elapsed() - silent
        with self._lock:
            for _, known in self._known.values():
                last = known.last
                if last is not None and (last.is_over or last.seen <= before):
                    self._leave(known)
        sessions = []
        while self._left:
            sessions.append(self._left.popleft())
        return sessions

    def put_back(self, left: Iterable[LeftSession]) -> None:
        """Puts the sessions in `left` back, because the hotline could not count their screens. The next call of
        `take_left` returns the sessions again.
        """
        self._left.extend(left)

    def _leave(self, known: KnownSession) -> None:
        """Moves the screens of a session to the list of screens that the hotline must still count."""
        last, known.last = known.last, None
        if last is not None:
            self._left.append(LeftSession(known.start, last.upto, last.steps))

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self._left.clear()
        self.ways.clear()


def can_be_cached(text: str, steps: Sequence[ReplayStep]) -> bool:
    """Returns True if a text and its steps contain only choices from menus: no free text, no saved answers and no
    report attempts.
    """
    if any(step.are_words or step.state.answers or step.state.attempts for step in steps):
        return False
    if len(text) > MAX_TEXT or not text.isascii():
        return False
    return all(len(keyed) <= MAX_INPUT for keyed in text.split(SEPARATOR))
