"""The few things that a text may leave a place for, since no flow can know them. A closed list. Pure."""

import re
from collections.abc import Mapping

WIDEST: Mapping[str, str] = {"receipt": "000 000 000", "certificate": "WWWW WWWW WWWW"}
"""What may stand in braces, each with the widest that the line ever puts there: the checker measures with it."""
_BRACED = re.compile(r"\{(\w*)\}")


def named(text: str) -> tuple[str, ...]:
    """What stands in braces, known or not."""
    return tuple(_BRACED.findall(text)) if "{" in text else ()


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with the session's own words in their places; nothing where the session has none."""
    return _BRACED.sub(lambda found: words.get(found[1], ""), text) if "{" in text else text
