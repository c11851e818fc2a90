"""Tests the screens after the PIN on which responders write notes, pass a case to a colleague, and read the timeline
of a case.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select

from hotline.alerts import tables_case_events
from hotline.alerts.tables_case_events import CaseEventRow, CaseNote
from hotline.cases import service_desk_commands
from hotline.cases.tables import PinReading
from hotline.gateway.tables import Assignment, Deadline
from hotline.people.rules import Level
from hotline.people.tables import Person, Responder
from hotline.text.places import districts
from hotline.tips.queries import TipLink
from hotline.tips.queries_visible import THE_LINE
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.tables import Grant, Tip
from tests.alerts.case_sums import check_logs
from tests.cases.dialling import OwnCase, dials, enters, take
from tests.support.builders import post
from tests.support.callers import DANGER_HERE, Caller, told
from tests.support.reading import ReaderBeside, at_her_desk, with_pin

WORDS = "irembo rifunze"
"""Words that no other text of the hotline contains."""


@pytest.fixture
def own_case(beside: ReaderBeside) -> tuple[Caller, Assignment]:
    """Lets a responder acknowledge a danger case. Returns the phone after the PIN, with the assignment."""
    phone, known_as = at_her_desk(beside)
    take(beside, known_as)
    enters(phone, "1", "1")
    return phone, known_as


def kinds(beside: ReaderBeside, tip_id: int) -> list[str]:
    with beside.line.database.reading() as session:
        return [row.kind for row in tables_case_events.events_of_tip(session, tip_id)]


def codes(beside: ReaderBeside, kind: LoggedEvent) -> list[dict[str, str]]:
    with beside.line.database.reading() as session:
        found = (
            select(CaseEventRow.codes).where(CaseEventRow.kind == kind).order_by(CaseEventRow.id)
        )
        return [dict(one) for one in session.scalars(found)]


def again(beside: ReaderBeside) -> Caller:
    beside.line.clock.turn(minutes=1)
    return dials(beside.line, "1", "1")


def test_note_is_encrypted_shown_and_renews_no_deadline(
    beside: ReaderBeside, own_case: OwnCase, stored: Callable[[], bytes]
) -> None:
    phone, known_as = own_case
    before = [(row.kind, row.due_at) for row in beside.line.all(Deadline)]
    assert phone.key("5").endswith(
        " a question\n2 Add a note\n3 Pass case on\n4 Answer questions on site\n5 Timeline\n0 Back 00 Home"
    )
    assert "5 In words" in phone.key("2")
    assert phone.key("5").startswith("CON Write a short note. Do not write names: the")
    assert phone.key(WORDS) == f"END {known_as.reference}: noted."

    assert codes(beside, LoggedEvent.NOTE) == [{"says": "words"}]
    assert [(row.kind, row.due_at) for row in beside.line.all(Deadline)] == before
    assert all(WORDS not in str(row.question) for row in beside.line.all(PinReading))
    assert len(beside.line.all(CaseNote)) == 1
    assert WORDS.encode() not in stored()

    page = whole_page(again(beside))
    assert "Note 24/11 10:00: irembo rifunze" in page
    phone = dials(beside.line, "1", "1", "5", "2")
    first = phone.key("3")
    assert first == phone.again() == f"END {known_as.reference}: noted."
    assert codes(beside, LoggedEvent.NOTE) == [{"says": "words"}, {"says": "woman"}]


def whole_page(phone: Caller) -> str:
    shown = page = phone.key("1")
    while "9 More" in shown:
        shown = phone.key("9")
        page += shown
    return page.replace("\n", " ")


def test_closure_as_no_trafficking_asks_kind_and_confirmation(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    phone, known_as = own_case
    phone.key("4")
    assert phone.key("2").startswith("CON You say it is not trafficking. What kind of case")
    noted = f"END {known_as.reference}: not this kind of case. The case closes when a second person confirms."
    assert phone.key("3") == noted
    said = {"outcome": "not-trafficking", "what": "pay", "waits": "yes"}
    assert codes(beside, LoggedEvent.CLOSED) == [said]
    check_logs(beside.line.database)


def colleague(beside: ReaderBeside, known_as: Assignment, name: str) -> int:
    """Enrols a colleague of the same district who has no alert yet."""
    line = beside.line
    person_id = line.enrol(Level.DEPUTY, "+250788000077", "en")
    with line.database.writing() as session:
        person = session.get_one(Responder, person_id)
        session.get_one(Person, person.person_id).name = name
        post(session, person, Level.DEPUTY, line.tips[-1].place)
    return person_id


@pytest.mark.row("R10")
def test_responder_passes_case_to_named_colleague(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, known_as = own_case
    person_id = colleague(beside, known_as, "Responder 7")
    phone.key("5")
    assert phone.key("3").startswith(
        "CON To whom?\n1 Next person on duty\n2 A colleague\n3 Other district"
    )
    listed = phone.key("2")
    assert "Responder 7" in listed
    assert "+250" not in listed
    key = next(line[0] for line in listed.split("\n") if "Responder 7" in line)
    assert phone.key(key).startswith(f"END {known_as.reference}: we are asking other ")

    told = [row for row in beside.line.all(Assignment) if row.responder_id == person_id]
    assert [row.tip_id for row in told] == [known_as.tip_id]
    assert beside.line.tips[-1].assignee_id == known_as.responder_id
    assert codes(beside, LoggedEvent.PASSED) == [{"to": "colleague"}]
    check_logs(beside.line.database)
    page = dials(beside.line, "1", "1", "5", "5").screen
    assert page.startswith("CON 24/11 ")
    assert " taken" in page
    assert kinds(beside, known_as.tip_id)[0] == "told"


@pytest.mark.row("R10")
@pytest.mark.parametrize("has_a_grant", [False, True], ids=["", "with a grant of an earlier pair"])
def test_other_district_gets_access_to_passed_case(
    beside: ReaderBeside, own_case: OwnCase, has_a_grant: bool
) -> None:
    phone, known_as = own_case
    place = districts("1")[1].code
    if has_a_grant:
        with beside.line.database.writing() as session:
            session.add(Grant(tip_id=known_as.tip_id, desk_code=place, encrypted_key=bytes(80)))
    there = with_pin(beside, msisdn="+250788000078", desks=(place,))
    phone.key("5", "3", "3")
    assert phone.key("1", "2").startswith(f"END {known_as.reference}: we are asking other ")

    assert [row.responder_id for row in beside.line.all(Assignment)][-1] == there
    grants = [row.desk_code for row in beside.line.all(Grant) if row.tip_id == known_as.tip_id]
    assert grants.count(place) == 1
    assert codes(beside, LoggedEvent.PASSED) == [{"to": "district"}]
    other = dials(beside.line, "1", "1", msisdn="+250788000078")
    assert "No key of yours opens it" not in other.key("1")


@pytest.mark.parametrize("meanwhile", ["closed", "taken by a colleague"])
def test_closed_or_taken_case_gives_other_district_no_access(
    beside: ReaderBeside, own_case: OwnCase, meanwhile: str
) -> None:
    phone, known_as = own_case
    place = districts("1")[1].code
    with_pin(beside, msisdn="+250788000078", desks=(place,))
    other = colleague(beside, known_as, "Responder 7")
    phone.key("5", "3", "3")
    with beside.line.database.writing() as session:
        tip = session.get_one(Tip, known_as.tip_id)
        if meanwhile == "closed":
            tip.closed_at = beside.line.clock.at
        else:
            tip.assignee_id = other
    assert "passed on" not in phone.key("1", "2")
    assert place not in {row.desk_code for row in beside.line.all(Grant)}


def test_removed_responder_reads_nothing_with_remembered_pin(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    phone, known_as = own_case
    with beside.line.database.writing() as session:
        session.get_one(Responder, known_as.responder_id).active = False
    shown = phone.key("5", "5")
    assert " told" not in shown
    (last,) = beside.line.all(PinReading)[-1:]
    assert last.state == "wrong"


def test_timeline_hides_similar_case_from_others(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, known_as = own_case
    line = beside.line
    told(line, *DANGER_HERE)
    other = line.tips[-1].id
    with line.database.writing() as session:
        session.execute(delete(TipLink))
    service_desk_commands.link_tips(
        line.context, known_as.tip_id, other, viewer=THE_LINE, actor="cli:Alice", reason="one house"
    )
    assert "linked" in kinds(beside, known_as.tip_id)
    assert "like it" not in phone.key("5", "5")
