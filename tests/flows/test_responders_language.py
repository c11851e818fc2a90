"""Tests that the responders' short code uses the language given at enrolment. For other phones, the language is not
known."""

import pytest

from hotline.people.rules import Level
from tests.support.callers import Line
from tests.support.servers import embedded

__all__ = ["embedded"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("rw", "Nta gishya. Murakoze."),
        ("fr", "Rien de nouveau. Merci."),
        ("en", "Nothing new. Thank you."),
    ],
)
def test_an_enrolled_phone_reads_its_own_language(line: Line, language: str, said: str) -> None:
    line.enrol(Level.RESPONDER, "+250788000041", language)
    caller = line.caller("+250788000041")

    assert caller.dial("90") == f"END {said}"
    line.flush()
    assert caller.again() == f"END {said}"


def test_the_same_phone_that_dials_the_line_sees_the_ordinary_front(line: Line) -> None:
    line.enrol(Level.RESPONDER, "+250788000041", "en")

    enrolled, stranger = line.caller("+250788000041"), line.caller("+250788000099")

    assert enrolled.dial() == stranger.dial()
    assert stranger.dial().startswith("CON Akazi gatekanye")
