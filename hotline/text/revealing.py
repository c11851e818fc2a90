"""Finds the parts of a text that could name a person or a case: a phone number, a mail address, or a reference of a
case. Pure. People write numbers and references with spaces, signs and invisible characters between the parts. The
module finds every such spelling. It also defines the form of references."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

ALPHABET = "ACDEFHJKMNPQRTUWXY23456789"
TWINS = str.maketrans("BGSVZO0", "865U2QQ")
"""Maps each character that references never contain to the similar character that references use, such as O to Q."""
SURE_DIGITS = "3479"
"""The digits that do not look like a letter. Each reference contains one of these digits, so no word can be read as a
reference."""
ANSWERS = "2345"
"""The digits in references that responders also send as answers. A reference of five or six characters does not begin
or end with such a digit. So `2K7Q4` can only be the answer `2` together with the reference `K7Q4`."""
LONGEST = 6
_SHAPE = re.compile(
    rf"(?=.*[{SURE_DIGITS}])(?=.*[A-Z])"
    rf"(?:[{ALPHABET}]{{4}}|(?![{ANSWERS}])[{ALPHABET}]{{5,6}}(?<![{ANSWERS}]))"
)
MEASURE = re.compile(r"\d+(?:KM|[AP]M|[HJM])|\d{1,2}H\d{2}")
"""Matches distances and times of day, such as 12KM and 7PM. No reference looks like a distance or a time, so a
responder who writes a distance never seems to name a case."""

_NUMBER = re.compile(r"\S*@\S+|\+?\d(?:[\W_]{0,3}\d){5,}")
"""Matches a mail address, and a sequence of digits that could be a phone number or a receipt."""
_HOUR = r"(?:[01]?\d|2[0-3])[:.][0-5]\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])"
_TIMES = re.compile(rf"(?:{_HOUR}|{_DAY})[\W_]{{1,3}}{_HOUR}|{_HOUR}:[0-5]\d")
"""Matches a time of day with seconds, two times of day, or a day and a time. Such digits are too few for a phone
number."""
_PIECE = re.compile(r"[^\W_]+")
_ROW_ID = re.compile(r"[TC]\d+")
"""Matches the number of a tip or a case, as some pages show it."""
_COUNTED = re.compile(r"\d+(?:ST|ND|RD|TH|FRW|RWF)")
"""Matches ordinals and amounts of money."""
_WIDEST_GAP = 3


def is_reference(text: str) -> bool:
    return _SHAPE.fullmatch(text) is not None


class Span(NamedTuple):
    """A part of a text, from the position of its first character to the position after its last character."""

    start: int
    end: int


def reveals(text: str) -> bool:
    """Returns True if the text contains a possible phone number, mail address or reference."""
    return next(_found(text), None) is not None


def without_revealing(text: str, instead: str) -> str:
    """Returns the text with `instead` in place of each number, mail address and reference."""
    made, kept_to = [], 0
    for start, end in sorted(_found(text)):
        if start >= kept_to:
            made += [text[kept_to:start], instead]
        kept_to = max(kept_to, end)
    return "".join((*made, text[kept_to:]))


def _found(text: str) -> Iterator[Span]:
    plain, origin = _plain(text)

    def span(start: int, end: int) -> Span:
        return Span(origin[start], origin[end - 1] + 1)

    for one in _NUMBER.finditer(plain):
        if not _TIMES.fullmatch(one[0]):
            yield span(*one.span())
    pieces = list(_PIECE.finditer(plain))
    taken: set[int] = set()
    for size in (1, *range(LONGEST, 1, -1)):
        for first in range(len(pieces) - size + 1):
            some = pieces[first : first + size]
            here = range(first, first + size)
            if taken.isdisjoint(here) and _names_case(some):
                taken.update(here)
                yield span(some[0].start(), some[-1].end())


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Returns the text in capitals, without variants of characters and without invisible characters. Also returns,
    for each character of the result, the position in `text` that it comes from."""
    made = [
        (char, index)
        for index, typed in enumerate(text)
        for char in unicodedata.normalize("NFKC", typed).upper()
        if unicodedata.category(char) != "Cf"
    ]
    return "".join(char for char, _ in made), [index for _, index in made]


def _names_case(pieces: Sequence[re.Match[str]]) -> bool:
    """Returns True if these neighbouring pieces together could be a reference, or the number of a tip or case."""
    words = [one[0] for one in pieces]
    joined = "".join(words)
    gaps = [after.start() - one.end() for one, after in pairwise(pieces)]
    if any(gap > _WIDEST_GAP for gap in gaps):
        return False
    if len(words) <= 2 and _ROW_ID.fullmatch(joined):
        return True
    if len(joined) > LONGEST or joined.isdecimal() or _is_counted(joined):
        return False
    return is_reference(joined.translate(TWINS)) and (len(words) == 1 or _is_one_word(words))


def _is_one_word(words: Sequence[str]) -> bool:
    """Returns True if these pieces of text may be parts of one reference. Ordinary words next to a number, as in
    "came 7 times" or "a 9-year-old", are not parts of a reference."""
    short = all(len(one) <= 2 or not one.isalpha() for one in words)
    mixed = any(not (one.isalpha() or one.isdecimal() or _is_counted(one)) for one in words)
    return short and (mixed or all(len(one) == 1 for one in words))


def _is_counted(word: str) -> bool:
    return bool(MEASURE.fullmatch(word) or _COUNTED.fullmatch(word))
