"""Tests the numbered rules of a case over random rosters, leaves, holidays, answers and storms."""

import random

import pytest

from tests.alerts.duty_walk import walk
from tests.long import is_long, seed
from tests.support.steps import Tell

WALKS = 2000 if is_long() else 60
STEPS = 40


@pytest.mark.row("R10")
def test_no_roster_leave_or_storm_breaks_a_rule_of_a_case(tell_steps: Tell) -> None:
    off_duty = held = 0
    for n in range(WALKS):
        course = walk(random.Random(f"{seed()} walk {n}"), STEPS)
        off_duty += course.checked
        held += course.was_held
    tell_steps(
        f"walks over rosters: {WALKS} of {STEPS} steps, {off_duty} alerts off duty, {held} held"
    )
