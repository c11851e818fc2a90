"""Tests how tips are filed: each tip once, encrypted, and at the hop at which the screen says that the tip is sent. A
stranger who gets the phone later cannot withdraw a filed tip.
"""

from pathlib import Path

import pytest

from hotline.alerts.service_assignment import assign_pending, fire_deadlines
from hotline.alerts.service_intake import file_silent
from hotline.core.contexts import Job
from hotline.gateway.tables import Assignment, Deadline, Message
from tests.support.callers import DANGER_HERE, QUIET_HERE, REST, Line, told

LANDMARK = "hafi y'isoko rya Zuzuzu"


@pytest.mark.row("C8")
def test_danger_is_filed_once_district_is_known(line: Line) -> None:
    told(line, *DANGER_HERE)
    tip = line.tip
    assert (tip.state, tip.urgency, tip.official) == ("filed", 1, "no")
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, tip.id)]
    assert line.desks_of(tip) == {"national", tip.place}
    assert line.read(tip) == {
        "danger": "yes",
        "official": "no",
        "province": "1",
        "district": tip.place,
    }


@pytest.mark.fault(11)
def test_danger_is_filed_after_losing_cache_at_each_hop(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    for keyed in DANGER_HERE:
        line.flush()
        caller.key(keyed)
    assert line.tip.state == "filed"


def test_the_whole_report_is_one_complete_tip(line: Line) -> None:
    caller = told(line, *DANGER_HERE, "1", "1", *REST)
    assert line.tip.state == "complete"
    caller.key("3", LANDMARK)
    assert caller.screen.startswith("END ")
    assert line.tip.completed_at is not None
    assert line.read(line.tip)["landmark"] == LANDMARK


@pytest.mark.fault(2)
@pytest.mark.parametrize("path", [DANGER_HERE, QUIET_HERE])
def test_every_hop_repeated_twice_leaves_one_tip(line: Line, path: tuple[str, ...]) -> None:
    caller = line.caller()
    caller.dial()
    more = ("1", "1", *REST) if path is DANGER_HERE else REST
    for keyed in (*path, *more, "3", LANDMARK):
        screen = caller.key(keyed)
        assert caller.again() == screen
        line.flush()
        assert caller.again() == screen
        assert caller.again() == screen
    assert line.tip.state == "complete"
    assert line.read(line.tip)["landmark"] == LANDMARK


def test_late_repeat_of_early_hop_changes_no_tip(line: Line) -> None:
    caller = told(line, *DANGER_HERE, "1", "1", *REST, "3", LANDMARK)
    text = caller.text
    line.flush()
    for length in range(len(DANGER_HERE), text.count("*") + 1):
        caller.text = "*".join(text.split("*")[:length])
        caller.again()
    assert line.read(line.tip)["landmark"] == LANDMARK
    assert line.tip.state == "complete"


@pytest.mark.parametrize("told_by_then", [QUIET_HERE[:-2], QUIET_HERE])
def test_end_of_session_files_quiet_draft(line: Line, told_by_then: tuple[str, ...]) -> None:
    caller = told(line, *told_by_then)
    assert (line.tip.state, line.jobs.scheduled) == ("draft", [])
    for _ in range(2):
        assert caller.hang_up() == 200
    assert line.tip.state == "filed"
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)]


def test_hanging_up_after_first_answer_leaves_a_fragment(line: Line) -> None:
    """A report without a place becomes a fragment and alerts no one."""
    caller = told(line, "5", "1")
    assert (line.tip.state, line.read(line.tip)) == ("draft", {"danger": "yes"})
    caller.hang_up()
    assign_pending(line.context)

    assert (line.tip.state, line.tip.place, line.tip.urgency) == ("fragment", "", 1)
    assert (line.jobs.scheduled, line.all(Assignment), line.all(Deadline)) == ([], [], [])


@pytest.mark.parametrize("danger", ["1", "2"])
def test_fragment_with_province_alerts_national_desk_once(line: Line, danger: str) -> None:
    caller = told(line, "5", danger, "2", "1")
    caller.hang_up()
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)]
    for _ in range(30):
        assign_pending(line.context)
        fire_deadlines(line.context)
        line.clock.turn(hours=12)

    assert (line.tip.state, line.tip.place) == ("fragment", "1")
    (told_of,) = line.all(Assignment)
    (message,) = line.all(Message)
    assert (told_of.step, message.parameters["place"]) == (0, "Kigali")
    assert line.all(Deadline) == []


def test_later_answers_of_session_complete_same_tip(line: Line) -> None:
    """A fragment that was filed too early becomes a full tip, and responders are alerted again."""
    caller = told(line, "5", "1")
    uid = line.tip.uid
    line.clock.turn(minutes=3)
    file_silent(line.context)
    assign_pending(line.context)
    assert (line.tip.state, line.all(Assignment)) == ("fragment", [])

    caller.key("2", "1")
    assert (line.tip.state, line.tip.place) == ("fragment", "1")
    assign_pending(line.context)
    assert len(line.all(Assignment)) == 1

    caller.key("1", "1", "1", *REST)
    assign_pending(line.context)
    assert (line.tip.uid, line.tip.state) == (uid, "complete")
    assert line.tip.danger_at == line.clock.at, "it counts from now, not from the fragment"
    assert line.desks_of(line.tip) == {"national", line.tip.place}
    assert [row.step for row in line.all(Assignment)] == [0, 1]
    assert [row.kind for row in line.all(Deadline)] == ["acknowledge"]


def test_fragment_that_gets_its_district_is_filed_at_once(line: Line) -> None:
    caller = told(line, "5", "2", "2", "1")
    line.clock.turn(minutes=3)
    file_silent(line.context)
    assert line.tip.state == "fragment"
    caller.key("1")
    assert line.tip.state == "filed"
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)] * 2


def test_unfinished_correction_keeps_filed_place(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    place = line.tip.place
    caller.key("0", "0", "2")
    caller.hang_up()
    assert (line.tip.place, line.tip.state) == (place, "filed")


def test_hop_after_end_of_session_still_files_tip(line: Line) -> None:
    caller = told(line, *QUIET_HERE[:-3])
    caller.hang_up()
    assert line.tip.state == "fragment"
    caller.key(*QUIET_HERE[-3:])
    assert line.tip.state == "filed"


def test_three_minutes_of_silence_file_a_draft(line: Line) -> None:
    told(line, *QUIET_HERE)
    line.clock.turn(minutes=2, seconds=59)
    file_silent(line.context)
    assert line.tip.state == "draft"
    line.clock.turn(seconds=1)
    for _ in range(2):
        file_silent(line.context)
    assert line.tip.state == "filed"
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)]


def test_000_before_filing_leaves_no_row(line: Line, tmp_path: Path) -> None:
    caller = told(line, *QUIET_HERE, "000")
    assert line.tips == []
    text = caller.text
    line.flush()
    caller.text = text.removesuffix("*000")
    caller.again()
    assert line.tips == []
    caller.hang_up()
    assert line.tips == []


@pytest.mark.adversary("a trafficker who holds the victim's phone")
def test_000_after_filing_only_marks(line: Line) -> None:
    caller = told(line, *DANGER_HERE, "000")
    assert (line.tip.state, line.tip.do_not_visit) == ("filed", True)
    line.flush()
    caller.key(*QUIET_HERE)
    assert [tip.do_not_visit for tip in line.tips] == [True, False]
    line.flush()
    caller.again()
    assert [tip.do_not_visit for tip in line.tips] == [True, False]


def test_corrected_district_keeps_the_same_tip(line: Line) -> None:
    filed = told(line, *DANGER_HERE, "0", "2")
    assert (line.tip.place, line.tip.state) == ("13", "filed")
    filed.hang_up()
    told(line, *QUIET_HERE, "0", "0", "0", "2", "1", "1")
    _, draft = line.tips
    assert (draft.place, draft.state) == ("13", "draft")


@pytest.mark.parametrize(
    ("keyed", "place"),
    [
        (("5", "1", "1", "1", "1"), "12"),
        (("5", "1", "2", "6"), "abroad"),
        (("5", "1", "2", "7"), "unsure"),
    ],
)
def test_only_national_desk_gets_these_tips(line: Line, keyed: tuple[str, ...], place: str) -> None:
    told(line, *keyed)
    assert line.desks_of(line.tip) == {"national"}
    assert (line.tip.state, line.tip.place) == ("filed", place)


def test_child_raises_urgency_of_already_alerted_tip(line: Line) -> None:
    caller = told(line, *QUIET_HERE)
    caller.hang_up()
    assert line.tip.urgency == 3
    with line.database.writing() as session:
        tip = session.merge(line.tip)
        tip.assigned_at, tip.alert_urgency = line.clock.at, 3
    line.jobs.scheduled.clear()
    caller.key("1")
    assert (line.tip.urgency, line.tip.basis) == (1, "vital_interest_child")
    assert line.tip.danger_at == line.clock.at
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)]


@pytest.mark.row("C19")
def test_departure_soon_is_danger_and_alert_names_no_country(line: Line) -> None:
    caller = told(line, "5", "2", "2", "6", "7")
    assert (line.tip.state, line.tip.urgency, line.jobs.scheduled) == ("draft", 3, [])
    caller.key("2")
    assign_pending(line.context)
    assert (line.tip.state, line.tip.urgency, line.tip.place) == ("filed", 1, "abroad")
    assert line.tip.within == "om"
    assert line.jobs.scheduled[0] == (Job.ASSIGN_TIP, line.tip.id)
    assert {row.parameters["place"] for row in line.all(Message)} == {"mu mahanga"}
    assert line.desks_of(line.tip) == {"national"}


def test_alert_of_unsure_district_names_province(line: Line) -> None:
    told(line, "5", "1", "2", "1", "4")
    assign_pending(line.context)
    assert (line.tip.state, line.tip.place, line.tip.within) == ("filed", "unsure", "1")
    assert {row.parameters["place"] for row in line.all(Message)} == {"Kigali"}
    assert {row.kind for row in line.all(Deadline)} == {"acknowledge"}
