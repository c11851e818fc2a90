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
    """Begins the line over a repeated screen, where there is room for it."""
    invalid_short: str
    """The whole line in at most five letters, where not even the keys have room."""
    press: str
    """Stands before the keys that work."""
    digits: str
    """Stands for the keys where a number is asked."""
    count_of_digits: str
    """Stands for the keys where a PIN is asked."""
    write: str
    """Stands for the keys, and for `press`, where words are asked."""
    yes: str
    """The choice of the one place that a list has."""
    closed: str
    """Shown where a flow ends without a word of its own; the checker does not let that be published."""


WORDS = {
    "rw": Words(
        more="Komeza",
        back="Subira inyuma",
        back_short="Inyuma",
        home="Ahabanza",
        invalid="Ibyo uhisemo sibyo.",
        invalid_short="Sibyo",
        press="Kanda",
        digits="imibare",
        count_of_digits="imibare {count}",
        write="Andika amagambo",
        yes="Yego",
        closed="Murakoze.",
    ),
    "fr": Words(
        more="Suite",
        back="Retour",
        back_short="Retour",
        home="Accueil",
        invalid="Choix invalide.",
        invalid_short="Faux",
        press="Tapez",
        digits="des chiffres",
        count_of_digits="{count} chiffres",
        write="Tapez des mots",
        yes="Oui",
        closed="Merci.",
    ),
    "en": Words(
        more="More",
        back="Back",
        back_short="Back",
        home="Home",
        invalid="Invalid choice.",
        invalid_short="Wrong",
        press="Press",
        digits="digits",
        count_of_digits="{count} digits",
        write="Type words",
        yes="Yes",
        closed="Thank you.",
    ),
}
HELD_BACK = 6
"""Septets of every page that only the line over a repeated screen may use: five letters and a new line."""


def every() -> Mapping[str, Mapping[str, str]]:
    """Each word in every language, by its name: for whoever reviews them."""
    return {
        field.name: {code: getattr(said, field.name) for code, said in WORDS.items()}
        for field in fields(Words)
    }


def words(language: str) -> Words:
    return WORDS.get(language, WORDS[FIRST])
