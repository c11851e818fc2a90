"""Tests which facts a session stores when it begins with a private short code, and that these facts stay the same."""

import pytest
from sqlalchemy import delete

from hotline.alerts import service_assignment
from hotline.gateway import tables
from hotline.gateway.tables import Assignment, Dialogue
from hotline.people.rules import Level
from hotline.people.tables import Responder
from tests.dialogue.test_sessions import known, row
from tests.support.builders import post
from tests.support.callers import DANGER_HERE, FAILURE, Caller, Line, told
from tests.support.taking import take_case


@pytest.fixture
def officer(line: Line) -> Caller:
    """Returns the phone of a responder who was alerted about two cases of their district."""
    officer_id = line.enrol(Level.RESPONDER, "+250788000011", "en")
    for _ in range(2):
        told(line, *DANGER_HERE)
    with line.database.writing() as session:
        officer = session.get_one(Responder, officer_id)
        post(session, officer, Level.RESPONDER, line.tips[0].place)
    service_assignment.assign_pending(line.context)
    line.clock.turn(seconds=10)
    return line.caller("+250788000011")


def own_cases(line: Line) -> list[Assignment]:
    rows = [one for one in line.all(Assignment) if one.responder_id == 2]
    return sorted(rows, key=lambda one: -one.id)


def test_a_case_that_left_the_list_moves_no_other_key(line: Line, officer: Caller) -> None:
    """The responder reads the list, and the first case is then removed from it. Key `2` still means the second case."""
    listed = officer.dial("90")
    first, second = own_cases(line)
    assert listed.index(first.reference) < listed.index(second.reference)
    officer.key("2")
    with line.database.writing() as session:
        session.get_one(Assignment, first.id).released_at = line.clock.at
    line.flush()
    officer.key("1")
    assert [one.state for one in own_cases(line)] == ["sent", "acknowledged"]


def test_what_a_later_release_pinned_is_read_as_far_as_known(line: Line, officer: Caller) -> None:
    listed = officer.dial("90")
    with line.database.writing() as session:
        begun = session.get_one(Dialogue, row(line, officer).key)
        assert begun.pinned is not None
        begun.pinned = {"cases": begun.pinned["cases"], "language": "en", "later": 1}
    line.flush()
    assert officer.again() == listed


def test_who_leaves_a_colleague_s_case_learns_it_at_the_end(line: Line, officer: Caller) -> None:
    """The hotline looks up the assignee when the responder takes the case and not when the responder dials."""
    officer.dial("90")
    officer.key("1")
    first = own_cases(line)[0]
    (theirs,) = [
        one for one in line.all(Assignment) if one.tip_id == first.tip_id and one.responder_id == 1
    ]
    take_case(line.context, 1, theirs.reference, line.clock())
    line.clock.turn(seconds=10)
    assert officer.key("1") == "END A colleague has taken this case. You now help the colleague."


def test_what_cannot_be_written_down_is_not_shown_as_saved(line: Line) -> None:
    """The database was restored in the middle of the session, so it has no row of the session."""
    caller = told(line, *DANGER_HERE[:-1])
    with line.database.writing() as session:
        session.execute(delete(Dialogue))
    assert caller.key(DANGER_HERE[-1]) == FAILURE


def test_a_first_row_is_what_the_mapper_reads(line: Line, officer: Caller) -> None:
    """Both kinds of sessions write their first row with a plain SQL statement. SQLAlchemy's mapper must read from this
    row the same values that the session wrote."""
    caller = line.caller()
    caller.dial()
    officer.dial("90")
    for one in (caller, officer):
        found, opening = row(line, one), known(line, one).start
        for name in ("revision_id", "entry", "dialled", "reporting", "responder_id", "network"):
            assert getattr(found, name) == getattr(opening, name)
        assert (found.started_at, found.caller_key) == (opening.started_at, opening.caller_key)
        assert (found.counted, found.language, found.channel) == ([], "rw", "ussd")
        pinned = opening.pinned.to_dict() if opening.pinned else None
        assert (found.pinned, found.ended_at, found.starred) == (pinned, None, None)
        again = tables.find_start(line.database, found.key)
        assert again is not None
        assert again[0] == opening
