"""Tests if an alert can be sent, and the reason if it cannot."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.gateway.rules_alert_path import AlertPath, BlockReason, block_reason
from tests.support.builders import NOON


def ago(**time: float) -> timedelta:
    return timedelta(**time)


TICKS = AlertPath(clock_until=NOON + timedelta(seconds=2), awaited_at=NOON - ago(days=3))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (AlertPath(), None),
        (TICKS, None),
        (replace(TICKS, is_paused=True), BlockReason.PAUSED),
        (replace(TICKS, fault="config_fault"), BlockReason.FAULT),
        # One of two machines has a wrong key, so the other one sends.
        (replace(TICKS, wrong_key=True), None),
        (replace(TICKS, wrong_key=True, clock_until=NOON), BlockReason.KEYS),
        (AlertPath(wrong_key=True), BlockReason.KEYS),
        # Every process is restarted.
        (replace(TICKS, clock_until=NOON - ago(seconds=60)), None),
        (replace(TICKS, clock_until=NOON - ago(seconds=61)), BlockReason.NO_SENDER),
        (replace(TICKS, clock_until=NOON - ago(days=2), awaited_at=NOON), None),
        # The hotline was created, but its clock never ticked.
        (AlertPath(awaited_at=NOON - ago(seconds=61)), BlockReason.NO_SENDER),
        # The gateway cannot be reached. After that, one send fails.
        (replace(TICKS, failing_since=NOON - ago(seconds=70), failed_at=NOON), BlockReason.GATEWAY),
        (replace(TICKS, failing_since=NOON - ago(seconds=50), failed_at=NOON), None),
        (replace(TICKS, failing_since=NOON - ago(hours=1), failed_at=NOON - ago(minutes=30)), None),
    ],
)
def test_why_no_alert_can_leave(path: AlertPath, why: BlockReason | None) -> None:
    assert block_reason(path, NOON) is why


def test_a_wall_clock_that_was_turned_is_no_outage() -> None:
    turned = NOON + timedelta(days=40)
    assert block_reason(TICKS, turned) is BlockReason.NO_SENDER
    assert block_reason(TICKS, turned, fresh=True) is None
