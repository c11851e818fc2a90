"""What a second admin says of a phone and a person who were proved: whoever wrote it down does not decide.

Then each desk of hers is asked to let her in. Nothing that a hook reaches imports this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.domain.desk.desks import READS, DeskKind, kind_of
from hotline.domain.desk.members import of_responder
from hotline.domain.jobs import Job
from hotline.domain.outbox.message import Wording
from hotline.domain.people.enrolling import DECIDED_WITHIN, may_decide
from hotline.domain.people.standing import EnrolmentKind, EnrolmentState
from hotline.domain.wording import Template
from hotline.errors import PersonnelRefused
from hotline.ports import Kit
from hotline.services import national
from hotline.services.desk import admissions
from hotline.services.doorbell import ring
from hotline.services.people import personnel, responder_sms
from hotline.services.people.enrolling import record_step
from hotline.store.accounts import approvals
from hotline.store.accounts.approvals import Approval, ApprovalDecision
from hotline.store.database import Session
from hotline.store.desk import audit, desks
from hotline.store.people import enrolments, memberships, responders
from hotline.store.people.enrolments import Enrolment, EnrolmentEnd
from hotline.store.people.responders import Responder


@dataclass(frozen=True, slots=True)
class WaitingEnrolment:
    responder_id: int
    name: str
    kind: EnrolmentKind
    asked_by: str
    proved_at: datetime
    lapses_at: datetime


def waiting(kit: Kit) -> Sequence[WaitingEnrolment]:
    """What a second admin may decide on, the oldest first."""
    at = kit.now()
    with kit.database.reading() as session:
        return [
            _waits(session, row, row.proved_at)
            for row in enrolments.proved(session)
            if row.proved_at is not None and may_decide(row.proved_at, at)
        ]


def decide(kit: Kit, by: Actor, name: str, reason: str, *, approve: bool) -> Responder:
    """What a second admin says of what was proved. Raises NotFound, PersonnelRefused."""
    at, to_ring = kit.now(), None
    with kit.database.writing() as session:
        person = personnel.find(session, name)
        row = enrolments.open_of(session, person.id, for_writing=True)
        if row is None or not may_decide(row.proved_at, at):
            raise PersonnelRefused(
                f"nothing of {person.name} waits: `hotline responders invite` sends a code first"
            )
        asked = session.get_one(Approval, row.approval_id)
        _check_other(asked, by, person)
        approvals.decide(
            asked,
            audit.by_actor(by),
            at,
            ApprovalDecision.APPROVED if approve else ApprovalDecision.REFUSED,
        )
        if approve:
            to_ring = _approve(session, kit, by, person, row, at, reason)
        else:
            enrolments.end(row, EnrolmentEnd.REFUSED, at)
            record_step(session, kit, by, "responder_refused", person, f"{row.kind}: {reason}")
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)
    return person


def _check_other(asked: Approval, by: Actor, person: Responder) -> None:
    is_same = by.account_id is not None and by.account_id == asked.asker_id
    wrote = asked.asked_by.rpartition(":")[2]
    names = [" ".join(name.split()).casefold() for name in (by.name, wrote, person.name)]
    if is_same or names[0] in names[1:]:
        raise PersonnelRefused(
            "another admin decides: neither who wrote it down, nor the person herself"
        )


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
            raise PersonnelRefused("that number was enrolled for somebody else meanwhile")
        before, person.number_key = person.sealed_number, row.number_key
        person.sealed_number, person.unreachable = row.sealed_number or before, None
        enrolments.end(row, EnrolmentEnd.APPROVED, at)
        row.sealed_number = before
        session.flush()
        record_step(session, kit, by, "responder_number_changed", person, reason)
        return responder_sms.say(session, person, _changed(kit, person.language), at)
    enrolments.end(row, EnrolmentEnd.APPROVED, at)
    person.state, person.active = EnrolmentState.ACTIVE, True
    session.flush()
    record_step(session, kit, by, "responder_approved", person, reason)
    for desk in _readable(session, person):
        admissions.ask_in(session, kit, by, desk, of_responder(person.id), reason)
    return None


def _changed(kit: Kit, language: str) -> Wording:
    number = national.number(kit)
    if number is None:
        return Wording(Template.NUMBER_CHANGED_ALONE, {}, language)
    return Wording(Template.NUMBER_CHANGED, {"number": number}, language)


def _readable(session: Session, person: Responder) -> list[str]:
    """Her desks that have a key, and that something may be sealed to."""
    hers = {row.desk_code for row in memberships.running(session, person.id)}
    return [
        desk.code
        for desk in desks.everything(session)
        if desk.code in hers
        and desk.retired_at is None
        and DeskKind(desk.kind or kind_of(desk.code)) in READS
    ]


def _waits(session: Session, row: Enrolment, proved_at: datetime) -> WaitingEnrolment:
    asked = session.get_one(Approval, row.approval_id)
    return WaitingEnrolment(
        responder_id=row.responder_id,
        name=session.get_one(Responder, row.responder_id).name,
        kind=EnrolmentKind(row.kind),
        asked_by=asked.asked_by,
        proved_at=proved_at,
        lapses_at=proved_at + DECIDED_WITHIN,
    )
