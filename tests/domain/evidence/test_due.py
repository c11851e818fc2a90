"""Which editions are due, and what is never made."""

import pytest

from hotline.domain.cases.months import MonthVersion, begins, since
from hotline.domain.evidence.due import PublishedSoFar, period_before, sets_due
from hotline.domain.evidence.edition import Edition

LATER = begins("2027-05")
FIRST = ("2026-10", Edition.INSIDE, MonthVersion.FIRST)


def due(published: PublishedSoFar, *waiting: tuple[str, MonthVersion]) -> list[str]:
    found = sets_due(since("2026-10", LATER), published, waiting, LATER)
    return [f"{one.period} {one.version}" for one in found if one.period < "2027"]


def test_a_clock_that_stood_still_makes_all_of_it_in_order() -> None:
    assert due(PublishedSoFar(())) == [
        "2026-10 first",
        "2026-11 first",
        "2026-12 first",
        "2026-10 revised",
        "2026-11 revised",
        "2026-12 revised",
        "2026-Q4 revised",
        "2026 revised",
        "2026-Q4 revised",
        "2026 revised",
    ]


def test_what_waits_keeps_its_quarter_waiting() -> None:
    found = due(PublishedSoFar(()), ("2026-11", MonthVersion.REVISED))
    assert found == [f"2026-{one} first" for one in (10, 11, 12)] + [
        "2026-10 revised",
        "2026-12 revised",
    ]


def test_a_month_whose_counts_were_not_kept_stays_as_it_is_and_is_in_no_total() -> None:
    found = due(PublishedSoFar([FIRST], closed=["2026-10"]))
    assert found == ["2026-11 first", "2026-12 first", "2026-11 revised", "2026-12 revised"]


@pytest.mark.parametrize(
    ("period", "before"),
    [("2026-11", "2026-10"), ("2026-01", "2025-12"), ("2026-Q1", "2025-Q4"), ("2026", "2025")],
)
def test_the_period_before(period: str, before: str) -> None:
    assert period_before(period) == before
