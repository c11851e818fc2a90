"""Compares names as people type and read them, and says which ones a person or an account may have. Pure.

Two names that look alike are one name: a second person must not be the first one, written with other letters. Names are
compared by their skeletons, as UTS #39 says. `docs/credits.md` says how the tables follow from Unicode's own.
"""

import csv
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files

APOSTROPHE = "\u2019"
"""The one sign outside ASCII that a name may hold."""
UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters of Hangul that show nothing."""


class NameFault(StrEnum):
    """One fault of a name."""

    MARKS = "marks"
    SCRIPTS = "scripts"


def folded(typed: str) -> str:
    """A name without what tells nobody apart: capitals, spaces, and another form of the same letter."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def tidy(typed: str) -> str:
    """Returns a name as it is kept: letters composed, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", typed).split())


def is_one_name(one: str, other: str) -> bool:
    """Returns True if two names are equal but for capitals and spaces, or look alike."""
    return any(a == b for a, b in zip(keys_of(one), keys_of(other), strict=True))


def keys_of(name: str) -> tuple[str, str, str]:
    """Returns what two names that are alike have in common, in one of the three places.

    Spaces tell nobody apart: a fullwidth digit takes the place of one.
    """
    plain, shown = folded(name).replace(" ", ""), tidy(name).replace(" ", "")
    return plain, skeleton(plain), skeleton(shown).casefold()


def skeleton(name: str) -> str:
    """Returns the name in the letters that each of its letters looks like, as UTS #39 says. Not for showing."""
    alike = _confusables()
    letters = unicodedata.normalize("NFD", name)
    return unicodedata.normalize("NFD", "".join(alike.get(one, one) for one in letters))


def name_fault(name: str) -> NameFault | None:
    """Returns what is wrong with the letters of a tidy name: é is a letter, a loose mark over a letter is none."""
    if any(unicodedata.category(letter)[0] == "M" for letter in name):
        return NameFault.MARKS
    beyond = [one for one in name if not one.isascii() and one != APOSTROPHE]
    scripts = {_script_of(one) for one in name if one.isalpha() or one in beyond}
    return NameFault.SCRIPTS if len(scripts) > 1 or "" in scripts else None


def _script_of(letter: str) -> str:
    """Returns the script of a letter; an empty text for a sign, a digit, and a letter that no script owns."""
    if letter in UNSEEN:
        return ""
    begins, ranges = _scripts()
    found = bisect_right(begins, ord(letter)) - 1
    if found < 0 or ord(letter) > ranges[found][0]:
        return ""
    return ranges[found][1]


@cache
def _confusables() -> Mapping[str, str]:
    return {
        chr(int(source, 16)): "".join(chr(int(one, 16)) for one in target.split())
        for source, target in _rows("confusables.csv")
    }


@cache
def _scripts() -> tuple[Sequence[int], Sequence[tuple[int, str]]]:
    """Returns where each range begins, and where it ends with its script."""
    rows = [(int(first, 16), int(last, 16), name) for first, last, name in _rows("scripts.csv")]
    return [first for first, _, _ in rows], [(last, name) for _, last, name in rows]


def _rows(name: str) -> Iterator[list[str]]:
    with (files("hotline.text") / name).open(encoding="ascii") as table:
        yield from csv.reader(table)
