"""Plays one case about danger on phones and on the board, from the report to the check after thirty days. The danger is
reported in three ways and in three languages.

A caller reports the danger, an officer at a border writes it down, or a desk writes down a call on 116. A service has
no room, the shift changes at 06:00, and during the story a caller files a complaint.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from hotline.alerts import service_assignment
from hotline.alerts.service_intake import file_silent
from hotline.cases import decrypt_reader_persons, service_board, service_calls, service_follow_up
from hotline.cases.rules_board import Column
from hotline.core.actors import AccountRole, SignedIn
from hotline.people.rules import DeskKind, of_account
from hotline.people.tables_desks import Desk, DeskMember
from hotline.text.languages import CODES
from hotline.tips.rules_persons import MetPerson
from hotline.tips.tables import Tip
from tests.alerts.test_complaints import HURT_HERE, complaint
from tests.cases.dialling import dials
from tests.cases.test_handover import NOTE, leave_note
from tests.cases.test_people_by_phone import SITE, WANTS_HELP, WORK, HerCase
from tests.cases.test_person_met import HERE
from tests.cases.test_service_requests import CENTRE, NEXT, Services
from tests.console.test_call_pages import CALL
from tests.long import is_long
from tests.support.callers import DANGER_HERE, Caller, told
from tests.support.deciding import signed_in
from tests.support.reading import ReaderBeside, with_pin

BORDER = "gatuna"


class Danger(HerCase):
    """An officer's phone, the district's board, and one danger that was reported in one of three ways."""

    def __init__(self, beside: ReaderBeside, language: str) -> None:
        self.beside, self.line, self.language = beside, beside.line, language
        self.line.clock.turn(hours=3)
        with self.line.database.writing() as session:
            border = Desk(code=BORDER, kind=DeskKind.BORDER, name="Border", public_key=b"")
            border.created_at = self.line.clock()
            session.add(border)
        self.officer = with_pin(beside, language=language, desks=("12", BORDER))
        self.desk = self._signs_in("Desk 9", "12", AccountRole.DESK)

    def _signs_in(self, name: str, code: str, role: AccountRole) -> SignedIn:
        by = signed_in(self.line.context, name, role)
        seat = {"desk_code": code, "member": of_account(by.account_id), "wrapped_key": b"key"}
        with self.line.database.writing() as session:
            session.add(DeskMember(created_at=self.line.clock(), **seat))
        return by

    def people(self) -> Sequence[MetPerson]:
        with self.line.database.reading() as session:
            tip = session.get_one(Tip, 1)
            return decrypt_reader_persons.persons_of_tip(session, self.beside.context, tip)

    def column(self) -> Column | None:
        """Returns the column of the board in which the danger is."""
        return next((name for name, ids in self.board().items() if 1 in ids), None)

    def board(self) -> Mapping[Column, set[int]]:
        """Returns the cases of each column of the board."""
        self.line.clock.turn(seconds=21)
        found = service_board.board(cast(Any, self.line.context), self.desk).sorted.columns
        return {name: {one.id for one in cases} for name, cases in found.items()}

    def opens(self, *keyed: str) -> Caller:
        self.line.clock.turn(minutes=1)
        return dials(self.line, *keyed)

    def dials(self, *keyed: str) -> Caller:
        return self.opens("1", "1", *keyed)


def a_caller_tells(danger: Danger) -> None:
    told(danger.line, *DANGER_HERE)


def an_officer_writes_down(danger: Danger) -> None:
    danger.opens("5", "1", *HERE)
    danger.line.clock.turn(minutes=4)
    file_silent(danger.line.context)


def a_desk_hears_on_116(danger: Danger) -> None:
    call = {name: value for name, value in CALL.items() if name != "once"}
    service_calls.write_down(danger.line.context, danger.desk, "one call", call)


@pytest.mark.row("R8", "R10", "R14")
@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("begins", [a_caller_tells, an_officer_writes_down, a_desk_hears_on_116])
def test_danger_runs_to_its_30_day_check(
    beside: ReaderBeside, begins: Callable[[Danger], None], language: str
) -> None:
    danger = Danger(beside, language)
    begins(danger)
    service_assignment.assign_pending(danger.line.context)
    is_own = begins is an_officer_writes_down
    assert danger.line.tips[0].urgency == 1
    assert danger.column() is (Column.AT_WORK if is_own else Column.UNTAKEN)
    if not is_own:
        danger.dials("2")
        assert danger.line.tips[0].assignee_id == danger.officer
        danger.dials("1")
    assert danger.column() is Column.AT_WORK
    if begins is not a_caller_tells and not is_long():
        # From here on, the steps are the same for every way in which the danger was reported. So the daily run plays
        # these steps for one way only.
        return

    services = full_then_free(danger)
    the_shift_changes_at_six(danger)
    before = danger.column()
    complaint(danger.line, *HURT_HERE)
    service_assignment.assign_pending(danger.line.context)
    assert danger.column() is before
    assert set().union(*danger.board().values()) <= {1}
    to_the_30_day_check(danger, services)


def full_then_free(danger: Danger) -> Services:
    """Asks a first service to help a person, but this service has no room. After that, asks a second service, which has
    room."""
    services = Services(danger)
    danger.dials("2", "2", *SITE, WORK, "1", *WANTS_HELP, "1")
    services.sms(CENTRE, f"2 {services.requests[0].reference}")
    assert danger.line.tips[0].helped_at is None
    service_follow_up.ask_due(danger.line.context)
    danger.dials("3", "1", "1", "1")
    last = services.requests[-1]
    assert last.desk_code == "far"
    services.sms(NEXT, f"1 {last.reference}")
    assert danger.line.tips[0].helped_at is not None
    return services


def the_shift_changes_at_six(danger: Danger) -> None:
    at = danger.line.clock.at
    danger.line.clock.at = at.replace(hour=4, minute=0) + timedelta(days=1)
    leave_note(danger.beside)
    phone = danger.opens("2")
    assert "1" in phone.screen
    assert NOTE in phone.key("4")
    phone.key("1")
    assert NOTE not in danger.opens("2", "4").screen


def to_the_30_day_check(danger: Danger, services: Services) -> None:
    offered = services.requests[-1].answered_at
    assert offered is not None
    phone = danger.dials("5", "6")
    phone.key("1", "1")
    assert danger.kept("arrived") == ["arrived"]
    danger.line.clock.turn(days=31)
    service_follow_up.ask_due(danger.line.context)
    phone = danger.dials()
    phone.key("1", "1")
    assert danger.kept("thirty") == ["thirty"]
    (person,) = danger.people()
    assert person.newest is not None
    assert person.newest.thirty == "helped"
