"""Remembers in a web process how sessions began, and which paths lead through the flows.

It is only a cache: without it, nothing is lost. The row that stores how a session began never changes. A path depends
only on its class of sessions and on the typed text. The cache contains nothing that a caller reported. A text with a
report is replayed from the last screen before the report. The module also remembers sessions that ended or became
silent, until their screens are counted. It remembers only the names of these screens, and nothing that was typed.
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
"""The most sessions that may wait to be counted. After hours without a count, the oldest sessions above this limit are
dropped."""


class LastStep(NamedTuple):
    """The furthest point that a session has reached, as far as this process knows."""

    upto: int
    """The number of letters of its text."""
    steps: tuple[SessionStep, ...]
    seen: float
    """The time of its last hop, by the clock of this memory."""
    is_over: bool


KEPT_SECONDS = 600.0
"""The number of seconds for which a session is remembered. All sessions end long before that."""
MAX_SESSIONS = 8192
MAX_PATHS = 8192
MAX_TEXT = 60
"""The number of letters of the longest text whose path is cached."""
MAX_INPUT = 2
"""The most letters in one input of a cached text. So each input is a key, and not a word, a number or a PIN."""


class PathKey(NamedTuple):
    """Everything, except the text, that decides which screens an ordinary session shows.

    Sessions with the same key see the same screens.
    """

    revision_id: int
    dialled: int
    entry: str
    reporting: bool
    shows_number: bool
    day: date
    """The day when the session began. A phone number is shown only for some time after it was verified."""
    limit: int
    receipts: bool
    alerts_blocked: bool = False


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """A turn of the conversation. The text of a hop may contain several turns."""

    upto: int
    """The number of letters of the text until the end of this turn."""
    state: ConversationState
    events: tuple[Event, ...]
    are_words: bool = False
    """True if this turn asked for typed words. Then the position of their end must always be committed."""
    starred: tuple[int, int] | None = None
    """The beginning and end, in the text, of typed words that contain a `*`."""
    answered: bool = False
    """True if the typed input answered the screen before."""


@dataclass(frozen=True, slots=True)
class CachedPath:
    """A cached path: the place in the flows to which a text leads."""

    answer: str = field(repr=False)
    state: ConversationState = field(repr=False)
    changing: tuple[ReplayStep, ...] = field(repr=False)
    """The steps on the path that change data."""
    steps: tuple[SessionStep, ...] = field(default=(), repr=False)
    """All screens on the path, from the first. Empty if the screens of this session are not counted."""


@dataclass(slots=True)
class KnownSession:
    """A session, with the facts from its beginning, as this process remembers it."""

    start: SessionStart
    shared: PathKey | None
    """None if its screens are only for this caller: a responder, or a caller of a programme's short code."""
    committed: CommittedText
    """The part of the text that is committed, as far as this process knows.

    If more is committed already, the only effect is an unnecessary query."""
    counted: frozenset[str] = frozenset()
    """The topics whose reading was counted and committed. If the caller reads such a topic again, nothing changes."""
    last: LastStep | None = field(default=None, repr=False)
    """The furthest point that this process saw, until its screens are counted."""

    def uncommitted(self, steps: Iterable[ReplayStep]) -> Sequence[ReplayStep]:
        """Returns the steps that may not be committed yet."""
        return [step for step in steps if step.upto > self.committed.upto]


class PathCache:
    """The paths that were used recently. The path whose last use is longest ago is dropped first. Several threads may
    use it at the same time.

    It needs no lock, because each of its steps is a single step of the interpreter. With a lock, a thread that is
    suspended while it holds the lock would block every hop. Between two steps, another thread may drop the same path.
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

    def keep(self, shared: PathKey, text: str, path: CachedPath) -> None:
        self._kept[shared, text] = path
        while len(self._kept) > self._most:
            with suppress(KeyError):
                self._kept.popitem(last=False)

    def longest(self, shared: PathKey, text: str) -> tuple[CachedPath, int] | None:
        """Returns the cached path for the longest possible part of a text, and the length of that part. Returns None if
        no part has a cached path.

        The part always includes everything that the caller dialled ahead.
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
    """The sessions that this process has seen recently, and the paths that they share.

    Several threads may use it at the same time.
    """

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

        A session takes only minutes, and its pseudonym must not be kept longer.
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
        """Records the screens of a session after a hop was answered.

        Ignores a text that is shorter than the known text, because it came late or was repeated.
        """
        last = known.last
        if steps and (last is None or last.upto <= upto):
            known.last = LastStep(upto, steps, self._elapsed(), steps[-1].ends)

    def end(self, key: str) -> None:
        """Records that the gateway reported the end of a session."""
        found = self._known.get(key)
        if found is not None and (last := found[1].last) is not None:
            found[1].last = last._replace(is_over=True)

    def take_left(self, silent: float) -> Sequence[LeftSession]:
        """Returns each session that is over, was silent for `silent` seconds, or was dropped from memory.

        Returns each session only once. If the session continues after that, it is returned again with all its screens.
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
        """Takes back sessions that could not be counted."""
        self._left.extend(left)

    def _leave(self, known: KnownSession) -> None:
        """Moves the screens of a session to the list of screens that must be counted."""
        last, known.last = known.last, None
        if last is not None:
            self._left.append(LeftSession(known.start, last.upto, last.steps))

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self._left.clear()
        self.ways.clear()


def can_be_cached(text: str, steps: Sequence[ReplayStep]) -> bool:
    """Returns True if a text and its steps contain only keys."""
    if any(step.are_words or step.state.answers or step.state.attempts for step in steps):
        return False
    if len(text) > MAX_TEXT or not text.isascii():
        return False
    return all(len(keyed) <= MAX_INPUT for keyed in text.split(SEPARATOR))
