"""Tests when a call-back may be made, and who may see the number."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.tips.rules_receipts import (
    DAYS,
    OPENS,
    WINDOW_LENGTH,
    DayPart,
    Window,
    refusal_reason,
    windows,
)

NINE = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
"""The time 09:00 in Kigali, on a certain day."""
AGREED = {
    "call": "yes",
    "call_who": "alone",
    "call_day": "either",
    "call_part": "evening",
    "call_word": "rice",
}
WINDOW = Window(NINE, NINE + WINDOW_LENGTH)


def test_call_back_days_are_days_in_kigali() -> None:
    late = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    first, second = windows(AGREED, late)
    assert (str(first), str(second)) == ("26/11 17:00-19:00", "27/11 17:00-19:00")
    assert first.opens_at == datetime(2026, 11, 26, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("call", "no"),
        ("call_who", "feared"),
        ("call_day", "now"),
        ("call_part", "night"),
        ("call_word", ""),
        *[(name, None) for name in AGREED],
    ],
)
def test_missing_answer_gives_no_call_back_window(answer: str, value: str | None) -> None:
    answers = {name: said for name, said in AGREED.items() if name != answer}
    assert windows(answers | ({answer: value} if value is not None else {}), NINE) == ()


@given(st.dictionaries(st.sampled_from([*AGREED]), st.text(max_size=9)))
def test_each_window_is_in_daytime_within_three_days(told: dict[str, str]) -> None:
    for window in windows(AGREED | told, NINE):
        assert timedelta(hours=12) < window.opens_at - NINE < timedelta(days=3)
        assert window.closes_at - window.opens_at == WINDOW_LENGTH


def test_every_menu_answer_has_its_window() -> None:
    for day in DAYS:
        for part in DayPart:
            found = windows(AGREED | {"call_day": day, "call_part": part}, NINE)
            assert len(found) == len(DAYS[day])
    assert set(OPENS) == set(DayPart)


@pytest.mark.parametrize(
    ("at", "has_asked", "approved_by", "why"),
    [
        (NINE, True, "B. Two", None),
        (NINE + WINDOW_LENGTH - timedelta(seconds=1), True, "B. Two", None),
        (NINE - timedelta(seconds=1), True, "B. Two", "24/11 09:00-11:00 only"),
        (NINE + WINDOW_LENGTH, True, "B. Two", "only"),
        (NINE, True, None, "second person"),
        (NINE, False, "B. Two", "you must ask to see the number first"),
        (NINE, False, None, "you must ask to see the number first"),
    ],
)
def test_requester_sees_number_after_approval_and_in_time(
    at: datetime, has_asked: bool, approved_by: str | None, why: str | None
) -> None:
    found = refusal_reason(WINDOW, at, has_asked=has_asked, approved_by=approved_by)
    assert found is None if why is None else why in (found or "")
