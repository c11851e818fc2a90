"""Tests that rounding with keys prints multiples of 5, always the same for the same records, and keeps the mean."""

import csv
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hotline.core.rules_record_keys import RECORD_KEYS
from hotline.statistics.rules_rounding import (
    SMALLEST,
    CellSum,
    at_most,
    rounded,
    rounded_use,
    share,
    sum_keys,
)

VECTORS = Path(__file__).with_name("rounding_vectors.csv")
"""Numbers that the UK statistical office's package produced with our table (docs/credits.md)."""
keys = st.lists(st.integers(0, RECORD_KEYS - 1), max_size=400)


def test_the_uk_office_s_function_prints_the_same_fifty_numbers() -> None:
    with VECTORS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 50
    for row in rows:
        printed = rounded(sum_keys(bytes.fromhex(row["keys"])))
        assert printed == (int(row["printed"]) if row["printed"] else None), row


@given(keys)
def test_a_printed_number_is_a_multiple_of_5_near_the_count(drawn: list[int]) -> None:
    printed = rounded(sum_keys(drawn))
    if printed is None:
        assert len(drawn) < SMALLEST + 7
    else:
        assert printed >= SMALLEST
        assert printed % 5 == 0
        assert abs(printed - len(drawn)) < 8


@given(keys, st.randoms())
def test_the_same_records_print_alike_in_any_order(drawn: list[int], chance: Random) -> None:
    again = list(drawn)
    chance.shuffle(again)
    assert rounded(sum_keys(again)) == rounded(sum_keys(drawn))


@given(keys, keys)
def test_months_add_up_to_the_sum_of_their_records(one: list[int], other: list[int]) -> None:
    assert sum_keys(one) + sum_keys(other) == sum_keys(one + other)


def test_rounding_keeps_the_mean_and_moves_multiples_of_5() -> None:
    for count in range(20, 60):
        printed = [rounded(CellSum(count, key)) or 0 for key in range(RECORD_KEYS)]
        assert abs(sum(printed) / RECORD_KEYS - count) < 0.05
        assert len(set(printed)) > 1


def test_nobody_and_few_print_alike() -> None:
    assert {rounded(CellSum(0, 0)), rounded(CellSum(1, 200)), rounded(CellSum(6, 255))} == {None}


def test_use_is_rounded_to_ten_and_small_numbers_are_few() -> None:
    assert [rounded_use(count) for count in (0, 9, 10, 14, 15, 1234)] == [
        None,
        None,
        10,
        10,
        20,
        1230,
    ]


def test_a_later_step_never_prints_more() -> None:
    assert (at_most(15, 20), at_most(25, 20), at_most(15, None)) == (15, 20, None)


def test_a_share_needs_a_base_and_is_printed_in_steps() -> None:
    assert share(35, 40, smallest_whole=40) == 90
    assert share(35, 35, smallest_whole=40) is None
    assert share(None, 40, smallest_whole=40) is None
    assert share(45, 40, smallest_whole=40) == 100
