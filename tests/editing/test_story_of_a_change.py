"""Tests that callers in the middle of a call finish with the old text, and that later callers get the new text."""

from dataclasses import replace

from sqlalchemy import delete

from hotline.editing import service_publish, service_publishing
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from hotline.flows.tables import Revision
from tests.editing.changing import Desk, playable
from tests.support.callers import Line
from tests.support.clock import Clock

OLD, NEW = "First lesson", "Never pay first"


def lesson(line: Line) -> str:
    """Returns the screen of the lesson that a new caller sees."""
    caller = line.caller()
    caller.dial()
    return caller.key("1")


def test_an_open_session_keeps_the_old_words(line: Line, clock: Clock) -> None:
    books = SqlFlowSets(line.database, place_lists(), elapsed=lambda: clock().timestamp())
    line = replace(line, context=replace(line.context, flow_sets=books))
    with line.database.writing() as session:
        session.execute(delete(Revision))
    service_publishing.publish_version(line.context, playable())
    middle = line.caller()
    middle.dial()
    assert OLD in lesson(line)

    desk = Desk(line.context)
    change = desk.proposed(NEW)
    assert OLD in lesson(line), "nobody hears a draft"
    assert service_publish.running_sessions(line.context) == 3
    desk.publish(change)
    clock.turn(seconds=2)

    assert NEW in lesson(line)
    assert OLD in middle.key("1")
    line.flush()
    assert OLD in middle.again(), "whichever process is asked"
    clock.turn(minutes=11)
    assert service_publish.running_sessions(line.context) == 0
