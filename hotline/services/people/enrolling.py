"""Starts the verification of a phone and a person. The phone gets a code by SMS, and the person a start PIN on paper.

`enrolment.py` carries out the second admin's decision.
"""

from dataclasses import dataclass, field
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.domain.msisdn import sendable
from hotline.domain.outbox.message import Wording, responders_entry
from hotline.domain.people.enrolment import (
    CODE_DIGITS,
    CODE_LIVES,
    DECIDED_WITHIN,
    START_DIGITS,
    START_LIVES,
    EnrolmentKind,
    EnrolmentState,
    new_digits,
)
from hotline.domain.wording import Template
from hotline.errors import PersonnelRefused
from hotline.ports import Kit
from hotline.sealing.passphrase import Costs
from hotline.sealing.start_secrets import CODE_COSTS, START_COSTS, digested
from hotline.services.doorbell import ringing
from hotline.services.people import leaves, responder_sms
from hotline.store.accounts import approvals
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.dialogue import contacts
from hotline.store.people import enrolments, responders
from hotline.store.people.enrolments import Enrolment, EnrolmentEnd
from hotline.store.people.responders import Responder
from hotline.store.referrals.personnel import take_turns
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class StartPaper:
    """The paper that a person receives by hand."""

    responder_id: int
    name: str
    dial: str
    start_pin: str = field(repr=False)
    until: datetime


def invite(
    kit: Kit, by: Actor, name: str, reason: str, *, costs: Costs = START_COSTS
) -> StartPaper:
    """Sends a code to a person's number, and makes their start PIN. A repeated call replaces both.

    A person who is alerted of tips today is still alerted meanwhile. Raises NotFound, PersonnelRefused.
    """
    with kit.database.writing() as session:
        person = leaves.find(session, name)
        row = Enrolment(
            responder_id=person.id, kind=EnrolmentKind.ENROL, number_key=person.number_key
        )
    return _begin(kit, by, row, reason, costs)


def change_number(
    kit: Kit, by: Actor, name: str, number: str, reason: str, *, costs: Costs = START_COSTS
) -> StartPaper:
    """Sends a code to a person's new number. The old number works until the approval, and no longer.

    Raises NotFound, NumberInvalid, PersonnelRefused.
    """
    msisdn = sendable(number)
    key = kit.pseudonyms.enrolled(msisdn)
    with kit.database.writing() as session:
        person = leaves.find(session, name)
        if responders.known_numbers(session, [key]):
            raise PersonnelRefused("that number is enrolled already")
        if contacts.stopped_among(session, [kit.pseudonyms.stopped(msisdn)]):
            raise PersonnelRefused("whoever has that number asked to hear no more (STOP)")
        if person.state != EnrolmentState.ACTIVE:
            raise PersonnelRefused(f"{person.name} is not enrolled, or was removed")
        row = Enrolment(responder_id=person.id, kind=EnrolmentKind.NUMBER, number_key=key)
        row.sealed_number = kit.sealer.number(msisdn)
    return _begin(kit, by, row, reason, costs)


def _begin(kit: Kit, by: Actor, row: Enrolment, reason: str, costs: Costs) -> StartPaper:
    """Makes the code and the start PIN of a new enrolment, and requests a second admin's approval."""
    at, dial = kit.now(), responders_entry(kit.line.service_code)
    code, start_pin = new_digits(CODE_DIGITS), new_digits(START_DIGITS)
    row.code_hash, row.start_hash = digested(code, CODE_COSTS), digested(start_pin, costs)
    row.sealed_code = kit.sealer.number(code)
    row.code_until, row.start_until = at + CODE_LIVES, at + START_LIVES
    row.tries, row.asked_at = 0, at
    with ringing(kit) as session:
        take_turns(session)
        person = session.get_one(Responder, row.responder_id, with_for_update={"key_share": True})
        if person.state == EnrolmentState.LEFT or person.left_at is not None:
            raise PersonnelRefused(
                remark("{name} was removed: two people bring them back first", name=person.name)
            )
        _withdraw(session, by, person.id, at)
        session.add(row)
        session.flush()
        kind, subject = ApprovalKind.ENROLMENT, f"enrolment:{row.id}"
        lives = START_LIVES + DECIDED_WITHIN
        asked = approvals.ask(session, by, kind, subject, reason, at, lives=lives)
        row.approval_id = asked.id
        wording = Wording(Template.JOIN, {"code": dial}, person.language)
        responder_sms.say(session, person, wording, at)
        is_number = row.kind == EnrolmentKind.NUMBER
        leaves.record(
            session,
            kit,
            "responder_number_wanted" if is_number else "responder_invited",
            person,
            by=by,
            reason=reason,
        )
        return StartPaper(person.id, person.name, dial, start_pin, at + START_LIVES)


def _withdraw(session: Session, by: Actor, responder_id: int, at: datetime) -> None:
    before = enrolments.open_of(session, responder_id, for_writing=True)
    if before is None:
        return
    enrolments.end(before, EnrolmentEnd.WITHDRAWN, at)
    asked = session.get_one(Approval, before.approval_id)
    if asked.decided_at is None:
        approvals.decide(asked, audit.by_actor(by), at, ApprovalDecision.WITHDRAWN)
    session.flush()
