"""What a thumb typed, made fit to be read: as keys, or as words. Pure and total.

Which PINs anybody would try first. Pure.
"""

import unicodedata

MOST_LETTERS = 160
PIN_DIGITS = 4
"""Of a PIN that does not say how many it has."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, marks of direction, zero widths, surrogates, letters that do not exist."""


def keys(keyed: str) -> str:
    """`keyed` as keys: without blanks, every decimal digit of any script as its ASCII one."""
    if keyed.isascii() and keyed.isdigit():
        return keyed
    return "".join(
        str(unicodedata.decimal(letter, letter))
        for letter in keyed
        if not letter.isspace() and unicodedata.category(letter) not in UNSEEN
    )


def words(keyed: str) -> str:
    """`keyed` as words: composed, without anything invisible, on one line, at most 160 letters."""
    visible = (
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", keyed)
        if letter.isspace() or unicodedata.category(letter) not in UNSEEN
    )
    return "".join(visible).strip()[:MOST_LETTERS].rstrip()


def pin(keyed: str, digits: int = PIN_DIGITS) -> str:
    """So many digits; empty where it is anything else."""
    typed = keys(keyed)
    return typed if len(typed) == digits and typed.isdecimal() else ""


RUNS = ("01234567890", "09876543210")
"""Digits in a row, upwards and downwards, round the keypad's `0` as well."""
CENTURIES = ("19", "20")
YEAR_DIGITS = 4


def is_easy(pin: str) -> bool:
    """Whether digits are all equal, in a row, or begin or end with a year of somebody's birth."""
    equal = len(set(pin)) == 1
    years = (pin[:YEAR_DIGITS], pin[-YEAR_DIGITS:])
    is_year = any(year.startswith(CENTURIES) for year in years)
    return equal or any(pin in run for run in RUNS) or is_year
