"""Cleans the text that a caller typed, to read it as keys, as words or as a PIN. Also finds PINs that are easy to
guess. Pure.

No input raises an error.
"""

import unicodedata

MAX_LETTERS = 160
PIN_DIGITS = 4
"""The number of digits of a PIN if the question does not give one."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories without a visible letter: control characters, direction marks, zero-width characters,
surrogates, unassigned."""


def clean_keys(keyed: str) -> str:
    """Returns `keyed` without spaces, with ASCII digits instead of the decimal digits of other scripts."""
    if keyed.isascii() and keyed.isdigit():
        return keyed
    return "".join(
        str(unicodedata.decimal(letter, letter))
        for letter in keyed
        if not letter.isspace() and unicodedata.category(letter) not in UNSEEN
    )


def clean_text(keyed: str) -> str:
    """Returns `keyed` as composed text on one line, without invisible letters and with 160 letters at most."""
    visible = (
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", keyed)
        if letter.isspace() or unicodedata.category(letter) not in UNSEEN
    )
    return "".join(visible).strip()[:MAX_LETTERS].rstrip()


def clean_pin(keyed: str, digits: int) -> str:
    """Returns the typed PIN. The result is empty if the input does not have exactly `digits` digits."""
    typed = clean_keys(keyed)
    return typed if len(typed) == digits and typed.isdecimal() else ""


RUNS = ("01234567890", "09876543210")
"""Digits in ascending and descending order, with the keypad's `0` at both ends."""
CENTURIES = ("19", "20")
YEAR_DIGITS = 4


def is_easy_pin(pin: str) -> bool:
    """Returns True if the digits are easy to guess.

    They are easy if they are all equal, are in a sequence, or begin or end with a year of birth.
    """
    equal = len(set(pin)) == 1
    years = (pin[:YEAR_DIGITS], pin[-YEAR_DIGITS:])
    is_year = any(year.startswith(CENTURIES) for year in years)
    return equal or any(pin in run for run in RUNS) or is_year
