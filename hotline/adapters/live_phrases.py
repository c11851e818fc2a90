"""Phrases of the code that the live revision says otherwise than the shipped catalogues."""

import time
from collections.abc import Callable

from hotline.domain.wording import ALWAYS_SHIPPED, Template
from hotline.engine.flow import Book
from hotline.errors import HotlineError
from hotline.ports import Bookshelf

PATIENCE = 10.0
"""Seconds in which a shelf that did not answer is not asked again: an alert waits for no database."""
NAMES = {template.value: template.name for template in Template}


class LivePhrases:
    """A `text.phrases.LiveWords`. Never raises: where nobody says what is live, all is as it was shipped."""

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
        """The live book; the last that was known while the shelf does not answer."""
        if self._elapsed() >= self._not_before:
            try:
                self._known = self._books.book(self._books.live())
            except HotlineError:
                self._not_before = self._elapsed() + PATIENCE
        return self._known
