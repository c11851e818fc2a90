"""R12: tests a drill on a phone, with and without a PIN."""

import pytest

from hotline.alerts import service_drills
from hotline.alerts.rules_drills import DrillRequest
from hotline.core.actors import Actor
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from hotline.people.tables import Responder
from tests.support.builders import post
from tests.support.callers import Line
from tests.support.reading import PHONE, PIN, ReaderBeside, reader_beside, with_pin

PLACE, COLLEAGUE = "11", "+250788000012"


def begin(line: Line) -> None:
    wanted = DrillRequest(PLACE)
    service_drills.start(line.context, wanted, by=Actor("Aline"), reason="the week of drills")
    line.clock.turn(seconds=10)


def reference(line: Line, who: int) -> str:
    (hers,) = (row for row in line.all(Assignment) if row.responder_id == who)
    return str(hers.reference)


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    return reader_beside(line)


@pytest.mark.row("R12")
def test_behind_a_pin_the_list_page_and_answer_say_it_is_a_drill(beside: ReaderBeside) -> None:
    line = beside.line
    who = with_pin(beside, desks=(PLACE,))
    begin(line)
    name = reference(line, who)
    phone = line.caller(PHONE)
    phone.dial("90")
    assert phone.key(PIN).startswith("CON This is a drill. No one is in danger. Do not go.")
    assert f"1 {name} drill" in phone.key("2", "1")
    phone.key("1")
    assert phone.key("1").startswith("CON This is a drill. No one is in danger. Do not go.")
    phone.key("0")
    assert phone.key("2") == "END It was a drill. Do not go. Thank you."
    (found,) = service_drills.list_drills(line.context)
    (told,) = found.recipients
    assert told.opened_at is not None
    assert told.answered_at is not None


@pytest.mark.parametrize("key", ["1", "5"])
def test_r12_without_a_pin_whatever_she_says_of_it_is_answered_so(line: Line, key: str) -> None:
    who = line.enrol(Level.RESPONDER, PHONE, "en")
    with line.database.writing() as session:
        post(session, session.get_one(Responder, who), Level.RESPONDER, PLACE)
    begin(line)
    phone = line.caller(PHONE)
    assert f"1 {reference(line, who)} drill" in phone.dial("90")
    phone.key("1")
    assert phone.key(key) == "END It was a drill. Do not go. Thank you."
    (found,) = service_drills.list_drills(line.context)
    assert [told.answered_at is not None for told in found.recipients] == [True]
