"""Makes and reads references: the names of assignments in SMS, which survive bad screens and typing errors. Pure.

Of letters and digits that look alike, references use only one. The others are read as that one: B as 8, Z as 2. No
reference contains 0, O, 1, I or L. Each reference has a letter, and a digit that looks like no letter. References have
four characters while such are free, then five, then six. A reference is never used twice (docs/adr/0023).
"""

import re
from itertools import islice

ALPHABET = "ACDEFHJKMNPQRTUWXY23456789"
TWINS = str.maketrans("BGSVZO0", "865U2QQ")
"""Characters that a responder may type for one that looks alike."""
SURE_DIGITS = "3479"
"""Digits that look like no letter. Each reference has one, so that no word is read as a reference."""
ANSWERS = "2345"
"""Digits of the alphabet that are also a responder's answers.

No long reference begins or ends with one. So `2K7Q4` can only be an answer joined to its reference.
"""
LENGTHS = (4, 5, 6)
UNLUCKY = 3
"""Unlucky draws after which references get longer. In an unlucky draw less than half of them were free."""
NOISE = 20
"""Random bytes drawn for each wanted reference. It is more than needed."""

_TIMES = 256 // len(ALPHABET)
_LETTERS = (ALPHABET * (_TIMES + 1)).encode()[:256]
_UNFAIR = bytes(range(_TIMES * len(ALPHABET), 256))
"""Bytes that are skipped because they would make some letters more likely than others."""
_SHAPE = re.compile(
    rf"(?=.*[{SURE_DIGITS}])(?=.*[A-Z])"
    rf"(?:[{ALPHABET}]{{4}}|(?![{ANSWERS}])[{ALPHABET}]{{5,6}}(?<![{ANSWERS}]))"
)
_MEASURE = re.compile(r"\d+(?:KM|[AP]M|[HJM])|\d{1,2}H\d{2}")
"""Matches distances and hours, which are never made as references.

A responder who reports a distance would otherwise seem to name a case.
"""


def draw(noise: bytes, length: int, most: int) -> list[str]:
    """Returns the first references of this length in some random bytes, without duplicates.

    It returns at most `most` references, and sometimes fewer.
    """
    letters = iter(noise.translate(_LETTERS, _UNFAIR).decode())
    pieces = map("".join, zip(*[letters] * length, strict=False))
    made = (one for one in pieces if _SHAPE.fullmatch(one) and not _MEASURE.fullmatch(one))
    return [*dict.fromkeys(islice(made, most))]


def length_after(unlucky: int) -> int:
    """Returns the length of the next draw's references, after so many unlucky draws."""
    return LENGTHS[min(unlucky // UNLUCKY, len(LENGTHS) - 1)]


def is_reference(text: str) -> bool:
    return _SHAPE.fullmatch(text) is not None


def read(text: str) -> str | None:
    """Returns the reference that a responder meant by these letters, or None."""
    meant = text.upper().translate(TWINS)
    return meant if is_reference(meant) else None
