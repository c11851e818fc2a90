"""R12: tests the fixed limits of a drill, and which desks may have one."""

from datetime import datetime

import pytest

from hotline.alerts import service_drills, service_partial_pause
from hotline.alerts.rules_drills import DrillRequest, is_by_night
from hotline.errors import DrillRefused
from hotline.gateway.rules_message import OutgoingPart
from hotline.gateway.tables import Assignment
from hotline.people import tables
from hotline.people.rules import Level
from hotline.people.rules_desks import DeskKind
from hotline.people.tables import Responder
from hotline.people.tables_desks import Desk
from hotline.text.codes import ABROAD
from hotline.text.time import KIGALI
from hotline.tips.rules import Urgency
from hotline.tips.tables import Tip
from tests.alerts.test_exercise import ALINE, OURS, WHY, begun, phones, staffed, tip_of
from tests.support.callers import DESK_KEY
from tests.support.district import District
from workers.clock import tick

__all__ = ["staffed"]


def refused(district: District, why: str, desk: str = "12") -> None:
    with pytest.raises(DrillRefused, match=why):
        service_drills.start(district.context, DrillRequest(desk), by=ALINE, reason=WHY)


@pytest.mark.adversary("a person who misuses drills")
def test_at_most_four_a_year_by_day_without_danger_and_a_week_apart(staffed: District) -> None:
    refused(staffed, "no one at this desk can be alerted", "31")
    danger = staffed.file_tip(urgency=Urgency.DANGER, place="11", filed_at=staffed.clock())
    refused(staffed, "a danger case is open")
    staffed.change(Tip, danger, closed_at=staffed.clock())
    service_drills.call_off(staffed.context, begun(staffed), by=ALINE, reason=WHY)
    refused(staffed, "in the last 7 days")
    for _ in range(3):
        staffed.clock.turn(days=8)
        exercise_id = begun(staffed)
        refused(staffed, "already running there")
        service_drills.call_off(staffed.context, exercise_id, by=ALINE, reason=WHY)
    staffed.clock.turn(days=8)
    refused(staffed, "had 4 drills in a year")
    staffed.clock.turn(days=400)
    begun(staffed)


@pytest.mark.row("R12")
def test_r12_a_pause_of_drills_ends_the_running_one_and_refuses_the_next(staffed: District) -> None:
    drill_id = begun(staffed)
    why = {"by": "Aline", "reason": "people were frightened"}
    service_partial_pause.pause(staffed.context, OutgoingPart.DRILLS, **why)
    service_drills.end_due(staffed.context)
    assert drill_id not in {one.id for one in service_drills.running_drills(staffed.context)}
    refused(staffed, "drills are paused", "11")


@pytest.mark.adversary("a person who misuses drills")
def test_none_runs_at_night_and_a_stopped_clock_alerts_nobody(staffed: District) -> None:
    staffed.clock.turn(hours=13, minutes=30)
    refused(staffed, "must start and end by day")
    staffed.clock.turn(hours=-2, minutes=-30)
    refused(staffed, "must start and end by day")
    staffed.clock.turn(minutes=-1)
    begun(staffed, escalates=True)
    staffed.deliver()
    staffed.clock.turn(hours=2)
    tick(staffed.context, [step for step in OURS if step.__name__ != "end_due"])
    assert {who for _, who in staffed.told(tip_of(staffed).id)} == {1, 2}


@pytest.mark.row("R12")
@pytest.mark.parametrize(
    ("kind", "where", "place", "named"),
    [(DeskKind.BORDER, None, ABROAD, "mu mahanga"), (DeskKind.PROTECTION, "12c1", "12", "Gasabo")],
)
def test_r12_a_border_post_and_a_camp_are_tried_as_a_district_is(
    staffed: District, kind: DeskKind, where: str | None, place: str, named: str
) -> None:
    """Only the people of that desk are alerted. The people of the district are not alerted. A higher level is
    alerted only if the drill includes it."""
    levels = (*[Level.RESPONDER] * 3, Level.DEPUTY)
    people = [staffed.enrol(level) for level in levels]
    with staffed.database.writing() as session:
        at, key = staffed.clock(), bytes(DESK_KEY.public_key)
        session.add(Desk(code="post", kind=kind, place=where, public_key=key, created_at=at))
        for code, other in (("home", DeskKind.SERVICE), ("national", DeskKind.NATIONAL)):
            session.add(Desk(code=code, kind=other, public_key=key, created_at=at))
        session.flush()
        for who, level in zip(people, levels, strict=True):
            person = session.get_one(Responder, who)
            desks = {"post": level} | ({"12": level} if who == people[0] else {})
            tables.set_desks(session, person, desks, [], at)
    refused(staffed, "other desks have no drills", "home")
    refused(staffed, "other desks have no drills", "national")
    begun_at = service_drills.start(
        staffed.context, DrillRequest("post", escalates=True), by=ALINE, reason=WHY
    )
    staffed.deliver()
    tip = tip_of(staffed)
    assert {who for _, who in staffed.told(tip.id)} == set(people[:2])
    assert (tip.place, tip.sector) == (place, where)
    assert len(list(phones(staffed, f"{named}, urgent"))) == 2
    for _ in range(3):
        staffed.clock.turn(minutes=6)
        tick(staffed.context, OURS)
    assert {row.responder_id for row in staffed.all(Assignment)} == {*people[:2], people[3]}
    service_drills.call_off(staffed.context, begun_at, by=ALINE, reason=WHY)
    assert [one.exercise.desk for one in service_drills.list_drills(staffed.context)] == ["post"]


@pytest.mark.parametrize(
    ("hour", "minute", "is_one"),
    [(6, 0, False), (20, 59, False), (21, 0, True), (23, 0, True), (3, 0, True)],
)
def test_a_drill_of_an_hour_ends_at_ten_in_the_night(hour: int, minute: int, is_one: bool) -> None:
    at = datetime(2026, 11, 24, hour, minute, tzinfo=KIGALI)
    assert is_by_night(Urgency.DANGER, at) is is_one
