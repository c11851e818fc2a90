"""Tests which results of a quiz the hotline counts, and which numbers it reports about the quiz."""

import pytest

from hotline.text.quiz import AnswerPairs, QuizOutcome, quiz_outcome, repeated_question


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("right", "right", QuizOutcome.KNEW),
        ("wrong", "right", QuizOutcome.LEARNED),
        ("unsure", "right", QuizOutcome.LEARNED),
        ("right", "wrong", QuizOutcome.UNLEARNED),
        ("right", "unsure", QuizOutcome.UNLEARNED),
        ("wrong", "unsure", QuizOutcome.MISSED),
    ],
)
def test_two_answers_compare(before: str, after: str, found: QuizOutcome) -> None:
    assert quiz_outcome("fee", {"quiz_fee": before, "again_fee": after}) is found


@pytest.mark.parametrize("answers", [{}, {"quiz_fee": "right"}, {"again_fee": "right"}])
def test_one_answer_alone_shows_no_gain(answers: dict[str, str]) -> None:
    assert quiz_outcome("fee", answers) is None


@pytest.mark.parametrize(
    ("name", "thing"), [("again_fee", "fee"), ("quiz_fee", None), ("danger", None)]
)
def test_only_the_second_answer_is_compared(name: str, thing: str | None) -> None:
    assert repeated_question(name) == thing


def test_the_shares_are_of_the_same_people() -> None:
    pairs = AnswerPairs.of_outcomes(
        {
            QuizOutcome.KNEW: 10,
            QuizOutcome.LEARNED: 20,
            QuizOutcome.UNLEARNED: 5,
            QuizOutcome.MISSED: 15,
        }
    )
    assert pairs == AnswerPairs(asked=50, before=15, after=30)
