"""The letters a basic phone shows: the GSM-7 alphabet of 3GPP TS 23.038, its costs and its substitutes. Pure.

A letter of the basic table costs one septet, one of the extension table two. One letter outside both turns a whole
message into UCS-2 and shrinks a screen to about 70 letters: so nothing leaves without passing `to_gsm7`.

How many SMS a text is. Pure.

A segment is one SMS part: 160 septets alone, 153 where there are several; 70 and 67 UTF-16 units where one letter is
outside GSM-7. A pair (an escaped letter, a surrogate pair) is never cut over two parts, so a division is not enough.
"""

import unicodedata
from collections.abc import Iterable

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
ALPHABET = BASIC | EXTENDED

TYPOGRAPHY = {
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\t": " ",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "´": "'",
    "`": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "–": "-",
    "—": "-",
    "‑": "-",
    "−": "-",
    "•": "-",
    "…": "...",
}
"""What a word processor makes of plain quotes, dashes, dots and blanks: nobody means the difference."""
SUBSTITUTES = {
    **TYPOGRAPHY,
    "°": "o",
    "²": "2",
    "œ": "oe",
    "Œ": "OE",
    "×": "x",
}
"""What stands for a letter that decomposing it does not mend. `ç` is not here: it becomes `c` by losing its mark."""


def is_gsm7(text: str) -> bool:
    return ALPHABET.issuperset(text)


def septets(text: str) -> int:
    """What `text` costs. Letters outside GSM-7 count as their substitute: the text must pass `to_gsm7` first."""
    if EXTENDED.isdisjoint(text):
        return len(text)
    return len(text) + sum(letter in EXTENDED for letter in text)


def strangers(text: str) -> tuple[str, ...]:
    """The letters of `text` outside GSM-7, each once, in their order."""
    return tuple(
        dict.fromkeys(letter for letter in text if letter not in BASIC and letter not in EXTENDED)
    )


def substitute(letter: str) -> str:
    """What to write for a letter outside GSM-7: the nearest letters inside it, or `?`."""
    if letter in SUBSTITUTES:
        return SUBSTITUTES[letter]
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
    )
    return bare if bare and is_gsm7(bare) else "?"


def to_gsm7(text: str) -> str:
    """`text` in GSM-7 letters alone: composed first, then each stranger replaced."""
    composed = unicodedata.normalize("NFC", text)
    if is_gsm7(composed):
        return composed
    return "".join(
        letter if letter in BASIC or letter in EXTENDED else substitute(letter)
        for letter in composed
    )


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
