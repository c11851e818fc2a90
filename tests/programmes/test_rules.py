"""R13: tests how the hotline reads and counts the reports that leaders send by SMS."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.programmes.rules import (
    CASES_OTHER,
    CASES_RIGHT,
    MAX_ATTENDANCE,
    TALKING_POINTS,
    LessonCase,
    Occasion,
    SessionReport,
    add_report,
    case_counter,
    is_enrolment_code,
    lesson_case,
    new_code,
    parse_attendance,
    parse_sms,
    talking_point_of,
    whole,
)

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("45 UMUGANDA", SessionReport(Occasion.UMUGANDA, 45)),
        ("umuganda, 45.", SessionReport(Occasion.UMUGANDA, 45)),
        ("45umuganda", SessionReport(Occasion.UMUGANDA, 45)),
        ("Mu muganda haje abantu 45", SessionReport(Occasion.UMUGANDA, 45)),
        ("Umuganda: haje abantu 45", SessionReport(Occasion.UMUGANDA, 45)),
        ("we were 45 people at church", SessionReport(Occasion.CHURCH, 45)),
        ("45 personnes à l'église", SessionReport(Occasion.CHURCH, 45)),
        ("45 abantu", None),
        ("K7Q4 1", None),
        ("  Inteko 120 ", SessionReport(Occasion.VILLAGE, 120)),
        ("école 30", SessionReport(Occasion.SCHOOL, 30)),
        ("UMUYOBOZI 12345678", "12345678"),
        ("12345678 leader", "12345678"),
        ("UMUYOBOZI 1234", None),
        ("UMUGANDA", None),
        ("45 UMUGANDA 3", None),
        ("0 UMUGANDA", None),
        (f"{MAX_ATTENDANCE + 1} UMUGANDA", None),
        ("99999999999999999999 UMUGANDA", None),
        ("1 K7Q4", None),
        ("STOP", None),
        ("", None),
    ],
)
def test_only_exact_words_report_a_session(text: str, meant: SessionReport | str | None) -> None:
    assert parse_sms(text) == meant


@given(st.text())
def test_any_sms_text_is_parsed(text: str) -> None:
    meant = parse_sms(text)
    assert not isinstance(meant, SessionReport) or 1 <= meant.came <= MAX_ATTENDANCE


@given(st.text())
def test_only_plausible_number_counts_as_attendance(keyed: str) -> None:
    came = parse_attendance(keyed)
    assert came is None or (keyed.isdecimal() and 1 <= came <= MAX_ATTENDANCE)


@given(st.lists(st.tuples(st.sampled_from(Occasion), st.integers(1, MAX_ATTENDANCE)), max_size=20))
def test_reports_sum_to_last_number_of_each_occasion(told: list[tuple[Occasion, int]]) -> None:
    rows: list[str] = []
    held = came = 0
    for occasion, number in told:
        rows, more, people = add_report(rows, DAY, SessionReport(occasion, number))
        held, came = held + more, came + people
    assert (held, came) == (len(dict(told)), sum(dict(told).values()))


def test_another_day_is_another_session() -> None:
    told = SessionReport(Occasion.CHURCH, 60)
    rows, _, _ = add_report([], DAY, told)
    assert add_report(rows, DAY, told) == (rows, 0, 0)
    assert add_report(rows, DAY + timedelta(days=1), told) == (["2026-11-25 church 60"], 1, 60)


def test_consecutive_months_have_different_themes() -> None:
    themes = [talking_point_of(date(2026, month, 1)) for month in range(1, 13)]
    assert set(themes) == set(range(1, TALKING_POINTS + 1))
    assert all(one != other for one, other in pairwise(themes))


def test_new_code_is_valid() -> None:
    assert all(is_enrolment_code(new_code()) for _ in range(50))


# R11: tests which answers in a lesson are counted, and by which counter.


@pytest.mark.parametrize("name", ["train_child_4", "train_child", "quiz_fee", "train__1", ""])
def test_other_answers_belong_to_no_case(name: str) -> None:
    assert lesson_case(name) is None


@given(st.text())
def test_any_answer_name_is_a_case_or_none(name: str) -> None:
    case = lesson_case(name)
    assert case is None or case.name == name


def test_unsure_is_not_right_and_last_case_completes_lesson() -> None:
    assert [case_counter(value) for value in ("right", "wrong", "unsure")] == [
        CASES_RIGHT,
        CASES_OTHER,
        CASES_OTHER,
    ]
    answers = {LessonCase("child", number).name: "right" for number in (1, 3)}
    assert not whole("child", answers)
    assert whole("child", answers | {"train_child_2": "unsure"})
