"""What is counted of a quiz, and what is told of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.rolls.quiz import (
    LEAST_ASKED,
    Bound,
    Gain,
    Pairs,
    QuizOutcome,
    Share,
    average,
    gain,
    outcome,
    pooled,
    thing_of,
)

COUNTS = st.integers(min_value=0, max_value=400)


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
    found = gain(pairs)
    assert found == Gain(Share(30), Share(60))
    assert found is not None
    assert found.points == Share(30)


@pytest.mark.parametrize(
    ("pairs", "before", "after", "points"),
    [
        (Pairs(40, 10, 38), "25", ">=90", ">=64"),
        (Pairs(40, 2, 20), "<=10", "50", ">=39"),
        (Pairs(40, 2, 38), "<=10", ">=90", ">=80"),
        (Pairs(40, 38, 20), ">=90", "50", "<=-39"),
        (Pairs(40, 38, 39), ">=90", ">=90", "~0"),
        (Pairs(500, 167, 496), "33", ">=99", ">=65"),
    ],
)
def test_who_alone_was_right_or_wrong_is_not_told(
    pairs: Pairs, before: str, after: str, points: str
) -> None:
    """A gain is a bound of the true one, also where a share of it was rounded: 496 of 500 less 167 are 65.8 points."""
    found = gain(pairs)
    assert found is not None
    assert (str(found.before), str(found.after), str(found.points)) == (before, after, points)


def test_few_answers_show_no_gain() -> None:
    assert gain(Pairs(LEAST_ASKED - 1, 5, 10)) is None


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_bound_holds_and_gives_no_small_number_away(
    knew: int, learned: int, unlearned: int, missed: int
) -> None:
    counts = dict(zip(QuizOutcome, (knew, learned, unlearned, missed), strict=True))
    pairs = Pairs.of(counts)
    found = gain(pairs)
    if found is None:
        return
    for share, right in ((found.before, pairs.before), (found.after, pairs.after)):
        exact = 100 * right / pairs.asked
        match share.bound:
            case Bound.LEAST:
                assert exact >= share.percent
            case Bound.MOST:
                assert exact <= share.percent
            case _:
                assert abs(exact - share.percent) <= 0.5
                assert 5 <= right <= pairs.asked - 5


@given(COUNTS, COUNTS)
def test_all_small_numbers_look_alike(right: int, others: int) -> None:
    asked = 40 + others
    few = [gain(Pairs(asked, small, asked - small)) for small in range(5)]
    assert len(set(few)) == 1


def test_a_total_is_made_of_what_is_shown() -> None:
    shown = [(30, Gain(Share(40), Share(70))), (10, Gain(Share(80), Share(90, Bound.LEAST)))]
    total = pooled(shown)
    assert total == Gain(Share(50), Share(75, Bound.LEAST))
    assert pooled([]) is None
    bounds = [(20, Share(80, Bound.LEAST)), (10, Share(85, Bound.LEAST))]
    assert average(bounds) == Share(81, Bound.LEAST), "81.7 at least is not 82"
