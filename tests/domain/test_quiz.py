"""What is counted of a quiz, and what is told of it."""

import pytest

from hotline.domain.rolls.quiz import (
    Bound,
    Gain,
    Pairs,
    QuizOutcome,
    Share,
    average,
    outcome,
    pooled,
    thing_of,
)


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
    assert outcome("fee", {"quiz_fee": before, "again_fee": after}) is found


@pytest.mark.parametrize("answers", [{}, {"quiz_fee": "right"}, {"again_fee": "right"}])
def test_one_answer_alone_shows_no_gain(answers: dict[str, str]) -> None:
    assert outcome("fee", answers) is None


@pytest.mark.parametrize(
    ("name", "thing"), [("again_fee", "fee"), ("quiz_fee", None), ("danger", None)]
)
def test_only_the_second_answer_is_compared(name: str, thing: str | None) -> None:
    assert thing_of(name) == thing


def test_the_shares_are_of_the_same_people() -> None:
    pairs = Pairs.of(
        {
            QuizOutcome.KNEW: 10,
            QuizOutcome.LEARNED: 20,
            QuizOutcome.UNLEARNED: 5,
            QuizOutcome.MISSED: 15,
        }
    )
    assert pairs == Pairs(asked=50, before=15, after=30)


@pytest.mark.parametrize(
    ("before", "after", "points"),
    [
        (Share(30), Share(60), "30"),
        (Share(25), Share(90, Bound.LEAST), ">=64"),
        (Share(10, Bound.MOST), Share(50), ">=39"),
        (Share(10, Bound.MOST), Share(90, Bound.LEAST), ">=80"),
        (Share(90, Bound.LEAST), Share(50), "<=-39"),
        (Share(90, Bound.LEAST), Share(90, Bound.LEAST), "~0"),
        (Share(33), Share(99, Bound.LEAST), ">=65"),
    ],
)
def test_a_difference_says_no_more_than_its_two_shares(
    before: Share, after: Share, points: str
) -> None:
    """A rounded share makes its gain a point wider: 496 of 500 less 167 are 65.8 points, and no 66."""
    assert str(Gain(before, after).points) == points


def test_a_total_is_made_of_what_is_shown() -> None:
    shown = [(30, Gain(Share(40), Share(70))), (10, Gain(Share(80), Share(90, Bound.LEAST)))]
    total = pooled(shown)
    assert total == Gain(Share(50), Share(75, Bound.LEAST))
    assert pooled([]) is None
    bounds = [(20, Share(80, Bound.LEAST)), (10, Share(85, Bound.LEAST))]
    assert average(bounds) == Share(81, Bound.LEAST), "81.7 at least is not 82"
