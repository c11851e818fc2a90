"""Tests that a case without an assignee is shown on the board, in the list and on its page (A8)."""

import re
from datetime import timedelta

import pytest

from hotline.alerts import service_assignment, service_commands
from hotline.alerts.rules_replies import Command, Verb
from hotline.duty import service_leaves, service_removal
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.tips.rules_events import EventChannel
from tests.console.boards import on_board
from tests.console.conftest import Tab
from tests.console.desk_tips import tell
from tests.console.tip_desks import Desks, desks, listed
from tests.support.builders import make_responder

__all__ = ["desks"]
HOLDER = "Gasabo 2"
ASKED = {"by": "Alice", "reason": "their wish"}


@pytest.fixture
def taken(desks: Desks) -> Desks:
    """Files a case about danger in Gasabo as tip 1. The first of its responders takes it. Returns the desks."""
    context = desks.desk.context
    with context.database.writing() as session:
        for row in session.query(Responder):
            row.active = False
        names = [(HOLDER, Level.RESPONDER), ("Gasabo 3", Level.COORDINATOR)]
        names += [
            ("Nation 5", Level.NATIONAL),
            ("Nation 6", Level.NATIONAL),
            ("Nation 7", Level.NATIONAL),
        ]
        for nth, (name, level) in enumerate(names):
            districts = () if level is Level.NATIONAL else ("12",)
            session.add(
                make_responder(
                    name=name, level=level, districts=districts, msisdn=f"+2507880055{nth:02}"
                )
            )
    assert tell(desks.desk, urgency=1) == 1
    assert service_assignment.assign_pending(context) == 1
    says(desks, HOLDER, Verb.TAKE)
    assert listed(desks.national) == []
    desks.desk.clock.turn(minutes=5)
    return desks


def says(desks: Desks, name: str, verb: Verb) -> None:
    context = desks.desk.context
    with context.database.writing() as session:
        rows = session.query(Assignment, Responder.name).join(
            Responder, Responder.id == Assignment.responder_id
        )
        (theirs,) = {(row.responder_id, row.reference) for row, called in rows if called == name}
        service_commands.carry_out(
            session, context, Command(*theirs, verb, EventChannel.USSD, context.now())
        )


def who_has_it(tab: Tab) -> str:
    found = re.search(r"Taken by</dt><dd>([^<]*)</dd>", tab.get("/tips/1").text)
    assert found is not None
    return found.group(1)


def assert_waits(desks: Desks, *, who: str = "Not taken") -> None:
    for tab in (desks.national, desks.district):
        assert listed(tab) == [1]
        assert listed(tab, "?state=taken") == []
        board = tab.get("/").text
        assert on_board(tab) == {"untaken": [1]}
        assert ">2 min late</p>" in board
        assert f"<p>{who}</p>" in board
        page = tab.get("/tips/1").text
        assert re.search(r"waiting</span> 5 min \(limit 3 min\) <span[^>]*>Overdue</span>", page)
        assert "5 min (limit 3 min)" in tab.get("/tips").text


def test_danger_that_is_kept_from_its_holder_waits_again(taken: Desks) -> None:
    kept = {"person": HOLDER, "why_kept": "named", "reason": "it names them"}
    assert taken.national.post("/tips/1/keep-from", kept).status_code == 303
    assert_waits(taken)
    assert who_has_it(taken.national) == who_has_it(taken.district) == "Not taken"


def test_danger_whose_holder_leaves_waits_again(taken: Desks) -> None:
    at = taken.desk.clock()
    ends = at + timedelta(days=3)
    service_leaves.record_leave(taken.desk.context, HOLDER, starts_at=at, ends_at=ends, **ASKED)
    service_leaves.begin_leaves(taken.desk.context)
    assert_waits(taken)
    assert who_has_it(taken.national) == "Not taken"


def test_danger_whose_holder_is_taken_off_the_line_waits_again(taken: Desks) -> None:
    service_removal.remove_responder(taken.desk.context, HOLDER, second="Bob", **ASKED)
    assert_waits(taken)
    assert who_has_it(taken.national) == "Not taken"


def test_a_passed_danger_waits_and_names_who_stays_responsible(
    taken: Desks,
) -> None:
    says(taken, HOLDER, Verb.PASS_ON)
    assert_waits(taken, who=f"passed on by {HOLDER}, not taken yet")
    assert who_has_it(taken.national) == f"passed on by {HOLDER}, not taken yet"
    says(taken, "Gasabo 3", Verb.TAKE)
    assert listed(taken.national) == []
    assert who_has_it(taken.national) == "Gasabo 3"
    assert on_board(taken.national) == {"unread": [1]}
