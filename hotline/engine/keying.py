"""What a thumb typed, made fit to be read: as keys, or as words. Pure and total."""

import unicodedata

MOST_LETTERS = 160
PIN_DIGITS = 4
"""Of a PIN that does not say how many it has."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, marks of direction, zero widths, surrogates, letters that do not exist."""


def keys(keyed: str) -> str:
    """`keyed` as keys: without blanks, every decimal digit of any script as its ASCII one."""
    if keyed.isascii() and keyed.isdigit():
        return keyed
    return "".join(
        _ascii_digit(letter)
        for letter in keyed
        if not letter.isspace() and unicodedata.category(letter) not in _DROPPED
    )


def words(keyed: str) -> str:
    """`keyed` as words: composed, without anything invisible, on one line, at most 160 letters."""
    visible = (
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", keyed)
        if letter.isspace() or unicodedata.category(letter) not in _DROPPED
    )
    return "".join(visible).strip()[:MOST_LETTERS].rstrip()


def pin(keyed: str, digits: int = PIN_DIGITS) -> str:
    """So many digits; empty where it is anything else."""
    typed = keys(keyed)
    return typed if len(typed) == digits and typed.isdecimal() else ""


def _ascii_digit(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)
