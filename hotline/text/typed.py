"""Cleans what people type: keys, words, PINs and names. Pure.

Functions for keys, words and PINs accept any input and raise no error. The module also finds PINs that are easy to
guess, and faults in names.

Two names that look alike count as the same name, so that no person can use another person's name with different
letters. The module compares names by their skeletons, which the standard UTS #39 defines. `docs/credits.md` explains
how the tables were made from Unicode's own tables.
"""

import csv
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files

MAX_LETTERS = 160
PIN_DIGITS = 4
"""The number of digits of a PIN if the question does not give one."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""The Unicode categories of characters without a visible letter: control characters, direction marks, zero-width
characters, surrogates and unassigned characters."""


def clean_keys(keyed: str) -> str:
    """Returns the keys that a caller typed, without spaces, and with ASCII digits in place of the digits of other
    scripts."""
    if keyed.isascii() and keyed.isdigit():
        return keyed
    return "".join(
        str(unicodedata.decimal(letter, letter))
        for letter in keyed
        if not letter.isspace() and unicodedata.category(letter) not in UNSEEN
    )


def clean_text(keyed: str) -> str:
    """Returns the text that a caller typed, on one line, without invisible letters, and cut after 160 letters."""
    visible = (
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", keyed)
        if letter.isspace() or unicodedata.category(letter) not in UNSEEN
    )
    return "".join(visible).strip()[:MAX_LETTERS].rstrip()


def clean_pin(keyed: str, digits: int) -> str:
    """Returns the PIN that a person typed. The result is empty if the input does not have exactly `digits` digits."""
    typed = clean_keys(keyed)
    return typed if len(typed) == digits and typed.isdecimal() else ""


RUNS = ("01234567890", "09876543210")
"""The digits in ascending and in descending order, with `0` at both ends."""
CENTURIES = ("19", "20")
YEAR_DIGITS = 4


def is_easy_pin(pin: str) -> bool:
    """Returns True if the digits are easy to guess.

    A PIN is easy to guess if all its digits are equal, if they are in a sequence, or if the PIN begins or ends with a
    year of birth.
    """
    equal = len(set(pin)) == 1
    years = (pin[:YEAR_DIGITS], pin[-YEAR_DIGITS:])
    is_year = any(year.startswith(CENTURIES) for year in years)
    return equal or any(pin in run for run in RUNS) or is_year


APOSTROPHE = "\u2019"
"""The only character outside ASCII that is allowed in a name besides letters."""
UNSEEN_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters of the Hangul script that are invisible."""


class NameFault(StrEnum):
    """The kind of fault in a name."""

    MARKS = "marks"
    SCRIPTS = "scripts"


def fold_name(typed: str) -> str:
    """Returns one form for all spellings of a name that differ only in capitals, spaces, and the encoding of the same
    letter."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def tidy_name(typed: str) -> str:
    """Returns a name in the form in which the database stores it. Each letter with an accent is one character, and
    there is one space between two words."""
    return " ".join(unicodedata.normalize("NFKC", typed).split())


def is_one_name(one: str, other: str) -> bool:
    """Returns True if two names look alike, or differ only in capitals and spaces."""
    return any(a == b for a, b in zip(comparison_keys(one), comparison_keys(other), strict=True))


def comparison_keys(name: str) -> tuple[str, str, str]:
    """Returns three keys with which the code compares a name. Two names are alike if they have an equal key at the
    same position.

    The keys have no spaces, because names that differ only in spaces count as the same name.
    """
    plain, shown = fold_name(name).replace(" ", ""), tidy_name(name).replace(" ", "")
    return plain, name_skeleton(plain), name_skeleton(shown).casefold()


def name_skeleton(name: str) -> str:
    """Returns the skeleton of a name: the function replaces each letter with the letters that it looks like (UTS
    #39). Pages never show a skeleton."""
    alike = _confusables()
    letters = unicodedata.normalize("NFD", name)
    return unicodedata.normalize("NFD", "".join(alike.get(one, one) for one in letters))


def name_fault(name: str) -> NameFault | None:
    """Returns the fault in the letters of a name in its stored form, or None. The letter é as one character is
    allowed, but an accent as a separate character is not allowed."""
    if any(unicodedata.category(letter)[0] == "M" for letter in name):
        return NameFault.MARKS
    beyond = [one for one in name if not one.isascii() and one != APOSTROPHE]
    scripts = {_script_of(one) for one in name if one.isalpha() or one in beyond}
    return NameFault.SCRIPTS if len(scripts) > 1 or "" in scripts else None


def _script_of(letter: str) -> str:
    """Returns the script of a letter. The result is empty for a sign, a digit, and a letter that belongs to no
    single script."""
    if letter in UNSEEN_LETTERS:
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
    """Returns the ranges of letters in Unicode that belong to one script: the first letter of each range, its last
    letter, and its script."""
    rows = [(int(first, 16), int(last, 16), name) for first, last, name in _rows("scripts.csv")]
    return [first for first, _, _ in rows], [(last, name) for _, last, name in rows]


def _rows(name: str) -> Iterator[list[str]]:
    with (files("hotline.text") / name).open(encoding="ascii") as table:
        yield from csv.reader(table)
