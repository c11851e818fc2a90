"""R11: tests the lessons for officers: three screens and three cases, each explained on one screen, with varied
answers."""

import pytest

from hotline.flows.flow import Flow, MenuNode, MessageNode
from hotline.programmes.rules import CASES_PER_LESSON, LessonCase
from hotline.programmes.rules import LESSONS as NAMES
from hotline.text.quiz import ANSWER_VALUES
from tests.support.made_once import shipped_book

BOOK = shipped_book()
LESSONS = [flow for name, flow in BOOK.flows.items() if name.startswith("train_")]


def test_there_are_six_lessons_and_the_certificate_knows_each() -> None:
    assert sorted(flow.name for flow in LESSONS) == sorted(f"train_{name}" for name in NAMES)
    assert len(NAMES) == 6


@pytest.mark.parametrize("flow", LESSONS, ids=lambda flow: flow.name)
def test_a_lesson_is_three_screens_and_three_cases_that_are_counted(flow: Flow) -> None:
    shown: list[MessageNode] = []
    asked: list[MenuNode] = []
    name: str | None = flow.start
    while isinstance(node := flow.nodes[name or ""], MessageNode | MenuNode):
        if isinstance(node, MenuNode):
            asked.append(node)
        else:
            shown.append(node)
        name = node.goes

    lesson = flow.name.removeprefix("train_")
    assert len(shown) == 3 + CASES_PER_LESSON
    assert [menu.saves for menu in asked] == [
        LessonCase(lesson, number).name for number in range(1, CASES_PER_LESSON + 1)
    ]
    right = [menu.choices[0].value for menu in asked]
    assert set(right) == {"right", "wrong"}, "whoever always presses 1 is not always right"
    assert all({choice.value for choice in menu.choices} == ANSWER_VALUES for menu in asked)
