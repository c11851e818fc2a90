"""Tests an attacker without a key who knows all records except one. The release seldom reveals this record."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random

import pytest

from hotline.alerts.rules_follow_up import month_of
from hotline.core.rules_record_keys import RECORD_KEYS
from hotline.statistics import rules_persons, rules_tips
from hotline.statistics.rules_definitions import INDICATORS, CellName
from hotline.statistics.rules_periods import Span, period_of
from hotline.statistics.rules_release import Release
from hotline.statistics.rules_rounding import SMALLEST, CellSum, rounded
from tests.statistics.published_year import year_of
from tests.statistics.random_line import RandomLine

TRIES = 200
MOST_CERTAIN, MOST_SURE = 0.10, 0.25
SURE = 0.9
Rule = Callable[[CellSum], int | None]


def plain(cell: CellSum) -> int | None:
    """Rounds at random to 5, as the rounding table would without its first step. Multiples of 5 then never change."""
    rest = cell.count % 5
    number = cell.count - rest + (5 if (2 * cell.keys + 1) * 5 < 2 * rest * RECORD_KEYS else 0)
    return number if number >= SMALLEST else None


@cache
def chances(rule: Rule, count: int) -> Counter[int | None]:
    """Returns for each printed number how many of the 256 keys lead from this count to it."""
    return Counter(rule(CellSum(count, key)) for key in range(RECORD_KEYS))


def belief(rule: Rule, others: list[int], printed: list[int | None]) -> float:
    """Returns the attacker's certainty that the record exists, and that it does not exist.

    The attacker uses all cells that would count the record.
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
    """The records that each cell counts, by period."""
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
        """Returns the different sets of records that contain this one. Equal sets have the same printed number."""
        return {found for found in self.members.values() if record in found}


def is_sum_of(at: tuple[str, CellName], quarters: list[Mapping[CellName, int | None]]) -> bool:
    period, name = at
    return len(period) == 4 and all(numbers.get(name) is not None for numbers in quarters)


def counted_tips(line: RandomLine) -> list[tuple[str, list[CellName]]]:
    return [(month_of(tip.filed_at), [*rules_tips.sums([tip])]) for tip in line.tips]


def counted_persons(line: RandomLine) -> list[tuple[str, list[CellName]]]:
    found = []
    for month, case in line.cases:
        for person in case.persons:
            names = [
                name
                for name in rules_persons.sums([replace(case, persons=[person])])
                if INDICATORS[name.indicator][0].name != "T14"
            ]
            if names:
                found.append((month, names))
    return found


def attacked(rule: Rule, calls: int, seed: int, *, persons: bool = False) -> tuple[float, float]:
    """Returns two shares of attempts: the attacker is certain, and the attacker is more than 90 % sure."""
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
