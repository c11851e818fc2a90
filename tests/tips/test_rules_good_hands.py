"""Tests when the hotline treats a case as safe with the colleague who took it ("in good hands"). If any fact is in
doubt, the case is not in good hands."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from hotline.tips.rules import Clock, DeadlineKind, is_in_good_hands

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
LATER, PAST = NOW + timedelta(minutes=5), NOW - timedelta(seconds=1)
TAKEN = {
    DeadlineKind.OUTCOME: Clock(LATER),
    DeadlineKind.SECOND_LOOK: Clock(LATER),
}


@pytest.mark.parametrize(
    ("clocks", "expected"),
    [
        (TAKEN, True),
        (TAKEN | {DeadlineKind.ERASURE: Clock(LATER)}, True),
        (TAKEN | {DeadlineKind.OUTCOME: Clock(LATER, 1)}, True),
        (TAKEN | {DeadlineKind.OUTCOME: Clock(PAST, 1)}, False),
        (TAKEN | {DeadlineKind.OUTCOME: Clock(LATER, 2)}, False),
        (TAKEN | {DeadlineKind.SECOND_LOOK: Clock(LATER, 1)}, False),
        (TAKEN | {DeadlineKind.ACKNOWLEDGE: Clock(LATER)}, False),
        (TAKEN | {DeadlineKind.OPEN: Clock(LATER)}, False),
        (TAKEN | {DeadlineKind.CONFIRM_CLOSURE: Clock(LATER)}, False),
        (TAKEN | {DeadlineKind.VISIT_SAFETY: Clock(LATER)}, False),
        (TAKEN | {DeadlineKind.OVERDUE: Clock(LATER)}, False),
        ({}, False),
    ],
)
def test_good_hands_have_no_overdue_or_second_request(
    clocks: Mapping[DeadlineKind, Clock], expected: bool
) -> None:
    assert is_in_good_hands(clocks, NOW) is expected
