"""The console's own catalogue: `console.po` of each language, read once by Babel.

Its phrases are read on a page and not on a handset: they keep their marks and their curly quotes.
"""

from collections.abc import Mapping
from pathlib import Path

from babel.messages.pofile import read_po

from hotline.adapters.catalogues import LOCALES
from hotline.errors import NotReady
from hotline.text.languages import CODES


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
