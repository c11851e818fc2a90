"""Which PINs anybody would try first. Pure."""

RUNS = ("01234567890", "09876543210")
"""Digits in a row, upwards and downwards, round the keypad's `0` as well."""
CENTURIES = ("19", "20")


def is_easy(pin: str) -> bool:
    """Whether four digits are all equal, in a row, or a year of somebody's birth."""
    equal = len(set(pin)) == 1
    return equal or any(pin in run for run in RUNS) or pin.startswith(CENTURIES)
