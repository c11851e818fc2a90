"""Tests the rounding with keys, and the periods of Kigali's calendar."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_follow_up import month_of
from hotline.core.rules_record_keys import RECORD_KEYS
from hotline.statistics.rules_definitions import (
    SMALLEST,
    CellName,
    CellSum,
    Span,
    at_most,
    begins,
    due_at,
    due_periods,
    ends,
    months_of,
    period_of,
    previous_period,
    rounded,
    rounded_use,
    share,
    span_of,
    sum_keys,
)
from hotline.statistics.rules_release import Release, ReleaseNumber, next_spans, starting_spans

VECTORS = Path(__file__).with_name("rounding_vectors.csv")
"""Numbers that the package of the UK statistical office produced with the hotline's rounding table
(docs/credits.md)."""
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


AT = datetime(2027, 3, 16, tzinfo=UTC)
months = st.builds("{}-{:02}".format, st.integers(2020, 2090), st.integers(1, 12))


@given(months, st.sampled_from(Span))
def test_a_period_holds_its_month_and_follows_the_one_before(month: str, span: Span) -> None:
    period = period_of(month, span)
    assert month in months_of(period)
    assert span_of(period) is span
    assert len(months_of(period)) == span.months
    assert ends(previous_period(period)) == begins(period)
    assert month_of(begins(period)) == months_of(period)[0]


@given(st.text(max_size=8))
def test_any_other_text_is_no_period(text: str) -> None:
    try:
        span_of(text)
    except ValueError:
        return
    assert begins(text) < ends(text)


@pytest.mark.parametrize(
    ("period", "due"),
    [
        ("2026-11", "2026-12-06"),
        ("2026-Q4", "2027-03-17"),
        ("2026", "2027-03-17"),
        ("2026-Q1", "2026-06-15"),
    ],
)
def test_a_month_is_due_on_the_sixth_and_others_in_75_days(period: str, due: str) -> None:
    assert f"{due_at(period):%Y-%m-%d}" == due


def test_due_periods_come_in_order_and_the_shorter_ones_first() -> None:
    found = due_periods(date(2026, 10, 3), datetime(2027, 4, 1, tzinfo=UTC))
    assert found[0] == "2026-10"
    assert [*found].index("2026-Q4") < [*found].index("2026")
    assert "2027-Q1" not in found


def release(period: str, number: int | None) -> Release:
    names = [CellName("tips_by_province", "province", str(n)) for n in range(1, 6)]
    return Release(period, AT, [ReleaseNumber(name, number) for name in names], starting_spans())


def test_a_table_with_few_numbers_moves_to_a_longer_period() -> None:
    spans = {**starting_spans(), "T5": Span.QUARTER}
    assert next_spans(spans, [release("2026-Q1", None)])["T5"] is Span.HALF_YEAR
    assert next_spans(spans, [release("2026-Q1", 20)])["T5"] is Span.QUARTER


def test_a_table_moves_back_where_shorter_periods_would_show_numbers() -> None:
    assert next_spans(starting_spans(), [release("2026", 45)])["T5"] is Span.HALF_YEAR
    assert next_spans(starting_spans(), [release("2026", 15)])["T5"] is Span.YEAR


def test_a_new_line_starts_with_quarters_for_the_nation_and_years_for_places() -> None:
    spans = starting_spans()
    assert (spans["T1"], spans["T3"], spans["T4"], spans["T6"]) == (
        Span.MONTH,
        Span.QUARTER,
        Span.YEAR,
        Span.YEAR,
    )
