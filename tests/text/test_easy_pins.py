"""Tests which PINs a caller may not choose."""

import pytest

from hotline.text.characters import is_easy_pin

EQUAL = ["0000", "1111", "9999"]
RUNS = ["0123", "1234", "6789", "7890", "9876", "3210", "0987"]
YEARS = ["1900", "1954", "1994", "2000", "2026", "2099"]


@pytest.mark.parametrize("pin", [*EQUAL, *RUNS, *YEARS])
def test_equal_digits_runs_and_years_are_easy(pin: str) -> None:
    assert is_easy_pin(pin)


@pytest.mark.parametrize("pin", ["4711", "8305", "1112", "1357", "1243", "1899", "2100", "0190"])
def test_others_are_not(pin: str) -> None:
    assert not is_easy_pin(pin)


def test_most_pins_may_be_chosen() -> None:
    assert sum(is_easy_pin(f"{number:04}") for number in range(10_000)) == 226
