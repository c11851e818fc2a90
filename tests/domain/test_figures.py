"""No hidden cell can be computed back: a solver that knows the total tries."""

from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.reach.figures import Hidden, protect

RANGES = {Hidden.FEWER: range(5), Hidden.SPARED: range(5, 40)}


def solutions(cells: list[int | Hidden], total: int) -> set[tuple[int, ...]]:
    """Every table that shows these cells and adds up to this total."""
    found: set[tuple[int, ...]] = {()}
    for cell in cells:
        choices = RANGES[cell] if isinstance(cell, Hidden) else (cell,)
        found = {(*row, one) for row in found for one in choices if sum(row) + one <= total}
    return {row for row in found if sum(row) == total}


@given(st.lists(st.integers(min_value=0, max_value=12), min_size=1, max_size=5))
def test_a_hidden_cell_cannot_be_solved_for(counts: list[int]) -> None:
    column = protect({str(n): count for n, count in enumerate(counts)})
    cells = list(column.cells.values())
    for count, cell in zip(counts, cells, strict=True):
        assert (cell == Hidden.FEWER) is (count < 5)
        assert cell in (count, Hidden.FEWER, Hidden.SPARED)
    if isinstance(column.total, Hidden):
        return
    assert column.total == sum(counts)
    possible = solutions(cells, column.total)
    for n, cell in enumerate(cells):
        if isinstance(cell, Hidden):
            assert len({row[n] for row in possible}) > 1


def test_one_small_cell_takes_a_neighbour_with_it() -> None:
    column = protect({"a": 3, "b": 9, "c": 40})
    assert column.cells == {"a": "<5", "b": "hidden", "c": 40}
    assert column.total == 52


def test_nothing_small_nothing_hidden() -> None:
    assert protect({"a": 5, "b": 60}).cells == {"a": 5, "b": 60}


def test_a_small_total_is_hidden_too() -> None:
    assert protect({"a": 1, "b": 0}).total == "<5"
    assert protect({}).total == "<5"
