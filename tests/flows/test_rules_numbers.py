"""Tests when a screen may show a phone number."""

from datetime import date, timedelta

import pytest

from hotline.flows.numbers import EMERGENCY, VALID, Evidence, Number, number_flags

SIGNED = date(2026, 11, 24)


@pytest.mark.row("C15")
@pytest.mark.parametrize(
    ("days", "others", "emergency"),
    [(-1, False, False), (0, True, True), (365, True, True), (366, False, True)],
    ids=["signed in the future", "its day", "its last day", "after its year"],
)
def test_the_emergency_number_never_lapses(days: int, others: bool, emergency: bool) -> None:
    today = SIGNED + timedelta(days=days)
    book = {
        digits: Number(digits, Evidence.VERIFIED, "MIGEPROF", SIGNED)
        for digits in ("116", EMERGENCY)
    }
    assert number_flags(book, today) == {"number.116": others, "number.112": emergency}
    assert book[EMERGENCY].is_confirmed(today) is others, (
        "a call-back never rings from a lapsed one"
    )


def test_the_emergency_number_that_nobody_confirmed_shows_nowhere() -> None:
    number = Number(EMERGENCY, Evidence.VERIFIED, "", None)
    assert not number.shows(SIGNED + VALID)
