"""Converts text to GSM-7, the alphabet of basic phones (3GPP TS 23.038), and counts its septets and segments. Pure.

A letter of the basic table costs one septet, and a letter of the extension table costs two. If a message contains a
single letter outside both tables, the network sends the whole message as UCS-2, and a screen then has only about 70
letters. So every outgoing text must pass `to_gsm7`.

A segment is one SMS part. A message of one part has room for 160 septets, and each part of a longer message has room
for 153. With a letter outside GSM-7, the parts have room for 70 and 67 UTF-16 units. A letter that takes two places
must stay in one part. So the number of parts is not always the length divided by the size of a part.
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
"""Plain characters for the quotes, dashes, dots and spaces of word processors. These substitutes do not change the
meaning of a text."""
SUBSTITUTES = {**TYPOGRAPHY, "°": "o", "²": "2", "œ": "oe", "Œ": "OE", "×": "x"}
"""GSM-7 letters for foreign letters that Unicode cannot split into a GSM-7 letter and an accent. Unicode splits `ç`
into `c` and a cedilla, so this table does not list `ç`."""


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
    return tuple(
        dict.fromkeys(letter for letter in text if letter not in BASIC and letter not in EXTENDED)
    )


def substitute(letter: str) -> str:
    """Returns the most similar GSM-7 letters for a letter outside GSM-7, or `?`."""
    if letter in SUBSTITUTES:
        return SUBSTITUTES[letter]
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
    )
    return bare if bare and is_gsm7(bare) else "?"


def to_gsm7(text: str) -> str:
    """Returns `text` with GSM-7 letters only. It first joins each letter with its accent, and then replaces each
    letter outside GSM-7."""
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
    """Returns the number of SMS parts of a text. An empty text has one part."""
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
