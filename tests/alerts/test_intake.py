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
def test_hanging_up_after_the_fourth_answer_has_filed_it(line: Line) -> None:
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
def test_also_with_the_runs_flushed_before_every_hop(line: Line) -> None:
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


def test_a_late_repeat_of_an_early_hop_takes_nothing_back(line: Line) -> None:
    caller = told(line, *DANGER_HERE, "1", "1", *REST, "3", LANDMARK)
    text = caller.text
    line.flush()
    for length in range(len(DANGER_HERE), text.count("*") + 1):
        caller.text = "*".join(text.split("*")[:length])
        caller.again()
    assert line.read(line.tip)["landmark"] == LANDMARK
    assert line.tip.state == "complete"


@pytest.mark.parametrize("told_by_then", [QUIET_HERE[:-2], QUIET_HERE])
def test_without_danger_the_notice_files_a_draft(line: Line, told_by_then: tuple[str, ...]) -> None:
    caller = told(line, *told_by_then)
    assert (line.tip.state, line.jobs.scheduled) == ("draft", [])
    for _ in range(2):
        assert caller.hang_up() == 200
    assert line.tip.state == "filed"
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)]


def test_from_the_first_answer_on_hanging_up_leaves_what_was_told(line: Line) -> None:
    """A report without a place becomes a fragment and alerts no one."""
    caller = told(line, "5", "1")
    assert (line.tip.state, line.read(line.tip)) == ("draft", {"danger": "yes"})
    caller.hang_up()
    assign_pending(line.context)

    assert (line.tip.state, line.tip.place, line.tip.urgency) == ("fragment", "", 1)
    assert (line.jobs.scheduled, line.all(Assignment), line.all(Deadline)) == ([], [], [])


@pytest.mark.parametrize("danger", ["1", "2"])
def test_a_province_goes_to_the_national_desk_once_and_never_red(line: Line, danger: str) -> None:
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


def test_what_the_session_says_later_completes_the_same_tip(line: Line) -> None:
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


def test_a_quiet_tip_that_continues_after_silence_is_not_delayed_again(line: Line) -> None:
    caller = told(line, "5", "2", "2", "1")
    line.clock.turn(minutes=3)
    file_silent(line.context)
    assert line.tip.state == "fragment"
    caller.key("1")
    assert line.tip.state == "filed"
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)] * 2


def test_half_of_another_place_takes_nothing_from_what_is_filed(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    place = line.tip.place
    caller.key("0", "0", "2")
    caller.hang_up()
    assert (line.tip.place, line.tip.state) == (place, "filed")


def test_the_notice_may_overtake_the_last_hop(line: Line) -> None:
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


def test_another_district_is_the_same_tip_filed_or_not(line: Line) -> None:
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
def test_these_go_to_national_desks(line: Line, keyed: tuple[str, ...], place: str) -> None:
    told(line, *keyed)
    assert line.desks_of(line.tip) == {"national"}
    assert (line.tip.state, line.tip.place) == ("filed", place)


def test_a_child_raises_the_urgency_of_a_tip_that_was_told_already(line: Line) -> None:
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
def test_a_journey_that_can_be_stopped_alerts_at_that_hop_and_names_no_country(line: Line) -> None:
    caller = told(line, "5", "2", "2", "6", "7")
    assert (line.tip.state, line.tip.urgency, line.jobs.scheduled) == ("draft", 3, [])
    caller.key("2")
    assign_pending(line.context)
    assert (line.tip.state, line.tip.urgency, line.tip.place) == ("filed", 1, "abroad")
    assert line.tip.within == "om"
    assert line.jobs.scheduled[0] == (Job.ASSIGN_TIP, line.tip.id)
    assert {row.parameters["place"] for row in line.all(Message)} == {"mu mahanga"}
    assert line.desks_of(line.tip) == {"national"}


def test_not_sure_after_a_province_is_told_with_its_province(line: Line) -> None:
    told(line, "5", "1", "2", "1", "4")
    assign_pending(line.context)
    assert (line.tip.state, line.tip.place, line.tip.within) == ("filed", "unsure", "1")
    assert {row.parameters["place"] for row in line.all(Message)} == {"Kigali"}
    assert {row.kind for row in line.all(Deadline)} == {"acknowledge"}
