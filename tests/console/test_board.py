"""Tests the board of a desk: the columns and the order of the cases, the number of database statements for the page,
and the data that the board never shows.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from hotline.alerts import service_assignment, service_commands
from hotline.alerts.rules_replies import Command, Verb
from hotline.alerts.tables_case_events import CaseEventRow
from hotline.cases import service_desk_commands
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.duty import service_leaves, service_removal
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.people import tables_audit
from hotline.people.rules import Level
from hotline.people.rules_roster import week_of
from hotline.people.tables import Responder
from hotline.people.tables_desks import DeskMember
from hotline.people.tables_roster import Duty, DutyOverride
from hotline.text.time import kigali_time
from hotline.tips.queries_visible import ExclusionReason
from hotline.tips.rules_events import EventChannel
from hotline.tips.tables import Grant
from tests.console.conftest import Tab
from tests.console.desk_tips import change, tell
from tests.console.tip_desks import Desks, desks, listed, on_board
from tests.support.builders import make_responder
from tests.support.statements import statements

__all__ = ["desks"]

STATEMENTS = 5


def number(tab: Tab) -> str:
    return tab.read("/board/since?auto")


def test_board_shows_own_open_tips_without_officials(desks: Desks) -> None:
    here = tell(desks.desk, urgency=2)
    official = tell(desks.desk, urgency=1, official="unsure")
    away = tell(desks.desk, place="11", urgency=3)
    assert on_board(desks.national) == {"untaken": [official, here, away]}
    assert on_board(desks.district) == {"untaken": [here]}
    assert on_board(desks.other, "/board") == {"untaken": [away]}


def test_board_needs_at_most_five_statements(desks: Desks) -> None:
    for urgency in (1, 2, 3):
        tell(desks.desk, urgency=urgency)
    desks.national.get("/")
    with statements() as said:
        assert on_board(desks.national) == {"untaken": [1, 2, 3]}
        assert len(said) <= STATEMENTS, "\n".join(said)
        desks.national.get("/board/since?auto")
        said.clear()
        desks.national.get("/board/since?auto")
        assert len(said) <= 2, "\n".join(said)


@pytest.fixture
def staffed(desks: Desks) -> Desks:
    """Files a case about danger in Gasabo as tip 1, and alerts the first responder of Gasabo."""
    return alerts(desks, {**GASABO, "Nyarugenge 4": ("11", Level.RESPONDER), "Nation 5": NATION})


GASABO = {"Gasabo 2": ("12", Level.RESPONDER), "Gasabo 3": ("12", Level.COORDINATOR)}
NATION = "", Level.NATIONAL


def alerts(desks: Desks, people: Mapping[str, tuple[str, Level]]) -> Desks:
    """Enrols these people instead of all others: for each name, the district and the level. Then files a case about
    danger in Gasabo as tip 1, and alerts its first responder."""
    with desks.desk.writing() as session:
        for row in session.query(Responder):
            row.active = False
        for nth, (name, (place, level)) in enumerate(people.items()):
            phone, districts = f"+2507880055{nth:02}", (place,) if place else ()
            session.add(make_responder(name=name, level=level, districts=districts, msisdn=phone))
    assert tell(desks.desk, urgency=1) == 1
    assert service_assignment.assign_pending(desks.desk.context) == 1
    return desks


def people(desks: Desks) -> dict[str, int]:
    with desks.desk.reading() as session:
        return {row.name: row.id for row in session.query(Responder)}


def alerted(desks: Desks) -> list[str]:
    """Returns the people who were alerted of tip 1, in their order."""
    names = {id: name for name, id in people(desks).items()}
    with desks.desk.reading() as session:
        rows = session.query(Assignment).order_by(Assignment.id)
        return [names[row.responder_id] for row in rows if row.tip_id == 1]


def test_account_takes_case_for_phone_and_log_names_both(staffed: Desks) -> None:
    assert alerted(staffed) == ["Gasabo 2", "Nation 5"]
    before = number(staffed.district)
    who = people(staffed)
    strange = staffed.district.refused("/tips/1/take", {"phone": str(who["Nyarugenge 4"])})
    assert "No person at the chosen desk can be alerted now" in strange
    assert staffed.other.post("/tips/1/take", {"phone": str(who["Gasabo 3"])}).status_code == 404
    chosen = {"phone": str(who["Gasabo 3"]), "from": "board"}
    assert staffed.district.sends("/tips/1/take", chosen).headers["Location"] == "/"
    assert alerted(staffed) == ["Gasabo 2", "Nation 5", "Gasabo 3"], "this phone is reminded"
    assert staffed.tip(1).assignee_id == who["Gasabo 3"]
    assert on_board(staffed.district) == {"unread": [1]}
    assert number(staffed.district) != before
    assert ("Desk 1", "tip_taken_for", "Gasabo 3") in staffed.rows()
    page = staffed.national.read("/tips/1")
    assert "Desk 1 recorded that a responder took tip 1" in page
    says(staffed, "Gasabo 3", Verb.ON_SITE)
    assert on_board(staffed.district) == {"at_work": [1]}


def test_tip_that_waits_for_duty_says_so_and_can_be_taken(staffed: Desks) -> None:
    at, who = staffed.desk.context.now(), people(staffed)["Gasabo 2"]
    with staffed.desk.writing() as session:
        week, weekday = week_of(at), (at.weekday() + 3) % 7
        duty = Duty(desk_code="12", responder_id=who, week=week, weekday=weekday)
        duty.from_min, duty.to_min, duty.rank = 0, 1, 1
        begins = at + timedelta(hours=9)
        shift = DutyOverride(desk_code="12", starts_at=begins, responder_id=who, asked_at=at)
        shift.ends_at = begins + timedelta(hours=1)
        session.add_all([duty, shift])
    assert tell(staffed.desk, urgency=3) == 2
    service_assignment.assign_pending(staffed.desk.context)
    says = f"waits until {kigali_time(begins)[-5:]}"
    assert says in staffed.district.read("/")
    assert says in staffed.district.read("/tips")
    assert says in staffed.district.read("/tips/2")
    assert says not in staffed.other.read("/tips")
    assert staffed.national.post("/tips/2/take", {"phone": str(people(staffed)["Nation 5"])})
    assert staffed.tip(2).assignee_id == people(staffed)["Nation 5"]
    assert says not in staffed.district.read("/")


def test_next_person_is_alerted_at_once(staffed: Desks) -> None:
    staffed.district.sends("/tips/1/alert", {"from": "board"})
    assert alerted(staffed) == ["Gasabo 2", "Nation 5", "Gasabo 3"]
    assert ("Desk 1", "tip_alerted_next", "") in staffed.rows()


def test_reminder_is_sent_once_in_ten_minutes(
    staffed: Desks,
) -> None:
    refused = staffed.district.post("/tips/1/remind")
    assert refused.status_code == 422, "no one has the case"
    chosen = {"phone": str(people(staffed)["Gasabo 2"])}
    staffed.district.sends("/tips/1/take", chosen)
    staffed.district.sends("/tips/1/remind")
    again = staffed.national.post("/tips/1/remind")
    assert (
        "A colleague sent a reminder to this person less than ten minutes ago. Wait before you send another reminder."
        in again.text
    )
    staffed.desk.clock.turn(minutes=10)
    staffed.national.sends("/tips/1/remind")
    with staffed.desk.reading() as session:
        sent = session.query(Message).filter_by(template="FOLLOW").all()
        assert [set(row.parameters) for row in sent] == [{"ref", "code"}] * 2
    change(staffed.desk, 1, do_not_visit=True)
    assert "a call may be dangerous" in staffed.national.post("/tips/1/remind").text


def test_case_without_official_passes_to_other_district(
    staffed: Desks,
) -> None:
    passed = {"to_desk": "11", "reason": "the house is there"}
    staffed.district.refused("/tips/1/pass", {"to_desk": "11"})
    staffed.district.sends("/tips/1/pass", passed)
    assert alerted(staffed) == ["Gasabo 2", "Nation 5", "Nyarugenge 4"]
    assert on_board(staffed.other) == {"untaken": [1]}
    assert "hafi" in staffed.other.post("/tips/1/open", {"why": "send"}).text
    hidden = tell(staffed.desk, official="unsure", urgency=1)
    assert service_assignment.assign_pending(staffed.desk.context) == 1
    page = staffed.national.read(f"/tips/{hidden}")
    assert 'value="11"' not in page
    refused = staffed.national.post(f"/tips/{hidden}/pass", passed)
    assert "no district may see this case" in refused.text
    assert on_board(staffed.other) == {"untaken": [1]}


def test_only_readers_of_report_see_a_note(staffed: Desks) -> None:
    words = {"note": "words", "words": "the aunt waits outside"}
    staffed.district.refused("/tips/1/note", {"note": "words"})
    staffed.district.sends("/tips/1/note", words)
    staffed.desk.clock.turn(seconds=1)
    staffed.district.sends("/tips/1/note", {"note": "police"})
    page = staffed.national.read("/tips/1")
    assert "recorded that responders wait for the police." in page
    assert "the aunt" not in page
    assert "the aunt waits outside" in staffed.national.post("/tips/1/open", {"why": "send"}).text


def test_board_reloads_without_an_event(staffed: Desks) -> None:
    """A change may be committed after the board was loaded, and yet have a lower event number than the newest event
    that the board knows. So each board is loaded again after 20 seconds at most.
    """
    assert on_board(staffed.district) == {"untaken": [1]}
    change(staffed.desk, 1, official="unsure")
    staffed.desk.clock.turn(seconds=21)
    assert on_board(staffed.district) == {}


ACTS: Mapping[str, dict[str, str]] = {
    "take": {"phone": "2"},
    "alert": {},
    "remind": {},
    "pass": {"to_desk": "11", "reason": "the house is there"},
    "note": {"note": "words", "words": "the aunt waits outside"},
}


def _kept(desks: Desks) -> list[int]:
    """Returns the number of rows in each table to which a command on a case could add rows."""
    with desks.desk.reading() as session:
        rows = (Assignment, Message, Grant, CaseEventRow, Deadline)
        return [session.query(row).count() for row in rows]


@pytest.mark.row("R6", "R9")
@pytest.mark.parametrize("way", ["person", "desk", "official", "no key"])
def test_r6_hidden_case_accepts_no_action(staffed: Desks, way: str) -> None:
    context = staffed.desk.context
    signed = {"by": "National 1", "reason": "the caller asks"}
    if way == "official":
        change(staffed.desk, 1, official="yes")
    elif way == "no key":
        with context.database.writing() as session:
            session.query(DeskMember).filter_by(desk_code="12").delete()
            tables_audit.append_row(session, context.now(), "x", "member_left")
    else:
        excluded = ExclusionTarget(**{way: "Desk 1" if way == "person" else "12"})
        service_desk_commands.exclude(context, 1, excluded, ExclusionReason.ASKED, **signed)
    assert on_board(staffed.district) == {}
    before, seen = _kept(staffed), number(staffed.district)
    for act, form in ACTS.items():
        refused = staffed.district.post(f"/tips/1/{act}", {**form, "from": "board"})
        assert refused.status_code == 404, act
        assert "aunt" not in refused.text
    assert _kept(staffed) == before
    staffed.national.sends("/tips/1/alert", {"from": "board"})
    assert number(staffed.district) == seen
    assert on_board(staffed.district) == {}
    assert not staffed.district.read("/statistics/board").count("Gasabo 2")


@pytest.mark.row("R6")
def test_r6_excluded_desk_or_person_cannot_get_the_case(
    staffed: Desks,
) -> None:
    context, who = staffed.desk.context, people(staffed)
    signed = {"by": "National 1", "reason": "the caller asks"}
    for excluded in (ExclusionTarget(desk="11"), ExclusionTarget(person=str(who["Gasabo 3"]))):
        service_desk_commands.exclude(context, 1, excluded, ExclusionReason.ASKED, **signed)
    for tab in (staffed.national, staffed.district):
        tab.refused("/tips/1/pass", ACTS["pass"])
        tab.refused("/tips/1/take", {"phone": str(who["Gasabo 3"])})
    with context.database.reading() as session:
        assert session.query(Grant).filter_by(tip_id=1, desk_code="11").count() == 0
    for _ in range(3):
        staffed.district.post("/tips/1/alert")
    assert {"Gasabo 3", "Nyarugenge 4"}.isdisjoint(alerted(staffed))


# The tests below check a case that has lost its assignee. The board, the list and the page of the tip must show that
# this case waits for a new assignee.


HOLDER = "Gasabo 2"
ASKED = {"by": "Alice", "reason": "their wish"}


@pytest.fixture
def taken(desks: Desks) -> Desks:
    """Files a case about danger in Gasabo as tip 1. The first responder of Gasabo takes the case. Returns the desks."""
    alerts(desks, GASABO | {f"Nation {number}": NATION for number in (5, 6, 7)})
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


def assert_waits(desks: Desks, *, who: str = "Not taken") -> None:
    assert on_board(desks.district) == {"untaken": [1]}
    assert listed(desks.district) == [1]
    tab = desks.national
    assert listed(tab, "?state=taken") == []
    board = tab.read("/")
    assert ">2 min late</p>" in board
    assert f"<p>{who}</p>" in board
    page = tab.read("/tips/1")
    assert re.search(r"waiting</span> 2 min late <span[^>]*>Overdue</span>", page)
    assert f"Taken by</dt><dd>{who}<" in page
    assert "2 min late" in tab.read("/tips")


def is_hidden(desks: Desks) -> None:
    kept = {"person": HOLDER, "why_kept": "named", "reason": "it names them"}
    desks.national.sends("/tips/1/keep-from", kept)


def is_on_leave(desks: Desks) -> None:
    context, at = desks.desk.context, desks.desk.clock()
    ends = at + timedelta(days=3)
    service_leaves.record_leave(context, HOLDER, starts_at=at, ends_at=ends, **ASKED)
    service_leaves.begin_leaves(context)


def is_removed(desks: Desks) -> None:
    service_removal.remove_responder(desks.desk.context, HOLDER, second="Bob", **ASKED)


@pytest.mark.parametrize("happens", [is_hidden, is_on_leave, is_removed])
def test_danger_of_excluded_or_removed_assignee_waits(
    taken: Desks, happens: Callable[[Desks], None]
) -> None:
    happens(taken)
    assert_waits(taken)


def test_passed_danger_waits_and_names_responsible_person(taken: Desks) -> None:
    says(taken, HOLDER, Verb.PASS_ON)
    assert_waits(taken, who=f"{HOLDER} passed the case on, and no one has taken it yet")
    says(taken, "Gasabo 3", Verb.TAKE)
    assert listed(taken.national) == []
    assert "Taken by</dt><dd>Gasabo 3<" in taken.national.read("/tips/1")
    assert on_board(taken.national) == {"unread": [1]}
