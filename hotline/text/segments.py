"""How many SMS a text is. Pure.

A segment is one SMS part: 160 septets alone, 153 where there are several; 70 and 67 UTF-16 units where one letter is
outside GSM-7. A pair (an escaped letter, a surrogate pair) is never cut over two parts, so a division is not enough.
"""

from collections.abc import Iterable

from hotline.text.gsm7 import EXTENDED, is_gsm7

ALONE, EACH = 160, 153
ALONE_UCS2, EACH_UCS2 = 70, 67


def segments(text: str) -> int:
    """The number of parts; an empty text still is one."""
    if is_gsm7(text):
        return _parts((2 if letter in EXTENDED else 1 for letter in text), ALONE, EACH)
    return _parts((2 if ord(letter) > 0xFFFF else 1 for letter in text), ALONE_UCS2, EACH_UCS2)


def _parts(costs: Iterable[int], alone: int, each: int) -> int:
    listed = list(costs)
    if sum(listed) <= alone:
        return 1

    parts, room = 1, each
    for cost in listed:
        if cost > room:
            parts, room = parts + 1, each
        room -= cost
    return parts
