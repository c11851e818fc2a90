"""Tests how a responder answers questions about a person by phone. The reader stores each encrypted answer once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, text

from hotline.alerts.tables_case_events import CaseEventRow, StartedFormRow
from hotline.cases import decrypt_reader_persons, service_follow_up
from hotline.cases.reader_pins import ReaderTurn, delete_old_requests
from hotline.cases.rules_reading_requests import ReaderQuestion, ReaderQuestionKind
from hotline.cases.tables import PinReading
from hotline.core.wording import Template
from hotline.gateway.tables import Assignment, Message
from hotline.people.tables import Responder
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_persons import MetPerson
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim
from tests.cases.dialling import dials
from tests.support.callers import Caller, Line
from tests.support.clock import Clock
from tests.support.district import District
from tests.support.helping import HelpedCase
from tests.support.reading import ReaderBeside, at_her_desk, reader_beside
from tests.support.taking import close_by_two, take_case

SITE = ("2", "1", "1", "3", "1", "2")
"""The digits that answer six screening questions. The person is an adult, was recruited with force and perhaps with
deception, for the gain of others, and cannot leave freely."""
WORK = "1"
WANTS_HELP = ("1", "1", "1")
IN_CLEAR = {
    "view",
    "page",
    "act",
    "",
    "2",
    "screened",
    "consent",
    "offered",
    "answered",
    "arrived",
    "thirty",
}
CODES = ("labour", "person_form", "isange", "cannot_say", 'rwanda"', "code.")


class HerCase:
    """A responder's phone, and one case about danger that the responder took."""

    def __init__(self, line: Line) -> None:
        self.beside: ReaderBeside = reader_beside(line)
        self.phone, known_as = at_her_desk(self.beside)
        self.known_as: Assignment = known_as
        take_case(line.context, known_as.responder_id, known_as.reference, line.clock.at)
        self.line, self.case = line, known_as.reference

    def dials(self, *keyed: str) -> Caller:
        """Dials, opens the case and then presses the given keys."""
        self.line.clock.turn(minutes=1)
        return dials(self.line, "1", "1", *keyed)

    def people(self) -> Sequence[MetPerson]:
        with self.line.database.reading() as session:
            tip = session.get_one(Tip, self.known_as.tip_id)
            return decrypt_reader_persons.persons_of_tip(session, self.beside.context, tip)

    def kept(self, kind: str = "") -> list[str]:
        rows = [row.kind for row in self.line.all(CaseEventRow)]
        of_people = {"screened", "consent", "offered", "answered", "arrived", "thirty"}
        return [one for one in rows if one in of_people and kind in ("", one)]


@pytest.fixture
def own_case(line: Line) -> HerCase:
    return HerCase(line)


@pytest.mark.row("R8", "R9")
def test_r8_r9_person_is_followed_by_phone_until_day_30(own_case: HerCase) -> None:
    phone = own_case.dials("2")
    assert phone.screen.startswith("CON Noted. Before you ask questions: is the person safe")
    assert phone.key("2").startswith("CON Is the person under 18?")
    assert phone.key(*SITE).startswith("CON How do others profit from the person?\n1 Work")
    assert own_case.kept() == []
    assert phone.key(WORK).startswith("CON This person may be a victim. Offer help to ")
    shown = phone.screen
    assert phone.again() == shown
    assert own_case.kept() == ["screened"]
    assert phone.key("1").startswith("CON Ask in private: does the person want help?")
    assert phone.key(*WANTS_HELP).startswith("CON Which help?\n1 Isange")
    assert phone.key("2", "2").startswith("CON Noted. Offer another service.\nWhich help?")
    own_case.line.clock.turn(seconds=20)
    assert phone.key("1", "1").startswith("END Noted. By 27/11 ")
    assert own_case.kept() == ["screened", "consent", "offered", "answered", "offered", "answered"]

    own_case.line.clock.turn(days=3, minutes=-2)
    phone = own_case.dials()
    assert phone.screen.startswith(f"CON {own_case.case} Gasabo\n1 Read\n2 I am on site")
    first = "First: is the person safe, not hurt, and alone with you?"
    assert phone.key("5", "6").startswith(f"CON {own_case.case}, arrival check. {first}")
    own_case.line.clock.turn(minutes=1)
    phone = own_case.dials()
    assert phone.screen.startswith(f"CON {own_case.case}, arrival check. {first}"), "due now"
    assert phone.key("1").startswith(f"CON {own_case.case}: did the person arrive at the service?")
    assert phone.key("1").startswith("END Noted. After 30 days, on ")
    own_case.line.clock.turn(days=31)
    phone = own_case.dials()
    assert phone.screen.startswith(f"CON {own_case.case}, 30-day check. {first}")
    assert phone.key("1").startswith(f"CON {own_case.case}: how is the person after 30 days?")
    assert phone.key("4") == "END Noted. We notify the national desk of the danger at once."
    assert own_case.kept()[-2:] == ["arrived", "thirty"]


@pytest.mark.row("R8", "R9")
def test_codes_are_encrypted_and_next_form_is_next_person(own_case: HerCase) -> None:
    own_case.dials("2", "2", *SITE, WORK, "1", *WANTS_HELP, "1", "1")
    phone = own_case.dials("5", "4", "1", "2")
    assert phone.screen.startswith("CON Is the person under 18?")
    assert phone.key(*SITE, WORK, "1", "2", "1").startswith(
        "CON Noted. Say: you can ask for help any day"
    )
    again = own_case.dials("3", "1")
    assert [line[:3] for line in again.read().split("\n")][:4] == ["Whi", "1 1", "2 2", "3 A"]

    asked = [row.question for row in own_case.line.all(PinReading)]
    assert {value for row in asked for value in (row["kind"], row["verb"])} <= IN_CLEAR
    with own_case.line.database.reading() as session:
        tables = inspect(session.get_bind()).get_table_names()
        rows = {
            name: str(session.execute(text(f'select * from "{name}"')).all())
            for name in tables
            if not name.startswith(("revision", "flow"))
        }
    found = {name for name, shown in rows.items() if any(code in shown for code in CODES)}
    assert found == set()


def test_late_reader_stores_form_once(own_case: HerCase) -> None:
    phone = own_case.dials("5", "4", "1", *SITE)
    assert phone.key("8").startswith("CON Invalid choice. Press 1-5, 0, 00.\nHow do others profit")
    assert phone.key("0").startswith("CON Can the person leave freely now?")
    assert phone.key("1").startswith("CON How do others profit from the person?")
    own_case.beside.stopped = True
    assert phone.key(WORK) == "CON One moment.\n1 See\n0 Back 00 Home"
    assert phone.key("1").startswith(
        "CON Your answer is not saved yet.\n1 Try again\n2 Stop waiting"
    )
    assert own_case.kept() == []
    own_case.beside.stopped = False
    assert phone.key("1").startswith("CON This person may be a victim.")
    assert own_case.kept() == ["screened"]
    assert own_case.line.all(StartedFormRow) == []


SAFE = "finish your form. First: is the person safe, not hurt, and alone with you?"


@pytest.mark.row("R8")
def test_r8_form_continues_after_a_dropped_call(own_case: HerCase) -> None:
    """The unfinished form is encrypted, and is offered to its author alone."""
    own_case.dials("2", "2", *SITE[:3]).hang_up()
    assert own_case.kept() == []
    (kept,) = own_case.line.all(StartedFormRow)
    assert not any(word in str(kept.body) for word in ("yes", "minor", "screened"))
    with own_case.line.database.reading() as session:
        tip = session.get_one(Tip, kept.tip_id)
        her = session.get_one(Responder, kept.responder_id)
        other = Responder(id=kept.responder_id + 1, languages=["en"])
        ask, at = ReaderQuestion(ReaderQuestionKind.VIEW), own_case.line.clock()
        turns = [ReaderTurn(session, own_case.beside.context, one, ask, at) for one in (her, other)]
        said = [decrypt_reader_persons.flags_of_cases(turn, {own_case.case: tip}) for turn in turns]
    assert [f"started.{own_case.case}" in one.flags for one in said] == [True, False]
    phone = own_case.dials()
    goes_on = "1 Continue (4 of 7)\n2 Something else"
    assert phone.screen.startswith(f"CON {own_case.case}: {SAFE}\n{goes_on}")
    assert phone.key("1").startswith("CON Did someone lie, or use the person's debt")
    shown = phone.screen
    assert phone.again() == shown
    assert phone.key(*SITE[3:]).startswith("CON How do others profit from the person?")
    phone.hang_up()
    phone = own_case.dials()
    assert "1 Continue (7 of 7)" in phone.screen
    assert phone.key("1").startswith("CON How do others profit from the person?")
    assert phone.key(WORK).startswith("CON This person may be a victim.")
    assert own_case.kept() == ["screened"]
    (person,) = own_case.people()
    assert person.timeline[0].entry.reported.codes == {
        "minor": "no",
        "act": "yes",
        "force": "yes",
        "deceit": "unsure",
        "purpose": "yes",
        "free": "no",
        "form": "labour",
    }
    assert own_case.dials().screen.startswith(f"CON {own_case.case} Gasabo\n1 Read")


def test_stored_form_is_not_offered_again_in_same_call(
    own_case: HerCase,
) -> None:
    own_case.dials("2", "2", *SITE).hang_up()
    phone = own_case.dials("1", WORK)
    assert phone.screen.startswith("CON This person may be a victim.")
    while not phone.screen.startswith("CON Choose one"):
        phone.key("0")
    assert phone.key("1").startswith(f"CON {own_case.case} Gasabo\n1 Read")


def test_form_for_child_is_shorter_and_restart_replaces_it(own_case: HerCase) -> None:
    own_case.dials("2", "2", *SITE[:4]).hang_up()
    phone = own_case.dials("2")
    assert phone.screen.startswith(f"CON {own_case.case} Gasabo\n1 Read")
    phone.key("5", "4", "1", "1")
    phone.hang_up()
    phone = own_case.dials()
    assert "1 Continue (2 of 5)" in phone.screen
    assert phone.key("1").startswith("CON Did someone hire")
    assert phone.key("1").startswith("CON Do others profit from the person, or plan to profit?")
    # After the responder corrects the age to adult, the questions for adults follow.
    phone.key("0", "0", "2", "5", "4", "1", "2", "1")
    assert phone.screen.startswith("CON Did someone force, threaten")


def test_unfinished_help_form_continues_for_same_person(own_case: HerCase) -> None:
    own_case.dials("2", "2", *SITE, WORK, "1", "1", "1").hang_up()
    assert own_case.kept() == ["screened", "consent"]
    phone = own_case.dials()
    assert "1 Continue (2 of 3)" in phone.screen
    assert phone.key("1").startswith("CON Which country is the person from?")
    assert phone.key("1").startswith("CON Which help?")
    phone.hang_up()
    phone = own_case.dials("1")
    assert phone.screen.startswith("CON Which help?")
    assert phone.key("1").startswith("CON Their answer:")
    (person,) = own_case.people()
    assert (person.sex, person.nationality) == ("woman", "rwanda")
    assert [offer.service for offer in person.referrals] == ["isange"]
    phone.hang_up()
    assert "Continue" not in own_case.dials().screen


def test_visible_child_is_asked_as_child_after_dropped_call(own_case: HerCase) -> None:
    own_case.dials("2", "2", *SITE, WORK, "1", "1", "3").hang_up()
    phone = own_case.dials("1")
    assert phone.screen.startswith("CON Does the child agree to get help?")
    phone.key("1")
    phone.hang_up()
    phone = own_case.dials()
    assert "1 Continue (2 of 2)" in phone.screen
    assert phone.key("1").startswith("CON Did you decide with the child officer")
    assert phone.key("1").startswith("CON Which help?")
    assert own_case.kept() == ["screened", "consent", "consent"]
    (person,) = own_case.people()
    assert (person.sex, person.consent) == ("girl", "yes")


def test_form_with_refusal_continues_at_next_question(own_case: HerCase) -> None:
    own_case.dials("3", "1", "2", "2").hang_up()
    phone = own_case.dials()
    assert "1 Continue (3 of 3)" in phone.screen
    assert phone.key("1").startswith(
        "CON In 3 days, who asks the person about help again, in private?"
    )
    assert phone.key("1").startswith("CON Noted. Say: you can ask for help any day")
    assert own_case.kept() == ["consent"]


def test_form_stored_late_is_not_asked_twice(own_case: HerCase) -> None:
    phone = own_case.dials("2", "2", *SITE)
    own_case.beside.stopped = True
    phone.key(WORK)
    phone.hang_up()
    own_case.beside.stopped = False
    own_case.beside.look()
    assert own_case.kept() == ["screened"]
    assert own_case.dials().screen.startswith(f"CON {own_case.case} Gasabo\n1 Read")


def test_unsent_form_continues_at_its_last_question(own_case: HerCase) -> None:
    phone = own_case.dials("2", "2", *SITE)
    own_case.beside.stopped = True
    phone.key(WORK)
    phone.hang_up()
    own_case.line.clock.turn(hours=1)
    delete_old_requests(own_case.line.context)
    own_case.beside.stopped = False
    assert "1 Continue (7 of 7)" in own_case.dials().screen


def test_concurrent_inputs_leave_no_finished_form(own_case: HerCase) -> None:
    phone = own_case.dials("2", "2", *SITE[:-1])
    phone.text = f"{phone.text}*{SITE[-1]}*{WORK}"
    assert phone.again().startswith("CON This person may be a victim.")
    assert own_case.kept() == ["screened"]
    assert own_case.line.all(StartedFormRow) == []


def test_repeated_hop_after_deleted_request_stores_nothing(
    own_case: HerCase,
) -> None:
    """The responder chose the digits of the repeated hop from an older list. In a newer list, the same digits could
    choose a different person.
    """
    phone = own_case.dials("2", "2", *SITE, WORK, "1", *WANTS_HELP)
    assert own_case.kept() == ["screened", "consent"]
    own_case.line.clock.turn(hours=1)
    delete_old_requests(own_case.line.context)
    own_case.beside.restart()
    phone.again()
    assert phone.screen.startswith("END Try again")
    assert own_case.kept() == ["screened", "consent"]


# Tests the reminders that a responder gets to offer help to a person who agreed to help, also after the case was
# closed.


ASKS, ABOVE = Template.FOLLOW.name, Template.FOLLOW_ABOVE.name
HOURS = timedelta(hours=1)


def passes(case: HelpedCase, time: timedelta) -> list[tuple[timedelta, int, str]]:
    """Moves the clock forward in steps of half an hour. Returns for each reminder: the time since the start, the
    recipient, and the template.
    """
    asked, begun = [], case.district.clock()
    for _ in range(time // (HOURS / 2)):
        case.district.clock.turn(minutes=30)
        after = case.district.clock() - begun
        asked += [(after, who, template) for who, template in case.reminded()]
    return asked


def test_missing_help_in_danger_is_asked_every_two_hours(district: District) -> None:
    case = HelpedCase(district, urgency=1)
    case.say("consent", {"consent": "yes"})
    assert passes(case, HOURS) == []
    case.say("consent", {"consent": "yes"})
    asked = passes(case, 7 * HOURS)
    assert asked[:2] == [(HOURS, case.hers, ASKS), (3 * HOURS, case.leads, ABOVE)]
    assert {(after, template) for after, _, template in asked[2:]} == {(5 * HOURS, ABOVE)}
    assert {who for _, who, _ in asked[2:]} == set(case.nation)
    case.say("offered", {"service": "isange"})
    assert passes(case, 20 * HOURS) == []


@pytest.mark.parametrize("urgency", [2, 3])
def test_missing_help_without_danger_is_asked_next_morning(
    district: District, urgency: int
) -> None:
    case = HelpedCase(district, urgency=urgency)
    district.clock.at = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
    case.say("consent", {"consent": "yes"})
    assert passes(case, 12 * HOURS - HOURS / 2) == []
    # The reminder comes at 08:00 in Kigali.
    assert passes(case, HOURS / 2) == [(HOURS / 2, case.hers, ASKS)]


def test_later_danger_brings_deadline_forward_only(district: District) -> None:
    case = HelpedCase(district, urgency=2)
    offered = case.offer()
    case.say("answered", {"answer": "accepted"}, of=offered)
    case.say("arrived", {"arrived": "yes"}, of=offered)
    district.clock.at = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    case.say("consent", {"consent": "yes"}, n=2)
    district.clock.turn(hours=1)
    case.say("thirty", {"thirty": "danger"}, of=offered)
    assert owed_at(district, case.tip, 2) == district.clock() + 2 * HOURS
    district.clock.turn(hours=1)
    case.say("thirty", {"thirty": "danger"}, of=offered)
    assert owed_at(district, case.tip, 2) == district.clock() + HOURS


def owed_at(district: District, tip: int, n: int) -> datetime | None:
    """Returns the time by which a responder must offer help to person `n` of the tip, or None if no offer is due."""
    with district.database.reading() as session:
        row = session.get_one(PossibleVictim, (tip, n))
        return row.due_at if row.clock == "offer" else None


def test_question_about_help_continues_until_offer_or_refusal(district: District) -> None:
    case = HelpedCase(district, urgency=1)
    case.say("consent", {"consent": "yes"})
    close_by_two(case.context, case.tip, TipOutcome.NOT_FOUND)
    assert passes(case, 2 * HOURS) == [(2 * HOURS, case.hers, ASKS)]
    assert set(district.all(Message)[-1].parameters) == {"ref", "code"}, "as after an offer"
    case.say("consent", {"consent": "no"})
    with district.database.reading() as session:
        assert session.get_one(PossibleVictim, (case.tip, 1)).clock == "consent"


YES = ("3", "1", "2", "1")
"""The digits that a responder presses on four screens. The responder refers a person to help, in a safe place. The
person of the case is an adult and says yes to help.
"""


def test_dropped_call_after_consent_keeps_a_deadline(own_case: HerCase, clock: Clock) -> None:
    phone = own_case.dials(*YES)
    assert phone.screen.startswith("CON Do you see a woman, a man, a girl or a boy?")
    phone.hang_up()
    assert own_case.kept() == ["consent"]
    clock.turn(hours=1, minutes=59)
    service_follow_up.ask_due(own_case.line.context)
    before = len(own_case.line.all(Message))
    clock.turn(minutes=1)
    service_follow_up.ask_due(own_case.line.context)
    (asked,) = own_case.line.all(Message)[before:]
    assert (asked.responder_id, asked.template) == (own_case.known_as.responder_id, ASKS)

    phone = own_case.dials()
    assert phone.screen.startswith(f"CON {own_case.case}: a person wants help. No one ")
    assert phone.key("1", "1").startswith("CON Which person?")
    assert phone.key("1").startswith("CON Do you see a woman, a man, a girl or a boy?")
    assert phone.key("1", "1").startswith("CON Which help?")
    assert phone.key("1").startswith("CON Their answer:")
    assert own_case.kept() == ["consent", "offered"]


def test_closing_lists_open_duties_and_persons(own_case: HerCase) -> None:
    own_case.dials(*YES).hang_up()
    phone = own_case.dials("2", "4")
    assert phone.screen.startswith("CON Still to do in this case: 1 person: help\n1 Refer a ")
    assert phone.key("2").startswith("CON Why close the case?")
    phone = own_case.dials("1", "1", "1", "1", "1", "1")
    assert phone.screen.startswith("CON Their answer:")
    closing = own_case.dials("4")
    assert closing.screen.startswith("CON Still to do in this case: 1 woman: the answer\n")
