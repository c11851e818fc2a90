"""Tests the periods of Kigali's calendar, when each is due, and how they depend on the size of a hotline."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_follow_up import month_of
from hotline.statistics.rules_definitions import CellName
from hotline.statistics.rules_periods import (
    Span,
    begins,
    due_at,
    due_periods,
    ends,
    months_of,
    period_of,
    previous_period,
    span_of,
)
from hotline.statistics.rules_release import Release, ReleaseNumber, next_spans, starting_spans

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
