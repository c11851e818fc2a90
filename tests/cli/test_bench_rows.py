"""Tests how two runs of a benchmark are compared. The best round of each run counts. The comparison marks a result that
is more than a tenth worse.
"""

import pytest

from tests.load.client import percentile
from tests.load.rows import judged, table


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


def test_a_page_that_one_side_has_alone_does_not_count() -> None:
    ours = [{"page /": 10.0, "page /flows": 20.0, "page /new": 900.0}]
    theirs = [{"page /": 20.0, "page /flows": 30.0}]
    (found,) = judged(ours, theirs)
    assert (found.row, found.ours, found.theirs, found.fails) == ("console page", 15, 25, False)


def test_the_table_shows_aims_and_marks_what_is_worse() -> None:
    lines = list(table(judged([{"front menu": 0.5}], [{"front menu": 0.7}]), "93c06883"))
    assert lines[0].split() == ["93c06883", "here", "ratio", "aim"]
    assert lines[1].split()[:6] == ["front", "menu", "0.70", "0.50", "0.71", "0.70"]
    assert lines[1].endswith("<- worse")


def test_percentiles_of_few_waits() -> None:
    assert percentile([], 99) == 0.0
    assert percentile([0.5], 99) == 0.5
    assert percentile([float(n) for n in range(100)], 99) == 99.0
