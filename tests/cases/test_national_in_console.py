"""Tests the setting `national_in_console`: the national desk can read cases only in the console. By phone, the national
desk can only take cases and pass cases to other people.
"""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from hotline.alerts import service_assignment, service_case, service_closing
from hotline.alerts.rules_replies import CommandResult, Verb
from hotline.cases.decrypt_reader_pages import decrypt_case
from hotline.cases.reader_pins import ReaderTurn, record_reading_place
from hotline.cases.rules_reading_requests import ReaderQuestion, ReaderQuestionKind
from hotline.core.actors import AccountRole
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.people import tables
from hotline.people.rules import Level, of_responder
from hotline.people.tables import Person, Responder
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_desks import DeskMember
from hotline.text.errors import EndRefused
from hotline.text.languages import CODES
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.tables import Tip
from tests.cases.dialling import called, dials, enters, now, take
from tests.cases.test_people_by_phone import SITE
from tests.support.builders import NOON, make_account
from tests.support.callers import DANGER_HERE, REST, Caller, told
from tests.support.reading import PHONE, PIN, ReaderBeside, at_home, with_pin
from tests.support.taking import confirm, do, requests_closure

NATION = "+250788000014"
FIRST = {
    "en": "CON Read cases in the console.\nChoose one\n",
    "fr": "CON Lisez les cas à l'ordinateur.\nChoisissez\n",
    "rw": "CON Ibibazo bisomerwa kuri mudasobwa.\nHitamo kimwe\n",
}
READ = {
    "en": "1 Read case in the console",
    "fr": "1 Lire à l'ordinateur",
    "rw": "1 Soma kuri mudasobwa",
}
ONLY = "read the case in the console. In the console you also ask the caller, write notes or pass "


def turn_setting(beside: ReaderBeside, *, on: bool) -> None:
    line = replace(beside.line.context.line, national_in_console=on)
    beside.line.context = replace(beside.line.context, line=line)
    beside.context = replace(beside.context, line=line)


def of_the_nation(
    beside: ReaderBeside, *more: str, language: str = "en", on: bool = True
) -> tuple[Caller, Assignment]:
    """Alerts a member of the national desk of a danger. Returns the phone and the alert."""
    turn_setting(beside, on=on)
    told(beside.line, *DANGER_HERE, *REST)
    desks = ("national", *more)
    person = with_pin(beside, msisdn=NATION, level=Level.NATIONAL, desks=desks, language=language)
    with beside.line.database.writing() as session:
        levels = {"national": Level.NATIONAL, **dict.fromkeys(more, Level.RESPONDER)}
        tables.set_desks(session, session.get_one(Responder, person), levels, (), NOON)
        session.get_one(Responder, 1).active = False
    service_assignment.assign_pending(beside.line.context)
    beside.line.clock.turn(seconds=10)
    (known_as,) = [row for row in beside.line.all(Assignment) if row.responder_id == person]
    return beside.line.caller(NATION), known_as


def read_in_console(beside: ReaderBeside, known_as: Assignment) -> None:
    """Records that the account that belongs to this person opened the tip in the console."""
    at = beside.line.clock.at
    with beside.line.database.writing() as session:
        person = session.get_one(Responder, known_as.responder_id).person_id
        account = make_account(
            "National 1", AccountRole.NATIONAL, person=session.get_one(Person, person)
        )
        session.add(account)
        session.flush()
        name = f"account:{account.id}:National 1"
        by, tip = service_case.EventActor(name), session.get_one(Tip, known_as.tip_id)
        key = service_closing.opening(tip, name)
        service_case.write_event(session, tip.id, LoggedEvent.OPENED, by, at, key=key)
        service_closing.note_opened(session, beside.line.context, tip, name, by, at)


@pytest.mark.parametrize("language", CODES)
def test_first_screens_say_to_read_in_console(beside: ReaderBeside, language: str) -> None:
    phone, known_as = of_the_nation(beside, language=language)
    listed = enters(phone, "1")
    assert listed.startswith(FIRST[language])
    assert known_as.reference in listed
    assert READ[language] in phone.key("1")


@pytest.mark.adversary("a person who knows a responder's PIN and holds the phone")
@pytest.mark.adversary("the mobile operator and the gateway")
def test_pin_reads_no_national_tip_but_takes_and_passes_it(
    beside: ReaderBeside,
) -> None:
    phone, known_as = of_the_nation(beside)
    name = known_as.reference
    enters(phone, "1", "1")
    assert phone.key("1").startswith(f"CON {name}: {ONLY}")
    phone.key("0")
    assert phone.key("2").startswith("END You took the case without reading it. Do not visit ")
    beside.line.clock.turn(seconds=1)
    phone = dials(beside.line, "1", "1", "5", msisdn=NATION)
    assert phone.key("3", "1").startswith(f"END {name}: we are asking other responders to ")
    assert {row.action for row in beside.line.all(AuditEntry)}.isdisjoint({"tip_read"})
    row = now(beside, known_as)
    assert row.opened_at is None


def test_actions_that_need_the_text_require_console(beside: ReaderBeside) -> None:
    """With the setting, the national desk cannot read a case or its timeline by phone. It also cannot ask a question,
    write a note or pass the case to a district."""
    _, known_as = of_the_nation(beside)
    take(beside, known_as)
    grants = beside.line.desks_of(beside.line.tip)
    note, district = ("5", "2", "5", "at the gate"), ("5", "3", "3", "1", "2")
    for keys in (("1",), ("5", "1", "1"), note, district, ("5", "5")):
        phone = dials(beside.line, "1", "1", msisdn=NATION)
        assert phone.key(*keys).startswith(f"CON {known_as.reference}: {ONLY}"), keys
    assert beside.line.desks_of(beside.line.tip) == grants


def test_reader_refuses_text_that_old_menu_offers(beside: ReaderBeside) -> None:
    phone, known_as = of_the_nation(beside, on=False)
    assert "\n1 Read\n" in enters(phone, "1", "1")
    turn_setting(beside, on=True)
    assert phone.key("1").startswith(f"CON {known_as.reference}: {ONLY}")


def test_changed_setting_refuses_answer_about_person_clearly(
    beside: ReaderBeside,
) -> None:
    phone, known_as = of_the_nation(beside, on=False)
    take(beside, known_as)
    enters(phone, "1", "1", "5", "4", "1", *SITE)
    turn_setting(beside, on=True)
    assert phone.key("1").startswith("END Your answer is not saved. From now on, use the console")


@pytest.mark.parametrize("on", [False, True])
def test_pin_does_not_decrypt_the_desk_key(beside: ReaderBeside, on: bool) -> None:
    _, known_as = of_the_nation(beside, on=on)
    with beside.line.database.reading() as session:
        person = session.get_one(Responder, known_as.responder_id)
        assert person.pin_wrap is not None
        private = beside.context.vault.open(person.pin_wrap, PIN, person.id)
        ask = ReaderQuestion(ReaderQuestionKind.PAGE, known_as.reference)
        turn = ReaderTurn(session, beside.context, person, ask, beside.line.clock.at, private)
        opened = decrypt_case(turn, session.get_one(Tip, known_as.tip_id))
    assert (opened is None) is on


def test_reported_misuse_stops_pin_after_case_was_chosen(beside: ReaderBeside) -> None:
    phone, _ = of_the_nation(beside)
    enters(phone, "1", "1", "0", "0")
    assert phone.key("6", "1").startswith("END We stopped your PIN and notified your coordinator.")


def test_district_member_still_reads_tips_by_phone(beside: ReaderBeside) -> None:
    phone, known_as = of_the_nation(beside, "12")
    assert beside.line.tip.place == "12"
    assert enters(phone, "1").startswith(FIRST["en"])
    assert "\n1 Read\n" in phone.key("1")
    assert "We do not know" in phone.key("1")
    row = now(beside, known_as)
    assert row.opened_at is not None


def test_district_member_without_key_reads_in_console(beside: ReaderBeside) -> None:
    phone, known_as = of_the_nation(beside, "12")
    with beside.line.database.writing() as session:
        member = of_responder(known_as.responder_id)
        session.execute(delete(DeskMember).filter_by(member=member, desk_code="12"))
    enters(phone, "1")
    assert READ["en"] in phone.key("1")
    take(beside, known_as)
    enters(phone, "1", "1")
    assert phone.key("1").startswith(f"CON {known_as.reference}: {ONLY}")


@pytest.mark.adversary("the mobile operator and the gateway")
def test_case_closes_by_phone_after_reading_in_console(
    beside: ReaderBeside,
) -> None:
    phone, known_as = of_the_nation(beside)
    take(beside, known_as)
    first = "END The case is still open. Read the case in the console before"
    assert enters(phone, "1", "1", "4", "3").startswith(first)
    who, name, at = known_as.responder_id, known_as.reference, beside.line.clock.at
    by_sms = do(beside.line.context, who, name, Verb.NOT_TRAFFICKING, at)
    assert by_sms.result is CommandResult.OPEN_FIRST
    assert beside.line.tip.closure_by is None
    read_in_console(beside, known_as)
    phone = called(beside.line, NATION)
    judged = f"END {name}: no one found. The case closes when a second person confirms."
    assert at_home(phone, "1", "1", "4", "3") == judged


def test_phone_without_pin_gets_same_answer(beside: ReaderBeside) -> None:
    phone, known_as = of_the_nation(beside)
    take(beside, known_as)
    with beside.line.database.writing() as session:
        session.get_one(Responder, known_as.responder_id).pin_wrap = None
    assert phone.dial("90").startswith(FIRST["en"])
    first = "END The case is still open. Read the case in the console before"
    assert phone.key("1", "4").startswith(first)


def test_confirmer_must_read_in_console_after_request(beside: ReaderBeside) -> None:
    phone, known_as = of_the_nation(beside)
    context, place = beside.line.context, beside.line.tip.place
    other = with_pin(beside, msisdn=PHONE, desks=(place,))
    requests_closure(context, known_as.tip_id, None, service_closing.by_responder(other))
    name = beside.line.all(Assignment)[-1].reference
    menu = enters(phone, "1", "1")
    assert READ["en"] in menu
    assert phone.key("2").startswith(f"CON {name}: read the case before you confirm.\n{READ['en']}")
    own = service_closing.by_responder(known_as.responder_id)
    with pytest.raises(EndRefused):
        confirm(context, known_as.tip_id, own, people=None)
    read_in_console(beside, known_as)
    assert phone.key("2", "2").startswith(f"END {name} is closed: ")


@pytest.mark.parametrize("on", [False, True])
def test_console_only_setting_changes_no_alert_or_deadline(beside: ReaderBeside, on: bool) -> None:
    _, known_as = of_the_nation(beside, on=on)
    second = with_pin(beside, msisdn="+250788000015", level=Level.NATIONAL, desks=("national",))
    take(beside, known_as)
    rows = beside.line.all(Deadline)
    assert {row.kind for row in rows if row.fired_at is None} >= {"open", "outcome"}
    beside.line.clock.turn(minutes=5)
    service_assignment.fire_deadlines(beside.line.context)
    assert second in {row.responder_id for row in beside.line.all(Assignment)}


def test_changed_setting_is_logged_and_notifies_desk_once(beside: ReaderBeside) -> None:
    of_the_nation(beside, on=False)

    def start_reader(*, on: bool) -> list[tuple[str, str]]:
        turn_setting(beside, on=on)
        sent = {row.id for row in beside.line.all(Message)}
        record_reading_place(beside.context)
        return [
            *((row.actor, row.action) for row in beside.line.all(AuditEntry)[-1:]),
            *(("sms", row.template) for row in beside.line.all(Message) if row.id not in sent),
        ]

    assert ("line", "national_by_pin") not in start_reader(on=False)
    began = start_reader(on=True)
    assert began == [("line", "national_in_console"), ("sms", "NATIONAL_IN_CONSOLE")]
    assert start_reader(on=True) == began[:1]
    ended = start_reader(on=False)
    assert ended == [("line", "national_by_pin"), ("sms", "NATIONAL_BY_PIN")]
    assert start_reader(on=False) == ended[:1]
