"""Tests that a tip without urgency waits until a person of its district is on duty again, and that no other tip
waits.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts import service_assignment, service_closing
from hotline.alerts.rules_assignment import HELD_FOR, Candidate, Case, held_until
from hotline.duty import service_leaves
from hotline.gateway import queries
from hotline.gateway.tables import Deadline
from hotline.people.rules import Absence, Level, Member
from hotline.people.rules_roster import OFF_DUTY, DutyRow, Override, Roster
from hotline.people.tables_roster import Duty, DutyOverride
from hotline.text.places import UNSURE
from hotline.tips.rules import TipOutcome, TipState, urgency
from hotline.tips.rules import concerns_child as is_child
from hotline.tips.tables import Tip, has_pending_alert
from tests.alerts.test_random_events import CrashingDatabase, ProcessKilled
from tests.support.district import District
from tests.support.taking import requests_closure

DESK, MONDAY = "12", date(2026, 11, 23)
EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SIX = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
"""The next 06:00 in Kigali, when a day shift begins."""
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def night(district: District) -> District:
    """Returns a district whose only responder is on duty by day. The clock shows 20:00. The national desk has no
    roster."""
    for level in (Level.RESPONDER, Level.COORDINATOR, Level.NATIONAL, Level.NATIONAL):
        district.enrol(level)
    for weekday in range(7):
        put(district, weekday, 360, 1080)
    district.clock.at = EVENING
    return district


def put(district: District, weekday: int, begin: int, end: int) -> int:
    row = Duty(desk_code=DESK, responder_id=1, week=MONDAY, weekday=weekday)
    row.from_min, row.to_min, row.rank = begin, end, 1
    return district.add(row)


def tick(district: District) -> None:
    for step in (
        service_assignment.release_held,
        service_assignment.assign_pending,
        service_assignment.fire_deadlines,
        service_assignment.assign_pending,
    ):
        step(district.context)


def is_pending(district: District, tip: int) -> bool:
    with district.database.reading() as session:
        return has_pending_alert(session, tip)


def hold(district: District, **fields: Any) -> int:
    tip = district.file_tip(**{"urgency": 3, "filed_at": district.clock(), **fields})
    tick(district)
    return tip


def test_tip_without_urgency_waits_for_next_shift_and_alerts_once(night: District) -> None:
    tip = hold(night)
    assert night.told(tip) == []
    (held,) = night.open_deadlines()
    assert (held.kind, held.due_at) == ("held", SIX)
    with night.database.reading() as session:
        assert queries.outbox_health(session).unassigned_since is None
        assert queries.unassigned_tips(session, None) == []
    night.clock.at = SIX - MINUTE
    tick(night)
    assert night.told(tip) == []
    assert len(night.all(Deadline)) == 1

    night.clock.at = SIX
    dying = replace(night.context, database=cast(Any, CrashingDatabase(night.database)))
    with pytest.raises(ProcessKilled):
        service_assignment.fire_deadlines(dying)
    for _ in range(3):
        tick(night)
        night.clock.turn(seconds=1)
    assert night.told(tip) == [(0, 1)]
    assert [(row.kind, row.due_at) for row in night.open_deadlines()] == [
        ("acknowledge", SIX + 2 * HOUR)
    ]
    assert not is_pending(night, tip)


def takes_shift(district: District) -> None:
    at = district.clock()
    row = DutyOverride(desk_code=DESK, starts_at=at - HOUR, ends_at=at + HOUR, responder_id=2)
    row.asked_at = row.accepted_at = at
    district.add(row)


def gets_shift(district: District) -> None:
    put(district, 1, 18 * 60, 30 * 60)


def empties_roster(district: District) -> None:
    with district.database.writing() as session:
        for row in session.query(Duty):
            session.delete(row)


@pytest.mark.parametrize("comes", [takes_shift, gets_shift, empties_roster])
def test_responder_on_duty_earlier_gets_held_tip_in_a_minute(night: District, comes: Any) -> None:
    tip = hold(night)
    night.clock.turn(hours=3)
    tick(night)
    comes(night)
    night.clock.turn(minutes=1)
    tick(night)
    assert night.told(tip) == [(0, 2 if comes is takes_shift else 1)]


def test_held_tip_follows_ends_of_leaves_and_changed_shifts(night: District) -> None:
    put(night, 1, 18 * 60, 30 * 60)
    signed = {"by": "A desk", "reason": "tonight"}
    ends_at = night.clock() + 5 * HOUR
    service_leaves.record_leave(
        night.context, "responder 1", starts_at=None, ends_at=ends_at, **signed
    )
    tip = hold(night)
    assert [row.due_at for row in night.open_deadlines()] == [ends_at]
    for row in night.all(Duty):
        if row.from_min == 18 * 60:
            night.change(Duty, row.id, from_min=26 * 60)
    night.clock.turn(minutes=1)
    tick(night)
    assert [row.due_at for row in night.open_deadlines()] == [EVENING + 6 * HOUR]
    night.clock.turn(hours=6)
    tick(night)
    assert night.told(tip) == [(0, 1)]


@pytest.mark.parametrize(
    "fields",
    [{"urgency": 2}, {"place": UNSURE}, {"place": "13"}, {"state": TipState.FRAGMENT}],
)
def test_other_tips_are_not_held(night: District, fields: dict[str, Any]) -> None:
    assert night.told(hold(night, **fields)) != []
    assert "held" not in night.open_kinds()


def test_a_tip_that_becomes_urgent_waits_no_longer(night: District) -> None:
    tip = hold(night)
    night.change(Tip, tip, urgency=1)
    tick(night)
    assert night.told(tip) == [(0, 1), (0, 3)]
    assert night.open_kinds() == ["acknowledge"]


def test_a_tip_that_may_involve_an_official_waits_no_longer(night: District) -> None:
    tip = hold(night)
    night.change(Tip, tip, official="yes")
    night.clock.turn(minutes=1)
    tick(night)
    assert [who for _, who in night.told(tip)] == [3]


def test_a_held_tip_that_is_closed_alerts_no_one(night: District) -> None:
    tip = hold(night)
    by = service_closing.by_command("A desk", "over")
    requests_closure(night.context, tip, TipOutcome.SILENT, by)
    night.clock.at = SIX
    tick(night)
    assert night.told(tip) == []
    assert night.open_kinds() == []
    assert not is_pending(night, tip)


ANSWERS = st.fixed_dictionaries(
    {
        "danger": st.sampled_from(["yes", "no", UNSURE]),
        "who": st.sampled_from(["me_minor", "me_adult", "child", "adult"]),
        "kind": st.sampled_from(["sex", "labour", "child_work"]),
    }
)


@given(answers=ANSWERS)
def test_no_tip_about_a_child_is_without_urgency(answers: dict[str, str]) -> None:
    assert urgency(answers) < 3 or not is_child(answers)


SPANS = st.tuples(st.integers(-30, 30), st.integers(1, 20))


@given(
    shifts=st.lists(st.tuples(st.integers(1, 3), SPANS), max_size=4),
    leaves=st.lists(st.tuples(st.integers(1, 3), SPANS), max_size=3),
    limited=st.frozensets(st.integers(1, 3)),
    urgent=st.sampled_from([3, 3, 3, 2, 1]),
    official=st.sampled_from(["no", "no", "yes", UNSURE]),
    used=st.booleans(),
    age=st.integers(0, 14),
)
def test_held_tip_waits_until_first_responder_is_on_duty(
    shifts: list[Any],
    leaves: list[Any],
    limited: frozenset[int],
    urgent: int,
    official: str,
    used: bool,
    age: int,
) -> None:
    at, kinds = EVENING, frozenset({"sex"})
    spans = [
        Override(DESK, at + a * HOUR / 2, at + (a + n) * HOUR / 2, who) for who, (a, n) in shifts
    ]
    away = {who: [] for who in (1, 2, 3)}  # type: dict[int, list[Absence]]
    for who, (begin, length) in leaves:
        away[who].append(Absence(at + begin * HOUR / 2, at + (begin + length) * HOUR / 2))
    row = DutyRow(DESK, 9, MONDAY, 0, 0, 1)
    duty = Roster([row], frozenset({(DESK, MONDAY)} if used else ()), spans)
    members = [
        Member(who, who, Level.RESPONDER, frozenset({DESK}), True, tuple(away[who]))
        for who in (1, 2, 3)
    ]
    members = [replace(o, categories=kinds if o.id in limited else frozenset()) for o in members]

    def on_duty(now: datetime) -> list[Candidate]:
        ranks = duty.ranks(now).get(DESK)
        return [
            Candidate(
                *(o.id, o.level, o.desks, o.categories),
                duty=1 if ranks is None else ranks.get(o.id, OFF_DUTY),
            )
            for o in members
            if o.is_active(now)
        ]

    def is_covered(now: datetime) -> bool:
        return any(o.is_on_duty and not o.categories for o in on_duty(now))

    filed = at - age * HOUR
    case = Case(DESK, "labour", urgent, official)
    until = held_until(case, on_duty(at), members, duty, filed, at)
    steps = [at + n * HOUR / 2 for n in range(24)]
    first = next((now for now in steps if is_covered(now) and now < filed + HELD_FOR), None)
    waits = urgent == 3 and official == "no" and used and not is_covered(at)
    assert until == (first if waits else None)
