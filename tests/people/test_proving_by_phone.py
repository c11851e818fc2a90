"""Tests how a responder proves a phone with the code in an SMS, the start PIN on paper and a new PIN. Also tests how a
PIN is changed."""

from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import select

from hotline.cases.tables import PinReading, PinReadingAsk
from hotline.core.actors import AccountRole, Actor
from hotline.duty import service_enrolment
from hotline.gateway.tables import Dialogue
from hotline.keys import one_off
from hotline.people.tables import Enrolment, Responder
from hotline.people.tables_audit import AuditEntry
from hotline.text.errors import PinRefused
from tests.support.callers import Caller, Line
from tests.support.deciding import decides, prints_start_pin, signed_in
from tests.support.fakes import DecryptingEncrypter
from tests.support.reading import (
    OTHER_PIN,
    PHONE,
    PIN,
    QUICK,
    ReaderBeside,
    at_her_desk,
    at_home,
    reader_beside,
    with_pin,
)

ALICE = Actor("Alice")
NUMBER, NEW, STRANGER = "+250788000021", "+250788815267", "+250788000099"
FILE = f"""name,msisdn,language,level,districts,categories
Responder 1,{NUMBER},en,responder,Gasabo,
"""
ASKS_PIN = "CON Enter your work PIN, 6 digits. Do not use your mobile money PIN\n0 Back 00 Home"
PAPER = "CON Enter the 8 digits on the paper from your coordinator\n0 Back 00 Home"
CHOOSE = "CON Choose a PIN of 6 digits. No birthday, no digits in order\n0 Back 00 Home"
AGAIN = "CON Enter the same 6 digits again\n0 Back 00 Home"
REFUSED = (
    "CON This PIN is too easy, or the two PINs differ. Choose a PIN of 6 digits\n0 Back 00 Home"
)
PIN_SAVED = "END PIN saved. A second person must approve your phone. Dial again after the approval."
WRONG = "CON Wrong PIN.\nEnter your PIN\n0 Back 00 Home"


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    return reader_beside(line)


class Invited:
    """A responder who must prove a phone: the phone, the code in the SMS, and the start PIN on paper."""

    def __init__(self, beside: ReaderBeside, context: Any, start_pin: str, code: str) -> None:
        self.beside, self.context, self.start_pin, self.code = beside, context, start_pin, code
        self.phone = beside.line.caller(NUMBER)

    @property
    def person(self) -> Responder:
        with self.beside.line.database.reading() as session:
            return session.scalars(select(Responder).where(Responder.name == "Responder 1")).one()

    def at_choosing(self) -> Caller:
        self.phone.dial("90")
        assert self.phone.key(self.code) == PAPER
        assert self.phone.key(self.start_pin) == CHOOSE
        return self.phone


def code_of(line: Line) -> str:
    """Returns the code of the newest enrolment, as the relay writes it into the SMS."""
    with line.database.reading() as session:
        row = session.scalars(select(Enrolment).order_by(Enrolment.id.desc())).first()
        assert row is not None
        assert row.encrypted_code is not None
        return row.encrypted_code.decode()


def writing(beside: ReaderBeside) -> Any:
    return replace(beside.line.context, encrypter=cast(Any, DecryptingEncrypter()))


@pytest.fixture
def invited(beside: ReaderBeside) -> Invited:
    """Invites a responder who has not proved the phone yet. When the fixture returns, no phone has a PIN."""
    context = writing(beside)
    service_enrolment.import_responders(context, FILE, proving=True)
    paper = service_enrolment.invite(context, ALICE, "Responder 1", "new here", costs=QUICK)
    return Invited(beside, context, paper.start_pin, code_of(beside.line))


def dialled(beside: ReaderBeside, number: str) -> Caller:
    """Dials the short code in a new session of that phone."""
    phone = beside.line.caller(number)
    phone.dial("90")
    return phone


def attempts(invited: Invited) -> int:
    return max(int(row.tries) for row in invited.beside.line.all(Enrolment))


@pytest.mark.row("A7")
def test_person_proves_phone_and_chooses_pin(invited: Invited) -> None:
    assert invited.phone.dial("90") == ASKS_PIN
    assert invited.phone.key(invited.code) == PAPER
    assert invited.phone.key(invited.start_pin) == CHOOSE
    assert invited.phone.key(PIN) == AGAIN
    assert invited.phone.key(PIN) == PIN_SAVED
    person = invited.person
    assert (person.state, person.active) == ("waiting", False)
    assert person.pin_wrap is not None
    private = invited.beside.context.vault.open(person.pin_wrap, PIN, person.id)
    assert one_off.public_of(private) == person.public_key
    decides(invited.context, signed_in(invited.context, "Bob", AccountRole.ADMIN), "enrolment")
    assert dialled(invited.beside, NUMBER).key(PIN).startswith("CON Open cases: 0.")


def test_prompt_and_wrong_code_look_alike_on_all_phones(invited: Invited) -> None:
    with_pin(invited.beside)
    stranger = invited.beside.line.caller(STRANGER)
    english = ASKS_PIN, WRONG
    kinyarwanda = (
        "CON PIN y'akazi, imibare 6. Si iya Mobile Money\n0 Subira inyuma\n00 Ahabanza",
        "CON PIN si yo.\nAndika PIN yawe\n0 Subira inyuma\n00 Ahabanza",
    )
    for phone, words in ((stranger, kinyarwanda), (invited.phone, english)):
        invited.beside.waited.clear()
        assert (phone.dial("90"), phone.key(OTHER_PIN)) == words
    assert attempts(invited) == 0


def test_easy_and_unequal_pins_are_refused(
    invited: Invited,
) -> None:
    phone = invited.at_choosing()
    for keyed in ("111111", "234567", "198407", "412008", "000021", "876543"):
        screen = phone.key(keyed)
        if screen == AGAIN:
            screen = phone.key(keyed)
        assert screen == REFUSED, keyed
    phone.key(PIN)
    assert phone.key(OTHER_PIN) == REFUSED
    assert phone.key(OTHER_PIN) == AGAIN
    assert phone.key(OTHER_PIN) == PIN_SAVED
    assert attempts(invited) == 1, "none of these counts as a try"


def test_third_wrong_start_pin_is_the_last(invited: Invited) -> None:
    phone = invited.phone
    phone.dial("90")
    phone.key(invited.code)
    wrong = "CON Wrong digits. Enter the 8 digits on the paper from your coordinator"
    assert phone.key("40719300").startswith(wrong)
    assert phone.again().startswith(wrong)
    assert phone.key("40719301").startswith(wrong)
    assert (
        phone.key("40719302")
        == "END The code on your paper is no longer valid. Ask your coordinator for a new code."
    )
    assert attempts(invited) == 3
    assert dialled(invited.beside, NUMBER).key(invited.code).startswith("CON PIN si yo.")


def test_concurrent_wrong_start_pin_counts_once(invited: Invited) -> None:
    phone, beside = invited.phone, invited.beside
    phone.dial("90")
    phone.key(invited.code)
    twin = beside.line.caller(NUMBER)
    twin.session_id, twin.text = phone.session_id, f"{phone.text}*40719300"

    def again() -> None:
        beside.while_waiting = None
        twin.again()

    beside.while_waiting = again
    assert phone.key("40719300") == twin.screen
    assert attempts(invited) == 1


def test_restarted_reader_counts_attempt_and_continues(invited: Invited) -> None:
    phone = invited.at_choosing()
    phone.key(PIN)
    invited.beside.restart()
    assert phone.key(PIN) == PIN_SAVED
    assert phone.again() == PIN_SAVED
    assert attempts(invited) == 2


def test_slow_reader_makes_one_key_pair(invited: Invited) -> None:
    phone = invited.at_choosing()
    phone.key(PIN)
    invited.beside.stopped = True
    assert phone.key(PIN) == "CON One moment.\n1 See\n0 Back 00 Home"
    invited.beside.look()
    key = invited.person.public_key
    invited.beside.stopped = False
    assert phone.key("1") == PIN_SAVED
    assert (key, invited.person.state) == (invited.person.public_key, "waiting")


def test_phone_without_pin_enters_code_or_sees_nothing(invited: Invited) -> None:
    with invited.beside.line.database.writing() as session:
        person = session.get_one(Responder, invited.person.id)
        person.active, person.state = True, "active"
    for _ in range(4):
        phone = dialled(invited.beside, NUMBER)
        assert phone.key(OTHER_PIN) == "END Nothing new. Thank you."
    assert (invited.person.wrong_pins, invited.person.rested_until) == ([], None)
    phone = invited.at_choosing()
    phone.key(PIN)
    assert phone.key(PIN) == PIN_SAVED


def test_new_number_is_proved_and_keeps_the_pin(beside: ReaderBeside) -> None:
    context = writing(beside)
    person_id = with_pin(beside)
    service_enrolment.change_number(context, ALICE, "responder 1", NEW, "a new phone")
    paper = prints_start_pin(context, ALICE, "responder 1")
    phone = beside.line.caller(NEW)
    assert phone.dial("90") == ASKS_PIN
    assert phone.key(code_of(beside.line)) == PAPER
    assert phone.key(paper.start_pin).startswith("END We verified your new phone. A second person ")
    assert dialled(beside, NEW).key(PIN).startswith("CON PIN si yo.")
    decides(context, signed_in(context, "Bob", AccountRole.ADMIN), "enrolment")
    assert dialled(beside, NEW).key(PIN).startswith("CON Open cases: 0.")
    with beside.line.database.reading() as session:
        assert session.get_one(Responder, person_id).state == "active"


def test_forgotten_pin_is_replaced_after_proof(beside: ReaderBeside) -> None:
    context = writing(beside)
    person_id = with_pin(beside, msisdn=NUMBER)
    paper = service_enrolment.invite(context, ALICE, "responder 1", "forgot it", costs=QUICK)
    phone = beside.line.caller(NUMBER)
    phone.dial("90")
    assert phone.key("815261") == WRONG
    assert phone.key(code_of(beside.line)) == PAPER
    phone.key(paper.start_pin, OTHER_PIN)
    assert phone.key(OTHER_PIN) == PIN_SAVED
    assert dialled(beside, NUMBER).key(OTHER_PIN).startswith("CON Open cases: 0.")
    with beside.line.database.reading() as session:
        assert session.get_one(Responder, person_id).wrong_pins == []


@pytest.mark.row("A7")
def test_changed_pin_replaces_the_old_one(beside: ReaderBeside) -> None:
    phone, known_as = at_her_desk(beside)
    phone.dial("90")
    assert "4 My PIN" in at_home(phone)
    assert phone.key("4").startswith("CON Lost your phone? Tell your desk now.")
    assert phone.key("1") == CHOOSE
    assert phone.key("000011", "000011") == REFUSED
    phone.key(OTHER_PIN)
    assert phone.key(OTHER_PIN) == "END Your PIN is changed. Thank you."
    assert phone.again() == "END Your PIN is changed. Thank you."
    with beside.line.database.reading() as session:
        wrap = session.get_one(Responder, known_as.responder_id).pin_wrap
        logged = [row.action for row in session.scalars(select(AuditEntry))]
    assert wrap is not None
    assert logged.count("pin_changed") == 1
    with pytest.raises(PinRefused):
        beside.context.vault.open(wrap, PIN, known_as.responder_id)
    phone = dialled(beside, PHONE)
    assert phone.key(PIN) == WRONG
    phone.key(OTHER_PIN, "1", "1")
    assert "We do not know if helpers" in phone.key("1")


def test_typed_secrets_are_in_no_row_or_guessable_digest(
    invited: Invited, caplog: pytest.LogCaptureFixture
) -> None:
    phone = invited.at_choosing()
    phone.key(PIN)
    phone.key(PIN)
    line, typed = invited.beside.line, (invited.start_pin, PIN)
    rows = [vars(row) for kind in (PinReading, PinReadingAsk, Dialogue) for row in line.all(kind)]
    said = repr(rows) + caplog.text + repr(line.jobs.scheduled)
    assert not [secret for secret in (*typed, invited.code) if secret in said]
    heard = line.context.pseudonyms.heard
    (dialogue,) = line.all(Dialogue)
    kept = {row.text_digest for row in line.all(PinReading)} | {dialogue.text_key}
    parts = phone.text.split("*")
    texts = ["*".join(parts[:upto]) for upto in range(1, len(parts) + 1)]
    assert not {heard(dialogue.key, text) for text in texts[1:]} & kept
