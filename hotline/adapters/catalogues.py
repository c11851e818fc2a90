"""Reads the catalogues of `locales/`, gettext's `.po` files: what handsets show, and what the console says."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from hotline.environment import CHECKOUT
from hotline.errors import NotReady
from hotline.text.gsm7 import to_gsm7
from hotline.text.languages import CODES
from hotline.text.remark import LiveWords, Phrases, as_shipped

LOCALES = CHECKOUT / "locales"
CONSOLE = "console"
"""The name of the console's own catalogue."""


def catalogue_path(locales: Path, language: str, name: str = "messages") -> Path:
    return locales / language / "LC_MESSAGES" / f"{name}.po"


def load_phrases(locales: Path = LOCALES, live: LiveWords = as_shipped) -> Phrases:
    """Returns every language's phrases. Says in English what is missing or fuzzy.

    Raises NotReady without a catalogue.
    """
    return Phrases(_catalogues(locales), live)


@cache
def _catalogues(locales: Path) -> Mapping[str, Mapping[str, str]]:
    """Returns what handsets show. No-break spaces and curly quotes of a word processor end here."""
    found = {language: _read(catalogue_path(locales, language)) for language in CODES}
    return {
        language: {phrase: to_gsm7(words) for phrase, words in said.items()}
        for language, said in found.items()
    }


def load_console_words(locales: Path = LOCALES) -> Mapping[str, Mapping[str, str]]:
    """Returns what the console says, by language and English. Its phrases keep their marks and their curly quotes.

    Raises NotReady without a catalogue.
    """
    return {language: _read(catalogue_path(locales, language, CONSOLE)) for language in CODES}


def _read(path: Path) -> Mapping[str, str]:
    """Returns English to translation."""
    try:
        with path.open("rb") as file:
            catalogue = read_po(file)
    except FileNotFoundError:
        raise NotReady(
            f"no catalogue {path.name} for {path.parts[-3]}: python tools/update_texts.py"
        ) from None
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.id
        and message.string
        and not message.fuzzy
    }
