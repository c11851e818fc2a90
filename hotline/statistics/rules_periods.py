"""Computes the periods of published statistics in Kigali's calendar: months, quarters, half-years and years.

A period is written `2026-11`, `2026-Q4`, `2026-H2` or `2026`.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from hotline.alerts import rules_follow_up
from hotline.alerts.rules_follow_up import month_of

MONTHS = 12
USE_AFTER = timedelta(days=5)
"""The time after which a month's use of the hotline is published: on the sixth day of the next month."""


class Span(StrEnum):
    """The length of a period. The members are ordered from the shortest to the longest."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF_YEAR: 6, Span.YEAR: MONTHS}[self]


_WRITTEN = re.compile(
    r"(?P<year>2\d{3})(?:-(?:(?P<MONTH>0[1-9]|1[0-2])|Q(?P<QUARTER>[1-4])|H(?P<HALF_YEAR>[12])))?",
    re.ASCII,
)


def span_of(period: str) -> Span:
    """Returns the length of a period. Raises ValueError if the text is not a period."""
    return _parsed(period)[0]


def months_of(period: str) -> Sequence[str]:
    """Returns the months of a period, earliest first. Raises ValueError if the text is not a period."""
    span, year, place = _parsed(period)
    first = place * span.months
    return [f"{year}-{month + 1:02}" for month in range(first, first + span.months)]


def period_of(month: str, span: Span) -> str:
    """Returns the period of this length that contains a month."""
    year, number = month[:4], int(month[5:7])
    place = (number - 1) // span.months + 1
    return {
        Span.MONTH: month,
        Span.QUARTER: f"{year}-Q{place}",
        Span.HALF_YEAR: f"{year}-H{place}",
        Span.YEAR: year,
    }[span]


def begins(period: str) -> datetime:
    """Returns the first moment of a period."""
    return rules_follow_up.begins(months_of(period)[0])


def ends(period: str) -> datetime:
    """Returns the first moment after a period."""
    return rules_follow_up.ends(months_of(period)[-1])


def previous_period(period: str) -> str:
    """Returns the previous period of the same length."""
    return period_of(month_of(begins(period) - timedelta(days=1)), span_of(period))


def due_at(period: str) -> datetime:
    """Returns when a period is published. A month is published on the sixth day of the next month, and a longer
    period after 75 days."""
    return ends(period) + (
        USE_AFTER if span_of(period) is Span.MONTH else rules_follow_up.COUNTED_AFTER
    )


def due_periods(first_day: date, at: datetime) -> Sequence[str]:
    """Returns every period that was due by `at` since the first day of the hotline.

    The earliest comes first. If periods are due at the same time, the shortest comes first.
    """
    found: set[str] = set()
    month = month_of(first_day)
    while due_at(month) <= at:
        found.update(period_of(month, span) for span in Span)
        month = month_of(ends(month))
    due = [period for period in found if due_at(period) <= at]
    return sorted(due, key=lambda one: (due_at(one), span_of(one).months, one))


def _parsed(period: str) -> tuple[Span, int, int]:
    """Returns the length of a period, its year, and its position in the year from 0."""
    found = _WRITTEN.fullmatch(period)
    if found is None:
        raise ValueError("Write a period like 2026-11, 2026-Q4, 2026-H2 or 2026.")
    year = int(found["year"])
    for span in (Span.MONTH, Span.QUARTER, Span.HALF_YEAR):
        if place := found[span.name]:
            return span, year, int(place) - 1
    return Span.YEAR, year, 0
