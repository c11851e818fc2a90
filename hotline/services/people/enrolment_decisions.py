"""What a second admin says of a phone and a person who were proved: whoever wrote it down does not decide.

Then each desk of hers is asked to let her in. Nothing that a hook reaches imports this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.domain.jobs import Job
from hotline.domain.outbox.message import Wording
from hotline.domain.people.enrolling import DECIDED_WITHIN, may_decide
from hotline.domain.people.standing import EnrolmentKind, EnrolmentState
from hotline.domain.wording import Template
from hotline.errors import NotFound, PersonnelRefused
from hotline.ports import Kit
from hotline.services import national
from hotline.services.doorbell import ring
from hotline.services.people import personnel, responder_sms
from hotline.services.people.dossiers.postings import ask_in_everywhere, check_other
from hotline.store.accounts import approvals
from hotline.store.accounts.approvals import Approval, ApprovalDecision
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.people import enrolments, memberships, responders
from hotline.store.people.enrolments import Enrolment, EnrolmentEnd
from hotline.store.people.responders import Responder
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class WaitingEnrolment:
    approval_id: int
    responder_id: int
    name: str
    kind: EnrolmentKind
    desks: tuple[str, ...]
    """Where she is to act, or acts."""
    asked_by: str
    asker_id: int | None
    reason: str
    proved_at: datetime
    lapses_at: datetime


def waiting(kit: Kit) -> Sequence[WaitingEnrolment]:
    """What a second admin may decide on, the oldest first. What was not proved in time is not among it."""
    at = kit.now()
    with kit.database.reading() as session:
        return [
            _waits(session, row, row.proved_at)
            for row in enrolments.proved(session)
            if row.proved_at is not None and may_decide(row.proved_at, at)
        ]


def decide(kit: Kit, by: Actor, name: str, reason: str, *, approve: bool) -> Responder:
    """What a second admin says of what was proved. Raises NotFound, PersonnelRefused."""
    with kit.database.writing() as session:
        person = personnel.find(session, name)
        to_ring = _decide(session, kit, by, person, reason, approve=approve)
    _announce(kit, to_ring)
    return person


def decide_asked(kit: Kit, by: Actor, approval_id: int, reason: str, *, approve: bool) -> Responder:
    """The same of what a page shows by its approval. Raises NotFound, PersonnelRefused."""
    with kit.database.writing() as session:
        asked = session.get(Approval, approval_id)
        row = None if asked is None else enrolments.of_approval(session, asked.id)
        if row is None:
            raise NotFound("that was decided already, or its time is over")
        person = personnel.find(session, str(row.responder_id))
        to_ring = _decide(session, kit, by, person, reason, approve=approve)
    _announce(kit, to_ring)
    return person


def _announce(kit: Kit, to_ring: int | None) -> None:
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)


def _decide(
    session: Session, kit: Kit, by: Actor, person: Responder, reason: str, *, approve: bool
) -> int | None:
    at = kit.now()
    row = enrolments.open_of(session, person.id, for_writing=True)
    if row is None or not may_decide(row.proved_at, at):
        raise PersonnelRefused(
            remark("nothing of {name} waits: send them a code first", name=person.name)
        )
    asked = session.get_one(Approval, row.approval_id)
    check_other(session, asked, by, person)
    decision = ApprovalDecision.APPROVED if approve else ApprovalDecision.REFUSED
    approvals.decide(asked, audit.by_actor(by), at, decision)
    if approve:
        return _approve(session, kit, by, person, row, at, reason)
    enrolments.end(row, EnrolmentEnd.REFUSED, at)
    why = f"{row.kind}: {reason}"
    personnel.record(session, kit, "responder_refused", person, by=by, reason=why)
    return None


def _approve(
    session: Session,
    kit: Kit,
    by: Actor,
    person: Responder,
    row: Enrolment,
    at: datetime,
    reason: str,
) -> int | None:
    """A message to ring for, where there is one."""
    if row.kind == EnrolmentKind.NUMBER:
        if responders.known_numbers(session, [row.number_key]):
            raise PersonnelRefused(remark("that number was enrolled for somebody else meanwhile"))
        before, person.number_key = person.sealed_number, row.number_key
        person.sealed_number, person.unreachable = row.sealed_number or before, None
        enrolments.end(row, EnrolmentEnd.APPROVED, at)
        row.sealed_number = before
        session.flush()
        personnel.record(session, kit, "responder_number_changed", person, by=by, reason=reason)
        return responder_sms.say(session, person, _changed(kit, person.language), at)
    enrolments.end(row, EnrolmentEnd.APPROVED, at)
    person.state, person.active = EnrolmentState.ACTIVE, True
    session.flush()
    personnel.record(session, kit, "responder_approved", person, by=by, reason=reason)
    ask_in_everywhere(session, kit, by, person, reason)
    return None


def _changed(kit: Kit, language: str) -> Wording:
    number = national.number(kit)
    if number is None:
        return Wording(Template.NUMBER_CHANGED_ALONE, {}, language)
    return Wording(Template.NUMBER_CHANGED, {"number": number}, language)


def _waits(session: Session, row: Enrolment, proved_at: datetime) -> WaitingEnrolment:
    asked = session.get_one(Approval, row.approval_id)
    return WaitingEnrolment(
        approval_id=asked.id,
        responder_id=row.responder_id,
        name=session.get_one(Responder, row.responder_id).name,
        kind=EnrolmentKind(row.kind),
        desks=tuple(one.desk_code for one in memberships.running(session, row.responder_id)),
        asked_by=asked.asked_by,
        asker_id=asked.asker_id,
        reason=asked.reason,
        proved_at=proved_at,
        lapses_at=proved_at + DECIDED_WITHIN,
    )
