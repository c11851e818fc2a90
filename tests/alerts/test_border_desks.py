"""Tests that the hotline alerts border desks about the journeys of victims if the desks can still stop these
journeys.
"""

import pytest

from hotline.alerts import queries, service_assignment
from hotline.alerts.service_case import case_state
from hotline.cases.queries import TipListFilter, tip_overviews
from hotline.gateway.tables import Assignment, Message
from hotline.people import tables
from hotline.people.rules import Level
from hotline.people.tables import Person, Responder
from hotline.people.tables_desks import Desk
from hotline.text.errors import PersonnelRefused
from hotline.tips.queries_visible import desk_viewer
from hotline.tips.tables import Tip
from tests.support.callers import DESK_KEY, Line, told
from tests.support.posting import post

BORDER = "border-east"
LEAVES_SOON = ("5", "2", "2", "6", "7", "2")
"""The digits that a caller presses to report: no danger, no official involved, abroad, Oman, this week."""
LEAVES_LATER = ("5", "2", "2", "6", "7", "3")
IN_DANGER = ("5", "1", "2", "6", "7")
"""The digits that a caller presses to report: danger, no official involved, abroad, Oman. The next question would ask
on which day the person will travel.
"""
AN_OFFICIAL = ("5", "2", "1", "6", "7", "2")


@pytest.fixture
def at_the_border(line: Line) -> Line:
    """Creates a border desk with two responders and a deputy, who all belong to district 12 too."""
    with line.database.writing() as session:
        key = bytes(DESK_KEY.public_key)
        session.add(Desk(code=BORDER, kind="border", public_key=key, created_at=line.clock()))
        for code in ("home-a", "help-a"):
            kind = "protection" if code == "home-a" else "service"
            session.add(Desk(code=code, kind=kind, public_key=key, created_at=line.clock()))
    for number, level in enumerate((Level.RESPONDER, Level.RESPONDER, Level.DEPUTY), 1):
        who = line.enrol(Level.COORDINATOR, f"+2507880000{number:02}")
        with line.database.writing() as session:
            person = session.get_one(Responder, who)
            tables.set_desks(session, person, {"12": Level.COORDINATOR}, [], line.clock())
            session.get_one(Person, person.person_id).name = f"Responder {number}"
        post(line.context, who, {"12": Level.COORDINATOR, BORDER: level})
    return line


def alerted(line: Line) -> list[str]:
    """Returns the names of the people who were alerted, in the order of their alerts. `nation` means the national
    desk."""
    names = {row.id: row for row in line.all(Responder)}
    told_of = [names[row.responder_id] for row in line.all(Assignment)]
    return ["nation" if one.level == Level.NATIONAL else one.name for one in told_of]


@pytest.mark.row("C19")
def test_departure_this_week_alerts_border_and_national_desk(at_the_border: Line) -> None:
    told(at_the_border, *LEAVES_SOON)
    service_assignment.assign_pending(at_the_border.context)
    tip = at_the_border.tip
    assert at_the_border.desks_of(tip) == {"national", BORDER}
    assert alerted(at_the_border) == ["Responder 1", "Responder 2", "nation"]
    assert {row.parameters["place"] for row in at_the_border.all(Message)} == {"mu mahanga"}
    with at_the_border.database.reading() as session:
        assert [
            one.tip.id for one in tip_overviews(session, TipListFilter(viewer=desk_viewer(BORDER)))
        ]
        assert tip_overviews(session, TipListFilter(viewer=desk_viewer("12"))) == []
        levels = {one.level for one in queries.alerted_by_tip(session, [tip.id])[tip.id]}
        assert levels == {Level.RESPONDER, Level.NATIONAL}
        assert case_state(session, session.get_one(Tip, tip.id)).case.partners == {BORDER}

    at_the_border.clock.turn(minutes=4)
    service_assignment.fire_deadlines(at_the_border.context)
    assert alerted(at_the_border)[3:] == ["Responder 3"]


def test_border_desk_is_alerted_once_departure_day_is_known(at_the_border: Line) -> None:
    caller = told(at_the_border, *IN_DANGER)
    service_assignment.assign_pending(at_the_border.context)
    assert alerted(at_the_border) == ["nation"]
    caller.key("2")
    assert at_the_border.desks_of(at_the_border.tip) == {"national", BORDER}
    assert alerted(at_the_border) == ["nation", "Responder 1", "Responder 2"]
    caller.key("9", "1")
    assert len(alerted(at_the_border)) == 3


@pytest.mark.row("C19")
@pytest.mark.parametrize("keyed", [LEAVES_LATER, AN_OFFICIAL])
def test_other_journeys_skip_border_desk(keyed: tuple[str, ...], at_the_border: Line) -> None:
    caller = told(at_the_border, *keyed)
    caller.hang_up()
    service_assignment.assign_pending(at_the_border.context)
    assert at_the_border.desks_of(at_the_border.tip) == {"national"}
    assert set(alerted(at_the_border)) == {"nation"}


def test_later_departure_answer_keeps_border_desk(
    at_the_border: Line,
) -> None:
    caller = told(at_the_border, *LEAVES_SOON)
    service_assignment.assign_pending(at_the_border.context)
    caller.key("0", "3")
    assert at_the_border.desks_of(at_the_border.tips[0]) == {"national", BORDER}


def test_district_tip_does_not_reach_border_desk(at_the_border: Line) -> None:
    told(at_the_border, "5", "1", "2", "1", "1")
    service_assignment.assign_pending(at_the_border.context)
    assert BORDER not in at_the_border.desks_of(at_the_border.tip)


def test_retired_border_desk_is_not_alerted(at_the_border: Line) -> None:
    with at_the_border.database.writing() as session:
        session.get_one(Desk, BORDER).retired_at = at_the_border.clock()
    told(at_the_border, *LEAVES_SOON)
    service_assignment.assign_pending(at_the_border.context)
    assert at_the_border.desks_of(at_the_border.tip) == {"national"}
    assert alerted(at_the_border) == ["nation"]


def test_national_level_is_refused_at_other_desks(at_the_border: Line) -> None:
    with pytest.raises(PersonnelRefused, match="the national desk only"):
        post(at_the_border.context, 2, {"home-a": Level.NATIONAL})
