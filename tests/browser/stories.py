"""Which story of the console is told today, and in which language: some cost ten processor seconds.

A sample tells one, in one language. `bin/test --long` tells all of them in all three.
"""

from typing import Any

import pytest

from hotline.text.languages import CODES
from tests.sampling import by_turns

STORIES = (
    "sentence",
    "topic",
    "sheet",
    "emergency",
    "merged",
    "clashing",
    "twenty texts",
    "lost password",
    "no plaintext",
    "danger",
)


def language_today() -> list[Any]:
    return by_turns(CODES, "the language of the console's stories")


def story(name: str) -> pytest.MarkDecorator:
    """The mark of one story: it takes turns with the others."""
    return pytest.mark.turn("a story of the console", STORIES.index(name), len(STORIES))
