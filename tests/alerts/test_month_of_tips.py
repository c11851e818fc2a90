"""Tests many tips while the test moves the clock past the end of a month. No deadline is lost, and no deadline fires
twice.
"""

import random
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest
from sqlalchemy import func, select

from hotline.alerts import service_assignment, service_escalation
from hotline.gateway.tables import Assignment, Deadline
from hotline.people.rules import Level
from hotline.people.tables_roster import Duty
from hotline.tips.rules_events import CaseEventKind, Event
from hotline.tips.tables import Tip
from tests.long import seed
from tests.support.builders import make_tip
from tests.support.district import District
from tests.support.steps import Tell

TIPS, STEP = 10_000, timedelta(minutes=20)
BEGINS, DAYS = datetime(2026, 11, 27, 16, 0, tzinfo=UTC), timedelta(days=7)
URGENCIES = (1, 2, 2, 3, 3, 3, 3, 3, 3, 3)


def enrol(district: District) -> None:
    """Enrols people of the national desk, and people of a district who are on duty only by day."""
    local = (*(Level.RESPONDER,) * 3, Level.DEPUTY, Level.COORDINATOR)
    for level in (*local, *(Level.NATIONAL,) * 3):
        district.enrol(level)
    with district.database.writing() as session:
        for n in range(len(local) * 14):
            week = date(2026, 11, 23) + timedelta(days=7 * (n // (len(local) * 7)))
            row = Duty(desk_code="12", responder_id=1 + n % len(local), week=week)
            row.weekday, row.from_min, row.to_min, row.rank = n // len(local) % 7, 360, 1080, 1
            session.add(row)


def file_some(district: District, chance: random.Random, first: int, count: int) -> None:
    at = district.clock()
    with district.database.writing() as session:
        for n in range(first, first + count):
            place = chance.choice(["12", "12", "12", "13"])
            urgency = chance.choice(URGENCIES)
            session.add(make_tip(uid=f"{n:032}", at=at, filed_at=at, urgency=urgency, place=place))


def tick(district: District) -> list[int]:
    """Runs the steps of the clock until nothing is due. Returns the ids of the deadlines that passed."""
    at, context, ended = district.clock(), district.context, list[int]()
    service_assignment.release_held(context)
    for _ in range(200):
        service_assignment.assign_pending(context)
        service_assignment.fire_deadlines(context)
        with district.database.reading() as session:
            due = (Deadline.fired_at.is_(None), Deadline.due_at <= at)
            if session.scalar(select(func.count(Deadline.id)).where(*due)) == 0:
                break
    service_assignment.assign_pending(context)
    with district.database.reading() as session:
        lost = select(func.count(Deadline.id)).where(Deadline.fired_at.is_(None))
        assert session.scalar(lost.where(Deadline.due_at <= at)) == 0
        ended += session.scalars(select(Deadline.id).where(Deadline.fired_at == at))
    return ended


def close_some(district: District, chance: random.Random) -> list[int]:
    """Closes most of the open tips. Returns the ids of the deadlines that ended because their tip was closed."""
    at = district.clock()
    with district.database.writing() as session:
        open_tips = session.scalars(select(Tip).where(Tip.closed_at.is_(None))).all()
        for tip in open_tips:
            if chance.random() < 0.5:
                event = Event(CaseEventKind.CLOSED)
                service_escalation.handle_event(session, district.context, tip.id, event, at)
                tip.closed_at = at
        session.flush()
        return list(session.scalars(select(Deadline.id).where(Deadline.fired_at == at)))


@pytest.mark.timeout(7200)
def test_over_the_end_of_a_month_no_deadline_is_lost_or_fires_twice(
    district: District, tell_steps: Tell
) -> None:
    chance, steps = random.Random(f"{seed()} month"), DAYS // STEP
    enrol(district)
    district.clock.at = BEGINS
    fired: dict[int, datetime] = {}
    for n in range(steps):
        first = TIPS * n // steps
        file_some(district, chance, first, TIPS * (n + 1) // steps - first)
        ended = {*tick(district)}
        ended |= {*close_some(district, chance)}
        assert not ended & fired.keys(), "each deadline fires once"
        fired |= dict.fromkeys(ended, district.clock())
        # Some steps of the clock are twice as long, as if the machine had been off for one step.
        district.clock.at += STEP * chance.choice([1, 1, 1, 1, 2])
    for _ in range(3):
        district.clock.at += timedelta(hours=12)
        fired |= dict.fromkeys(tick(district), district.clock())
    rows = district.all(Deadline)
    assert {row.id: row.fired_at for row in rows if row.fired_at is not None} == fired
    assert BEGINS.month != district.clock().month
    running = {row.tip_id for row in rows if row.fired_at is None}
    told: dict[int, datetime] = {}
    for given in district.all(Assignment):
        told.setdefault(given.tip_id, given.created_at)
    tips = district.all(Tip)
    assert len(tips) == TIPS
    assert {tip.id for tip in tips if tip.closed_at is None} == running
    assert running <= told.keys()
    for urgency in (1, 2, 3):
        waits = [told[o.id] - o.filed_at for o in tips if o.urgency == urgency and o.id in told]
        assert not waits or max(waits) <= timedelta(0 if urgency < 3 else 0.5) + 2 * STEP
        seconds = [wait.total_seconds() for wait in waits] or [0]
        tell_steps(
            f"tips over the end of a month, urgency {urgency}: {len(waits)} alerted, "
            f"after {median(seconds):.0f} s (median), {max(seconds):.0f} s at most"
        )
