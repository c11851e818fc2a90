"""Converts text to the alphabet of basic phones, and cleans what people type. Pure.

The alphabet of basic phones is GSM-7 (3GPP TS 23.038). The module also counts the septets and segments of a text.

A letter of the basic table costs one septet, and a letter of the extension table costs two. If a message contains a
single letter outside both tables, the network sends the whole message as UCS-2, and a screen then has only about 70
letters. So every outgoing text must pass `to_gsm7`.

A segment is one SMS part. A message of one part has room for 160 septets, and each part of a longer message has room
for 153. With a letter outside GSM-7, the parts have room for 70 and 67 UTF-16 units. A letter that takes two septets or
two UTF-16 units must stay in one part. So the number of parts is not always the length divided by the size of a part.

The functions that clean typed keys, typed words and PINs accept any input and raise no error. The module also finds
PINs that are easy to guess, and faults in names.

Two names that look alike count as the same name, so that no person can use another person's name with different
letters. The module compares names by their skeletons, which the standard UTS #39 defines. `docs/credits.md` explains
how the tables were made from Unicode's own tables.
"""

import csv
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
ALPHABET = BASIC | EXTENDED

TYPOGRAPHY = {
    **dict.fromkeys("\u00a0\u202f\u2009\t", " "),
    **dict.fromkeys("’‘ʼ´`", "'"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("–—‑−•", "-"),
    "…": "...",
}
"""Maps each special quote, dash, dot or space that word processors insert to the plain characters with the same
meaning."""
SUBSTITUTES = {**TYPOGRAPHY, "°": "o", "²": "2", "œ": "oe", "Œ": "OE", "×": "x"}
"""Maps foreign letters to similar GSM-7 letters, if Unicode cannot split the foreign letter into a GSM-7 letter and an
accent. Unicode splits `ç` into `c` and a cedilla, so this table does not list `ç`."""


def is_gsm7(text: str) -> bool:
    return ALPHABET.issuperset(text)


def septets(text: str) -> int:
    """Returns the number of septets of `text`. The function counts a letter outside GSM-7 as one septet, so the
    calling code must first convert the text with `to_gsm7`."""
    if EXTENDED.isdisjoint(text):
        return len(text)
    return len(text) + sum(letter in EXTENDED for letter in text)


def foreign_letters(text: str) -> tuple[str, ...]:
    """Returns the letters of `text` outside GSM-7, in order and without duplicates."""
    return tuple(dict.fromkeys(letter for letter in text if letter not in ALPHABET))


def substitute(letter: str) -> str:
    """Returns the most similar GSM-7 letters for a letter outside GSM-7, or `?`."""
    if letter in SUBSTITUTES:
        return SUBSTITUTES[letter]
    base = "".join(
        part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
    )
    return base if base and is_gsm7(base) else "?"


def to_gsm7(text: str) -> str:
    """Returns `text` with GSM-7 letters only. First joins each letter with its accent. Then replaces each letter
    outside GSM-7 with similar GSM-7 letters, or with `?`."""
    composed = unicodedata.normalize("NFC", text)
    if is_gsm7(composed):
        return composed
    return "".join(letter if letter in ALPHABET else substitute(letter) for letter in composed)


ALONE, EACH = 160, 153
ALONE_UCS2, EACH_UCS2 = 70, 67


def segments(text: str) -> int:
    """Returns the number of SMS parts of a text. An empty text has one part."""
    if is_gsm7(text):
        return _parts((2 if letter in EXTENDED else 1 for letter in text), ALONE, EACH)
    return _parts((2 if ord(letter) > 0xFFFF else 1 for letter in text), ALONE_UCS2, EACH_UCS2)


def _parts(costs: Iterable[int], single_limit: int, part_size: int) -> int:
    all_costs = list(costs)
    if sum(all_costs) <= single_limit:
        return 1

    parts, room = 1, part_size
    for cost in all_costs:
        if cost > room:
            parts, room = parts + 1, part_size
        room -= cost
    return parts


MAX_LETTERS = 160
PIN_DIGITS = 4
"""The number of digits of a PIN if the question does not give a number of digits."""
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
    pin = clean_keys(keyed)
    return pin if len(pin) == digits and pin.isdecimal() else ""


RUNS = ("01234567890", "09876543210")
"""Two rows of digits: all ten digits in ascending order, and in descending order. Each row begins and ends with `0`. A
PIN that is a part of one of these rows, such as `3456`, is easy to guess."""
CENTURIES = ("19", "20")
YEAR_DIGITS = 4


def is_easy_pin(pin: str) -> bool:
    """Returns True if the digits are easy to guess.

    A PIN is easy to guess if all its digits are equal or in a sequence. It is also easy if it begins or ends with a
    year of birth.
    """
    equal = len(set(pin)) == 1
    years = (pin[:YEAR_DIGITS], pin[-YEAR_DIGITS:])
    is_year = any(year.startswith(CENTURIES) for year in years)
    return equal or any(pin in run for run in RUNS) or is_year


APOSTROPHE = "\u2019"
"""The only character outside ASCII, apart from letters, that names may contain."""
UNSEEN_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters of the Hangul script that are invisible."""


class NameFault(StrEnum):
    """The kind of fault in a name."""

    MARKS = "marks"
    SCRIPTS = "scripts"


def fold_name(name: str) -> str:
    """Returns one form for all spellings of a name that differ only in capitals, spaces, and the encoding of the same
    letter."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def tidy_name(name: str) -> str:
    """Returns a name in the form in which the database stores it. Each letter with an accent is one character, and
    there is one space between two words."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def is_one_name(one: str, other: str) -> bool:
    """Returns True if two names look alike, or differ only in capitals and spaces."""
    return any(a == b for a, b in zip(comparison_keys(one), comparison_keys(other), strict=True))


def comparison_keys(name: str) -> tuple[str, str, str]:
    """Returns three keys with which the code compares a name with other names. Two names are alike if they have an
    equal key at the same position.

    The keys have no spaces, because names that differ only in spaces count as the same name.
    """
    folded, tidy = fold_name(name).replace(" ", ""), tidy_name(name).replace(" ", "")
    return folded, name_skeleton(folded), name_skeleton(tidy).casefold()


def name_skeleton(name: str) -> str:
    """Returns the skeleton of a name (UTS #39). Names that look alike have the same skeleton, because the function
    replaces each letter with a similar plain letter. Pages never show a skeleton."""
    confusables = _confusables()
    letters = unicodedata.normalize("NFD", name)
    return unicodedata.normalize("NFD", "".join(confusables.get(one, one) for one in letters))


def name_fault(name: str) -> NameFault | None:
    """Returns the fault in the letters of a name, or None. The name has the form in which the database stores it. The
    letter é as one character is allowed, but an accent as a separate character is not allowed."""
    if any(unicodedata.category(letter)[0] == "M" for letter in name):
        return NameFault.MARKS
    beyond = [letter for letter in name if not letter.isascii() and letter != APOSTROPHE]
    scripts = {_script_of(letter) for letter in name if letter.isalpha() or letter in beyond}
    return NameFault.SCRIPTS if len(scripts) > 1 or "" in scripts else None


def _script_of(letter: str) -> str:
    """Returns the script (the writing system, such as Latin) of a letter. The result is empty for a sign, a digit, and
    a letter that belongs to no single script."""
    if letter in UNSEEN_LETTERS:
        return ""
    starts, ranges = _scripts()
    found = bisect_right(starts, ord(letter)) - 1
    if found < 0 or ord(letter) > ranges[found][0]:
        return ""
    return ranges[found][1]


@cache
def _confusables() -> Mapping[str, str]:
    return {
        chr(int(source, 16)): "".join(chr(int(code, 16)) for code in target.split())
        for source, target in _rows("confusables.csv")
    }


@cache
def _scripts() -> tuple[Sequence[int], Sequence[tuple[int, str]]]:
    """Returns Unicode's ranges of letters with a single script (writing system). Each range has its first letter, its
    last letter and its script."""
    rows = [(int(first, 16), int(end, 16), name) for first, end, name in _rows("scripts.csv")]
    return [first for first, _, _ in rows], [(end, name) for _, end, name in rows]


def _rows(name: str) -> Iterator[list[str]]:
    with (files("hotline.text") / name).open(encoding="ascii") as table:
        yield from csv.reader(table)
