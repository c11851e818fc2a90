"""Tests the health checks: a process may run and still not be ready. If it is not ready, the answer gives every
reason, and no reason contains a secret."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.core.database import Database, open_database
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from hotline.flows.tables import Revision
from hotline.gateway import tables
from hotline.gateway.tables import Stopped
from tests.support.callers import Line, make_ready, told
from tests.support.clock import Clock

NATIONAL = "+250788000090"


def readiness(line: Line) -> tuple[int, list[str]]:
    answer = line.client.get("/readyz")
    document = answer.get_json()
    assert document["ready"] is (answer.status_code == 200)
    return answer.status_code, document["reasons"]


@pytest.mark.row("P2")
def test_a_line_in_order_is_ready_and_leaves_no_trace_of_the_question(line: Line) -> None:
    assert readiness(line) == (200, [])
    assert line.all(Stopped) == []


def test_alive_whatever_happened(line: Line) -> None:
    gone = replace(
        line, context=replace(line.context, database=open_database("sqlite:////nowhere/at/all.db"))
    )
    answer = gone.client.get("/healthz")
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ok")
    assert readiness(gone) == (503, ["the database cannot commit"])


def test_an_empty_line_has_no_report(database: Database, tmp_path: Path, clock: Clock) -> None:
    line = make_ready(database, tmp_path, clock, national=False)
    status, (reason,) = readiness(line)
    assert (status, "no responder is active" in reason) == (503, True)

    told(line, "5", "1", "1", "1", "1", "1")
    assert line.tips == []


@pytest.mark.parametrize(
    ("hook", "fields"),
    [
        ("optout", {"senderId": "X", "phoneNumber": NATIONAL}),
        ("sms", {"id": "1", "from": NATIONAL, "to": "7770", "text": "HAGARIKA"}),
    ],
)
def test_a_name_with_stop_closes_nothing(line: Line, hook: str, fields: dict[str, str]) -> None:
    """Anyone could forge a request to stop the SMS to a responder. So the hotline only notifies that responder, and
    callers can still report."""
    before = line.caller()
    offered = before.dial()
    before.key("5")
    assert line.post(hook, fields).status_code == 200

    status, _ = readiness(line)
    assert status == 200
    caller = line.caller()
    assert caller.dial() == offered
    assert caller.key("5") == before.screen
    caller.key("1", "2", "1", "1")
    assert len(line.tips) == 1


def test_a_held_lane_and_missing_flows_are_said_together(line: Line) -> None:
    with line.database.writing() as session:
        tables.pause_for_fault(session, line.clock.at + timedelta(minutes=5), "no money")
        for revision in session.query(Revision):
            revision.live_from = None
    empty = SqlFlowSets(line.database, place_lists())
    status, reasons = readiness(replace(line, context=replace(line.context, flow_sets=empty)))
    assert status == 503
    assert len(reasons) == 2
