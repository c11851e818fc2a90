"""The few things that a text may leave a place for, since no flow can know them. A closed list. Pure."""

import re
from collections.abc import Mapping

WIDEST: Mapping[str, str] = {
    "receipt": "000 000 000",
    "certificate": "WWWW WWWW WWWW",
    "open": "99",
    "urgent": "99",
    "ref": "K7Q4CA",
    "place": "Nyarugenge",
    "found": "Grande Barriere: Nyamasheke, Iburengerazuba",
    "time": "25/11 14:05",
    "who": "Wwwwwwwww Wwwwwwwwww",
    "outcome": "aide en place",
    "asked": "aide en place",
    "owed": "1 umukobwa: igisubizo, 2 umugore: ubufasha",
    "page": "-",
    "last": "25/11 14:05 (9999 times)",
}
"""What may stand in braces, each with the widest that the line ever puts there: the checker measures with it."""
FOUND = "{found}"
"""Stands for the name of the only place of a list, in the text that asks about it alone."""
ABOUT = "work_case"
"""The answer that says which case a screen is about: `{place}` is then `place.K7Q4` of the session's words."""
_BRACED = re.compile(r"\{(\w*)\}")


def named(text: str) -> tuple[str, ...]:
    """What stands in braces, known or not."""
    return tuple(_BRACED.findall(text)) if "{" in text else ()


def filled(text: str, words: Mapping[str, str], about: str = "") -> str:
    """The text with the session's own words in their places, those about its case first. Others stand for nothing."""
    if "{" not in text:
        return text

    def word(found: re.Match[str]) -> str:
        own = words.get(f"{found[1]}.{about}") if about else None
        return words.get(found[1], "") if own is None else own

    return _BRACED.sub(word, text)
