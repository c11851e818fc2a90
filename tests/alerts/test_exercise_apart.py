"""R12: tests that a drill stays separate from cases."""

import pytest

from hotline.alerts import service_assignment, service_drills
from hotline.alerts.rules_drills import DrillEnd
from hotline.cases import service_desk_commands, service_retention
from hotline.errors import EndRefused
from hotline.tips.rules import Urgency
from hotline.tips.tables import Tip
from tests.alerts.test_exercise import ALINE, WHY, begun, reported, staffed, tip_of
from tests.support.district import District

__all__ = ["staffed"]


def test_a_drill_stays_apart_from_cases_and_opening_does_not_restart_it(staffed: District) -> None:
    real = staffed.file_tip(place="31")
    service_drills.call_off(staffed.context, begun(staffed), by=ALINE, reason=WHY)
    tip = tip_of(staffed)
    signed = {"actor": "Alice", "reason": "alike"}
    with pytest.raises(EndRefused, match="cannot be linked"):
        service_desk_commands.link_tips(staffed.context, real, tip.id, viewer=None, **signed)
    with pytest.raises(EndRefused, match="was a drill"):
        service_retention.reopen_tip(staffed.context, tip.id, by="Alice", reason="once more")


def test_r12_a_tip_that_becomes_a_danger_meanwhile_ends_it(staffed: District) -> None:
    older = staffed.file_tip(urgency=2, place="11", filed_at=staffed.clock())
    staffed.clock.turn(minutes=5)
    begun(staffed)
    service_drills.end_due(staffed.context)
    assert reported(staffed).exercise.ended_at is None
    staffed.clock.turn(minutes=5)
    staffed.change(Tip, older, urgency=Urgency.DANGER)
    service_assignment.assign_pending(staffed.context)
    service_drills.end_due(staffed.context)
    assert reported(staffed).exercise.end_reason == DrillEnd.DANGER
