"""Tests the first screen of a case on a basic phone, and that the PIN leads straight to it."""

import re
import sys

import pytest

from hotline.alerts import service_assignment
from hotline.cases.tables_reading_requests import PinReading
from hotline.flows.screen import SEPTETS
from hotline.gateway.tables import Assignment
from hotline.keys import one_off
from hotline.people.tables_audit import AuditEntry
from hotline.text.gsm7 import septets
from hotline.text.languages import CODES
from tests.cases.test_people_by_phone import SITE, HerCase
from tests.support.callers import DANGER_HERE, QUIET_HERE, Caller, Line, told
from tests.support.reading import PHONE, PIN, ReaderBeside, with_pin

LANDMARK = "Near the red-roof house, Gikondo school"
USUAL = (*DANGER_HERE, "2", "2", "4", "2", "3", LANDMARK)
"""The answers to a danger with a sector and a landmark: an adult, and no visit."""
FIRST_SCREEN = {
    "rw": ("Gatsata, Gasabo", "Gukoreshwa uburaya n'abandi. Umuntu mukuru"),
    "en": ("Gatsata, Gasabo", "Sold for sex. An adult"),
    "fr": ("Gatsata, Gasabo", "Sexe au profit d'autres. Un adulte"),
}


def alerted(beside: ReaderBeside, *keyed: str, language: str = "en") -> Caller:
    """Reports a danger and alerts a responder of its district. Returns the responder's phone after the short code."""
    told(beside.line, *keyed)
    with_pin(beside, desks=(beside.line.tips[-1].place,), language=language)
    return again(beside)


def again(beside: ReaderBeside) -> Caller:
    service_assignment.assign_pending(beside.line.context)
    beside.line.clock.turn(seconds=10)
    phone = beside.line.caller(PHONE)
    phone.dial("90")
    return phone


def reads_of(line: Line) -> int:
    return sum(row.action == "tip_read" for row in line.all(AuditEntry))


def taken(line: Line) -> list[Assignment]:
    return [one for one in line.all(Assignment) if one.acknowledged_at is not None]


def without_keys(screen: str) -> str:
    return screen.split("\n1 ", maxsplit=1)[0]


def screens_of(phone: Caller) -> list[str]:
    """Returns every screen of the page that the phone shows."""
    screens = [phone.read()]
    while re.search(r"^9 ", screens[-1], re.MULTILINE):
        screens.append(phone.key("9")[4:])
    return screens


@pytest.mark.row("R3")
@pytest.mark.parametrize("language", CODES)
def test_the_pin_leads_to_warning_place_landmark_and_form_on_at_most_two_screens(
    beside: ReaderBeside, language: str
) -> None:
    phone = alerted(beside, *USUAL, language=language)
    phone.key(PIN)
    screens = screens_of(phone)
    sys.stdout.write(f"{language}: {[septets(one) for one in screens]} {screens}\n")
    place, happened = FIRST_SCREEN[language]
    lines = screens[0].split("\n")
    assert lines[0].endswith(".")
    assert lines[1] == f"{place}. {LANDMARK}"
    assert happened.startswith(lines[2])
    assert happened in " ".join(without_keys(one) for one in screens)
    assert not re.search(r"\(\d", "".join(screens))
    assert all(septets(one) <= SEPTETS for one in screens)
    assert len(screens) <= (1 if language == "en" else 2)
    assert reads_of(beside.line) == 1


@pytest.mark.row("R3")
def test_a_corrected_place_stands_first_and_the_wrong_one_nowhere(beside: ReaderBeside) -> None:
    """The caller goes back to the list of districts after the tip was filed."""
    told(beside.line, *DANGER_HERE).key("0", "2")
    with_pin(beside, desks=(beside.line.tips[-1].place,))
    phone = again(beside)
    phone.key(PIN)
    screens = screens_of(phone)
    assert screens[0].split("\n")[1] == "Kicukiro"
    assert "Gasabo" not in " ".join(screens)


def test_take_stands_on_each_screen_of_the_page_and_does_not_end_the_session(
    beside: ReaderBeside,
) -> None:
    phone = alerted(beside, *USUAL)
    phone.key(PIN)
    assert all("\n1 Take case 2 Others\n" in one for one in screens_of(phone))
    assert " is yours. By 24/11 " in phone.key("1")
    assert phone.read().split("\n")[1:4] == ["1 Read", "2 I am on site", "3 More"]
    page = phone.key("1")
    assert LANDMARK in page
    assert "Take case" not in page
    assert phone.key("0", "3").split("\n")[1:3] == ["1 Read", "2 I am on site"]
    assert phone.key("0", "2").startswith("CON Noted. First: is the person safe")
    assert phone.key("2").startswith("CON Is the person under 18?")


def test_a_key_below_a_page_is_about_the_case_on_the_page(beside: ReaderBeside) -> None:
    told(beside.line, *QUIET_HERE, "5", "1", "1")
    phone = alerted(beside, *USUAL)
    page, danger = phone.key(PIN), beside.line.tips[-1]
    assert LANDMARK in page
    assert phone.key("2", "1", "2").split("\n")[1] == "1 Read"
    assert phone.key("0", "0", "0") == page
    phone.key("1")
    assert {one.tip_id for one in taken(beside.line)} == {danger.id}


def test_of_two_untaken_dangers_the_pin_leads_to_none(beside: ReaderBeside) -> None:
    told(beside.line, *USUAL)
    phone = alerted(beside, *USUAL)
    assert phone.key(PIN).startswith("CON Open cases: 2. Urgent: 2.")
    assert reads_of(beside.line) == 0


def test_no_text_of_a_case_is_stored_with_the_answer_to_the_pin(beside: ReaderBeside) -> None:
    phone = alerted(beside, *USUAL)
    page = phone.key(PIN)
    (row,) = beside.line.all(PinReading)
    assert row.encrypted_answer is not None
    (key,) = beside.context.pair.now()[:1]
    bound = f"{row.session_key}:{row.text_digest}"
    kept = one_off.decrypt_box(row.encrypted_answer, private=key, bound=bound)
    assert LANDMARK not in str(kept)
    beside.line.flush()
    assert phone.again() == page
    assert reads_of(beside.line) == 1


@pytest.mark.row("R8")
def test_after_each_answer_on_site_a_dropped_call_goes_on_two_keys_after_the_code(
    line: Line,
) -> None:
    own_case, steps = HerCase(line), []
    phone = own_case.dials("2", "2")
    for keyed in SITE:
        asked = phone.read()
        phone.key(keyed)
        question = phone.read()
        assert question != asked
        phone.hang_up()
        line.clock.turn(minutes=1)
        phone = line.caller(PHONE)
        phone.dial("90")
        steps += re.findall(r"1 Continue \((\d of \d)\)", phone.key(PIN))
        assert phone.key("1")[4:] == question
    assert steps == [f"{step} of 7" for step in range(2, 8)]
    line.clock.turn(minutes=40)
    phone = line.caller(PHONE)
    phone.dial("90")
    assert phone.key(PIN).startswith("CON Open cases: 1.")
    assert "1 Continue (7 of 7)" in phone.key("1", "1")
