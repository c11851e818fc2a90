"""No hidden number can be narrowed below k by whoever is given everything that was published, and a solver."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.evidence.suppression import attempt, withheld
from hotline.domain.evidence.tables import ALL, CountTable, PublishedTable, numbers
from tests.domain.evidence.one_table import alone
from tests.domain.evidence.random_tables import tables
from tests.domain.evidence.reader import narrowed


def table(rows: str, columns: str = "", within: str = "", **counts: str) -> CountTable:
    """`a="3 9"` are the counts of row a, column by column."""
    across = columns.split()
    cells = {
        (row, column): int(count)
        for row, line in counts.items()
        for column, count in zip(across or [ALL], line.split(), strict=True)
    }
    pairs = [pair.split("<") for pair in within.split()]
    return CountTable(cells, rows.split(), across, dict(pairs))


def shown(published: PublishedTable) -> str:
    return " ".join(
        f"{row}.{column}={'..' if number is None else number}".replace(".all", "")
        for (row, column), number in sorted(published.numbers.items())
    )


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (table("a b c", a="3", b="9", c="40"), "a=.. all=52 b=.. c=40"),
        (table("a b c", a="2", b="3", c="40"), "a=.. all=45 b=.. c=40"),
        (table("a b c", a="0", b="2", c="40"), "a=.. all=42 b=.. c=.."),
        (table("a b", a="1", b="0"), "a=.. all=.. b=.."),
        (table("a b", a="5", b="60"), "a=5 all=65 b=60"),
        (table("", all="4"), "all=.."),
        (table("", all="5"), "all=5"),
        # The trap: a province of two districts that is shown beside one of them.
        (
            table("a b c d", "", "a<p b<p c<q d<q", a="3", b="9", c="20", d="30"),
            "a=.. all=62 b=.. c=20 d=30 p=12 q=50",
        ),
        # A province of one district is that district.
        (
            table("a b c", "", "a<p b<q c<q", a="3", b="9", c="20"),
            "a=.. all=32 b=.. c=20 p=.. q=..",
        ),
    ],
)
def test_what_is_read_of_a_small_table(told: CountTable, read: str) -> None:
    assert shown(alone(told, 5)) == read


def test_a_column_gives_no_cell_away_either() -> None:
    published = alone(table("a b", "x y", a="1 20", b="30 40"), 5)
    assert shown(published) == ("a=21 a.x=.. a.y=.. all=91 all.x=31 all.y=60 b=70 b.x=.. b.y=..")


@given(tables(), st.sampled_from([5, 11]))
def test_a_solver_narrows_no_hidden_number(told: CountTable, k: int) -> None:
    published = alone(told, k)
    counted = numbers(told)
    for key, number in published.numbers.items():
        assert number == counted[key] >= k or number is None
    assert narrowed(told, published.numbers, k) == {}


def thirty_districts(seed: int, columns: int) -> CountTable:
    """30 districts in five provinces."""
    chance = random.Random(seed)
    rows = [f"d{n}" for n in range(30)]
    across = [f"c{n}" for n in range(columns)]
    counts = {(row, column): int(chance.expovariate(0.08)) for row in rows for column in across}
    return CountTable(counts, rows, across, {row: f"p{n % 5}" for n, row in enumerate(rows)})


def test_a_solver_narrows_nothing_of_thirty_districts(request: pytest.FixtureRequest) -> None:
    told = thirty_districts(request.config.option.hypothesis_seed, 4)
    published = alone(told, 5)
    assert 10 < len(published.hidden) < len(published.numbers) - 10
    assert narrowed(told, published.numbers, 5) == {}


def test_the_solver_finds_a_planted_leak() -> None:
    told = table("a b c", "x y", a="1 20", b="30 40", c="8 9")
    leaked = {key: None if key == ("a", "x") else one for key, one in numbers(told).items()}
    assert narrowed(told, leaked, 5) == {("a", "x"): 0}


def test_where_no_number_is_left_to_hide_nothing_is_published() -> None:
    told, held = table("a b c", a="2", b="3", c="90"), {(ALL, ALL), ("c", ALL)}
    assert attempt(told, 6, shared=held) is None
    published = attempt(told, 5, shared=held)
    assert published is not None
    assert shown(published) == "a=.. all=95 b=.. c=90"
    assert shown(withheld(told, shared=held)) == "a=.. all=95 b=.. c=90"


def test_what_was_kept_back_once_is_hidden_again() -> None:
    told = table("a b c", a="30", b="40", c="50")
    assert shown(alone(told, 5, also=[("a", ALL)])) == "a=.. all=120 b=.. c=50"
