"""Tests enrolment from a name in a file to an active responder: a code by SMS, a PIN on paper, a second admin."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any, cast

import pytest

from hotline.cases import decrypt_access, service_retention
from hotline.core.actors import AccountRole, Actor
from hotline.duty import service_enrolment, service_leaves, service_phone_proof, service_removal
from hotline.duty.service_enrolment import StartPaper
from hotline.gateway.rules import Outcome, SendResult
from hotline.gateway.tables import Message
from hotline.keys.passphrase import Costs
from hotline.people import decrypt_grants, tables
from hotline.people.rules import (
    CODE_VALIDITY,
    DECIDED_WITHIN,
    MAX_ATTEMPTS,
    OLD_NUMBER_KEPT,
    START_PIN_VALIDITY,
    Level,
)
from hotline.people.tables import Enrolment, Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_sessions import Approval
from hotline.text.errors import ApprovalRefused, NotFound, NumberInvalid, PersonnelRefused
from hotline.web import service_approvals
from tests.support.builders import make_account
from tests.support.contexts import WholeContext
from tests.support.deciding import prints_start_pin, signed_in, waits
from tests.support.district import District
from tests.support.fakes import DecryptingEncrypter
from tests.support.made_once import lay_rows
from tests.support.two_people import ALICE as TWO

QUICK = Costs(passes=1, kib=8)
ALICE = Actor("Alice")
OLD, NEW, OTHER = "+250788000001", "+250788000077", "+250788000078"
SIGNED = {"by": "Alice", "reason": "a test"}
PAIR = {"public_key": b"p" * 32, "pin_wrap": b"wrapped"}
FILE = f"""name,msisdn,language,level,districts,categories
Gasabo 1,{OLD},en,responder,Gasabo,
"""


@dataclass
class Office:
    """The office that enrols people, and the phones that they use."""

    district: District

    @property
    def context(self) -> WholeContext:
        return replace(self.district.context, encrypter=cast(Any, DecryptingEncrypter()))

    def invite(self, by: Actor = ALICE) -> StartPaper:
        return service_enrolment.invite(self.context, by, "Gasabo 1", "new here", costs=QUICK)

    def change(self, number: str = NEW, by: Actor = ALICE) -> StartPaper:
        service_enrolment.change_number(self.context, by, "Gasabo 1", number, "a new phone")
        return prints_start_pin(self.context, by, "Gasabo 1")

    def sent(self) -> list[tuple[str, str]]:
        """Sends the messages that are due. Returns the phone number and the text of each one."""
        before = len(self.district.sms.sent)
        self.district.deliver()
        return self.district.sms.sent[before:]

    def code(self) -> str:
        """Returns the code from the only SMS that is due."""
        ((_, text),) = self.sent()
        code, _, rest = text.partition(" is your code for this phone. ")
        assert rest == "To use the code, dial *384*777*90#"
        return code

    def key(self, number: str, code: str, start_pin: str) -> bool:
        """Checks the code and the start PIN that a person enters on a phone, as the reader process does. Returns True
        if both are right for this phone."""
        context, at = self.context, self.context.now()
        with context.database.writing() as session:
            phone = tables.provable_enrolment(session, context.pseudonyms.enrolled(number), at)
            if phone is None or not tables.take_attempt(session, phone.id):
                phone = None
        if not service_phone_proof.is_proof_right(phone, code, start_pin, costs=QUICK):
            return False
        assert phone is not None
        pair = PAIR if phone.kind == "enrol" else {}
        with context.database.writing() as session:
            return service_phone_proof.record_proof(session, context, phone, **pair)

    def decide(self, by: str = "Bob", *, approve: bool = True) -> Responder:
        admin = signed_in(self.context, by, AccountRole.ADMIN)
        number = max((one.id for one in waits(self.context, admin, "enrolment")), default=0)
        service_approvals.decide(self.context, admin, number, "known to me", approve=approve)
        return self.person

    def waiting(self) -> list[str]:
        admin = signed_in(self.context, "Bob", AccountRole.ADMIN)
        return [str(one.sentence) for one in waits(self.context, admin, "enrolment")]

    @property
    def person(self) -> Responder:
        return self.district.responder(1)


@pytest.fixture
def office(district: District) -> Office:
    """Imports one person whose phone must be confirmed, and enrols two people of the national desk."""
    line = Office(district)

    def fill() -> None:
        decrypt_access.make_desks(district.context, "correct horse", costs=QUICK)
        service_enrolment.import_responders(line.context, FILE, proving=True)
        district.numbers = count(2)
        for _ in range(2):
            district.enrol(Level.NATIONAL)

    lay_rows(district.database, "an office", fill)
    district.numbers = count(4)
    return line


def prove(office: Office) -> None:
    start = office.invite()
    assert office.key(OLD, office.code(), start.start_pin)


@pytest.mark.row("A7")
def test_a7_phone_paper_and_second_admin_enrol_responder(office: Office) -> None:
    start = office.invite()
    assert (office.person.state, office.person.active) == ("proving", False)
    assert office.key(OLD, office.code(), start.start_pin)
    assert (office.person.state, office.person.public_key) == ("waiting", b"p" * 32)
    assert office.person.pin_set_at == office.context.now()
    assert office.waiting() == [
        (
            "Alice asks to enrol Gasabo 1 for 12. The person has entered the SMS code and the start PIN."
        )
    ]

    office.decide()
    assert (office.person.state, office.person.active) == ("active", True)
    (asked,) = decrypt_grants.pending_access(office.context)
    assert (asked.desk, asked.member) == ("12", "r1")
    assert office.waiting() == []
    (row,) = office.district.all(Enrolment)
    assert (row.code_hash, row.start_hash, row.encrypted_code) == (None, None, None)


def test_unproved_person_gets_no_alert(office: Office) -> None:
    prove(office)
    tip = office.district.tell(urgency=3)
    assert 1 not in [who for _, who in office.district.told(tip)]
    office.decide()
    tip = office.district.tell(urgency=3)
    assert [who for _, who in office.district.told(tip)] == [1]


@pytest.mark.row("A7")
def test_author_and_person_cannot_decide(office: Office) -> None:
    prove(office)
    for name in ("Alice", " alice ", "gasabo 1"):
        with pytest.raises(ApprovalRefused, match="you cannot decide on a request that you made"):
            office.decide(name)
    assert not office.person.active


def test_account_cannot_decide_own_request_under_other_name(office: Office) -> None:
    with office.context.database.writing() as session:
        for number, name in ((7, "alice"), (8, "bob")):
            row = make_account(name, AccountRole.ADMIN)
            row.id = number
            session.add(row)
    start = office.invite(Actor("Alice", 7))
    assert office.key(OLD, office.code(), start.start_pin)
    office.district.change(ConsoleAccount, 7, name="renamed")
    with pytest.raises(ApprovalRefused):
        office.decide("Renamed")
    assert office.decide("Bob").active


def test_three_wrong_attempts_block_correct_proof(
    office: Office,
) -> None:
    start = office.invite()
    code, paper = office.code(), start.start_pin
    wrong, other = str((int(code) + 1) % 1_000_000), str(int(paper) + 1)
    assert not office.key(NEW, code, paper)
    tries = ((wrong, paper), (code, other), (wrong, other))
    assert len(tries) == MAX_ATTEMPTS
    for one in (*tries, (code, paper)):
        assert not office.key(OLD, *one)
    assert office.person.state == "proving"

    again = office.invite()
    code = office.code()
    assert office.key(OLD, code, again.start_pin)
    assert not office.key(OLD, code, again.start_pin), "it is proved once"


@pytest.mark.parametrize("lives", [CODE_VALIDITY, START_PIN_VALIDITY])
def test_code_and_paper_expire(lives: timedelta, office: Office) -> None:
    start = office.invite()
    code = office.code()
    office.district.clock.turn(seconds=lives / timedelta(seconds=1))
    assert not office.key(OLD, code, start.start_pin)


def test_second_invitation_replaces_the_first(office: Office) -> None:
    first = office.invite()
    code = office.code()
    second = office.invite()
    assert not office.key(OLD, code, first.start_pin)
    assert office.key(OLD, office.code(), second.start_pin)
    assert [row.decision for row in office.district.all(Approval)] == ["withdrawn", None]


def test_code_of_ended_enrolment_is_not_sent(office: Office) -> None:
    office.invite()
    office.invite()
    assert len({text for _, text in office.sent()}) == 1
    service_removal.remove_responder(office.context, "Gasabo 1", second=None, **SIGNED)
    assert office.sent() == []


def test_failed_sms_keeps_person_reachable(active: Office) -> None:
    """A person changes the phone number, and the gateway refuses an SMS about the change to the new number, and later
    one to the old number. The person still counts as reachable."""
    dead = SendResult(Outcome.PERMANENT, provider_status="no such number")
    active.district.sms.results.append(dead)
    start = active.change()
    assert [to for to, _ in active.sent()] == [NEW]
    assert active.person.unreachable is None

    active.change()
    start = active.change()
    ((_, text),) = {sent for sent in active.sent() if sent[0] == NEW}
    assert active.key(NEW, text[:6], start.start_pin)
    active.district.sms.results.append(dead)
    active.decide()
    assert [to for to, _ in active.sent()] == [OLD]
    assert (active.person.unreachable, active.person.active) == (None, True)


def test_unapproved_proof_expires(office: Office) -> None:
    prove(office)
    office.district.clock.turn(seconds=DECIDED_WITHIN / timedelta(seconds=1))
    assert office.waiting() == []
    with pytest.raises(NotFound, match="expired"):
        office.decide()
    prove(office)
    assert office.decide().active


def test_refused_enrolment_stays_inactive(office: Office) -> None:
    prove(office)
    office.decide(approve=False)
    assert not office.person.active
    with pytest.raises(NotFound):
        office.decide()


def test_forgotten_pin_keeps_alerts_but_decrypts_nothing(office: Office) -> None:
    prove(office)
    office.decide()
    assert decrypt_grants.grant_by_passphrase(office.context, TWO, "correct horse") == [
        ("12", office.person.name)
    ]
    prove(office)
    assert office.person.active
    with office.context.database.reading() as session, pytest.raises(Exception, match="member"):
        decrypt_grants.decrypt_desk_as(session, "12", "r1", b"x" * 32)
    assert decrypt_grants.pending_access(office.context) == []
    office.decide()
    assert [one.member for one in decrypt_grants.pending_access(office.context)] == ["r1"]


def test_removed_invited_person_must_prove_again(office: Office) -> None:
    prove(office)
    service_removal.remove_responder(office.context, "Gasabo 1", second=None, **SIGNED)
    with pytest.raises(NotFound):
        office.decide()
    service_leaves.bring_back(office.context, "Gasabo 1", number=None, second="Bob", **SIGNED)
    assert (office.person.state, office.person.active) == ("proving", False)
    prove(office)
    assert office.decide().active


@pytest.fixture
def active(office: Office) -> Office:
    prove(office)
    office.decide()
    return office


@pytest.mark.row("A7")
def test_approved_new_number_replaces_old_and_notifies_it(active: Office) -> None:
    start = active.change()
    ((number, text),) = active.sent()
    assert number == NEW
    assert not active.key(OLD, text[:6], start.start_pin)
    assert active.key(NEW, text[:6], start.start_pin)
    key = active.context.pseudonyms.enrolled
    assert active.person.number_key == key(OLD)

    active.decide()
    assert active.person.number_key == key(NEW)
    assert active.person.public_key == b"p" * 32
    assert active.sent() == [
        (OLD, "We changed your number in our list. If you did not ask us, tell the national desk.")
    ]
    active.district.tell(urgency=3)
    assert [to for to, _ in active.sent()] == [NEW]

    active.district.clock.turn(seconds=OLD_NUMBER_KEPT / timedelta(seconds=1))
    service_retention.erase_batch(active.district.context)
    assert {row.encrypted_number for row in active.district.all(Enrolment)} == {None}


def test_refused_new_number_is_deleted(active: Office) -> None:
    start = active.change()
    ((_, text),) = active.sent()
    assert active.key(NEW, text[:6], start.start_pin)
    active.decide(approve=False)
    assert active.person.number_key == active.context.pseudonyms.enrolled(OLD)
    assert {row.encrypted_number for row in active.district.all(Enrolment)} == {None}
    assert active.sent() == []


def test_invalid_new_numbers_are_refused(active: Office) -> None:
    with pytest.raises(PersonnelRefused, match="enrolled already"):
        active.change(OLD)
    with pytest.raises(NumberInvalid):
        active.change("12")
    active.change(NEW)
    active.sent()
    service_removal.remove_responder(active.context, "Gasabo 1", second=None, **SIGNED)
    with pytest.raises(PersonnelRefused):
        active.change(OTHER)


def test_number_taken_meanwhile_is_refused(active: Office) -> None:
    start = active.change()
    ((_, text),) = active.sent()
    assert active.key(NEW, text[:6], start.start_pin)
    row = FILE.replace(OLD, NEW).replace("Gasabo 1", "Huye 1")
    service_enrolment.import_responders(active.context, row)
    with pytest.raises(PersonnelRefused, match="another person"):
        active.decide()
    assert active.person.number_key == active.context.pseudonyms.enrolled(OLD)


def test_readable_rows_contain_no_secret(office: Office) -> None:
    start = office.invite()
    code = office.code()
    said = str([row.parameters for row in office.district.all(Message)])
    assert code not in said
    assert start.start_pin not in said + repr(start)
    (row,) = office.district.all(Enrolment)
    assert code.encode() not in (row.code_hash or b"")
