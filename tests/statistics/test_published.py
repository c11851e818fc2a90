"""Tests the releases of a year: how many cells show a number, and how little a solver or an attacker can find out about
single records."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import pytest

from hotline.alerts.rules_follow_up import month_of
from hotline.core.rules_record_keys import RECORD_KEYS
from hotline.statistics import rules_counts
from hotline.statistics.rules_counts import NOT_SAID
from hotline.statistics.rules_definitions import (
    INDICATORS,
    SMALLEST,
    CellName,
    CellSum,
    Dimension,
    Span,
    period_of,
    rounded,
)
from hotline.statistics.rules_release import Release, shown_share
from tests.long import is_long
from tests.statistics.published_year import PERIODS, sums_of, year_of
from tests.statistics.random_line import RandomLine
from tests.statistics.solver import Reader, read_back
from tests.support.steps import Tell

LINES = 2


def share_of(releases: list[Release], indicator: str, dimension: Dimension) -> float:
    """Returns the share of cells that show a number. Ignores the values "not said" and "other", and forms that occur in
    no tip."""
    cells = [
        cell
        for release in releases
        for cell in release.rows(indicator, dimension)
        if cell.name.value not in (NOT_SAID, "other", "servitude", "begging")
    ]
    return shown_share(cells)


@pytest.mark.row("E3")
@pytest.mark.parametrize(
    ("calls", "is_year", "indicator", "dimension", "least"),
    [
        (1200, True, "tips_by_district", Dimension.DISTRICT, 0.9),
        (1200, False, "tips_by_form", Dimension.FORM, 0.8),
        (1200, False, "tips_by_province", Dimension.PROVINCE, 0.8),
        (100, False, "tips", Dimension.ALL, 0.9),
        (100, False, "identified", Dimension.ALL, 0.9),
        (100, True, "tips_by_form", Dimension.FORM, 0.6),
        (100, True, "tips_by_province", Dimension.PROVINCE, 0.6),
        (100, True, "persons_by_who", Dimension.WHO, 0.6),
        (25, True, "tips", Dimension.ALL, 0.9),
        (25, True, "identified", Dimension.ALL, 0.9),
    ],
)
def test_e3_tables_show_numbers(
    calls: int, is_year: bool, indicator: str, dimension: Dimension, least: float, tell_steps: Tell
) -> None:
    years = [year_of(calls, seed)[1] for seed in range(LINES)]
    found = [one for year in years for one in (year[-1:] if is_year else year[:-1])]
    shown = share_of(found, indicator, dimension)
    when = "year" if is_year else "quarter"
    tell_steps(
        f"{indicator} by {dimension}, {when}, {calls} calls a month: {shown:.0%} show a number"
    )
    assert shown >= least


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
    """If all three numbers were printed, anyone could compute the filed tips: begun reports, minus reports that were
    left, minus erased tips. So the test checks that the solver finds this leak."""
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


TRIES = 200
MOST_CERTAIN, MOST_SURE = 0.10, 0.25
SURE = 0.9
Rule = Callable[[CellSum], int | None]


def plain(cell: CellSum) -> int | None:
    """Rounds a count to a multiple of 5. The rounding keys of the counted records decide if the count is rounded up or
    down. The function leaves out the first step of the rounding table. Without that step, a count that is a multiple of
    5 never changes."""
    rest = cell.count % 5
    number = cell.count - rest + (5 if (2 * cell.keys + 1) * 5 < 2 * rest * RECORD_KEYS else 0)
    return number if number >= SMALLEST else None


@cache
def chances(rule: Rule, count: int) -> Counter[int | None]:
    """Returns, for each number that can be printed for this count, how many of the 256 keys lead to this number."""
    return Counter(rule(CellSum(count, key)) for key in range(RECORD_KEYS))


def belief(rule: Rule, others: list[int], printed: list[int | None]) -> float:
    """Returns how certain the attacker can be of the more likely answer to one question: does the record exist?

    The attacker uses all cells in which the record would be counted.
    """
    present = absent = 1.0
    for count, number in zip(others, printed, strict=True):
        present *= chances(rule, count + 1)[number]
        absent *= chances(rule, count)[number]
    return max(present, absent) / (present + absent)


@dataclass
class Attacked:
    """A year of a hotline and its releases. The attacker knows all records except one."""

    members: dict[tuple[str, CellName], frozenset[int]]
    """For each period and cell: the records that the cell counts."""
    records: int

    @classmethod
    def of(cls, line: RandomLine, released: Sequence[Release], *, persons: bool) -> "Attacked":
        cells = counted_persons(line) if persons else counted_tips(line)
        members: dict[tuple[str, CellName], set[int]] = {}
        for record, (month, names) in enumerate(cells):
            for period in (period_of(month, Span.QUARTER), month[:4]):
                for name in names:
                    members.setdefault((period, name), set()).add(record)
        told = {
            (release.period, cell.name): cell.number
            for release in released
            for cell in release.cells
        }
        quarters = [release.numbers() for release in released[:-1]]
        kept = {
            at: frozenset(found)
            for at, found in members.items()
            if at in told and not is_sum_of(at, quarters)
        }
        return cls(kept, len(cells))

    def sets_with(self, record: int) -> set[frozenset[int]]:
        """Returns each set of records that is counted in some cell and contains this record. Cells that count the same
        records have the same printed number."""
        return {found for found in self.members.values() if record in found}


def is_sum_of(at: tuple[str, CellName], quarters: list[Mapping[CellName, int | None]]) -> bool:
    period, name = at
    return len(period) == 4 and all(numbers.get(name) is not None for numbers in quarters)


def counted_tips(line: RandomLine) -> list[tuple[str, list[CellName]]]:
    return [(month_of(tip.filed_at), [*rules_counts.sums([tip])]) for tip in line.tips]


def counted_persons(line: RandomLine) -> list[tuple[str, list[CellName]]]:
    found = []
    for month, case in line.cases:
        for person in case.persons:
            names = [
                name
                for name in rules_counts.person_sums([case._replace(persons=[person])])
                if INDICATORS[name.indicator][0].name != "T14"
            ]
            if names:
                found.append((month, names))
    return found


def attacked(rule: Rule, calls: int, seed: int, *, persons: bool = False) -> tuple[float, float]:
    """Returns two shares of the attacker's attempts: the attempts that end in certainty, and the attempts that end with
    more than 90 % certainty."""
    chance = Random(seed)
    known = Attacked.of(*year_of(calls, seed), persons=persons)
    certain = sure = 0
    for _ in range(TRIES):
        record = chance.randrange(known.records)
        is_there = chance.random() < 0.5
        others = [len(found) - 1 for found in known.sets_with(record)]
        printed = [
            rule(CellSum(count + is_there, chance.randrange(RECORD_KEYS))) for count in others
        ]
        found = belief(rule, others, printed)
        certain += found == 1.0
        sure += found > SURE
    return certain / TRIES, sure / TRIES


@pytest.mark.adversary("a reader of published statistics")
@pytest.mark.row("E3")
@pytest.mark.parametrize("persons", [False, True], ids=["tips", "persons"])
@pytest.mark.parametrize("calls", [100, 1200])
def test_e3_a_record_is_found_out_seldom(calls: int, persons: bool) -> None:
    certain, sure = attacked(rounded, calls, 1, persons=persons)
    assert certain <= MOST_CERTAIN
    assert sure <= MOST_SURE


def test_the_plain_table_tells_too_much() -> None:
    certain, _ = attacked(plain, 1200, 1)
    assert certain > MOST_CERTAIN
