"""R11: tests how officers join with their district's code. Their answers count only for their district."""

from datetime import timedelta

import pytest

from hotline.programmes import service_enrolment
from hotline.programmes.rules import LESSONS_COMPLETED, Programme
from hotline.programmes.tables import Participant
from tests.support.callers import Caller, Line
from tests.support.counts import counts

OFFICER = "+250788000051"
LESSON = ("9", "9", "9")
"""The three screens of the lesson."""
RIGHT = (*LESSON, "2", "9", "1", "9", "2", "9")
"""The correct answers in the lesson "trafficking or smuggling": no, yes, no."""


def dialled(line: Line, *keyed: str, msisdn: str = OFFICER) -> Caller:
    line.clock.at += timedelta(seconds=30)
    caller = line.caller(msisdn)
    caller.dial("46")
    caller.key(*keyed)
    return caller


def enrol(line: Line, district: str = "Gasabo", msisdn: str = OFFICER) -> None:
    code, _ = service_enrolment.create_code(line.context, Programme.TRAINEES, district, by="Admin")
    assert "Byakiriwe" in dialled(line, "1", code, msisdn=msisdn).read()


def counted(line: Line, by: str = "topic") -> dict[tuple[str, str], int]:
    found = counts(line.database, by)
    return {what: count for what, count in found.items() if what[1].startswith("lesson")}


def test_answers_and_the_whole_lesson_count_once_a_session_whatever_is_repeated(line: Line) -> None:
    enrol(line)
    caller = dialled(line, "1", *RIGHT)
    line.flush()
    caller.again()
    caller.key("1", *LESSON, "1", "9")
    assert counted(line) == {("smuggling", "lesson"): 1, ("smuggling", "lesson_right"): 3}
    assert counted(line, "district") == {("12", "lesson"): 1, ("12", "lesson_right"): 3}


def test_a_lesson_that_is_not_ended_counts_its_answers_alone(line: Line) -> None:
    enrol(line)
    dialled(line, "3", *LESSON, "3", "9", "2")
    assert counted(line) == {("child", "lesson_other"): 2}


def test_a_stranger_and_a_leader_s_code_open_no_lesson(line: Line) -> None:
    code, _ = service_enrolment.create_code(line.context, Programme.LEADERS, "Gasabo", by="Admin")
    assert "kode ntifungura" in dialled(line, "1", code).read()
    assert "1 Mfite kode" in dialled(line).read()
    assert line.all(Participant) == []


def test_both_entries_show_a_stranger_the_same(line: Line) -> None:
    leaders = line.caller(OFFICER).dial("45")
    assert dialled(line).screen == leaders


def test_the_roll_remembers_no_answer_and_leaving_forgets_the_phone(line: Line) -> None:
    enrol(line)
    dialled(line, "1", *RIGHT)
    assert [row.reports for row in line.all(Participant)] == [[]]
    dialled(line, "5", "3", "2")
    assert line.all(Participant) == []


@pytest.mark.row("R11")
def test_lessons_and_answers_count_by_district(line: Line) -> None:
    enrol(line, "Gisagara")
    enrol(line, "Huye", "+250788000052")
    for _ in range(8):
        dialled(line, "1", *RIGHT)
    dialled(line, "1", *RIGHT, msisdn="+250788000052")

    for _ in range(9):
        dialled(line, "1", *RIGHT, msisdn="+250788000052")

    by_district = counted(line, "district")
    assert by_district["24", LESSONS_COMPLETED] == 10
    assert by_district["24", "lesson_right"] == 30
    assert by_district["22", LESSONS_COMPLETED] == 8
