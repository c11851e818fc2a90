"""C6: tests quizzes: three questions, a lesson, the same three questions again, and fair counting."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hotline.flows import turn
from hotline.flows.conversation import ConversationState, Facts, Finished, Place
from hotline.flows.flow import CallNode, Flow, MenuNode, MessageNode, view
from hotline.flows.screen import paginate
from hotline.programmes.rules import CASES_PER_LESSON, LessonCase
from hotline.programmes.rules import LESSONS as NAMES
from hotline.text.languages import CODES
from hotline.text.quiz import (
    ANSWER_VALUES,
    FIRST_PREFIX,
    RIGHT,
    SECOND_PREFIX,
    QuizOutcome,
    quiz_outcome,
)
from tests.support.made_once import shipped_book

BOOK = shipped_book()
LESSONS = [flow for name, flow in BOOK.flows.items() if name.startswith("train_")]
QUIZZES = [flow for name, flow in BOOK.flows.items() if name.startswith("quiz_")]
KEYS = {"en": ("7",), "fr": ("8",), "rw": ()}
YES, NO, UNSURE = "1", "2", "3"
MOST_LETTERS = 130


@dataclass(frozen=True)
class Asked:
    place: Place
    question: MenuNode
    why: MessageNode
    """The screen that explains the correct answer.

    For the questions before the lesson, it is one of the lesson's screens. For the questions after the lesson, it is
    the screen that follows the caller's answer.
    """

    @property
    def saves(self) -> str:
        assert self.question.saves is not None
        return self.question.saves

    @property
    def key(self) -> str:
        """Returns the digit that a caller presses for the correct answer."""
        values = [choice.value for choice in self.question.choices]
        return str(values.index(RIGHT) + 1)


def asked_in(flow: Flow) -> Iterator[Asked]:
    """Yields the questions on the only path through the quiz.

    A quiz has three questions, a lesson of three screens, and the same three questions again, each with its
    explanation.
    """
    way: list[tuple[str, MenuNode | MessageNode]] = []
    name: str | None = flow.start
    while isinstance(node := flow.nodes[name or ""], MenuNode | MessageNode):
        way.append((name or "", node))
        name = node.goes
    assert node == CallNode("onward")

    *before, q1, w1, q2, w2, q3, w3 = way
    assert len(before) == 6
    for (at, question), (_, why) in (
        *zip(before[:3], before[3:], strict=True),
        (q1, w1),
        (q2, w2),
        (q3, w3),
    ):
        assert isinstance(question, MenuNode)
        assert isinstance(why, MessageNode)
        yield Asked(Place(flow.name, at), question, why)


@pytest.fixture(params=QUIZZES, ids=lambda flow: flow.name)
def quiz(request: pytest.FixtureRequest) -> Flow:
    flow: Flow = request.param
    return flow


def test_one_menu_leads_to_three_quizzes() -> None:
    menu = BOOK.flows["quiz"].nodes["quiz"]
    assert isinstance(menu, MenuNode)
    assert [choice.goes for choice in menu.choices] == [
        "quiz_abroad",
        "quiz_crime",
        "quiz_children",
    ]
    assert {flow.name for flow in QUIZZES} == {choice.goes for choice in menu.choices}


def test_quiz_asks_three_things_twice_in_other_words(quiz: Flow) -> None:
    """A caller who always presses one key, or who answers twice alike, is not always right."""
    asked = list(asked_in(quiz))
    keys, names = [each.key for each in asked], [each.saves for each in asked]
    things = [name.removeprefix(FIRST_PREFIX) for name in names[:3]]
    assert names[3:] == [SECOND_PREFIX + thing for thing in things]
    assert set(keys[:3]) == set(keys[3:]) == {YES, NO}
    assert all(before != again for before, again in zip(keys[:3], keys[3:], strict=True))
    for before, again in zip(asked[:3], asked[3:], strict=True):
        for language in CODES:
            assert before.question.text[language] != again.question.text[language]
    for each in asked:
        labels = [choice.label["en"] for choice in each.question.choices]
        assert labels == ["Yes", "No", "Not sure"]
        assert {choice.value for choice in each.question.choices} == ANSWER_VALUES
    assert [each.why.topic for each in asked] == [None, None, quiz.name, None, None, None]
    learnt = dict(zip(names, ["wrong"] * 3 + [RIGHT] * 3, strict=True))
    assert {quiz_outcome(thing, learnt) for thing in things} == {QuizOutcome.LEARNED}


def test_quizzes_share_no_question() -> None:
    names = [asked.saves for quiz in QUIZZES for asked in asked_in(quiz)]
    assert len(set(names)) == len(names) == 18


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("value", [RIGHT, "wrong", "unsure"])
def test_each_answer_gets_one_explanation(quiz: Flow, language: str, value: str) -> None:
    kind = {True: ("Ni byo.", "C'est juste.", "Your answer is right.")}.get(
        value == RIGHT, ("Dore igisubizo.", "Voici la réponse.", "The right answer:")
    )
    for asked in list(asked_in(quiz))[3:]:
        assert asked.question.goes is not None
        run = ConversationState(
            language, (Place(quiz.name, asked.question.goes),), answers={asked.saves: value}
        )
        layout = view(BOOK, asked.why, run, Facts()).layout
        (page,) = paginate(layout)

        assert page.text.startswith(kind)
        assert any(line.startswith("0 ") for line in page.text.split("\n"))
        assert language != "en" or len(layout.text) <= MOST_LETTERS
        assert not asked.why.leads[0].text[language].startswith(("Yes", "No", "Oui", "Yego", "Oya"))


@pytest.mark.row("C6")
@pytest.mark.parametrize("language", CODES)
def test_c6_question_and_lesson_screens_fit_one_page(quiz: Flow, language: str) -> None:
    asked = list(asked_in(quiz))
    assert not any(each.why.leads for each in asked[:3]), "the lesson is between the halves"
    shown: list[MenuNode | MessageNode] = [each.question for each in asked]
    for node in (*shown, *(each.why for each in asked[:3])):
        state = ConversationState(language, (asked[0].place,))
        (page,) = paginate(view(BOOK, node, state, Facts()).layout)
        assert any(line.startswith("0 ") for line in page.text.split("\n"))


@pytest.mark.parametrize("language", CODES)
def test_quiz_ends_like_lesson_and_report(quiz: Flow, language: str) -> None:
    shown = turn.start(BOOK, Facts(), entry="15")
    for key in ("0", *KEYS[language], "4", "4", str(QUIZZES.index(quiz) + 1)):
        shown = turn.resume(BOOK, shown.state, key, Facts())
    for key in (*[YES] * 3, *["9"] * 3, *[YES, "9"] * 3, "2"):
        shown = turn.resume(BOOK, shown.state, key, Facts())

    assert Finished() in shown.events
    report = BOOK.flows["report"].nodes["last"]
    assert shown.screen.text == getattr(report, "text", {})[language]


def test_certificate_covers_all_six_lessons() -> None:
    assert sorted(flow.name for flow in LESSONS) == sorted(f"train_{name}" for name in NAMES)
    assert len(NAMES) == 6


@pytest.mark.parametrize("flow", LESSONS, ids=lambda flow: flow.name)
def test_lesson_has_three_screens_and_three_counted_cases(flow: Flow) -> None:
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
