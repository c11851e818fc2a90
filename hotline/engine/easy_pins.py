"""Which PINs anybody would try first. Pure."""

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
