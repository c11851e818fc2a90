"""R11: tests which answers are counted, and how."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.programmes.rules import (
    CASES_OTHER,
    CASES_RIGHT,
    LessonCase,
    case_counter,
    lesson_case,
    whole,
)


@pytest.mark.parametrize("name", ["train_child_4", "train_child", "quiz_fee", "train__1", ""])
def test_other_answers_are_of_no_case(name: str) -> None:
    assert lesson_case(name) is None


@given(st.text())
def test_whatever_an_answer_is_called_it_is_a_case_or_none(name: str) -> None:
    case = lesson_case(name)
    assert case is None or case.name == name


def test_not_to_be_sure_is_not_right_and_a_lesson_is_whole_with_its_last_case() -> None:
    assert [case_counter(value) for value in ("right", "wrong", "unsure")] == [
        CASES_RIGHT,
        CASES_OTHER,
        CASES_OTHER,
    ]
    answers = {LessonCase("child", number).name: "right" for number in (1, 3)}
    assert not whole("child", answers)
    assert whole("child", answers | {"train_child_2": "unsure"})
