"""A share of few is a bound, which holds and tells no small number: of the quiz, of lessons, of promises."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.evidence.edition import Edition, FigureCell
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.protecting import PublishedBefore
from hotline.domain.evidence.publishing.rules import K
from hotline.domain.evidence.raw import share
from hotline.domain.rolls.quiz import LEAST_ASKED

COUNTS = st.integers(min_value=0, max_value=400)
ROW = "urgency:1"


def of_each(right: int, asked: int) -> Mapping[Edition, FigureCell]:
    """The share of right answers that each edition tells."""
    raw = [share("good", "asked", {ROW: (right, asked)}, least=LEAST_ASKED)]
    inside = month(raw, Edition.INSIDE)
    outside = month(raw, Edition.OUTSIDE, PublishedBefore(inside=inside))
    return {
        edition: next(one for one in made.cells if (one.figure, one.row) == ("good", ROW))
        for edition, made in ((Edition.INSIDE, inside), (Edition.OUTSIDE, outside))
    }


@pytest.mark.parametrize(
    ("right", "asked", "told"),
    [
        (15, 19, (None, None)),
        (15, 30, ("50", "50")),
        (29, 30, (">=83", ">=63")),
        (10, 40, ("25", "<=28")),
        (2, 40, ("<=13", "<=28")),
    ],
)
def test_from_twenty_answers_on_a_share_is_told(
    right: int, asked: int, told: tuple[str | None, str | None]
) -> None:
    cells = of_each(right, asked).values()
    found = tuple(None if one.number is None else f"{one.bound}{one.number}" for one in cells)
    assert found == told


@given(COUNTS, COUNTS)
def test_a_bound_holds_and_an_exact_share_is_of_no_small_number(right: int, wrong: int) -> None:
    asked = right + wrong
    for edition, cell in of_each(right, asked).items():
        if cell.number is None:
            continue
        assert asked >= LEAST_ASKED
        exact = 100 * right / asked
        match cell.bound:
            case ">=":
                assert exact >= cell.number
            case "<=":
                assert exact <= cell.number
            case _:
                assert abs(exact - cell.number) <= 0.5
                assert min(right, wrong) >= K[edition]


@given(st.integers(min_value=40, max_value=400))
def test_all_small_numbers_look_alike(asked: int) -> None:
    for edition, k in K.items():
        for turned in (False, True):
            few = [asked - small if turned else small for small in range(k)]
            assert len({of_each(right, asked)[edition] for right in few}) == 1
