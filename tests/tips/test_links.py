"""R7: tests how tips that are probably about the same case are linked and shown as `like K7Q4`. Tips are never
merged, and a link can be undone."""

from typing import Any

import pytest

from hotline.alerts import service_assignment
from hotline.cases import queries, service_desk_commands
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.gateway.tables import Assignment, Message
from hotline.people import tables_audit
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.errors import EndRefused, NotFound
from hotline.tips import queries as tips_queries
from hotline.tips import queries_visible
from hotline.tips.queries import TipLink
from hotline.tips.queries_visible import THE_LINE, ExclusionReason, Viewer, desk_viewer
from tests.support.callers import DANGER_HERE, Line, told
from tests.support.reading import at_her_desk, at_home, reader_beside

QUIET = ("5", "2", "2", "1", "1", "1")
"""The digits of a report: no danger, no official involved, Kigali, Gasabo, the first sector of Gasabo."""
LABOUR, SEX = "1", "2"
HERS, OTHER = "+250788000077", "+250788000078"
SIGNED: dict[str, Any] = {"actor": "cli:Alice", "reason": "the same house"}


@pytest.fixture
def staffed(line: Line) -> Line:
    line.enrol(Level.RESPONDER, "+250788000001")
    line.enrol(Level.DEPUTY, "+250788000002")
    return line


def tell(line: Line, kind: str, *, phone: str = HERS, minutes: float = 1) -> int:
    line.clock.turn(minutes=minutes)
    caller = line.caller(phone)
    caller.dial()
    caller.key(*QUIET, kind)
    caller.hang_up()
    service_assignment.assign_pending(line.context)
    return line.tips[-1].id


def linked(line: Line) -> set[tuple[int, int, str]]:
    return {(row.a, row.b, row.reason) for row in line.all(TipLink) if row.undone_at is None}


def linked_to(line: Line, tip_id: int, viewer: Viewer) -> list[int]:
    """Returns the tips that are linked to the tip `tip_id` and that the viewer may see."""
    with line.database.reading() as session:
        others = tips_queries.same_situation(session, [tip_id]).get(tip_id, frozenset())
        return [*queries.visible_tips(session, viewer, others)]


def alerts(line: Line) -> list[tuple[str, str | None]]:
    return [(row.template, row.parameters.get("like")) for row in line.all(Message)]


@pytest.mark.row("R7")
def test_r7_second_alert_names_the_similar_case(staffed: Line) -> None:
    first, second = tell(staffed, LABOUR), tell(staffed, SEX)
    assert linked(staffed) == {(first, second, "contact")}
    known = next(row.reference for row in staffed.all(Assignment) if row.tip_id == first)
    assert alerts(staffed) == [("ALERT_REPLY", None), ("ALERT_LIKE_REPLY", known)]
    assert [tip.closed_at for tip in staffed.tips] == [None, None]


def test_r7_place_kind_and_day_link_tips_of_other_phones(staffed: Line) -> None:
    first = tell(staffed, LABOUR)
    second = tell(staffed, LABOUR, phone=OTHER)
    third = tell(staffed, SEX, phone="+250788000079")
    assert linked(staffed) == {(first, second, "place_time")}
    tell(staffed, SEX, phone="+250788000080", minutes=25 * 60)
    assert {b for _, b, _ in linked(staffed)} == {second}
    assert third not in {one for pair in linked(staffed) for one in pair[:2]}


def test_r7_danger_is_linked_once_its_kind_is_known(staffed: Line) -> None:
    """A responder who was alerted about both tips sees the link in the list. The link itself sends no alert."""
    danger = ("5", "1", "2", "1", "1", "1", LABOUR)
    for phone in (HERS, OTHER):
        staffed.clock.turn(minutes=1)
        caller = staffed.caller(phone)
        caller.dial()
        caller.key(*danger[:-2])
        service_assignment.assign_pending(staffed.context)
        assert linked(staffed) == set()
        caller.key(*danger[-2:])
    told_of = len(staffed.all(Message))
    service_assignment.assign_pending(staffed.context)
    first, second = (tip.id for tip in staffed.tips)
    assert linked(staffed) == {(first, second, "place_time")}
    assert len(staffed.all(Message)) == told_of


def test_r7_alert_does_not_name_hidden_similar_case(staffed: Line) -> None:
    """The first tip is hidden from the responder, so the alert about the second tip does not name it."""
    first = tell(staffed, LABOUR)
    who = _hide_from_alerted(staffed, first)
    second = tell(staffed, LABOUR, phone=OTHER)
    assert linked(staffed) == {(first, second, "place_time")}
    rows = {row.id: row for row in staffed.all(Assignment) if row.tip_id == second}
    (alert,) = [row for row in staffed.all(Message) if row.assignment_id in rows]
    assert (rows[alert.assignment_id].responder_id, alert.parameters.get("like")) == (who, None)


@pytest.mark.row("R6")
def test_r6_next_tip_of_same_phone_copies_the_exclusion(staffed: Line) -> None:
    first = tell(staffed, LABOUR)
    who = _hide_from_alerted(staffed, first)
    second = tell(staffed, SEX)
    assert linked(staffed) == {(first, second, "contact")}
    told_of = {row.responder_id for row in staffed.all(Assignment) if row.tip_id == second}
    assert told_of
    assert who not in told_of
    with staffed.database.reading() as session:
        (row,) = queries_visible.current_exclusions(session, second)
        (entry,) = tables_audit.entries(session, subject=f"tip:{second}")
    him = next(one for one in staffed.all(Responder) if one.id == who).person_id
    assert (row.person_id, row.reason, row.by) == (him, "named", "line")
    assert entry.reason == f"named: person {him}: as for tip {first} from the same phone"


def _hide_from_alerted(staffed: Line, tip_id: int) -> int:
    """Hides the tip from the responder who was alerted about it first. Returns the id of that responder."""
    who = next(row.responder_id for row in staffed.all(Assignment) if row.tip_id == tip_id)
    him = ExclusionTarget(person=str(who))
    service_desk_commands.exclude(
        staffed.context, tip_id, him, ExclusionReason.NAMED, by="Alice", reason="named"
    )
    assert isinstance(who, int)
    return who


@pytest.mark.row("R7")
def test_r7_removed_link_is_not_found_again(staffed: Line) -> None:
    first, second = tell(staffed, LABOUR), tell(staffed, SEX)
    here = desk_viewer("12")
    assert linked_to(staffed, second, here) == [first]
    undo = {"like": False, "viewer": here, **SIGNED}
    service_desk_commands.link_tips(staffed.context, second, first, **undo)
    assert linked_to(staffed, second, here) == []
    with staffed.database.reading() as session:
        assert tips_queries.same_situation(session, [first, second]) == {}
    with pytest.raises(EndRefused):
        service_desk_commands.link_tips(staffed.context, first, second, **undo)
    third = tell(staffed, LABOUR)
    assert linked(staffed) >= {(second, third, "contact")}
    assert (first, second) not in {(a, b) for a, b, _ in linked(staffed)}

    service_desk_commands.link_tips(staffed.context, first, second, viewer=THE_LINE, **SIGNED)
    assert (first, second, "said") in linked(staffed)
    for one, other, error in ((first, second, EndRefused), (first, first, EndRefused)):
        with pytest.raises(error):
            service_desk_commands.link_tips(staffed.context, one, other, viewer=THE_LINE, **SIGNED)
    with pytest.raises(NotFound):
        service_desk_commands.link_tips(
            staffed.context, first, second, viewer=desk_viewer("13"), **SIGNED
        )


@pytest.mark.row("R7")
def test_r7_case_list_and_case_page_show_the_link(line: Line) -> None:
    beside = reader_beside(line)
    phone, known_as = at_her_desk(beside)
    told(line, *DANGER_HERE)
    service_assignment.assign_pending(line.context)
    line.clock.turn(seconds=10)
    names = {
        row.tip_id: row.reference
        for row in line.all(Assignment)
        if row.responder_id == known_as.responder_id
    }
    assert len(names) == 2
    phone.dial("90")
    shown = at_home(phone, "1")
    for tip_id, name in names.items():
        other = next(one for one in names.values() if one != name)
        assert f"{name} urgent, new, similar to {other}" in shown, tip_id
    assert f"Similar to {known_as.reference}." in phone.key("1", "1")
