"""Words that say what this line is for, by language. A table: the lists grow with what reviewers find.

A word is looked for without accents and capitals, at the beginning of a word, so that endings do not matter. In
Kinyarwanda it is looked for anywhere, since a prefix may stand before it. Words of `WHOLE` count only by themselves.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

REPORTING: Mapping[str, tuple[str, ...]] = {
    "rw": ("tanga amakuru", "menyekanisha", "rega", "ikirego", "tungira agatoki", "mutangabuhamya"),
    "fr": ("signaler", "signalement", "denonc", "temoign", "plainte", "tuyau", "anonym"),
    "en": ("report", "tip", "tips", "tip-off", "denounc", "inform on", "witness", "anonym"),
}
TRAFFICKING: Mapping[str, tuple[str, ...]] = {
    "rw": ("icuruzwa ry'abantu", "curuza abantu", "bucakara"),
    "fr": ("traite", "trafic", "trafiquant", "esclav"),
    "en": ("traffick", "slave"),
}
POLICE: Mapping[str, tuple[str, ...]] = {
    "rw": ("polisi", "rib", "ubugenzacyaha"),
    "fr": ("police", "policier", "rib", "gendarme"),
    "en": ("police", "rib"),
}
WHOLE = frozenset({"rib", "tip", "tips", "traite"})


def risky_words(text: str, language: str) -> Iterator[str]:
    """The words of the tables that stand in `text`."""
    said = _plain(text)
    for table in (REPORTING, TRAFFICKING, POLICE):
        for word in table.get(language, ()):
            before = "" if language == "rw" and word not in WHOLE else r"\b"
            after = r"\b" if word in WHOLE else ""
            if re.search(before + re.escape(word) + after, said):
                yield word


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
