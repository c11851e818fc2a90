"""Holds the few words that the engine itself shows, in every language."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

from hotline.text.languages import FIRST


class EngineTexts(NamedTuple):
    more: str
    back: str
    back_short: str
    """Shorter wording of `back`, for screens without room for the longer one."""
    home: str
    invalid: str
    """Beginning of the line above a repeated screen, where there is room for it."""
    invalid_short: str
    """Whole line in at most five letters, for screens without room for the keys."""
    press: str
    """Verb before the valid keys."""
    digits: str
    """Replaces the keys where a number is asked."""
    count_of_digits: str
    """Replaces the keys where a PIN is asked."""
    write: str
    """Replaces the keys and `press` where words are asked."""
    yes: str
    """Choice for a list's only place."""
    closed: str
    """Text for a flow that ends without its own. The check does not allow such a flow to be published."""


_SAID = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
ENGINE_TEXTS: Mapping[str, EngineTexts] = {
    code: EngineTexts(**said) for code, said in _SAID.items()
}
RESERVED_SEPTETS = 6
"""Septets of every page reserved for the line above a repeated screen: five letters and a line end."""


def all_texts() -> Mapping[str, Mapping[str, str]]:
    """Returns each word in every language, by its name, for reviewers."""
    return {
        name: {code: getattr(said, name) for code, said in ENGINE_TEXTS.items()}
        for name in EngineTexts._fields
    }


def texts_of(language: str) -> EngineTexts:
    return ENGINE_TEXTS.get(language, ENGINE_TEXTS[FIRST])
