"""The languages of the line, in the order in which they are offered.

A list, so that Kiswahili can join: add a row here, and the checker names every text that is missing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    """ISO 639-1."""
    name: str
    """Its own name, in letters of GSM-7."""


LANGUAGES = (
    Language("rw", "Kinyarwanda"),
    Language("en", "English"),
    Language("fr", "Francais"),
)
CODES = tuple(language.code for language in LANGUAGES)
FIRST = LANGUAGES[0].code
"""What a caller reads before she has chosen."""
NAMES = {"rw": "Kinyarwanda", "fr": "Français", "en": "English"}
"""Each language by its own name, with its marks: a screen of a handset has none."""
