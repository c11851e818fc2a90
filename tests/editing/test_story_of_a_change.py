"""Follows one sentence from the editor to the callers. People read, publish and restore the sentence, and change it in
an emergency that ends."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete

from hotline.editing import service_publish, service_publishing
from hotline.flows.flow_set_cache import Begin, SqlFlowSets
from hotline.flows.service_check import place_lists
from hotline.flows.tables import Revision
from hotline.gateway.tables import Message
from hotline.people.service_audit import list_rows
from tests.editing.changing import APPROVER, EDITOR, Desk, playable
from tests.support.callers import Line
from tests.support.clock import Clock
from workers.clock import lapse_emergency

OLD, NEW, URGENT = "First lesson", "Never pay first", "That employer lies"


def with_books(line: Line, clock: Clock, behind: Begin | None = None) -> Line:
    """Returns the hotline with a cache of flow sets that uses the test's clock to look for newly published flows."""

    def elapsed() -> float:
        return clock.at.timestamp()

    books = SqlFlowSets(line.database, place_lists(), behind=behind, elapsed=elapsed)
    return replace(line, context=replace(line.context, flow_sets=books))


@pytest.fixture
def open_line(line: Line, clock: Clock) -> Line:
    """Returns a hotline with a small flow set."""
    line = with_books(line, clock)
    with line.database.writing() as session:
        session.execute(delete(Revision))
    service_publishing.publish_version(line.context, playable())
    return line


def drafted(line: Line, words: str) -> int:
    """Makes a draft that changes the sentence of the first lesson. Returns the number of the draft."""
    change = Desk(line.context).opened("Fees abroad")
    Desk(line.context).say(change, words)
    return change


def live(line: Line, clock: Clock, change: int) -> int:
    """Submits a draft. A different person reads and publishes the draft. Returns the number of the publication."""
    service_publish.submit(line.context, EDITOR, change)
    done = Desk(line.context).publish(change)
    clock.turn(seconds=2)
    return done.id


def lesson(line: Line) -> str:
    """Returns the screen of the lesson that a new caller sees."""
    caller = line.caller()
    caller.dial()
    return caller.key("1")


def test_an_open_session_keeps_the_old_words(open_line: Line, clock: Clock) -> None:
    line = open_line
    middle = line.caller()
    middle.dial()
    assert OLD in lesson(line)

    change = drafted(line, NEW)
    assert OLD in lesson(line), "nobody hears a draft"
    assert service_publish.running_sessions(line.context) == 3
    live(line, clock, change)

    assert NEW in lesson(line)
    assert OLD in middle.key("1")
    line.flush()
    assert OLD in middle.again(), "whichever process is asked"
    clock.turn(minutes=11)
    assert service_publish.running_sessions(line.context) == 0


def test_who_dials_during_loading_gets_the_old_words(open_line: Line, clock: Clock) -> None:
    waiting: list[Callable[[], None]] = []
    line = with_books(open_line, clock, waiting.append)
    assert OLD in lesson(line)
    live(line, clock, drafted(line, NEW))
    middle = line.caller()
    middle.dial()
    assert OLD in lesson(line)
    (load,) = waiting
    load()
    assert NEW in lesson(line)
    assert OLD in middle.key("1"), "who began on the old words ends on them"


def test_a_state_is_restored_and_an_emergency_lapses(open_line: Line, clock: Clock) -> None:
    line = open_line
    publication = live(line, clock, drafted(line, NEW))
    live(line, clock, drafted(line, "Ask somebody first"))
    assert NEW not in lesson(line)
    Desk(line.context).back(publication)
    clock.turn(seconds=2)
    assert NEW in lesson(line)

    change = drafted(line, URGENT)
    Desk(line.context).urgent(change)
    (told,) = line.all(Message)
    assert told.template == "WORDS_URGENT"
    clock.turn(seconds=2)
    assert URGENT in lesson(line)

    clock.turn(hours=4)
    lapse_emergency(line.context)
    clock.turn(seconds=2)
    assert NEW in lesson(line), "the clock brings back what two people had read"


def test_every_act_is_a_sentence_of_the_audit_log(desk: Desk) -> None:
    change = desk.proposed()
    service_publish.send_back(desk.context, APPROVER, change, "is that the law?")
    desk.goes_live(change)
    sentences = [row.sentence.partition(": ")[2] for _, row in list_rows(desk.context)]
    assert sentences == [
        "Editor 1 submitted change 1 for approval: New words",
        "Approver 1 returned change 1 to the editor: is that the law?",
        "Editor 1 submitted change 1 for approval: New words",
        "Approver 1 published change 1: New words",
    ]
