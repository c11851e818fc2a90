"""R11: officers join with their district's code; what they answer counts for their district alone."""

from datetime import timedelta

import pytest

from hotline.domain.evidence.month_figures import ANSWERED, KEPT_BACK, SCORE
from hotline.domain.reach.counters import By
from hotline.domain.rolls.joining import Roll
from hotline.domain.rolls.training import TAKEN
from hotline.services.rolls import joining
from hotline.store.reach import outreach
from hotline.store.rolls.joined import Joined
from tests.callers import Caller, Line, line
from tests.counted_month import counted_month

__all__ = ["line"]

OFFICER = "+250788000051"
LESSON = ("9", "9", "9")
"""Its three screens."""
RIGHT = (*LESSON, "2", "9", "1", "9", "2", "9")
"""Trafficking or smuggling: no, yes, no."""


def dialled(line: Line, *keyed: str, msisdn: str = OFFICER) -> Caller:
    line.clock.at += timedelta(seconds=30)
    caller = line.caller(msisdn)
    caller.dial("46")
    caller.key(*keyed)
    return caller


def enrol(line: Line, district: str = "Gasabo", msisdn: str = OFFICER) -> None:
    code, _ = joining.make_code(line.kit, Roll.OFFICERS, district, by="Admin")
    assert "Byakiriwe" in dialled(line, "1", code, msisdn=msisdn).read()


def counted(line: Line, by: By = By.TOPIC) -> dict[tuple[str, str], int]:
    with line.database.reading() as session:
        totals = outreach.totals(session, by)
    return {what: number for what, number in totals.items() if what[1].startswith("lesson")}


def test_answers_and_the_whole_lesson_count_once_a_session_whatever_is_repeated(line: Line) -> None:
    enrol(line)
    caller = dialled(line, "1", *RIGHT)
    line.flush()
    caller.again()
    caller.key("1", *LESSON, "1", "9")
    assert counted(line) == {("smuggling", "lesson"): 1, ("smuggling", "lesson_right"): 3}
    assert counted(line, By.DISTRICT) == {("12", "lesson"): 1, ("12", "lesson_right"): 3}


def test_a_lesson_that_is_not_ended_counts_its_answers_alone(line: Line) -> None:
    enrol(line)
    dialled(line, "3", *LESSON, "3", "9", "2")
    assert counted(line) == {("child", "lesson_other"): 2}


def test_a_stranger_and_a_leader_s_code_open_no_lesson(line: Line) -> None:
    code, _ = joining.make_code(line.kit, Roll.LEADERS, "Gasabo", by="Admin")
    assert "kode ntifungura" in dialled(line, "1", code).read()
    assert "1 Mfite kode" in dialled(line).read()
    assert line.all(Joined) == []


def test_both_entries_show_a_stranger_the_same(line: Line) -> None:
    leaders = line.caller(OFFICER).dial("45")
    assert dialled(line).screen == leaders


def test_the_roll_remembers_no_answer_and_leaving_forgets_the_phone(line: Line) -> None:
    enrol(line)
    dialled(line, "1", *RIGHT)
    assert [row.told for row in line.all(Joined)] == [[]]
    dialled(line, "5", "3", "2")
    assert line.all(Joined) == []


@pytest.mark.row("R11")
def test_scores_are_told_by_district_from_twenty_answers_on(line: Line) -> None:
    enrol(line, "Gisagara")
    enrol(line, "Huye", "+250788000052")
    for _ in range(8):
        dialled(line, "1", *RIGHT)
    dialled(line, "1", *RIGHT, msisdn="+250788000052")

    for _ in range(9):
        dialled(line, "1", *RIGHT, msisdn="+250788000052")

    told = counted_month(line.kit)
    taken, answered = (told.column(one, By.DISTRICT) for one in (TAKEN, ANSWERED))
    assert (taken["24"], answered["24"]) == (10, 30)
    assert taken["22"] == answered["22"] == KEPT_BACK
    scores = {**told.column(SCORE, By.DISTRICT)}
    assert (scores.pop("24"), {*scores.values()}) == (">=83", {KEPT_BACK})
    assert (str(told.score()), told.number(TAKEN)) == (">=83", 18)
