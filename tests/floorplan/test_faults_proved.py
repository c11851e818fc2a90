"""Every row of docs/faults.md names tests, and every test that it names is there and stands on what the row says."""

import re
from dataclasses import dataclass
from functools import cache

from tests.floorplan import tree
from tests.floorplan.proofs import NAMED
from tests.floorplan.tree import ROOT
from tests.servers import Pair

ROWS = range(1, 40)
ROW = re.compile(r"^\| (?P<number>\d+) \|(?P<cells>.+)\|$", re.M)
GROUNDS = {"both", "SQLite", "PostgreSQL", "SQLite, PostgreSQL", "neither"}
FAULT_RUN = "tests/chaos/"
"""Stands on the pair that CHAOS_PAIR names: on either, one after the other."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    tests: tuple[str, ...]
    ground: str


@cache
def rows() -> dict[int, Row]:
    table = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    found = {}
    for match in ROW.finditer(table):
        *_, proved, ground = match["cells"].split("|")
        number = int(match["number"])
        found[number] = Row(number, tuple(NAMED.findall(proved)), ground.strip())
    return found


@cache
def collected() -> frozenset[str]:
    return tree.collected(test for row in rows().values() for test in row.tests)


def variants(test: str) -> set[str]:
    """The ids that a name stands for: itself, or itself with each of its parameters."""
    return {name for name in collected() if name == test or name.startswith(f"{test}[")}


def test_the_table_has_every_row_once_and_in_order() -> None:
    assert list(rows()) == list(ROWS)


def test_a_row_is_proved_by_tests_that_are_there() -> None:
    for row in rows().values():
        assert row.ground in GROUNDS, row
        assert row.tests, row
        assert [test for test in row.tests if not variants(test)] == [], row


def test_a_row_that_says_both_is_proved_on_both() -> None:
    for row in rows().values():
        if row.ground != "both" or any(test.startswith(FAULT_RUN) for test in row.tests):
            continue
        ids = {name for test in row.tests for name in variants(test)}
        proved = {pair for pair in Pair if any(re.search(rf"\W{pair}\W", name) for name in ids)}
        assert proved == {*Pair}, row
