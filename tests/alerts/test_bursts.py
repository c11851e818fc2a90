"""Tests the hotline with very many tips at the same time, and with very many references that are already in use."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import islice, product

from sqlalchemy import select

from hotline.alerts import queries, service_assignment
from hotline.alerts.queries import NewAssignment
from hotline.alerts.rules_escalation import STORM_FROM
from hotline.core.contexts import Job
from hotline.core.database import new_ids
from hotline.gateway.rules import SHARED
from hotline.gateway.tables import Assignment, Message, SharedAlert
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text import identifiers
from hotline.tips.tables import PendingAlert
from tests.support.builders import NOON, make_tip
from tests.support.district import District

MOST = 200
"""The largest number of tips in one transaction of these tests."""
MANY = MOST + 300


def file_many(district: District, count: int, urgent: int) -> None:
    """Files `count` tips. The last `urgent` of these tips report danger. Every second tip has no row in
    `pending_alert`, like a tip that an old version of the hotline filed.
    """
    with district.database.writing() as session:
        tips = [
            make_tip(uid=f"{number:032}", urgency=1 if number >= count - urgent else 3)
            for number in range(count)
        ]
        session.add_all(tips)
        session.flush()
        for tip in tips[::2]:
            tip.assigned_at, tip.alert_urgency = tip.filed_at, tip.urgency
            session.add(PendingAlert(tip_id=tip.id, urgency=tip.urgency))


def test_burst_alerts_every_tip_most_urgent_first(district: District) -> None:
    for _ in range(3):
        district.enrol()
    district.enrol(Level.NATIONAL)
    file_many(district, MANY, urgent=100)

    assert service_assignment.assign_pending(district.context, limit=MOST) == MANY
    assert service_assignment.assign_pending(district.context) == 0

    rows = district.all(Assignment)
    usual = STORM_FROM - 1
    assert len(rows) == len({row.reference for row in rows}) == MANY + 2 * usual
    alerts = [row for row in district.all(Message) if row.template not in SHARED]
    with district.database.reading() as session:
        shared = session.scalars(select(SharedAlert.assignment_id)).all()
    own = [row.assignment_id for row in alerts]
    assert sorted([*own, *shared]) == [row.id for row in rows]
    assert {row.priority for row in alerts[: 3 * usual]} == {1}
    most = district.context.line.sms_an_hour
    assert max(Counter(row.responder_id for row in alerts if row.priority == 3).values()) <= most
    named = {row.id: (row.reference, row.responder_id) for row in rows}
    assert all((a.parameters["ref"], a.responder_id) == named[a.assignment_id] for a in alerts)
    assert district.jobs.scheduled[0][0] == Job.DELIVER
    assert len(district.jobs.scheduled) == 1, "further batches join SMS that are not due yet"
    assert len(district.open_deadlines()) == MANY
    given = [sum(row.responder_id == person for row in rows) for person in (1, 2, 3)]
    assert max(given) - min(given) <= 1


def test_unreachable_responder_gets_no_more_of_a_burst(district: District) -> None:
    district.enrol()
    district.enrol()
    file_many(district, MANY, urgent=0)

    def now() -> datetime:
        """Returns the current time. The code under test calls this function for each group of tips. After the first
        group, the function also marks one responder as unreachable.
        """
        if district.all(Assignment):
            district.change(Responder, 1, unreachable="stopped")
        return district.clock()

    assert service_assignment.assign_pending(replace(district.context, now=now), limit=MOST) == MANY
    rows = district.all(Assignment)[MOST:]
    assert {row.responder_id for row in rows} == {2}


def test_used_reference_is_not_assigned_again(district: District) -> None:
    person, tip = district.enrol(), district.file_tip()
    with district.database.writing() as session:
        first = (NewAssignment(1, tip, 0, person), None, "K7Q4")
        assert queries.write_assignments(session, [first], NOON) == {1}
        both = [
            (NewAssignment(2, tip, 1, person), None, "K7Q4"),
            (NewAssignment(3, tip, 2, person), None, "M7Q4"),
        ]
        assert queries.write_assignments(session, both, NOON) == {3}
        steps = session.execute(
            select(Assignment.reference, Assignment.step).order_by(Assignment.id)
        )
        assert [tuple(row) for row in steps] == [("K7Q4", 0), ("M7Q4", 2)]


def test_reference_gets_five_characters_after_four_run_out(district: District) -> None:
    person, tip = district.enrol(), district.file_tip()
    every = map("".join, product(identifiers.ALPHABET, repeat=4))
    taken = (name for name in every if identifiers.is_reference(name))
    while some := [*islice(taken, 5_000)]:
        with district.database.writing() as session:
            ids = new_ids(session, Assignment, len(some))
            given = [
                (NewAssignment(id, tip, 8 + id, person), None, name)
                for id, name in zip(ids, some, strict=True)
            ]
            assert queries.write_assignments(session, given, NOON) == {*ids}

    assert service_assignment.assign_pending(district.context) == 1

    newest = select(Assignment.reference, Assignment.id).order_by(Assignment.id.desc()).limit(1)
    with district.database.reading() as session:
        name, id = session.execute(newest).one()
    assert len(name) == 5
    assert identifiers.is_reference(name)
    assert [(row.assignment_id, row.parameters["ref"]) for row in district.all(Message)] == [
        (id, name)
    ]
