"""Tests a case that gets a new assignee. The new assignee sees the case in the list and reads it. The old assignee no
longer gets the menu of an assignee."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.alerts import queries_references, service_assignment
from hotline.alerts.rules_replies import CommandResult, Verb
from hotline.gateway.tables import Assignment, Deadline
from hotline.people.rules import Level
from hotline.text.places import NATIONAL
from hotline.tips.rules import Urgency
from hotline.tips.tables import Tip
from tests.support.builders import make_referral, make_tip
from tests.support.callers import DANGER_HERE, Caller, Line, told
from tests.support.reading import PHONE, ReaderBeside, at_home, reader_beside, with_pin
from tests.support.taking import do, take_case

SECOND, THIRD = "+250788000013", "+250788000014"


@dataclass
class Colleagues:
    """Two responders of one district, each with a PIN, who were both alerted about one case about danger."""

    beside: ReaderBeside
    first: int
    second: int

    @property
    def line(self) -> Line:
        return self.beside.line

    def name(self, who: int) -> str:
        """Returns the newest reference by which this responder knows the case."""
        rows = [row for row in self.line.all(Assignment) if row.responder_id == who]
        return str(rows[-1].reference)

    def opens(self, phone: str) -> tuple[Caller, str]:
        """Dials and enters the PIN. Returns the phone and the first screen after the PIN."""
        self.line.clock.turn(seconds=10)
        caller = self.line.caller(phone)
        caller.dial("90")
        return caller, at_home(caller)

    def takes(self, phone: str) -> str:
        caller, _ = self.opens(phone)
        return caller.key("1", "1", "2")

    def reads(self, phone: str) -> str:
        caller, _ = self.opens(phone)
        return caller.key("1", "1", "1")

    def menu(self, phone: str) -> str:
        """Returns the menu of the only case in this phone's list."""
        caller, _ = self.opens(phone)
        return caller.key("1", "1")

    @property
    def clocks(self) -> set[str]:
        return {row.kind for row in self.line.all(Deadline) if row.fired_at is None}


@pytest.fixture
def them(line: Line) -> Colleagues:
    beside = reader_beside(line)
    told(line, *DANGER_HERE)
    place = line.tip.place
    first, second = (with_pin(beside, msisdn=one, desks=(place,)) for one in (PHONE, SECOND))
    service_assignment.assign_pending(line.context)
    return Colleagues(beside, first, second)


HOLDS, IS_THEIRS = (
    "2 I am on site\n3 Refer a person to a service\n4 Close case\n5 More",
    "2 Take case\n3 Pass case on",
)


def passed_on(them: Colleagues) -> None:
    """Lets the first responder take the case, read it, and pass it to the second responder."""
    them.takes(PHONE)
    them.reads(PHONE)
    caller, _ = them.opens(PHONE)
    assert caller.key("1", "1", "5", "3", "2", "1").startswith("END ")


def test_colleague_takes_lists_reads_and_closes_passed_case(them: Colleagues) -> None:
    passed_on(them)
    name = them.name(them.second)
    assert HOLDS in them.menu(PHONE)
    assert them.takes(SECOND).startswith("END You took the case without reading it.")
    assert "open" in them.clocks
    caller, home = them.opens(SECOND)
    assert home.startswith("CON Open cases: 1. Urgent: 1.")
    assert f"1 {name} due " in caller.key("1")
    assert HOLDS in caller.key("1")
    assert "We do not know if helpers may come." in caller.key("1")
    assert "open" not in them.clocks
    caller.key("0", "4", "3")
    assert f"{name}: no one found. The case closes when a second person confirms." in caller.screen


def test_passed_case_is_listed_as_a_colleague_s_once_taken(them: Colleagues) -> None:
    passed_on(them)
    them.takes(SECOND)
    them.reads(SECOND)
    caller, home = them.opens(PHONE)
    name = them.name(them.first)
    assert home.startswith("CON Open cases: 1. Urgent: 0.")
    assert f"1 {name} with a colleague" in caller.key("1")
    menu = caller.key("1")
    assert IS_THEIRS in menu
    assert "Close" not in menu
    assert caller.key("2").startswith("CON A colleague has had this case since ")


def test_passed_case_can_be_taken_while_reader_is_stopped(
    them: Colleagues,
) -> None:
    passed_on(them)
    them.beside.stopped = True
    caller, _ = them.opens(SECOND)
    caller.key("1", "2", "1")
    assert caller.screen.startswith("END You took the case without reading it.")
    assert them.line.tip.assignee_id == them.second
    assert caller.again().startswith("END You took the case without reading it.")


def test_taker_after_escalation_lists_and_reads_case(them: Colleagues) -> None:
    nation = with_pin(them.beside, msisdn=THIRD, level=Level.NATIONAL, desks=(NATIONAL,))
    them.takes(PHONE)
    them.reads(PHONE)
    for _ in range(8):
        them.line.clock.turn(minutes=30)
        service_assignment.fire_deadlines(them.line.context)
    name = them.name(nation)
    assert them.takes(THIRD).startswith("END ")
    assert them.line.tip.assignee_id == nation
    caller, home = them.opens(THIRD)
    assert home.startswith("CON Open cases: 1. Urgent: 1.")
    assert f"1 {name} due " in caller.key("1")
    assert HOLDS in caller.key("1")
    assert "We do not know if helpers may come." in caller.key("1")
    assert IS_THEIRS in them.menu(PHONE)


def test_taker_of_unread_case_gets_menu_of_assignee(them: Colleagues) -> None:
    place = them.line.tip.place
    deputy = with_pin(them.beside, msisdn=THIRD, level=Level.DEPUTY, desks=(place,))
    take_case(them.line.context, them.first, them.name(them.first), them.line.clock.at)
    them.line.clock.turn(minutes=5)
    service_assignment.fire_deadlines(them.line.context)
    them.takes(THIRD)
    assert them.line.tip.assignee_id == deputy
    assert HOLDS in them.menu(THIRD)
    assert IS_THEIRS in them.menu(PHONE)


def test_helping_colleague_lists_reads_and_reports_on_site(them: Colleagues) -> None:
    them.takes(PHONE)
    them.reads(PHONE)
    caller, _ = them.opens(SECOND)
    caller.key("1", "1", "2", "1")
    name = them.name(them.second)
    assert " has this case, and you " in caller.screen.removeprefix(f"END {name}: ")
    caller, home = them.opens(SECOND)
    assert home.startswith("CON Open cases: 1. Urgent: 0.")
    assert f"1 {name} with a colleague" in caller.key("1")
    assert f"{IS_THEIRS}\n4 I am on site" in caller.key("1")
    assert "We do not know if helpers may come." in caller.key("1")
    assert caller.key("0", "4").startswith("END Noted. Before you ask questions: is the person ")


Moves = Callable[[Colleagues], None]


def nothing(_them: Colleagues) -> None:
    return None


def taken(them: Colleagues) -> None:
    do(them.line.context, them.first, them.name(them.first), Verb.TAKE, them.line.clock.at)


def passed(them: Colleagues) -> None:
    taken(them)
    do(them.line.context, them.first, them.name(them.first), Verb.PASS_ON, them.line.clock.at)


def handed_over(them: Colleagues) -> None:
    passed(them)
    do(them.line.context, them.second, them.name(them.second), Verb.TAKE, them.line.clock.at)


def overdue(them: Colleagues) -> None:
    taken(them)
    for _ in range(8):
        them.line.clock.turn(minutes=30)
        service_assignment.fire_deadlines(them.line.context)


@pytest.mark.parametrize("moves", [nothing, taken, passed, handed_over, overdue])
def test_list_and_sms_agree_on_cases_of_colleagues(them: Colleagues, moves: Moves) -> None:
    moves(them)
    who = them.first if moves is handed_over else them.second
    name, ago = them.name(who), them.line.clock.at - timedelta(days=30)
    with them.line.database.reading() as session:
        stays = name in queries_references.colleagues_cases(session, who)
        known = queries_references.known_cases(session, who, ago)
    assert (known.open, known.also) == (((), (name,)) if stays else ((name,), ()))
    done = do(them.line.context, who, name, Verb.TAKE, them.line.clock.at)
    assert done.result is (CommandResult.ALREADY_TAKEN if stays else CommandResult.TAKEN)
    assert stays is (them.line.tip.assignee_id != who)


def test_own_case_is_listed_first_and_counts_include_all(them: Colleagues) -> None:
    """Forty newer cases without an assignee do not push the responder's own case out of the list. Two of these newer
    cases are about danger."""
    line = them.line
    with line.database.writing() as session:
        place = session.scalars(select(Tip.place)).one()
        for n in range(40):
            urgency = Urgency.DANGER if n < 2 else Urgency.HEARD
            tip = make_tip(uid=f"{n:032}", place=place, urgency=urgency)
            session.add(tip)
            session.flush()
            at = line.clock.at + timedelta(seconds=n + 1)
            name = f"Z{n:03}"
            session.add(
                make_referral(tip_id=tip.id, responder_id=them.first, reference=name, at=at)
            )
    line.clock.turn(minutes=2)
    name = next(
        row.reference
        for row in line.all(Assignment)
        if row.responder_id == them.first and row.tip_id == line.tips[0].id
    )
    do(line.context, them.first, name, Verb.TAKE, line.clock.at)
    caller, home = them.opens(PHONE)
    assert home.startswith("CON Open cases: 41. Urgent: 3.")
    listed = [
        one.split(" ")[1] for one in caller.key("1").split("\n") if " due " in one or "new" in one
    ]
    assert listed[:3] == [name, "Z001", "Z000"]
