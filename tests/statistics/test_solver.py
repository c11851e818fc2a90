"""Tests a linear solver with a whole year of releases. It cannot limit any count closely, but it finds numbers that
must stay secret if they are added."""

import pytest

from hotline.statistics.rules_definitions import CellName
from tests.long import is_long
from tests.statistics.published_year import PERIODS, sums_of, year_of
from tests.statistics.read_files import read_back
from tests.statistics.solver import Reader

CALLS = (25, 150, 1200)
SEEDS = range(20 if is_long() else 1)


@pytest.mark.adversary("a reader of published statistics")
@pytest.mark.row("E3")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("calls", CALLS)
def test_e3_no_count_is_narrower_than_five_values(calls: int, seed: int) -> None:
    files = [read_back(one) for one in year_of(calls, seed)[1]]
    assert [*Reader(files).narrow()] == []


def test_the_files_hold_what_was_released_and_nothing_else() -> None:
    for release in year_of(150, 3)[1]:
        assert read_back(release).digest == release.digest


def test_a_published_number_of_reports_begun_and_left_is_found() -> None:
    """The number of begun reports, minus those left and those erased, is the number of filed tips. So the exact
    numbers would reveal the tips."""
    line, releases = year_of(150, 3)
    filed = sums_of(line, PERIODS[0])[CellName("tips")].count
    begun, left, erased = filed + 41, 38, 3
    told = {(PERIODS[0], CellName("tips")): begun - left - erased}
    assert any(Reader(releases, told).narrow())


def test_an_exact_number_of_persons_in_a_sentence_is_found() -> None:
    line, releases = year_of(150, 3)
    exact = sums_of(line, PERIODS[1])[CellName("identified")].count
    found = Reader(releases, {(PERIODS[1], CellName("identified")): exact}).narrow()
    assert f"{PERIODS[1]} identified all" in found
