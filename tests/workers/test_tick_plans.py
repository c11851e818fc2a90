"""Tests that a tick of the clock process does not take longer if the database is large. No step reads all rows of a
table that grows with tips."""

import re
from typing import Any

import pytest
from sqlalchemy import Connection, event

from hotline.people.rules import Level
from tests.support.clock import Clock
from tests.support.district import District
from tests.support.servers import Pair
from workers.clock import STEPS, tick

GROW = (
    "tip",
    "tip_place",
    "assignment",
    "message",
    "attempt",
    "deadline",
    "dialogue",
    "inbound_seen",
    "answer",
    "grant",
)
"""Tables with a row for each tip, SMS or session."""
SCAN = re.compile(rf"SCAN ({'|'.join(GROW)})(_\d+)?$")


@pytest.fixture
def pair() -> Pair:
    """Makes the other fixtures use SQLite, which chooses the plan of a query without looking at the number of rows.
    PostgreSQL always reads all rows of a small table, so its plans would prove nothing here."""
    return Pair.EMBEDDED


def test_no_step_reads_a_whole_table(district: District, clock: Clock) -> None:
    district.enrol(Level.NATIONAL)
    district.file_tip()
    asked: dict[str, Any] = {}

    def note(_c: object, _cursor: object, sql: str, parameters: Any, *_: object) -> None:
        asked.setdefault(sql, parameters)

    engine = district.context.database.engine
    tick(district.context, STEPS)
    event.listen(engine, "before_cursor_execute", note)
    for _ in range(3):
        clock.turn(minutes=20)
        tick(district.context, STEPS)
    event.remove(engine, "before_cursor_execute", note)

    with engine.connect() as connection:
        scans = {
            (step, sql)
            for sql, parameters in asked.items()
            if sql.startswith(("SELECT", "UPDATE", "DELETE", "WITH"))
            for step in _plan(connection, sql, parameters)
            if SCAN.match(step)
        }
    assert not scans, "\n".join(f"{step}: {sql}" for step, sql in sorted(scans))


def _plan(connection: Connection, sql: str, parameters: Any) -> list[str]:
    found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
    return [row[3] for row in found]
