"""Which stories of the console are told today, and in which language: a story costs as much as a whole room's tests.

A sample tells one of those that the guide walks and one of the others, in one language. `bin/test --long` tells all of
them in all three.
"""

from typing import Any

import pytest

from hotline.text.languages import CODES
from tests.sampling import by_turns

GUIDE = ("sentence", "topic", "sheet")
OTHERS = ("emergency", "merged", "clashing", "twenty texts", "lost password", "no plaintext")


def language_today() -> list[Any]:
    return by_turns(CODES, "the language of the console's stories")


def story(name: str) -> pytest.MarkDecorator:
    """The mark of one story: it takes turns with the others of its kind."""
    kind = GUIDE if name in GUIDE else OTHERS
    what = "a story of the guide" if kind is GUIDE else "a story of the console"
    return pytest.mark.turn(what, kind.index(name), len(kind))
