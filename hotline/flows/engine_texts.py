"""Holds the few words that the engine itself shows on screens, in every language."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

from hotline.text.languages import FIRST


class EngineTexts(NamedTuple):
    more: str
    back: str
    back_short: str
    """A shorter text for `back`, for screens without room for the longer one."""
    home: str
    invalid: str
    """The beginning of the line above a repeated screen, if there is room for it."""
    invalid_short: str
    """The whole line in at most five letters, for screens without room for the keys."""
    press: str
    """The verb before the valid keys."""
    digits: str
    """The text that replaces the list of keys if the question asks for a number."""
    count_of_digits: str
    """The text that replaces the list of keys if the question asks for a PIN."""
    write: str
    """The text that replaces `press` and the list of keys if the question asks for words."""
    yes: str
    """The choice "yes" for a list with only one place."""
    closed: str
    """The text for a flow that ends without its own last text. The check does not allow the publication of such a
    flow."""


_SAID = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
ENGINE_TEXTS: Mapping[str, EngineTexts] = {
    code: EngineTexts(**said) for code, said in _SAID.items()
}
RESERVED_SEPTETS = 6
"""The septets that every page keeps free for the line above a repeated screen: five letters and a line end."""


def all_texts() -> Mapping[str, Mapping[str, str]]:
    """Returns each word in every language, by its name, for reviewers."""
    return {
        name: {code: getattr(said, name) for code, said in ENGINE_TEXTS.items()}
        for name in EngineTexts._fields
    }


def texts_of(language: str) -> EngineTexts:
    return ENGINE_TEXTS.get(language, ENGINE_TEXTS[FIRST])
