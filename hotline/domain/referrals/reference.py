"""What an SMS calls a referral: letters and digits that survive a bad screen and a hasty thumb. Pure.

Of letters and digits that look alike only one is ever made, and the other is read as it: no 0 O 1 I L among them, B is
read as 8, Z as 2. Each reference has a letter, and a digit that looks like no letter. Four characters as long as they
last, then five, then six: a reference is never given twice (docs/adr/0023).
"""

import re
from itertools import islice

ALPHABET = "ACDEFHJKMNPQRTUWXY23456789"
TWINS = str.maketrans("BGSVZO0", "865U2QQ")
"""Typed for what it looks like."""
SURE_DIGITS = "3479"
"""Digits that nobody takes for a letter: with one in each reference, no word is ever read as one."""
ANSWERS = "2345"
"""Digits of the alphabet that a responder answers with: no long reference begins or ends with one, so that `2K7Q4` is
an answer stuck to its reference and nothing else."""
LENGTHS = (4, 5, 6)
UNLUCKY = 3
"""How many draws that find less than half of their letters free make the next a character longer."""
NOISE = 20
"""Random bytes for each reference that is wanted: more than are needed."""

_TIMES = 256 // len(ALPHABET)
_LETTERS = (ALPHABET * (_TIMES + 1)).encode()[:256]
_UNFAIR = bytes(range(_TIMES * len(ALPHABET), 256))
"""Bytes that would make some letters likelier than others."""
_SHAPE = re.compile(
    rf"(?=.*[{SURE_DIGITS}])(?=.*[A-Z])"
    rf"(?:[{ALPHABET}]{{4}}|(?![{ANSWERS}])[{ALPHABET}]{{5,6}}(?<![{ANSWERS}]))"
)
_MEASURE = re.compile(r"\d+(?:KM|[AP]M|[HJM])|\d{1,2}H\d{2}")
"""What reads as a distance or an hour, and is never made: whoever does not know the case would be taken for somebody
who tells how far it is."""


def draw(noise: bytes, length: int, most: int) -> list[str]:
    """The first references of that length in some random bytes, each once: at most so many, now and then fewer."""
    letters = iter(noise.translate(_LETTERS, _UNFAIR).decode())
    pieces = map("".join, zip(*[letters] * length, strict=False))
    made = (one for one in pieces if _SHAPE.fullmatch(one) and not _MEASURE.fullmatch(one))
    return [*dict.fromkeys(islice(made, most))]


def length_after(unlucky: int) -> int:
    """How long the next draw's references are, after so many unlucky ones."""
    return LENGTHS[min(unlucky // UNLUCKY, len(LENGTHS) - 1)]


def is_reference(text: str) -> bool:
    return _SHAPE.fullmatch(text) is not None


def read(text: str) -> str | None:
    """The reference that somebody meant by these letters, or None."""
    meant = text.upper().translate(TWINS)
    return meant if is_reference(meant) else None
