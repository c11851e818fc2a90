"""The few words the engine itself says, in every language."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

from hotline.text.languages import FIRST


class Words(NamedTuple):
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


_SAID = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
WORDS: Mapping[str, Words] = {code: Words(**said) for code, said in _SAID.items()}
HELD_BACK = 6
"""Septets of every page that only the line over a repeated screen may use: five letters and a new line."""


def every() -> Mapping[str, Mapping[str, str]]:
    """Each word in every language, by its name: for whoever reviews them."""
    return {
        name: {code: getattr(said, name) for code, said in WORDS.items()} for name in Words._fields
    }


def words(language: str) -> Words:
    return WORDS.get(language, WORDS[FIRST])
