"""Converts text to GSM-7, the alphabet of basic phones (3GPP TS 23.038), and counts its septets and segments. Pure.

A letter of the basic table costs one septet, one of the extension table two. One letter outside both makes the whole
message UCS-2 and shrinks a screen to about 70 letters. So every outgoing text must pass `to_gsm7`.

A segment is one SMS part. A single part has 160 septets, several have 153 each. With a letter outside GSM-7 they have
70 and 67 UTF-16 units. A pair (an escaped letter, a surrogate pair) is never split, so a division is not enough.
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
"""Plain substitutes for the quotes, dashes, dots and blanks of word processors. The meaning stays the same."""
SUBSTITUTES = {**TYPOGRAPHY, "°": "o", "²": "2", "œ": "oe", "Œ": "OE", "×": "x"}
"""Substitutes for letters that decomposition does not turn into GSM-7. It turns `ç` into `c`, so `ç` is missing."""


def is_gsm7(text: str) -> bool:
    return ALPHABET.issuperset(text)


def septets(text: str) -> int:
    """Returns the septets of `text`. Counts a letter outside GSM-7 as one, so the text must pass `to_gsm7` first."""
    if EXTENDED.isdisjoint(text):
        return len(text)
    return len(text) + sum(letter in EXTENDED for letter in text)


def foreign_letters(text: str) -> tuple[str, ...]:
    """Returns the letters of `text` outside GSM-7, without duplicates, in their order."""
    return tuple(
        dict.fromkeys(letter for letter in text if letter not in BASIC and letter not in EXTENDED)
    )


def substitute(letter: str) -> str:
    """Returns the nearest GSM-7 letters for a letter outside GSM-7, or `?`."""
    if letter in SUBSTITUTES:
        return SUBSTITUTES[letter]
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
    )
    return bare if bare and is_gsm7(bare) else "?"


def to_gsm7(text: str) -> str:
    """Returns `text` with GSM-7 letters only. Composes it first, then replaces each letter outside GSM-7."""
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
    """Returns the number of parts. An empty text is one part."""
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
