"""The few words the engine itself says, in every language. A table, since a pure room reads no files."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from hotline.text.languages import FIRST


@dataclass(frozen=True, slots=True)
class Words:
    more: str
    back: str
    back_short: str
    """The same where the longer has no room beside what a screen says."""
    home: str
    invalid: str
    """The line over a repeated screen, where there is room for it."""
    invalid_short: str
    """The same in at most five letters: room for it is held back on every page."""
    closed: str
    """Shown where a flow ends without a word of its own; the checker does not let that be published."""


WORDS = {
    "rw": Words(
        "Komeza", "Subira inyuma", "Inyuma", "Ahabanza", "Ibyo uhisemo sibyo.", "Sibyo", "Murakoze."
    ),
    "fr": Words("Suite", "Retour", "Retour", "Accueil", "Choix invalide.", "Faux", "Merci."),
    "en": Words("More", "Back", "Back", "Home", "Invalid choice.", "Wrong", "Thank you."),
}
HELD_BACK = 6
"""Septets of every page that only the short line may use: five letters and a new line."""


def every() -> Mapping[str, Mapping[str, str]]:
    """Each word in every language, by its name: for whoever reviews them."""
    return {
        field.name: {code: getattr(said, field.name) for code, said in WORDS.items()}
        for field in fields(Words)
    }


def words(language: str) -> Words:
    return WORDS.get(language, WORDS[FIRST])
