"""Reads the gettext `.po` catalogues of `locales/`. These catalogues contain the texts that phones and the console
show."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from hotline.core.environment import CHECKOUT
from hotline.text.characters import to_gsm7
from hotline.text.errors import NotReady
from hotline.text.languages import CODES, EditedTexts, Phrases, no_edited_text

LOCALES = CHECKOUT / "locales"
CONSOLE = "console"
"""The file name of the console's catalogue, without its extension."""


def catalogue_path(locales: Path, language: str, name: str = "messages") -> Path:
    return locales / language / "LC_MESSAGES" / f"{name}.po"


def load_phrases(locales: Path = LOCALES, live: EditedTexts = no_edited_text) -> Phrases:
    """Returns the phrases of every language. Returns the English phrase if a translation is missing or marked as
    fuzzy (unsure).

    Raises NotReady if a catalogue is missing.
    """
    return Phrases(_catalogues(locales), live)


@cache
def _catalogues(locales: Path) -> Mapping[str, Mapping[str, str]]:
    """Returns the texts that handsets show, by language, then by English text. Replaces characters outside GSM-7, such
    as curly quotes."""
    found = {language: read_catalogue(catalogue_path(locales, language)) for language in CODES}
    return {
        language: {phrase: to_gsm7(words) for phrase, words in texts.items()}
        for language, texts in found.items()
    }


def load_console_words(locales: Path = LOCALES) -> Mapping[str, Mapping[str, str]]:
    """Returns the console's texts by language, then by English text. Keeps accents and curly quotes.

    Raises NotReady if a catalogue is missing.
    """
    return {
        language: read_catalogue(catalogue_path(locales, language, CONSOLE)) for language in CODES
    }


def read_catalogue(path: Path) -> Mapping[str, str]:
    """Returns the translations of one file by English text. Leaves out translations that are empty or marked as fuzzy
    (unsure)."""
    try:
        with path.open("rb") as file:
            catalogue = read_po(file)
    except FileNotFoundError:
        raise NotReady(
            f"the file of translated texts {path} is missing: run `python -m tools.update_texts`"
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
