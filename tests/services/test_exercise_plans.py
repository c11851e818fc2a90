"""R12: what goes beyond the rule of one person is planned by two, and told by day to those who answer for the desk."""

from datetime import datetime

import pytest

from hotline.domain.accounts.account import Actor
from hotline.domain.desk.desks import DeskKind
from hotline.domain.referrals.clocks import KIGALI
from hotline.domain.referrals.drills.exercise import (
    WantedExercise,
    is_by_night,
    told_from,
    wanted_of,
)
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import ABROAD, Urgency
from hotline.errors import ExerciseRefused, NotFound
from hotline.services.referrals.drills import exercising, plans, reports
from hotline.store.desk import audit
from hotline.store.desk.desks import Desk
from hotline.store.outbox.messages import Message, Referral
from hotline.store.people import memberships
from hotline.store.people.responders import Responder
from tests.callers import DESK_KEY
from tests.district import District, district
from tests.services.test_exercise import ALINE, OURS, WHY, begun, phones, staffed, tip_of
from workers.clock import tick

__all__ = ["district", "staffed"]

TWO = ("Aline", "Bosco")
NIGHT = WantedExercise("12", climbs=True, at_night=True)
EVENING = {"hours": 13, "minutes": 30}
"""From ten in the morning, when these tests begin, to half past eleven at night."""


def planned(district: District, wanted: WantedExercise) -> int:
    return plans.plan_at_server(district.kit, TWO, wanted, WHY).id


def refused(district: District, why: str, wanted: WantedExercise) -> None:
    with pytest.raises(ExerciseRefused, match=why):
        exercising.start(district.kit, wanted, by=ALINE, reason=WHY)


def test_r12_one_person_begins_four_a_year_by_day_and_never_twice_within_a_week(
    staffed: District,
) -> None:
    refused(staffed, "nobody of that desk", WantedExercise("31"))
    refused(staffed, "two people plan it", NIGHT)
    refused(staffed, "two people plan it", WantedExercise("12", again=True))
    exercising.end(staffed.kit, begun(staffed), by=ALINE, reason=WHY)
    refused(staffed, "within 7 days", WantedExercise("12"))
    for _ in range(3):
        staffed.clock.turn(days=8)
        exercise_id = begun(staffed)
        refused(staffed, "runs there already", WantedExercise("12"))
        exercising.end(staffed.kit, exercise_id, by=ALINE, reason=WHY)
    staffed.clock.turn(days=8)
    refused(staffed, "within a year", WantedExercise("12"))
    again = planned(staffed, WantedExercise("12", again=True))
    staffed.file_tip(urgency=Urgency.DANGER, place="11", filed_at=staffed.clock())
    with pytest.raises(ExerciseRefused, match="a real danger"):
        exercising.begin(staffed.kit, again, by=ALINE)
    staffed.clock.turn(hours=3)
    exercising.begin(staffed.kit, again, by=ALINE)
    assert reports.listed(staffed.kit)[0].exercise.agreed_by == "Bosco"


@pytest.mark.row("R12")
def test_r12_one_at_night_is_planned_by_two_told_by_day_and_once_in_thirty_days(
    staffed: District,
) -> None:
    for second in ("", " aline "):
        with pytest.raises(ExerciseRefused, match="a second name"):
            plans.plan_at_server(staffed.kit, ("Aline", second), NIGHT, WHY)
    staffed.clock.turn(**EVENING)
    refused(staffed, "it is night", WantedExercise("12"))
    plan = planned(staffed, NIGHT)
    staffed.deliver()
    assert staffed.sms.sent == [], "nobody is woken to be told that nobody is to be woken"
    with pytest.raises(ExerciseRefused, match="told by day"):
        exercising.begin(staffed.kit, plan, by=ALINE)
    staffed.clock.turn(hours=7)
    staffed.deliver()
    assert sorted(phones(staffed, "Gasabo: an exercise comes before 01/12 23:30, by night.")) == [
        "05",
        "06",
        "07",
    ]
    staffed.clock.turn(hours=17)
    exercise_id = exercising.begin(staffed.kit, plan, by=ALINE)
    with pytest.raises(NotFound, match="was begun or called off"):
        exercising.begin(staffed.kit, plan, by=ALINE)
    with staffed.database.reading() as session:
        told = [(row.actor, row.action, row.reason) for row in audit.entries(session)]
    assert ("cli:Bosco", "exercise_planned", f"12:1:cn: {WHY}") in told
    assert ("cli:Aline", "exercise_started", f"{WHY}; planned by Aline and Bosco") in told

    exercising.end(staffed.kit, exercise_id, by=ALINE, reason=WHY)
    staffed.clock.turn(days=26, hours=-17)
    once_more = planned(staffed, NIGHT)
    staffed.clock.turn(hours=17)
    with pytest.raises(ExerciseRefused, match="at night within 30 days"):
        exercising.begin(staffed.kit, once_more, by=ALINE)


def test_r12_those_who_answer_for_the_desk_are_told_and_what_is_planned_is_called_off(
    staffed: District,
) -> None:
    plan = planned(staffed, WantedExercise("12"))
    plans.call_off(staffed.kit, Actor("Chantal"), plan, "an inspection that week")
    assert plans.planned(staffed.kit) == []
    staffed.deliver()
    assert sorted(phones(staffed, "It was called off")) == ["05", "06", "07"]
    for who in (5, 6, 7):
        staffed.change(Responder, who, unreachable="403")
    with pytest.raises(ExerciseRefused, match="nobody who answers for that desk"):
        planned(staffed, NIGHT)
    assert plans.waiting(staffed.kit) == [], "and nothing is left behind"


def test_r12_none_runs_into_the_night_and_a_clock_that_stood_still_wakes_nobody(
    staffed: District,
) -> None:
    staffed.clock.turn(hours=11)
    refused(staffed, "would be before it ends", WantedExercise("12"))
    staffed.clock.turn(minutes=-1)
    begun(staffed, climbs=True)
    staffed.deliver()
    staffed.clock.turn(hours=2)
    tick(staffed.kit, [step for step in OURS if step.__name__ != "keep_time"])
    assert {who for _, who in staffed.told(tip_of(staffed).id)} == {1, 2}


def test_r12_a_second_account_agrees_and_nobody_agrees_with_herself(staffed: District) -> None:
    asker, other = Actor("Aline", 1), Actor("Bosco", 2)
    plans.ask(staffed.kit, asker, NIGHT, WHY)
    plans.ask(staffed.kit, other, NIGHT, WHY)
    (waits,) = plans.waiting(staffed.kit)
    for same in (asker, Actor("Somebody", 1), Actor("ALINE", 3)):
        with pytest.raises(ExerciseRefused, match="another person"):
            plans.decide(staffed.kit, same, waits.id, WHY, approve=True)
    assert staffed.all(Message) == [], "nobody is told of what one person wants"
    plans.decide(staffed.kit, other, waits.id, WHY, approve=True)
    (found,) = plans.planned(staffed.kit)
    assert (found.wanted, found.agreed_by) == (NIGHT, "Bosco")
    staffed.clock.turn(days=7)
    assert plans.planned(staffed.kit) == []


@pytest.mark.row("R12")
@pytest.mark.parametrize(
    ("kind", "where", "place", "named"),
    [(DeskKind.BORDER, None, ABROAD, "mu mahanga"), (DeskKind.PROTECTION, "12c1", "12", "Gasabo")],
)
def test_r12_a_border_post_and_a_camp_are_tried_as_a_district_is(
    staffed: District, kind: DeskKind, where: str | None, place: str, named: str
) -> None:
    """Its people alone: a colleague of the district is told of nothing, and no level above unless asked."""
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
            memberships.place(session, person, desks, [], at)
    refused(staffed, "no other desk", WantedExercise("home"))
    refused(staffed, "no other desk", WantedExercise("national"))
    begun_at = exercising.start(
        staffed.kit, WantedExercise("post", climbs=True), by=ALINE, reason=WHY
    )
    staffed.deliver()
    tip = tip_of(staffed)
    assert {who for _, who in staffed.told(tip.id)} == set(people[:2])
    assert (tip.place, tip.sector) == (place, where)
    assert len(list(phones(staffed, f"{named}, urgent"))) == 2
    for _ in range(3):
        staffed.clock.turn(minutes=6)
        tick(staffed.kit, OURS)
    assert {row.responder_id for row in staffed.all(Referral)} == {*people[:2], people[3]}
    exercising.end(staffed.kit, begun_at, by=ALINE, reason=WHY)
    assert reports.report(staffed.kit, begun_at).exercise.desk == "post"


@pytest.mark.parametrize(
    ("hour", "minute", "is_one", "told"),
    [
        (6, 0, False, "24 06:00"),
        (20, 59, False, "24 20:59"),
        (21, 0, True, "24 21:00"),
        (23, 0, True, "25 06:00"),
        (3, 0, True, "24 06:00"),
    ],
)
def test_none_is_told_of_a_plan_by_night(hour: int, minute: int, is_one: bool, told: str) -> None:
    at = datetime(2026, 11, 24, hour, minute, tzinfo=KIGALI)
    assert is_by_night(Urgency.DANGER, at) is is_one
    assert f"{told_from(at).astimezone(KIGALI):%d %H:%M}" == told


def test_what_a_plan_keeps_is_read_back() -> None:
    for climbs, at_night, again in ((True, False, False), (False, True, True)):
        wanted = WantedExercise("post-1", Urgency.SEEN, climbs, at_night, again)
        assert wanted_of(wanted.code) == wanted
