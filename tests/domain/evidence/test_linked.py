"""Tables that share numbers: the reader of all of them narrows nothing below k either."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.domain.evidence.linked import linked
from hotline.domain.evidence.tables import ALL, CountTable, PublishedTable
from tests.domain.evidence.one_table import alone
from tests.domain.evidence.people_counted import (
    AGES,
    DISTRICTS,
    FORMS,
    SEXES,
    all_tables,
    form_tables,
    month,
    of_whom,
    tabled,
)
from tests.domain.evidence.reader import Solver
from tests.long import EXAMPLES

PEOPLE = st.integers(0, 150)
SEED = st.integers(0, 10**6)


def narrowed_by_all(tables: Sequence[PublishedTable], k: int) -> dict[tuple[str, str], int]:
    """The hidden numbers that are narrower than k to whoever knows that all tables count the same persons."""
    solver = Solver()
    for published in tables:
        for key, number in published.numbers.items():
            solver.learns(of_whom(published, key), number)
    return {
        key: width
        for published in tables
        for key in published.hidden
        if (width := solver.width(of_whom(published, key))) < k
    }


@given(SEED, PEOPLE, st.sampled_from([5, 11]))
def test_a_solver_that_knows_all_tables_narrows_nothing(seed: int, people: int, k: int) -> None:
    met = month(seed, people)
    tables = linked(all_tables(met), k)
    for published in tables:
        for key, number in published.numbers.items():
            assert number in (None, sum(met[person] for person in of_whom(published, key)))
    assert narrowed_by_all(tables, k) == {}


def test_tables_that_are_protected_one_by_one_give_each_other_away() -> None:
    leaks = [
        narrowed_by_all([alone(table, 5) for table in all_tables(month(seed, 120))], 5)
        for seed in range(4)
    ]
    assert any(leaks)


def table(rows: str, columns: str, **lines: str) -> CountTable:
    cells = {
        (row, column): int(count)
        for row, line in lines.items()
        for column, count in zip(columns.split(), line.split(), strict=True)
    }
    return CountTable(cells, rows.split(), columns.split() if columns != ALL else ())


def test_rows_whose_margin_is_hidden_are_others_in_the_finer_table() -> None:
    coarse, finer = linked(
        [
            table("a b c d", ALL, a="3", b="9", c="40", d="60"),
            table("a b c d", "x y", a="1 2", b="0 9", c="20 20", d="30 30"),
        ],
        5,
    )
    assert coarse.hidden == {("a", ALL), ("b", ALL)}
    assert finer.table.rows == ("others", "c", "d")
    assert finer.table.parts("others") == {"a", "b"}
    assert [finer.numbers[row, ALL] for row in ("others", "c", "d")] == [12, 40, 60]
    assert finer.hidden == {("others", "x"), ("others", "y"), ("c", "x"), ("c", "y")}


def test_a_month_of_few_shows_nothing_finer() -> None:
    tables = linked(form_tables(month(1, 4)), 5)
    assert {number for published in tables for number in published.numbers.values()} == {None}


def test_dimensions_in_a_ring_are_refused() -> None:
    met = month(1, 50)
    ring = [tabled(met, FORMS, SEXES), tabled(met, FORMS, AGES), tabled(met, AGES, SEXES)]
    with pytest.raises(ValueError, match="ring"):
        linked(ring, 5)
    assert linked([*ring[:2], tabled(met, DISTRICTS, SEXES)], 5)


@settings(max_examples=EXAMPLES // 2)
@given(SEED, st.integers(60, 200), st.integers(0, 10**6))
def test_a_revised_version_gives_nothing_of_the_first_away(
    seed: int, people: int, later: int
) -> None:
    """The reader is told besides which numbers changed, and by how much."""
    met = month(seed, people)
    first = linked(form_tables(met), 5)
    revised = linked(form_tables(met + month(later, 3)), 5, before=first)
    solver = Solver()
    for published in first:
        for key, number in published.numbers.items():
            solver.learns(of_whom(published, key), number)
    for published in revised:
        for key, number in published.numbers.items():
            people_then = of_whom(published, key)
            solver.learns(
                people_then, None if number is None else sum(met[one] for one in people_then)
            )
    for published in (*first, *revised):
        for key in published.hidden:
            assert solver.width(of_whom(published, key)) >= 5
