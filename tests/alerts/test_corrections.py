"""Tests that one report is only one case, even if the caller later corrects the place or names an official."""

from pathlib import Path

import pytest

from hotline.alerts import service_assignment
from hotline.alerts.service_intake import file_silent
from hotline.core.database import Database
from hotline.dialogue.service_sms import Arrival
from hotline.gateway.tables import Message
from hotline.people.rules import Level
from tests.support.callers import Caller, make_ready, told
from tests.support.clock import Clock
from tests.support.night import Night, night

GASABO, KICUKIRO = "12", "13"
MOVED = "REF: the place of this case was corrected. Before you go, call the national desk: 112."
URGENT_THERE = "REF: Kicukiro, urgent. Reply 1 REF"
STOP = "REF: a team in Kicukiro took this case too. To stop the first team, reply 8 REF"
STOOD_DOWN = "REF: another team has this case now. You do not need to go. Thank you."
TOLD_FIRST = "REF: careful: responders of the district got an alert before you."
OVER = "REF: this case is closed. Thank you."
DANGER = ("5", "1", "2", "1", "1")
"""The digits that a caller presses to report: danger, no official involved, Kigali, Gasabo. After these digits, the
tip is filed.
"""
QUIET = ("5", "2", "2", "1", "1", "1", "1")
"""The digits of the same report without danger, with a sector and the kind of tip. After these digits, the tip is a
draft.
"""
THERE = ("0", "2")
"""The digits with which the caller goes back to the list of districts and chooses Kicukiro."""


@pytest.fixture
def here(database: Database, tmp_path: Path, clock: Clock) -> Night:
    """Creates a hotline with two people of Gasabo, two of Kicukiro, and two of the national desk."""
    return night(
        make_ready(database, tmp_path, clock, national=False),
        one=(Level.RESPONDER, GASABO),
        two=(Level.RESPONDER, GASABO),
        there=(Level.RESPONDER, KICUKIRO),
        deputy=(Level.DEPUTY, KICUKIRO),
        desk=(Level.NATIONAL, ""),
        director=(Level.NATIONAL, ""),
    )


def quiet_and_told(here: Night) -> Caller:
    """Files a report without danger after silence, and alerts people. The caller's session continues."""
    caller = told(here.line, *QUIET)
    here.line.clock.turn(minutes=4)
    file_silent(here.line.context)
    here.tick()
    return caller


def test_corrected_place_in_danger_is_one_case_at_two_desks(here: Night) -> None:
    caller = here.tells(*DANGER)
    assert here.writes("one", "1 {ref}").startswith("REF: you took this case")
    caller.key(*THERE)
    here.tick(seconds=29)

    assert (len(here.line.tips), here.tip.place) == (1, KICUKIRO)
    assert MOVED in here.texts("one")
    assert MOVED in here.texts("two")
    assert here.newest("there") == URGENT_THERE
    assert here.line.desks_of(here.tip) == {"national", GASABO, KICUKIRO}
    assert here.holder == "one"
    assert {"acknowledge", "outcome"} <= here.clocks

    assert here.writes("desk", "8 {ref}") == "REF: no responder at the new place has the case yet."
    assert here.writes("one", "1 {ref}") == MOVED
    assert "acknowledge" in here.clocks
    here.writes("there", "1 {ref}")
    assert here.holder == "there"
    assert here.newest("desk") == STOP
    assert STOOD_DOWN not in here.texts("one")

    assert here.writes("desk", "8 {ref}", way=Arrival.CALLED).startswith(
        "REF: noted. In a few minutes"
    )
    assert STOOD_DOWN not in here.texts("one")
    here.writes("desk", "8 {ref}", way=Arrival.CALLED, then=Arrival.LISTED)
    assert (here.newest("one"), here.newest("two")) == (STOOD_DOWN, STOOD_DOWN)
    assert here.line.desks_of(here.tip) == {"national", KICUKIRO}
    assert here.writes("one", "1 {ref}") == OVER
    assert (here.holder, here.all_fit()) == ("there", True)


def test_take_at_first_place_keeps_deadline_at_new_place(here: Night) -> None:
    caller = here.tells(*DANGER)
    caller.key(*THERE)
    here.tick()
    assert here.writes("one", "1 {ref}") == MOVED
    assert here.holder is None
    here.minutes(4)
    assert "REF: Kicukiro, urgent. Reply 1 REF" in here.texts("deputy")
    here.minutes(10)
    assert "overdue" in here.clocks
    assert here.writes("one", "1 {ref}") == MOVED
    assert here.holder == "one"


def test_place_corrected_several_times_stays_one_case(here: Night) -> None:
    caller = here.tells(*DANGER)
    caller.key(*THERE)
    here.tick()
    caller.key("0", "1")
    here.tick()
    assert (len(here.line.tips), here.tip.place) == (1, GASABO)
    assert here.newest("one") == "REF: Gasabo, urgent. Reply 1 REF"
    assert here.newest("there") == MOVED
    caller.key(*THERE)
    here.line.flush()
    caller.again()
    here.tick()
    assert here.newest("there") == URGENT_THERE
    assert here.texts("one").count(MOVED) == 3
    assert here.line.desks_of(here.tip) == {"national", GASABO, KICUKIRO}
    here.writes("there", "1 {ref}")
    assert here.holder == "there"
    assert here.writes("desk", "8 {ref}") == "REF: noted. We tell the first team to stop."
    assert here.writes("there", "2 {ref}").startswith("REF: noted, you are on site.")


def test_fourth_correction_of_place_alerts_only_national_desk(here: Night) -> None:
    """If a caller corrects the place more than three times, each further correction alerts only the national desk.
    Escalation continues with people of the place that the caller named last."""
    caller = here.tells(*DANGER)
    for keyed in (THERE, ("0", "1"), THERE):
        caller.key(*keyed)
        here.tick()
    heard = {who: here.texts(who) for who in ("one", "two", "there", "deputy")}
    desk = len(here.texts("desk")) + len(here.texts("director"))
    for keyed in (("0", "1"), THERE, ("0", "1"), THERE):
        caller.key(*keyed)
        here.tick()

    assert (len(here.line.tips), here.tip.place, here.tip.urgency) == (1, KICUKIRO, 1)
    assert {who: here.texts(who) for who in heard} == heard
    assert here.texts("desk")[-2:] == [MOVED, URGENT_THERE]
    assert len(here.texts("desk")) + len(here.texts("director")) > desk + 4
    assert here.line.desks_of(here.tip) == {"national", GASABO, KICUKIRO}
    here.minutes(4)
    assert here.newest("deputy") == URGENT_THERE or here.newest("there") == URGENT_THERE
    assert here.newest("one") == heard["one"][-1]
    here.writes("desk", "1 {ref}")
    assert here.holder == "desk"


@pytest.mark.parametrize("taken", [False, True])
def test_correction_without_danger_stands_down_first_place(here: Night, taken: bool) -> None:
    caller = quiet_and_told(here)
    (asked,) = [who for who in ("one", "two") if here.texts(who)]
    if taken:
        here.writes(asked, "1 {ref}")
    caller.key("0", "0", "0", "2")
    here.tick()
    assert (len(here.line.tips), here.tip.place) == (1, KICUKIRO)
    assert here.newest(asked) == MOVED
    assert here.newest("there") == "REF: Kicukiro. Reply 1 REF"
    assert here.line.desks_of(here.tip) == {"national", KICUKIRO}
    assert (here.holder, here.clocks) == (None, {"acknowledge"})
    assert here.writes(asked, "1 {ref}") == OVER
    assert here.holder is None


@pytest.mark.parametrize("taken", [False, True])
def test_official_named_late_removes_district_silently(here: Night, taken: bool) -> None:
    caller = here.tells(*DANGER)
    if taken:
        here.writes("one", "1 {ref}")
    before = (here.texts("one"), here.texts("two"))
    caller.key("0", "0", "0", "1", "1", "1")
    here.tick()
    here.minutes(8)

    assert (len(here.line.tips), here.tip.official, here.tip.urgency) == (1, "yes", 1)
    assert (here.texts("one"), here.texts("two")) == before
    assert TOLD_FIRST in here.texts("desk")
    assert here.line.desks_of(here.tip) == {"national"}
    assert here.holder is None
    assert here.writes("one", "1 {ref}") == OVER
    one = here.line.caller("+250788000100")
    one.dial("90")
    assert one.read().startswith("Nothing new.")
    assert here.texts("there") == here.texts("deputy") == []
    here.writes("desk", "1 {ref}")
    assert here.holder == "desk"


def test_unsent_alert_never_reaches_district_after_official(here: Night) -> None:
    caller = told(here.line, *DANGER)
    service_assignment.assign_pending(here.line.context)
    caller.key("0", "0", "0", "3", "1", "1")
    here.tick()
    assert here.texts("one") == here.texts("two") == []
    assert here.tip.official == "unsure"
    assert "failed" in {row.state for row in here.line.all(Message)}


def test_official_corrected_to_no_stays_with_national_desk(here: Night) -> None:
    caller = here.tells("5", "1", "1", "1", "1")
    assert here.texts("one") == []
    caller.key("0", "0", "0", "2", "1", "1")
    here.tick()
    here.minutes(2)
    assert here.tip.official == "yes"
    assert here.line.desks_of(here.tip) == {"national"}
    assert here.texts("one") == []
    above = here.texts("desk") + here.texts("director")
    assert "REF: there is new information about this case. Read the case again." in above


def test_corrections_work_in_either_order(here: Night) -> None:
    first = here.tells(*DANGER)
    first.key(*THERE)
    here.tick()
    first.key("0", "0", "0", "1", "1", "2")
    here.tick()
    (tip,) = here.line.tips
    assert (tip.place, tip.official, here.line.desks_of(tip)) == (KICUKIRO, "yes", {"national"})
    quiet = (here.texts("one"), here.texts("there"))
    here.minutes(9)
    assert (here.texts("one"), here.texts("there")) == quiet

    other = here.tells(*DANGER)
    other.key("0", "0", "0", "1", "1", "1")
    here.tick()
    other.key(*THERE)
    here.tick()
    _, tip = here.line.tips
    assert (tip.place, tip.official, here.line.desks_of(tip)) == (KICUKIRO, "yes", {"national"})
    assert MOVED in here.texts("desk") + here.texts("director")


def test_danger_is_never_lowered(here: Night) -> None:
    caller = here.tells(*DANGER)
    caller.key("0", "0", "0", "0", "2", "2", "1", "1", "1", "1")
    here.tick()
    assert (len(here.line.tips), here.tip.urgency, here.tip.state) == (1, 1, "filed")
    assert here.line.desks_of(here.tip) == {"national", GASABO}
