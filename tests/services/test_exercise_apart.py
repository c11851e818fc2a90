"""R12: what keeps an exercise apart from cases."""

import pytest

from hotline.domain.referrals.drills.exercise import ExerciseEnd
from hotline.domain.tip import Urgency
from hotline.errors import EndRefused
from hotline.services.referrals import referral
from hotline.services.referrals.drills import exercising
from hotline.services.tips import desk_acts, retention
from hotline.store.tips.tips import Tip
from tests.district import District, district
from tests.services.test_exercise import ALINE, WHY, begun, reported, staffed, tip_of

__all__ = ["district", "staffed"]


def test_r12_it_stays_apart_from_cases_and_is_not_begun_again_by_opening_it(
    staffed: District,
) -> None:
    real = staffed.file_tip(place="31")
    exercising.end(staffed.kit, begun(staffed), by=ALINE, reason=WHY)
    tip = tip_of(staffed)
    signed = {"actor": "Alice", "reason": "alike"}
    with pytest.raises(EndRefused, match="no situation"):
        desk_acts.link(staffed.kit, real, tip.id, viewer=None, **signed)
    with pytest.raises(EndRefused, match="was an exercise"):
        retention.reopen_tip(staffed.kit, tip.id, by="Alice", reason="once more")


def test_r12_a_tip_that_becomes_a_danger_meanwhile_ends_it(staffed: District) -> None:
    older = staffed.file_tip(urgency=2, place="11", filed_at=staffed.clock())
    staffed.clock.turn(minutes=5)
    begun(staffed)
    exercising.keep_time(staffed.kit)
    assert reported(staffed).exercise.ended_at is None
    staffed.clock.turn(minutes=5)
    staffed.change(Tip, older, urgency=Urgency.DANGER)
    referral.refer_waiting(staffed.kit)
    exercising.keep_time(staffed.kit)
    assert reported(staffed).exercise.why_ended == ExerciseEnd.DANGER
