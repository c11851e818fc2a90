"""The shelf of compiled books, by revision. What is live is asked of the database at most once a second."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.engine.flow import Book, Flow
from hotline.engine.run import Option
from hotline.engine.transcripts.pressing import MARK, UnpressedBook, unpressed
from hotline.errors import HotlineError, NotFound, NotReady
from hotline.store.database import Database
from hotline.store.flows import flows

logger = logging.getLogger(__name__)

KEPT = 8
"""Books in memory: the live one, and those that callers in the middle still finish."""
LIVE_SECONDS = 1.0
LATE_SECONDS = 10.0
"""How long sessions may begin on the book of before while the new one is being loaded."""
PAUSE = 0.002
"""Seconds after each flow that is loaded behind: hops go first."""

Begin = Callable[[Callable[[], None]], object]
"""Begins some work beside what this thread does."""


@dataclass(frozen=True, slots=True)
class _Live:
    revision_id: int
    until: float


def in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="book", daemon=True).start()


class SqlBookshelf:
    """A `ports.Bookshelf`. Safe among threads: two may make the same flow once too often, never a wrong one.

    Flows that two revisions have in common are made once. With `behind`, a book that went live is loaded beside the
    hops, and sessions begin on the one of before until it is whole: `LATE_SECONDS` at most.
    """

    def __init__(
        self,
        database: Database,
        lists: Mapping[str, tuple[Option, ...]],
        *,
        behind: Begin | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._lists = lists
        self._behind = behind
        self._elapsed = elapsed
        self._books: OrderedDict[int, Book] = OrderedDict()
        self._lines: dict[str, Flow] = {}
        self._live: _Live | None = None
        self._loading: int | None = None
        self._late: float | None = None
        self._lock = threading.Lock()

    def live(self) -> int:
        now, known = self._elapsed(), self._live
        if known is not None and now < known.until:
            return known.revision_id

        with self._database.reading() as session:
            newest = flows.live_id(session)
        if newest is None:
            raise NotReady(
                "no flows are published: `hotline upgrade` publishes those of this version"
            )
        revision_id = self._at_hand(newest, known, now)
        self._live = _Live(revision_id, now + LIVE_SECONDS)
        return revision_id

    def book(self, revision_id: int) -> Book:
        with self._lock:
            if revision_id in self._books:
                self._books.move_to_end(revision_id)
                return self._books[revision_id]

        loading = self._load(revision_id)
        while True:
            try:
                next(loading)
            except StopIteration as end:
                book: Book = end.value
                return book

    def _at_hand(self, newest: int, known: _Live | None, now: float) -> int:
        """What sessions begin with: the newest, or what they began with before while that is loaded."""
        behind = self._behind
        with self._lock:
            if behind is None or known is None or newest in self._books:
                self._late = None
                return newest
            if known.revision_id not in self._books:
                return newest
            self._late = now + LATE_SECONDS if self._late is None else self._late
            if now >= self._late:
                self._late = None
                return newest
            begins, self._loading = self._loading != newest, newest
        if begins:
            behind(lambda: self._load_behind(newest))
        return known.revision_id

    def _load_behind(self, revision_id: int) -> None:
        try:
            for _ in self._load(revision_id):
                time.sleep(PAUSE)
            with self._lock:
                if self._loading == revision_id:
                    self._live = _Live(revision_id, self._elapsed() + LIVE_SECONDS)
                    self._late = None
        except HotlineError as broken:
            logger.warning("the new flows are not loaded yet: %s", type(broken).__name__)
        finally:
            with self._lock:
                if self._loading == revision_id:
                    self._loading = None

    def _load(self, revision_id: int) -> Generator[None, None, Book]:
        """Stops before each flow that must be made."""
        made = yield from self._compiled(revision_id)
        with self._lock:
            self._books[revision_id] = made.book
            while len(self._books) > KEPT:
                self._books.popitem(last=False)
            self._lines = {**made.lines}
        return made.book

    def _compiled(self, revision_id: int) -> Generator[None, None, UnpressedBook]:
        with self._database.reading() as session:
            pressed = flows.pressed_of(session, revision_id, MARK)
            document = None if pressed else flows.stored_document(session, revision_id)
        if pressed is not None:
            return (yield from unpressed(pressed, self._lists, self._lines))
        if document is None:
            raise NotFound(f"revision {revision_id}")
        return UnpressedBook(_compile(document, self._lists), {})


def _compile(document: Mapping[str, Any], lists: Mapping[str, tuple[Option, ...]]) -> Book:
    """For what another version has pressed. Here alone, since a process that starts has no other use for pydantic."""
    from hotline.engine.document.document import compile as compile_book

    return compile_book(document, lists)
