"""Tests what happens to an erasure request, by the state of the case."""

from datetime import UTC, datetime

import pytest

from hotline.alerts.rules_escalation_steps import Wished, WordsFate, next_due

FRIDAY = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
TAKEN, CLOSED, HELD = "taken", "closed", "held"


@pytest.mark.parametrize(
    ("urgency", "standing", "fate"),
    [
        (1, (), WordsFate.DECIDED),
        (1, (TAKEN,), WordsFate.DECIDED),
        (1, (TAKEN, CLOSED), WordsFate.GO),
        (2, (), WordsFate.DECIDED),
        (2, (TAKEN,), WordsFate.GO),
        (3, (), WordsFate.DECIDED),
        (3, (TAKEN,), WordsFate.GO),
        (3, (CLOSED,), WordsFate.GO),
        (3, (TAKEN, CLOSED, HELD), WordsFate.HELD),
        (1, (HELD,), WordsFate.HELD),
    ],
)
def test_people_decide_open_cases(urgency: int, standing: tuple[str, ...], fate: WordsFate) -> None:
    wished = Wished(urgency, TAKEN in standing, CLOSED in standing, HELD in standing)
    assert wished.fate is fate


def test_an_overdue_decision_is_asked_for_in_working_hours_and_a_hold_each_month() -> None:
    assert next_due(WordsFate.DECIDED, FRIDAY) == datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
    assert (next_due(WordsFate.HELD, FRIDAY) - FRIDAY).days == 30
