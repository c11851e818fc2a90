"""The catalogues of `locales/`, read once into phrases: gettext's `.po` files, by Babel."""

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


def catalogue_path(locales: Path, language: str) -> Path:
    return locales / language / "LC_MESSAGES" / "messages.po"


def load_phrases(locales: Path = LOCALES, live: LiveWords = as_shipped) -> Phrases:
    """Every language's phrases. What is missing or fuzzy is said in English. Raises NotReady without a catalogue."""
    return Phrases(_catalogues(locales), live)


@cache
def _catalogues(locales: Path) -> Mapping[str, Mapping[str, str]]:
    return {language: _read(catalogue_path(locales, language)) for language in CODES}


def _read(path: Path) -> Mapping[str, str]:
    """English to translation. No-break spaces and curly quotes of a word processor end here."""
    try:
        with path.open("rb") as file:
            catalogue = read_po(file)
    except FileNotFoundError:
        raise NotReady(
            f"no catalogue {path.name} for {path.parts[-3]}: python tools/update_texts.py"
        ) from None

    return {
        message.id: to_gsm7(message.string)
        for message in catalogue
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.id
        and message.string
        and not message.fuzzy
    }
