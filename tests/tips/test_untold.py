"""Tests that tips with a pending alert are queued in a small table of their own."""

from typing import Any

from sqlalchemy import select, update

from hotline.alerts import service_assignment
from hotline.core.contexts import Job
from hotline.gateway import queries
from hotline.gateway.tables import Assignment, Message
from hotline.tips import queries as tips_queries
from hotline.tips.tables import IS_WAITING, PendingAlert, Tip, TipPlace
from tests.support import books
from tests.support.builders import make_tip
from tests.support.callers import DANGER_HERE, QUIET_HERE, Line, told


def by_marks(line: Line) -> list[int]:
    """Returns the tips whose own columns say that their alerts are pending."""
    with line.database.reading() as session:
        return [*session.scalars(select(Tip.id).where(IS_WAITING).order_by(Tip.urgency, Tip.id))]


def by_rows(line: Line) -> list[int]:
    with line.database.reading() as session:
        return [*session.scalars(select(PendingAlert.tip_id))]


def change(line: Line, **values: Any) -> None:
    with line.database.writing() as session:
        session.execute(update(Tip).values(**values))


def test_assignment_does_not_rewrite_tip(line: Line) -> None:
    told(line, *DANGER_HERE)
    assert (by_marks(line), by_rows(line)) == ([], [line.tip.id])
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)]
    before = line.tip.__dict__

    assert service_assignment.assign_pending(line.context) == 1

    assert (by_marks(line), by_rows(line)) == ([], [])
    assert service_assignment.assign_pending(line.context) == 0
    after = line.tip.__dict__
    assert {name: after[name] for name in Tip.__table__.c.keys()} == {  # noqa: SIM118
        name: before[name]
        for name in Tip.__table__.c.keys()  # noqa: SIM118
    }


def test_only_filing_starts_the_assignment_job(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    line.clock.turn(seconds=5)
    caller.key("1")
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)]


def test_most_urgent_pending_tip_is_assigned_first(line: Line) -> None:
    told(line, *QUIET_HERE).hang_up()
    with line.database.writing() as session:
        session.add(make_tip(at=line.clock.at, urgency=1))
    told(line, *DANGER_HERE)

    assert service_assignment.assign_pending(line.context) == 3

    urgency = {tip.id: tip.urgency for tip in line.tips}
    assert [urgency[row.tip_id] for row in line.all(Assignment)] == [1, 1, 3]
    assert (by_marks(line), by_rows(line)) == ([], [])


def test_raised_pending_tip_is_alerted_once_with_new_urgency(line: Line) -> None:
    told(line, *QUIET_HERE).hang_up()
    line.clock.turn(seconds=5)
    change(line, urgency=1)

    assert service_assignment.assign_pending(line.context) == 1
    assert service_assignment.assign_pending(line.context) == 0

    assert (by_marks(line), by_rows(line)) == ([], [])
    assert {row.priority for row in line.all(Message)} == {1}
    assert {row.step for row in line.all(Assignment)} == {0}


def test_corrected_place_before_alert_gets_the_alert(line: Line) -> None:
    told(line, *DANGER_HERE, "0", "2")
    assert line.all(Assignment) == []
    (place,) = line.all(TipPlace)
    assert place.released_at is not None
    assert by_rows(line) == [line.tip.id]


def test_unassigned_tip_leads_no_cluster(line: Line) -> None:
    told(line, *DANGER_HERE)
    told(line, *DANGER_HERE)
    with line.database.reading() as session:
        ids = [tip.id for tip in line.tips]
        since = line.clock.at.replace(year=2000)
        alike = tips_queries.repeated_tips(session, ids, since, contact=0, words=0)
        assert len(alike) == 2
        assert tips_queries.earlier_tips(session, alike.values(), since) == []


def test_health_check_sees_pending_alerts(line: Line) -> None:
    told(line, *DANGER_HERE)
    with line.database.reading() as session:
        assert queries.outbox_health(session).unassigned_since == line.tip.filed_at
        assert books.waiting_without_deadline(session) == []
    service_assignment.assign_pending(line.context)
    with line.database.reading() as session:
        assert queries.outbox_health(session).unassigned_since is None
