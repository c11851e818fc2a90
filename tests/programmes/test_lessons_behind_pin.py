"""R3, R11: tests how a responder takes the officers' lessons after entering the PIN, in any programme."""

from datetime import timedelta

import pytest

from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.programmes import service_enrolment
from hotline.programmes.rules import LESSONS, Programme
from hotline.programmes.rules_certificate import CertificateVerdict
from hotline.programmes.service_enrolment import CertificateCheck
from hotline.programmes.tables import LESSONS_ONLY, Participant
from tests.programmes.test_certificates import CODE, keys_of
from tests.programmes.test_training import RIGHT, counted, dialled, enrol
from tests.support.builders import post
from tests.support.callers import Caller, Line
from tests.support.reading import PHONE, PIN, ReaderBeside, reader_beside, with_pin

GASABO, HUYE = "12", "24"
HOME = (
    "CON Bifunguye: 0. Byihutirwa: 0. Ubushize: nta na rimwe\n"
    "1 Ibibazo\n2 Akazi\n4 PIN yanjye\n5 Nahuye na we\n6 Si jye\n0 Subira inyuma\n00 Ahabanza"
)


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    line.clock.turn(
        hours=3
    )  # The time is later than the time at which the people of a test join their desks.
    return reader_beside(line)


def behind_pin(line: Line, *keyed: str) -> Caller:
    """Dials the short code, then enters the PIN, `2`, `3` and these keys in one hop."""
    line.clock.at += timedelta(seconds=30)
    caller = line.caller(PHONE)
    caller.dial("90")
    caller.key("*".join((PIN, "2", "3", *keyed)))
    return caller


def all_of(line: Line, *lessons: str) -> list[str]:
    return [key for lesson in lessons for key in keys_of(line, lesson)]


@pytest.mark.row("R3", "R11")
def test_six_lessons_behind_the_pin_count_and_show_a_code(line: Line, beside: ReaderBeside) -> None:
    with_pin(beside, language="rw", desks=(GASABO,))
    menu = behind_pin(line)
    assert menu.read().startswith("Amasomo\n1 Icuruzwa")
    assert "Kuva ku rutonde" not in menu.key("5")
    assert menu.key("0", "0", "0") == HOME

    shown = CODE.search(behind_pin(line, *all_of(line, *LESSONS)).read())
    assert shown, "in the session in which she began, as in any later one"
    later = behind_pin(line, "5", "4")
    assert shown[0] in later.read()
    assert later.key("1") == "END Murakoze. Murabeho."
    assert service_enrolment.verify_certificate(line.context, shown[1]) == CertificateCheck(
        CertificateVerdict.VALID, GASABO, "2026-11", "2028-11"
    )
    assert counted(line, "district") == {(GASABO, "lesson"): 6, (GASABO, "lesson_right"): 18}

    (row,) = line.all(Participant)
    assert (row.programme, row.district, row.reports, {*row.passed}) == (
        LESSONS_ONLY,
        GASABO,
        [],
        {*LESSONS},
    )
    assert service_enrolment.enrolment_by_district(line.context, Programme.TRAINEES) == []
    assert "1 Mfite kode" in dialled(line, msisdn=PHONE).read(), "her phone is on no roll"


def test_an_officer_of_two_rolls_counts_once(line: Line, beside: ReaderBeside) -> None:
    with_pin(beside, language="rw", desks=(GASABO,))
    behind_pin(line, *all_of(line, "smuggling"))
    enrol(line, "Huye", msisdn=PHONE)
    behind_pin(line, *all_of(line, *LESSONS[1:]))
    dialled(line, "1", *RIGHT, msisdn=PHONE)
    assert counted(line, "district") == {
        (GASABO, "lesson"): 1,
        (GASABO, "lesson_right"): 3,
        (HUYE, "lesson"): 6,
        (HUYE, "lesson_right"): 18,
    }
    (row,) = line.all(Participant)
    assert (row.programme, row.district, {*row.passed}) == (Programme.TRAINEES, HUYE, {*LESSONS})
    (huye,) = service_enrolment.enrolment_by_district(line.context, Programme.TRAINEES)
    assert (huye.district, huye.phones, huye.codes[0].uses) == (HUYE, 1, 1)
    here, there = behind_pin(line, "5", "4"), dialled(line, "5", "4", msisdn=PHONE)
    code = CODE.search(here.read())
    assert code
    assert code[0] in there.read()
    assert service_enrolment.verify_certificate(line.context, code[1]).district == HUYE


def test_no_district_counts_an_officer_of_several(line: Line, beside: ReaderBeside) -> None:
    person_id = with_pin(beside, language="rw", desks=(GASABO, HUYE))
    code = CODE.search(behind_pin(line, *all_of(line, *LESSONS)).read())
    assert code
    assert service_enrolment.verify_certificate(line.context, code[1]).district == ""
    assert {place for place, _ in counted(line, "district")} == {""}
    with line.database.writing() as session:
        person = session.get_one(Responder, person_id)
        post(session, person, Level.RESPONDER, GASABO)
    caller = behind_pin(line, "1", *RIGHT[:-2])
    assert counted(line, "district")[GASABO, "lesson_right"] == 2
    with line.database.writing() as session:
        session.get_one(Responder, person_id).active = False
    caller.key(*RIGHT[-2:])
    assert counted(line, "district")[GASABO, "lesson_right"] == 2

    service_enrolment.remove_participant(line.context, Programme.TRAINEES, PHONE, by="Admin")
    assert line.all(Participant) == []
