"""Tests when traffic counts as quiet, when a network counts as faulty, and when a budget is spent."""

import pytest

from hotline.counters.rules import Arrivals, budget_level, is_quiet, is_worse


@pytest.mark.parametrize(
    ("now", "before", "quiet"),
    [
        (0, [], False),
        (0, [9, 9, 9, 9], False),
        (0, [12, 15, 11, 10], True),
        (2, [12, 15, 11, 10], True),
        (3, [12, 15, 11, 10], False),
        (0, [0, 400, 0, 0], False),
        (100, [1000, 1000, 1000, 0], True),
    ],
)
def test_quiet_is_under_a_fifth_of_a_busy_hour(now: int, before: list[int], quiet: bool) -> None:
    assert is_quiet(now, before) is quiet


@pytest.mark.parametrize(
    ("now", "usual", "worse"),
    [
        (Arrivals(2, 7), Arrivals(900, 100), False),
        (Arrivals(6, 4), Arrivals(900, 100), True),
        (Arrivals(8, 2), Arrivals(900, 100), False),
        (Arrivals(5, 5), Arrivals(60, 40), False),
        (Arrivals(6, 4), None, True),
        (Arrivals(8, 2), None, False),
        (Arrivals(0, 10), Arrivals(1, 1), True),
    ],
)
def test_worse_is_a_fifth_below_usual(now: Arrivals, usual: Arrivals | None, worse: bool) -> None:
    assert is_worse(now, usual) is worse


@pytest.mark.parametrize(
    ("balance", "level"),
    [(1000, 0), (501, 0), (500, 1), (201, 1), (200, 2), (1, 2), (0, 3), (-5, 3)],
)
def test_a_budget_is_spent_by_halves_fifths_and_whole(balance: float, level: int) -> None:
    assert budget_level(balance, 1000) == level
