"""Tests if a report text is erased after an erasure request. Depending on the state of the case, the text is erased
when the case is closed, only after the national desk decides so, or not while a legal hold exists.
"""

from datetime import UTC, datetime

import pytest

from hotline.alerts.rules_escalation_steps import ErasureRequest, TextFate, next_due

FRIDAY = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
TAKEN, CLOSED, HELD = "taken", "closed", "held"


@pytest.mark.parametrize(
    ("urgency", "standing", "fate"),
    [
        (1, (), TextFate.DECIDED),
        (1, (TAKEN,), TextFate.DECIDED),
        (1, (TAKEN, CLOSED), TextFate.GO),
        (2, (), TextFate.DECIDED),
        (2, (TAKEN,), TextFate.GO),
        (3, (), TextFate.DECIDED),
        (3, (TAKEN,), TextFate.GO),
        (3, (CLOSED,), TextFate.GO),
        (3, (TAKEN, CLOSED, HELD), TextFate.HELD),
        (1, (HELD,), TextFate.HELD),
    ],
)
def test_case_decides_fate_of_text(urgency: int, standing: tuple[str, ...], fate: TextFate) -> None:
    wished = ErasureRequest(urgency, TAKEN in standing, CLOSED in standing, HELD in standing)
    assert wished.fate is fate


def test_erasure_decision_asks_in_hours_and_legal_hold_monthly() -> None:
    assert next_due(TextFate.DECIDED, FRIDAY) == datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
    assert (next_due(TextFate.HELD, FRIDAY) - FRIDAY).days == 30
