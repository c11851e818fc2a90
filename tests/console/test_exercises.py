"""Tests a drill in the console. One person can start and stop a drill, the page shows the time of each step, and
every list marks the case as a drill.
"""

import re

import pytest
from sqlalchemy import select

from hotline.alerts import service_drills
from hotline.core.actors import AccountRole
from hotline.duty import service_enrolment
from hotline.gateway.tables import Assignment, Message
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import DISTRICT, admitted, change, man, tell

WANTED = {"desk": DISTRICT, "urgency": "1", "reason": "the week of drills"}


@pytest.fixture
def national(desk: Desk) -> Tab:
    """Signs in the national desk. The desk has one responder, who can get the alert of a drill."""
    head = "name,msisdn,language,level,districts,categories\n"
    service_enrolment.import_responders(
        desk.context, f"{head}National 1,+250788009902,en,national,,\n"
    )
    return desk.tab(AccountRole.NATIONAL, name="Bosco")


def words(page: str) -> str:
    """Returns the page's text without markup, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.row("R12")
def test_drill_starts_is_timed_and_stops(desk: Desk, national: Tab) -> None:
    admin = desk.tab(AccountRole.ADMIN, name="Alice")
    admin.sends("/exercises", WANTED)
    again = admin.refused("/exercises", WANTED)
    assert "drill is already running at this desk" in again
    assert "Drill in progress: Gasabo" in national.read("/today")
    with desk.reading() as session:
        told = [row.template for row in session.scalars(select(Message)).all()]
    assert "EXERCISE_BEGUN" in told, "the national desk is told of each"
    desk.clock.turn(minutes=3)
    with desk.writing() as session:
        (known_as,) = session.scalars(select(Assignment)).all()
        known_as.acknowledged_at = desk.clock()
    page = words(admin.read("/exercises"))
    row = (
        "Gasabo runs the week of drills no one reached this step of the drill (alerted people: 1) "
        "1 of 1 alerted people reached this step of the drill: half of them within 3 min 0 s, "
        "the last person after 3 min 0 s"
    )
    assert row in page
    assert "Responder 1, responder never 3 min 0 s never" in page
    assert admin.post("/exercises/1/end").status_code == 422, "enter a reason"
    national.sends("/exercises/1/end", {"reason": "enough"})
    row = words(national.read("/exercises"))
    assert "Gasabo cancelled the week of drills" in row
    assert "Runs now" not in row
    assert "Drill in progress:" not in national.read("/today")


def test_r12_refused_drill_says_why(desk: Desk, national: Tab) -> None:
    for wrong in ({"desk": "national"}, {"desk": "99"}, {"urgency": "3"}, {"reason": ""}):
        national.refused("/exercises", {**WANTED, **wrong})
    assert service_drills.list_drills(desk.context) == []
    editor = desk.tab(AccountRole.EDITOR, name="Chantal")
    assert editor.post("/exercises", WANTED).status_code in (403, 404)


def test_r12_drill_is_marked_in_each_list_and_never_late(desk: Desk) -> None:
    man(desk)
    tab = admitted(desk, "Desk 1", AccountRole.DESK, DISTRICT)
    tip = tell(desk, minutes=9)
    change(desk, tip, channel="drill")
    row = tab.read("/tips")
    assert '<span class="tag warn">drill</span>' in row
    assert "late" not in row
    page = tab.read(f"/tips/{tip}")
    assert "This is a drill. No one is in danger, and no one needs to go to the place." in page
    assert f"/tips/{tip}" not in tab.read("/"), "nobody goes"
