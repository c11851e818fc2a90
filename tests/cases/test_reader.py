"""Tests how a responder dials, enters the PIN, reads a case and chooses an action in this case."""

import re
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.alerts import service_assignment, tables_case_events
from hotline.alerts.rules_replies import Verb
from hotline.alerts.tables import QuestionBackRow
from hotline.alerts.tables_case_events import CaseEventRow, CaseNote
from hotline.cases.tables import PinReading
from hotline.flows.screen import SEPTETS
from hotline.gateway.tables import Assignment, Deadline
from hotline.keys import one_off
from hotline.keys.decrypt import decrypt_grant
from hotline.people.decrypt_members import PinVault
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.people.tables_audit import AuditEntry
from hotline.text.characters import septets
from hotline.text.errors import PinRefused
from hotline.text.languages import CODES
from hotline.tips.encrypt_notes import decrypt_note
from hotline.tips.tables import Grant, Tip
from tests.cases.dialling import OwnCase, called, dials, enters, now, take
from tests.cases.test_people_by_phone import SITE, HerCase
from tests.support.callers import DANGER_HERE, DESK_KEY, QUIET_HERE, Caller, Line, told, unlocked
from tests.support.persons import screened
from tests.support.reading import OTHER_PIN, PHONE, PIN, QUICK, ReaderBeside, at_home, with_pin
from tests.support.receipts import asked, given
from tests.support.taking import do, take_case


@pytest.mark.row("R3")
def test_responder_reads_and_takes_case(beside: ReaderBeside, own_case: OwnCase) -> None:
    phone, known_as = own_case
    assert (
        phone.dial("90")
        == "CON Enter your work PIN, 6 digits. Do not use your mobile money PIN\n0 Back 00 Home"
    )
    assert phone.key(PIN).startswith("CON We do not know if helpers may come.\nGasabo\n")
    home = phone.key("2")
    assert home.startswith("CON Open cases: 1. Urgent: 1. PIN last used: never\n1 Cases")
    assert f"1 {known_as.reference} urgent, new" in phone.key("1")
    assert phone.key("1").startswith(f"CON {known_as.reference} ")
    page = phone.key("1")
    assert "We do not know if helpers may come." in page
    assert phone.key("0").startswith(f"CON {known_as.reference} ")
    assert phone.key("2").startswith(f"CON {known_as.reference} is your case. By ")
    row = now(beside, known_as)
    assert row.acknowledged_at is not None
    assert row.opened_at is not None


@pytest.mark.parametrize(("answer", "warns"), [("1", False), ("3", True)])
def test_page_starts_with_visit_warning_if_unsure(
    beside: ReaderBeside, answer: str, warns: bool
) -> None:
    told(beside.line, *DANGER_HERE, "1", "1", "5", answer)
    with_pin(beside, desks=(beside.line.tip.place,))
    service_assignment.assign_pending(beside.line.context)
    beside.line.clock.turn(seconds=10)
    phone = beside.line.caller(PHONE)
    page = enters(phone, "1", "1", "1")
    assert page.startswith("CON We do not know if helpers may come.") is warns


def test_wrong_pin_message_disappears_after_going_back(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    phone, _ = own_case
    phone.dial("90")
    assert phone.key(OTHER_PIN).startswith("CON Wrong PIN.\nEnter your PIN")
    phone.key(PIN)
    assert phone.key("2").startswith("CON Open cases: 1.")
    assert [row.state for row in beside.line.all(PinReading)] == ["wrong", "done"]
    assert phone.key("0", "0").startswith("CON Enter your PIN\n")
    assert phone.key(OTHER_PIN).startswith("CON Wrong PIN.\n")
    assert at_home(phone).startswith("CON Open cases: 1.")


def clocks(beside: ReaderBeside, known_as: Assignment) -> set[str]:
    rows = beside.line.all(Deadline)
    return {row.kind for row in rows if row.tip_id == known_as.tip_id and row.fired_at is None}


@pytest.mark.row("R5")
def test_r5_danger_unread_for_five_minutes_alerts_next_person(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    _, known_as = own_case
    with_pin(beside, msisdn="+250788000012", level=Level.DEPUTY, desks=(beside.line.tip.place,))
    take_case(beside.line.context, known_as.responder_id, known_as.reference, beside.line.clock.at)
    told = {row.responder_id for row in beside.line.all(Assignment)}
    beside.line.clock.turn(minutes=4, seconds=50)
    service_assignment.fire_deadlines(beside.line.context)
    assert {row.responder_id for row in beside.line.all(Assignment)} == told
    beside.line.clock.turn(seconds=10)
    service_assignment.fire_deadlines(beside.line.context)
    assert {row.responder_id for row in beside.line.all(Assignment)} > told
    assert "acknowledge" in clocks(beside, known_as)


def test_late_responder_sees_colleague_s_time_and_can_help(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    phone, known_as = own_case
    (theirs,) = [row for row in beside.line.all(Assignment) if row.responder_id == 1][:1]
    take_case(beside.line.context, 1, theirs.reference, beside.line.clock.at)
    enters(phone, "1", "1")
    assert phone.key("2").startswith("CON A colleague has had this case since 24/11 ")
    row = now(beside, known_as)
    assert row.acknowledged_at is None
    helps = f"END {known_as.reference}: national 1 has this case, and you help. You have not read"
    assert phone.key("1") == f"{helps} the case: do not visit the place openly."
    row = now(beside, known_as)
    assert row.acknowledged_at is not None


def test_colleague_s_case_becomes_urgent_once_passed_on(beside: ReaderBeside) -> None:
    """A case that was passed on counts as urgent until the colleague has read the case, even if the colleague has taken
    the case by SMS."""
    line, theirs = beside.line, "+250788000013"
    told(line, *DANGER_HERE)
    her, colleague = (
        with_pin(beside, msisdn=one, desks=(line.tip.place,)) for one in (PHONE, theirs)
    )
    service_assignment.assign_pending(line.context)
    known = {row.responder_id: row.reference for row in line.all(Assignment)}

    def shown(minutes: int = 0) -> tuple[str, str]:
        line.clock.turn(minutes=minutes, seconds=10)
        service_assignment.fire_deadlines(line.context)
        phone = line.caller(PHONE)
        return enters(phone).split(" PIN last")[0], phone.key("1").split("\n")[1]

    urgent = ("CON Open cases: 1. Urgent: 1.", f"1 {known[her]} urgent, new")
    quiet = ("CON Open cases: 1. Urgent: 0.", f"1 {known[her]} with a colleague")
    assert shown() == urgent
    take_case(line.context, colleague, known[colleague], line.clock.at)
    assert shown() == urgent
    dials(line, "1", "1", "1", msisdn=theirs)
    assert shown() == quiet
    assert shown(minutes=16) == quiet
    do(line.context, colleague, known[colleague], Verb.PASS_ON, line.clock.at)
    assert shown() == urgent


def test_passing_on_a_colleague_s_case_changes_nothing(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    phone, known_as = own_case
    (theirs,) = [row for row in beside.line.all(Assignment) if row.responder_id == 1][:1]
    take_case(beside.line.context, 1, theirs.reference, beside.line.clock.at)
    before = [row.id for row in beside.line.all(CaseEventRow)]
    phone.dial("90")
    stays = f"END {known_as.reference}: your colleague keeps the case."
    assert at_home(phone, "1", "1", "3", "1") == stays
    assert [row.id for row in beside.line.all(CaseEventRow)] == before


def test_reading_ends_unread_deadline_and_danger_needs_confirmation(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    phone, known_as = own_case
    take(beside, known_as)
    assert f"1 {known_as.reference} due 24/11 " in enters(phone, "1")
    assert "open" in clocks(beside, known_as)
    phone.key("1", "1")
    assert "open" not in clocks(beside, known_as)
    assert "outcome" in clocks(beside, known_as)
    phone.key("0", "4", "2")
    noted = f"END {known_as.reference}: not this kind of case. The case closes when a second person confirms."
    assert phone.key("5") == noted
    with beside.line.database.reading() as session:
        tip = session.get_one(Tip, known_as.tip_id)
        assert (tip.closed_at, tip.outcome_asked) == (None, "not-trafficking")


NATION = "+250788000014"


def asked_of_the_nation(
    beside: ReaderBeside, known_as: Assignment, closes: str
) -> tuple[Caller, str]:
    """Requests the closure of the case on the screens after the PIN. Returns the phone of the person who is asked to
    confirm the closure, and this person's reference of the case."""
    line = beside.line
    take_case(line.context, known_as.responder_id, known_as.reference, line.clock.at)
    second = with_pin(beside, msisdn=NATION, level=Level.NATIONAL, desks=("national",))
    line.clock.turn(seconds=1)
    dials(line, "1", "1", "4", *closes)
    rows = [row for row in line.all(Assignment) if row.responder_id == second]
    line.clock.turn(seconds=1)
    desk = called(line, NATION)
    return desk, rows[-1].reference


def test_confirmer_must_read_the_case(beside: ReaderBeside, own_case: OwnCase) -> None:
    _, known_as = own_case
    desk, name = asked_of_the_nation(beside, known_as, "3")
    assert f"1 {name} closure requested" in at_home(desk, "1")
    assert desk.key("1").startswith(
        f"CON {name}: a colleague asks to close this case: no one found\n1"
    )
    assert desk.key("2").startswith(f"CON {name}: read the case before you confirm.")
    assert beside.line.tip.closed_at is None
    assert "We do not know if helpers may come." in desk.key("1")
    desk.key("0", "2")
    assert desk.key("2") == f"END {name} is closed: no one found"
    assert beside.line.tip.outcome == "not-found"


def test_refused_closure_makes_confirmer_assignee(beside: ReaderBeside, own_case: OwnCase) -> None:
    _, known_as = own_case
    desk, name = asked_of_the_nation(beside, known_as, "3")
    at_home(desk, "1", "1")
    assert desk.key("3").startswith("END You took the case without reading it. Do not visit ")
    tip, (held, *_) = (
        beside.line.tip,
        [row.responder_id for row in beside.line.all(Assignment) if row.reference == name],
    )
    assert (tip.closed_at, tip.closure_by, tip.assignee_id) == (None, None, held)


def test_case_with_answers_about_person_closes_in_console(
    beside: ReaderBeside, own_case: OwnCase
) -> None:
    _, known_as = own_case
    screened(beside.line.context, known_as.tip_id)
    desk, name = asked_of_the_nation(beside, known_as, "25")
    at_home(desk, "1", "1", "1", "0")
    assert desk.key("2").startswith(f"END {name}: this case has answers about a person.")
    assert beside.line.tip.closed_at is None


def vault_of(pepper: bytes) -> PinVault:
    return PinVault(lambda: (pepper,), QUICK)


def test_pin_and_database_without_pepper_decrypt_nothing(
    beside: ReaderBeside, own_case: OwnCase, tmp_path: Path
) -> None:
    """An attacker may have the database, all key folders except the reader process's folder, and the PIN from the
    gateway's log. The attacker still needs the pepper to decrypt anything.
    """
    _, known_as = own_case
    with beside.line.database.reading() as session:
        wrap = session.get_one(Responder, known_as.responder_id).pin_wrap
    assert wrap is not None
    folders = [one for one in (tmp_path / "keys").iterdir() if one.name != "reader"]
    keys = [path.read_bytes() for folder in folders for path in folder.glob("*.*")]
    assert keys
    for key in keys:
        with pytest.raises(PinRefused):
            vault_of(key).open(wrap, PIN, known_as.responder_id)
    assert beside.context.vault.open(wrap, PIN, known_as.responder_id)


def test_note_is_encrypted_with_current_key_pair(beside: ReaderBeside) -> None:
    """The caller corrected the place. The desk of the first place still has a grant for the key pair that the tip had
    then."""
    told(beside.line, *DANGER_HERE)
    tip = beside.line.tip
    person_id = with_pin(beside, desks=("11", tip.place))
    assert tip.place > "11"
    at, named = beside.line.clock.at, {"uid": tip.uid, "desk": "11"}
    before = beside.line.context.encrypter.grant(
        bytes(32), public_key=bytes(DESK_KEY.public_key), at=at, **named
    )
    with beside.line.database.writing() as session:
        session.add(Grant(tip_id=tip.id, desk_code="11", encrypted_key=before))
    service_assignment.assign_pending(beside.line.context)
    (known_as,) = [row for row in beside.line.all(Assignment) if row.responder_id == person_id]
    take_case(beside.line.context, person_id, known_as.reference, at)
    beside.line.clock.turn(seconds=1)
    phone = dials(beside.line, "1", "1", "5", "2", "5")
    assert phone.key("irembo rifunze") == f"END {known_as.reference}: noted."

    with beside.line.database.reading() as session:
        entry, (body,) = (
            tables_case_events.events_of_tip(session, tip.id)[-1],
            session.scalars(select(CaseNote)),
        )
        grant = session.scalars(
            select(Grant.encrypted_key).where(Grant.tip_id == tip.id, Grant.desk_code == "national")
        ).one()
    named = {"uid": tip.uid, "desk": "national"}
    key = decrypt_grant(unlocked(grant, **named), private_key=bytes(DESK_KEY), **named)
    assert decrypt_note(body.body, tip_key=key, uid=tip.uid, key=entry.key) == "irembo rifunze"


@pytest.mark.row("C12")
def test_page_shows_caller_s_answer_to_question(beside: ReaderBeside) -> None:
    _, number = given(beside.line)
    person_id = with_pin(beside, desks=(beside.line.tip.place,))
    service_assignment.assign_pending(beside.line.context)
    (known_as,) = [row for row in beside.line.all(Assignment) if row.responder_id == person_id]
    take_case(beside.line.context, person_id, known_as.reference, beside.line.clock.at)
    beside.line.clock.turn(minutes=4)
    dials(beside.line, "1", "1", "5", "1", "1")
    asked(beside.line, number).key("3", "1")
    phone = dials(beside.line, "1", "1", "1")
    assert "Answered yes: Yes (rw)" in " ".join(screens_of(phone))
    assert beside.line.all(QuestionBackRow)[0].read_at is not None


# Tests the first screen of a case on a basic phone, and that the PIN leads straight to this screen.


LANDMARK = "Near the red-roof house, Gikondo school"
USUAL = (*DANGER_HERE, "2", "2", "4", "2", "3", LANDMARK)
"""The digits of a report about danger: a sector, an adult, responders must not come, and a landmark."""
FIRST_SCREEN = {
    "rw": ("Gatsata, Gasabo", "Gukoreshwa uburaya n'abandi. Umuntu mukuru"),
    "en": ("Gatsata, Gasabo", "Sold for sex. An adult"),
    "fr": ("Gatsata, Gasabo", "Sexe au profit d'autres. Un adulte"),
}


def alerted(beside: ReaderBeside, *keyed: str, language: str = "en") -> Caller:
    """Reports a danger and alerts a responder of its district. Returns the phone, which has dialled the responders'
    short code."""
    told(beside.line, *keyed)
    with_pin(beside, desks=(beside.line.tips[-1].place,), language=language)
    return again(beside)


def again(beside: ReaderBeside) -> Caller:
    service_assignment.assign_pending(beside.line.context)
    beside.line.clock.turn(seconds=10)
    return called(beside.line)


def reads_of(line: Line) -> int:
    return sum(row.action == "tip_read" for row in line.all(AuditEntry))


def taken(line: Line) -> list[Assignment]:
    return [one for one in line.all(Assignment) if one.acknowledged_at is not None]


def without_keys(screen: str) -> str:
    return screen.split("\n1 ", maxsplit=1)[0]


def screens_of(phone: Caller) -> list[str]:
    """Returns every screen of the page that the phone shows."""
    screens = [phone.read()]
    while re.search(r"^9 ", screens[-1], re.MULTILINE):
        screens.append(phone.key("9")[4:])
    return screens


@pytest.mark.row("R3")
@pytest.mark.parametrize("language", CODES)
def test_pin_leads_to_case_page_of_at_most_two_screens(beside: ReaderBeside, language: str) -> None:
    phone = alerted(beside, *USUAL, language=language)
    phone.key(PIN)
    screens = screens_of(phone)
    sys.stdout.write(f"{language}: {[septets(one) for one in screens]} {screens}\n")
    place, happened = FIRST_SCREEN[language]
    lines = screens[0].split("\n")
    assert lines[0].endswith(".")
    assert lines[1] == f"{place}. {LANDMARK}"
    assert happened.startswith(lines[2])
    assert happened in " ".join(without_keys(one) for one in screens)
    assert not re.search(r"\(\d", "".join(screens))
    assert all(septets(one) <= SEPTETS for one in screens)
    assert len(screens) <= (1 if language == "en" else 2)
    assert reads_of(beside.line) == 1


@pytest.mark.row("R3")
def test_page_shows_only_the_corrected_place(beside: ReaderBeside) -> None:
    """The caller goes back to the list of districts after the tip was filed."""
    told(beside.line, *DANGER_HERE).key("0", "2")
    with_pin(beside, desks=(beside.line.tips[-1].place,))
    phone = again(beside)
    phone.key(PIN)
    screens = screens_of(phone)
    assert screens[0].split("\n")[1] == "Kicukiro"
    assert "Gasabo" not in " ".join(screens)


def test_each_screen_offers_take_and_session_continues(
    beside: ReaderBeside,
) -> None:
    phone = alerted(beside, *USUAL)
    phone.key(PIN)
    assert all("\n1 Take case 2 Others\n" in one for one in screens_of(phone))
    assert " is your case. By 24/11 " in phone.key("1")
    assert phone.read().split("\n")[1:4] == ["1 Read", "2 I am on site", "3 More"]
    page = phone.key("1")
    assert LANDMARK in page
    assert "Take case" not in page
    assert phone.key("0", "3").split("\n")[1:3] == ["1 Read", "2 I am on site"]
    assert phone.key("0", "2").startswith("CON Noted. Before you ask questions: is the person safe")
    assert phone.key("2").startswith("CON Is the person under 18?")


def test_digit_below_a_page_acts_on_the_shown_case(beside: ReaderBeside) -> None:
    told(beside.line, *QUIET_HERE, "5", "1", "1")
    phone = alerted(beside, *USUAL)
    page, danger = phone.key(PIN), beside.line.tips[-1]
    assert LANDMARK in page
    assert phone.key("2", "1", "2").split("\n")[1] == "1 Read"
    assert phone.key("0", "0", "0") == page
    phone.key("1")
    assert {one.tip_id for one in taken(beside.line)} == {danger.id}


def test_pin_opens_no_case_if_two_dangers_wait(beside: ReaderBeside) -> None:
    told(beside.line, *USUAL)
    phone = alerted(beside, *USUAL)
    assert phone.key(PIN).startswith("CON Open cases: 2. Urgent: 2.")
    assert reads_of(beside.line) == 0


def test_stored_answer_to_pin_contains_no_case_text(beside: ReaderBeside) -> None:
    phone = alerted(beside, *USUAL)
    page = phone.key(PIN)
    (row,) = beside.line.all(PinReading)
    assert row.encrypted_answer is not None
    (key,) = beside.context.pair.now()[:1]
    bound = f"{row.session_key}:{row.text_digest}"
    kept = one_off.decrypt_box(row.encrypted_answer, private=key, bound=bound)
    assert LANDMARK not in str(kept)
    beside.line.flush()
    assert phone.again() == page
    assert reads_of(beside.line) == 1


@pytest.mark.row("R8")
def test_dropped_call_continues_on_site_form_after_two_keys(
    line: Line,
) -> None:
    own_case, steps = HerCase(line), []
    phone = own_case.dials("2", "2")
    for keyed in SITE:
        asked = phone.read()
        phone.key(keyed)
        question = phone.read()
        assert question != asked
        phone.hang_up()
        line.clock.turn(minutes=1)
        phone = called(line)
        steps += re.findall(r"1 Continue \((\d of \d)\)", phone.key(PIN))
        assert phone.key("1")[4:] == question
    assert steps == [f"{step} of 7" for step in range(2, 8)]
    line.clock.turn(minutes=40)
    phone = called(line)
    assert phone.key(PIN).startswith("CON Open cases: 1.")
    assert "1 Continue (7 of 7)" in phone.key("1", "1")
