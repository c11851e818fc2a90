"""The shelf of compiled books, by revision. What is live is asked of the database at most once a second."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.engine.flow import Book
from hotline.engine.run import Option
from hotline.engine.transcripts.pressing import MARK, unpress
from hotline.errors import NotFound, NotReady
from hotline.store.database import Database
from hotline.store.flows import flows

KEPT = 8
"""Books in memory: the live one, and those that callers in the middle still finish."""
LIVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Live:
    revision_id: int
    until: float


class SqlBookshelf:
    """A `ports.Bookshelf`. Safe among threads: two may compile the same book once too often, never a wrong one."""

    def __init__(
        self,
        database: Database,
        lists: Mapping[str, tuple[Option, ...]],
        *,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._lists = lists
        self._elapsed = elapsed
        self._books: OrderedDict[int, Book] = OrderedDict()
        self._live: _Live | None = None
        self._lock = threading.Lock()

    def live(self) -> int:
        now, known = self._elapsed(), self._live
        if known is not None and now < known.until:
            return known.revision_id

        with self._database.reading() as session:
            revision_id = flows.live_id(session)
        if revision_id is None:
            raise NotReady("no flows are published: run `hotline init`")
        self._live = _Live(revision_id, now + LIVE_SECONDS)
        return revision_id

    def book(self, revision_id: int) -> Book:
        with self._lock:
            if revision_id in self._books:
                self._books.move_to_end(revision_id)
                return self._books[revision_id]

        book = self._compiled(revision_id)
        with self._lock:
            self._books[revision_id] = book
            while len(self._books) > KEPT:
                self._books.popitem(last=False)
        return book

    def _compiled(self, revision_id: int) -> Book:
        with self._database.reading() as session:
            pressed = flows.pressed_of(session, revision_id, MARK)
            document = None if pressed else flows.document_of(session, revision_id)
        if pressed is not None:
            return unpress(pressed, self._lists)
        if document is None:
            raise NotFound(f"revision {revision_id}")
        return _compile(document, self._lists)


def _compile(document: Mapping[str, Any], lists: Mapping[str, tuple[Option, ...]]) -> Book:
    """For what another version has pressed. Here alone, since a process that starts has no other use for pydantic."""
    from hotline.engine.document.document import compile as compile_book

    return compile_book(document, lists)
