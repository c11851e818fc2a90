"""A responder dials, keys her PIN, reads what was told, and acts on it."""

import pytest

from hotline.store.dialogue.readings import PinReading
from hotline.store.outbox.messages import Referral
from tests.callers import Caller, Line
from tests.reading import OTHER_PIN, PIN, ReaderBeside, at_her_desk, reader_beside


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    return reader_beside(line)


@pytest.fixture
def hers(beside: ReaderBeside) -> tuple[Caller, Referral]:
    return at_her_desk(beside)


def test_r3_she_keys_her_pin_reads_the_case_and_takes_it(
    beside: ReaderBeside, hers: tuple[Caller, Referral]
) -> None:
    phone, known_as = hers
    assert phone.dial("90") == "CON Work PIN, 6 digits. Not mobile money\n0 Back 00 Home"
    assert phone.key(PIN).startswith("CON Open: 1. Urgent: 1\n1 Cases")
    assert f"1 {known_as.reference} urgent, new" in phone.key("1")
    assert phone.key("1").startswith(f"CON {known_as.reference} ")
    page = phone.key("1")
    assert "Nobody said whether helpers may come." in page
    assert phone.key("0").startswith(f"CON {known_as.reference} ")
    assert phone.key("2").startswith(f"END {known_as.reference}: yours. Say what came of it by ")
    (row,) = [one for one in beside.line.all(Referral) if one.id == known_as.id]
    assert row.acknowledged_at is not None
    assert row.opened_at is not None


def test_a_wrong_pin_asks_again_and_a_right_one_opens(
    beside: ReaderBeside, hers: tuple[Caller, Referral]
) -> None:
    phone, _ = hers
    phone.dial("90")
    assert phone.key(OTHER_PIN).startswith("CON Wrong PIN. Enter your PIN")
    assert phone.key(PIN).startswith("CON Open: 1.")
    assert [row.state for row in beside.line.all(PinReading)] == ["wrong", "done"]
