"""Tests who can be alerted about a tip: people who are enrolled, reachable and not on leave at the time of the
query."""

from datetime import timedelta

import pytest

from hotline.alerts import queries
from hotline.core.database import Database
from hotline.gateway.queries_alert_path import alert_path
from hotline.people.rules import Level
from hotline.people.tables import Leave
from hotline.tips import tables_persons
from tests.support.builders import NOON, make_responder

pytestmark = pytest.mark.both

DAY = timedelta(days=1)
WORKS, AWAY, SOON, REMOVED, OFF = range(1, 6)


@pytest.fixture
def people(database: Database) -> Database:
    """Adds five members of the national desk: active, on leave for a day, on leave from tomorrow, removed and
    unreachable."""
    with database.writing() as session:
        for n in (WORKS, AWAY, SOON, REMOVED, OFF):
            person = make_responder(
                level=Level.NATIONAL,
                msisdn=f"+25078800000{n}",
                active=n != REMOVED,
                unreachable="permanent" if n == OFF else None,
            )
            session.add(person)
            session.flush()
        session.add_all([_leave(AWAY, 0, 1), _leave(AWAY, -3, -2), _leave(SOON, 1, 2)])
    return database


def _leave(who: int, first: int, last: int) -> Leave:
    return Leave(
        responder_id=who,
        starts_at=NOON + first * DAY,
        ends_at=NOON + last * DAY,
        asked_by="Alice",
        asked_at=NOON,
        begun_at=None,
    )


@pytest.mark.parametrize(
    ("days", "alive"),
    [(0, {WORKS, SOON}), (1, {WORKS, AWAY}), (2, {WORKS, AWAY, SOON}), (-3, {WORKS, SOON})],
    ids=["first moment", "one is back as the other goes", "everybody is back", "a leave of before"],
)
def test_leave_lasts_from_start_to_end(people: Database, days: int, alive: set[int]) -> None:
    at = NOON + days * DAY
    with people.reading() as session:
        assert {one.id for one in queries.roster(session, at)} == alive
        assert {one.id for one in tables_persons.desk_people(session, at, 1)} == alive
    assert alert_path(people, at).has_responder
