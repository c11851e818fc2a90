"""Looks up phrases that the live revision words differently from the shipped catalogues."""

import time
from collections.abc import Callable

from hotline.domain.wording import ALWAYS_SHIPPED, Template
from hotline.engine.flow import Book
from hotline.errors import HotlineError
from hotline.ports import Bookshelf

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
