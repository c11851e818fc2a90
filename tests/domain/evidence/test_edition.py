"""What was published is read by period, figure, row and column."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import (
    Edition,
    FigureCell,
    PublishedFigures,
    Span,
    months_in,
    span_of,
)


@pytest.mark.parametrize(
    ("period", "span", "first", "count"),
    [
        ("2026-11", Span.MONTH, "2026-11", 1),
        ("2026-Q4", Span.QUARTER, "2026-10", 3),
        ("2026", Span.YEAR, "2026-01", 12),
    ],
)
def test_a_period_is_made_of_months(period: str, span: Span, first: str, count: int) -> None:
    months = months_in(period)
    assert (span_of(period), months[0], len(months)) == (span, first, count)


@pytest.mark.parametrize("written", ["9999-12", "9999-Q4", "9999", "0000", "0001-01"])
def test_no_period_is_of_a_year_after_which_no_day_can_be_reckoned(written: str) -> None:
    with pytest.raises(ValueError, match="2026-Q4"):
        span_of(written)


@given(st.text(max_size=9).filter(lambda written: not re.fullmatch(r"[\d-]+(Q\d)?", written)))
def test_what_is_no_period_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="2026-Q4"):
        months_in(written)


def test_a_hidden_number_a_bound_and_a_missing_one_are_told_apart() -> None:
    cells = [
        FigureCell("tip", "all", "all", 40),
        FigureCell("tip", "district:11", "all", None),
        FigureCell("tip", "district:12", "all", 30, ">="),
    ]
    made = datetime(2026, 12, 6, tzinfo=UTC)
    told = PublishedFigures("2026-11", Edition.INSIDE, MonthVersion.FIRST, made, "clock", cells)
    rows = told.rows("tip", "district")
    assert [told.said("tip", row) for row in rows] == ["..", ">=30"]
    assert (told.number("tip"), told.cell("tip", "district:13"), told.said("red")) == (
        40,
        None,
        "..",
    )
