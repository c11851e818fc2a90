"""Tests the report of an officer who met a person. The officer enters the report on a phone after the PIN and becomes
the assignee of the case. A second person reads the case.
"""

import pytest

from hotline.alerts import service_assignment, service_closing, tables
from hotline.alerts.service_intake import file_silent
from hotline.gateway.tables import Assignment, Message
from hotline.statistics.queries import counted_tips
from hotline.tips.rules import DeadlineKind
from hotline.tips.tables import Tip
from tests.cases.dialling import called
from tests.support.reading import OTHER_PIN, PHONE, PIN, ReaderBeside, with_pin

COLLEAGUE = "+250788000013"
HERE = ("2", "1", "1")
"""The digits of three answers: no official is involved, the province is Kigali, and the district is the first one of
Kigali.
"""
QUIET = ("2", *HERE, "1", "1", "2", "1")
"""The digits with which an officer reports an adult in the first sector of the first district of Kigali. There is no
danger, no official is involved, and helpers may come.
"""


def writes(beside: ReaderBeside, *keyed: str, pin: str = PIN) -> tuple[Tip, str]:
    """Enters a report about a person that the officer met, on the officer's phone. After that, alerts responders of the
    new tip. Returns the tip and the last screen.
    """
    line = beside.line
    phone = called(line)
    shown = phone.key(pin)
    shown = phone.key("5", *keyed)
    line.clock.turn(minutes=4)
    file_silent(line.context)
    service_assignment.assign_pending(line.context)
    return line.tips[-1], shown


def team(beside: ReaderBeside, *desks: str) -> tuple[int, int, int]:
    """Enrols the officer at the given desks, and a colleague at the desk of the first district of Kigali. Returns
    their ids, and the id of the national desk's responder.
    """
    beside.line.clock.turn(hours=3)
    officer = with_pin(beside, desks=desks)
    return officer, with_pin(beside, msisdn=COLLEAGUE, pin=OTHER_PIN, desks=("12",)), 1


def clocks(beside: ReaderBeside, tip: Tip) -> set[str]:
    with beside.line.database.reading() as session:
        return {*tables.open_clocks(session, tip.id)}


@pytest.mark.row("R14")
def test_r14_officer_gets_own_case_without_number_and_second_look(
    beside: ReaderBeside,
) -> None:
    line = beside.line
    officer, _, _ = team(beside, "12")
    tip, shown = writes(beside, *QUIET)
    assert shown.startswith("CON Saved, no receipt.")
    assert not any(one in shown for one in ("ask us for news", "Call me"))

    assert (tip.channel, tip.assignee_id, tip.receipt_key) == ("officer", officer, None)
    assert tip.contact_key not in line.context.pseudonyms.contacts(PHONE, line.clock())
    own = {one.responder_id: one for one in line.all(Assignment)}
    assert own[officer].opened_at is not None
    assert not [one for one in line.all(Message) if one.responder_id == officer]
    assert clocks(beside, tip) == {DeadlineKind.OUTCOME, DeadlineKind.SECOND_LOOK}
    with line.database.reading() as session:
        assert service_closing.needs_second(session, session.get_one(Tip, tip.id))
        (counted,) = counted_tips(session, tip.created_at, line.clock())
    assert counted.source == "officer"

    reader = called(line, COLLEAGUE)
    reader.key(OTHER_PIN, "1", "1", "1")
    assert clocks(beside, tip) == {DeadlineKind.OUTCOME}


@pytest.mark.row("R14")
def test_r14_danger_from_officer_alerts_the_same_people(
    beside: ReaderBeside,
) -> None:
    officer, colleague, national = team(beside, "12")
    tip, _ = writes(beside, "1", *HERE)
    told = {one.responder_id for one in beside.line.all(Assignment) if one.tip_id == tip.id}
    assert told == {officer, colleague, national}
    messages = {one.responder_id for one in beside.line.all(Message)}
    assert messages - {None} == {colleague, national}
    assert tip.assignee_id == officer
    assert DeadlineKind.SECOND_LOOK in clocks(beside, tip)


@pytest.mark.row("R14", "R9")
@pytest.mark.parametrize(
    ("desks", "keyed"),
    [(("12",), ("1", "1", "1", "1")), (("24",), ("1", *HERE))],
    ids=["an official may be involved", "another district"],
)
def test_r14_excluded_officer_does_not_become_assignee(
    beside: ReaderBeside, desks: tuple[str, ...], keyed: tuple[str, ...]
) -> None:
    """The officer does not become the assignee, and the officer's phone does not list the tip."""
    officer, _, national = team(beside, *desks)
    tip, _ = writes(beside, *keyed)
    told = {one.responder_id for one in beside.line.all(Assignment)}
    assert (tip.channel, tip.assignee_id) == ("officer", None)
    assert told & {officer, national} == {national}
    later = called(beside.line)
    assert later.key(PIN).startswith("CON Open cases: 0. Urgent: 0.")


@pytest.mark.row("R14")
def test_r14_wrong_pin_files_an_ordinary_tip(beside: ReaderBeside) -> None:
    team(beside, "12")
    phone = called(beside.line)
    assert "met" not in phone.key("999999", "5")
    phone = called(beside.line)
    phone.key(PIN, "00", "5", "1", *HERE)
    assert beside.line.tips[-1].channel == "ussd"
