"""Lists the hotline's languages, in the order in which callers see them.

To add a language such as Kiswahili, add a row here. The check then lists every missing text.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    """The language's code in ISO 639-1."""
    name: str
    """The language's own name in GSM-7 letters."""


LANGUAGES = (Language("rw", "Kinyarwanda"), Language("en", "English"), Language("fr", "Francais"))
CODES = tuple(language.code for language in LANGUAGES)
FIRST = LANGUAGES[0].code
"""The language for callers who have not chosen a language yet."""
NAMES = {"rw": "Kinyarwanda", "fr": "Français", "en": "English"}
"""Each language's own name with its accents, for pages. Screens of handsets show no accents."""
