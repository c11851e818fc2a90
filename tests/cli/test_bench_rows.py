"""Tests how two runs of a benchmark are compared. The best round of each run counts. The comparison marks a result that
is more than a tenth worse.
"""

import pytest

from tests.load.rows import judged


@pytest.mark.parametrize(
    ("row", "ours", "theirs", "fails"),
    [
        ("front menu", [0.5, 0.7], [0.75, 0.6], False),
        ("front menu", [0.5, 0.6], [0.75, 0.6], True),
        ("memory, idle", [330.0, 400.0], [310.0], False),
        ("memory, idle", [350.0], [400.0, 310.0], True),
        ("lost, web process killed", [0.0, 0.0], [3.0], False),
        ("lost, web process killed", [0.0, 1.0], [1.0], True),
    ],
)
def test_a_tenth_is_allowed(row: str, ours: list[float], theirs: list[float], fails: bool) -> None:
    (found,) = judged([{row: one} for one in ours], [{row: one} for one in theirs])
    assert (found.row, found.fails) == (row, fails)


def test_one_side_alone_fails_only_for_what_is_lost() -> None:
    found = judged([{"front menu": 0.1, "lost, web process killed": 1.0}])
    assert [(one.row, one.ratio, one.fails) for one in found] == [
        ("front menu", None, False),
        ("lost, web process killed", None, True),
    ]
