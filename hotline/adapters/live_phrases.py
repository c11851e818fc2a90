"""Phrases of the code that the live revision says otherwise than the shipped catalogues.

The console's own catalogue: `console.po` of each language, read once by Babel.

Its phrases are read on a page and not on a handset: they keep their marks and their curly quotes.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from babel.messages.pofile import read_po

from hotline.adapters.catalogues import LOCALES
from hotline.domain.wording import ALWAYS_SHIPPED, Template
from hotline.engine.flow import Book
from hotline.errors import HotlineError, NotReady
from hotline.ports import Bookshelf
from hotline.text.languages import CODES

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


def console_catalogue_path(locales: Path, language: str) -> Path:
    return locales / language / "LC_MESSAGES" / "console.po"


def load_console_words(locales: Path = LOCALES) -> Mapping[str, Mapping[str, str]]:
    """Translations by language and English. Raises NotReady without a catalogue."""
    return {language: _read(console_catalogue_path(locales, language)) for language in CODES}


def _read(path: Path) -> Mapping[str, str]:
    try:
        with path.open("rb") as file:
            catalogue = read_po(file)
    except FileNotFoundError:
        raise NotReady(f"no catalogue {path.name} for {path.parts[-3]}") from None
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.id
        and message.string
    }
