"""Keeps compiled flow sets in memory, by revision. Asks the database for the live revision at most once a second."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.core.context import Bookshelf
from hotline.core.database import Database
from hotline.core.wording import ALWAYS_SHIPPED, Template
from hotline.errors import HotlineError, NotFound, NotReady
from hotline.flows import tables
from hotline.flows.compiled import MARK, UnpressedBook, unpressed
from hotline.flows.flow import Book, Flow
from hotline.flows.run import Option

logger = logging.getLogger(__name__)

KEPT = 8
"""Maximum number of flow sets in memory: the live one, and those that running sessions still use."""
LIVE_SECONDS = 1.0
LATE_SECONDS = 10.0
"""Maximum seconds in which new sessions begin on the previous flow set while the new one loads."""
PAUSE = 0.002
"""Seconds of pause after each flow that loads in the background, so that hops go first."""

Begin = Callable[[Callable[[], None]], object]
"""A function that starts some work in the background."""


@dataclass(frozen=True, slots=True)
class _Live:
    revision_id: int
    until: float


def in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="book", daemon=True).start()


class SqlBookshelf:
    """One process's cache of flow sets, a `ports.Bookshelf`. Threads may share it. Two threads may compile the same
    flow twice, but no thread gets a wrong one.

    Flows that two revisions share are compiled once. With `behind`, a newly published flow set loads in the background.
    New sessions use the previous flow set until it is complete, for `LATE_SECONDS` at most.
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
            newest = tables.live_id(session)
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
        """Returns the revision that new sessions use: the newest, or the previous one while the newest loads."""
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
        """Loads a revision's flow set into memory. Yields before each flow that it must compile."""
        made = yield from self._compiled(revision_id)
        with self._lock:
            self._books[revision_id] = made.book
            while len(self._books) > KEPT:
                self._books.popitem(last=False)
            self._lines = {**made.lines}
        return made.book

    def _compiled(self, revision_id: int) -> Generator[None, None, UnpressedBook]:
        with self._database.reading() as session:
            pressed = tables.pressed_of(session, revision_id, MARK)
            document = None if pressed else tables.stored_document(session, revision_id)
        if pressed is not None:
            return (yield from unpressed(pressed, self._lists, self._lines))
        if document is None:
            raise NotFound(f"revision {revision_id}")
        return UnpressedBook(_compile(document, self._lists), {})


def _compile(document: Mapping[str, Any], lists: Mapping[str, tuple[Option, ...]]) -> Book:
    """Compiles a flow set that another version has stored. Imports here, because only this case needs pydantic."""
    from hotline.flows.document import compile as compile_book

    return compile_book(document, lists)


# Looks up phrases that the live revision words differently from the shipped catalogues.

PATIENCE = 10.0
"""Seconds until the next attempt after the bookshelf did not answer. An alert does not wait for the database."""
NAMES = {template.value: template.name for template in Template}


class LivePhrases:
    """The phrases of the live revision, a `text.remark.LiveWords`. Never raises. If no live revision is known, the
    shipped phrases apply."""

    def __init__(self, books: Bookshelf, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._books = books
        self._elapsed = elapsed
        self._known: Book | None = None
        self._not_before = 0.0

    def __call__(self, language: str, phrase: str) -> str | None:
        if phrase in ALWAYS_SHIPPED:
            return None
        book = self._live()
        if book is None:
            return None
        return book.phrases.get(language, {}).get(NAMES.get(phrase, ""))

    def _live(self) -> Book | None:
        """Returns the live flow set, or the last known one while the bookshelf does not answer."""
        if self._elapsed() >= self._not_before:
            try:
                self._known = self._books.book(self._books.live())
            except HotlineError:
                self._not_before = self._elapsed() + PATIENCE
        return self._known
