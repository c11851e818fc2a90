"""Approving a phone and a person who were proved, as another admin than who invited them.

Then each of their desks is asked to let them in. Nothing that a hook reaches imports this file.
"""

from collections.abc import Sequence

from hotline.domain.accounts.account import SignedIn
from hotline.domain.desk.desks import of_responder
from hotline.domain.outbox.message import Wording
from hotline.domain.people.enrolment import (
    DECIDED_WITHIN,
    EnrolmentKind,
    EnrolmentState,
    may_decide,
)
from hotline.domain.wording import Template
from hotline.errors import NotFound, PersonnelRefused
from hotline.ports import Kit
from hotline.services import national
from hotline.services.approving import RUNNING, About, ApprovalRule, Decision, name_of
from hotline.services.people import personnel, responder_sms
from hotline.services.people.dossiers.postings import ask_in_everywhere
from hotline.store.accounts.approvals import Approval, ApprovalKind
from hotline.store.database import Session
from hotline.store.people import enrolments, memberships, responders
from hotline.store.people.enrolments import Enrolment, EnrolmentEnd
from hotline.store.people.responders import Responder
from hotline.text.remark import remark


def _about(session: Session, kit: Kit, asked: Approval, _by: SignedIn) -> About | None:
    """Shows no number. Only a number that a code has proved waits here."""
    row = enrolments.of_approval(session, asked.id)
    if row is None or row.proved_at is None or not may_decide(row.proved_at, kit.now()):
        return None
    person, by = session.get_one(Responder, row.responder_id), name_of(asked.asked_by)
    if row.kind == EnrolmentKind.NUMBER:
        says = remark(
            "{by} asks for a new number of {about}. A code proved it.", by=by, about=person.name
        )
    else:
        says = remark(
            "{by} asks to enrol {about} for {desks}. Phone and paper were proved.",
            by=by,
            about=person.name,
            desks=",".join(one.desk_code for one in memberships.running(session, person.id)),
        )
    return About(
        says,
        f"responder:{person.id}",
        detail=row.kind,
        name=person.name,
        member=of_responder(person.id),
        asked_at=row.proved_at,
        expires_at=row.proved_at + DECIDED_WITHIN,
    )


def _row(decision: Decision) -> Enrolment:
    found = enrolments.of_approval(decision.session, decision.row.id, for_writing=True)
    if found is None:
        raise NotFound(remark("that was decided already, or its time is over"))
    return found


def _refuse(decision: Decision) -> Sequence[int]:
    enrolments.end(_row(decision), EnrolmentEnd.REFUSED, decision.kit.now())
    return ()


def _approve(decision: Decision) -> Sequence[int]:
    session, kit, by, reason = decision.session, decision.kit, decision.by, decision.reason
    row, at = _row(decision), kit.now()
    person = session.get_one(Responder, row.responder_id)
    if row.kind == EnrolmentKind.NUMBER:
        if responders.known_numbers(session, [row.number_key]):
            raise PersonnelRefused(remark("that number was enrolled for somebody else meanwhile"))
        before, person.number_key = person.sealed_number, row.number_key
        person.sealed_number, person.unreachable = row.sealed_number or before, None
        enrolments.end(row, EnrolmentEnd.APPROVED, at)
        row.sealed_number = before
        session.flush()
        personnel.record(session, kit, "responder_number_changed", person, by=by, reason=reason)
        return [responder_sms.say(session, person, _changed(kit, person.language), at)]
    enrolments.end(row, EnrolmentEnd.APPROVED, at)
    person.state, person.active = EnrolmentState.ACTIVE, True
    session.flush()
    personnel.record(session, kit, "responder_approved", person, by=by, reason=reason)
    ask_in_everywhere(session, kit, by, person, reason)
    return ()


def _changed(kit: Kit, language: str) -> Wording:
    number = national.number(kit)
    if number is None:
        return Wording(Template.NUMBER_CHANGED_ALONE, {}, language)
    return Wording(Template.NUMBER_CHANGED, {"number": number}, language)


ENROLMENT = ApprovalRule(
    kind=ApprovalKind.ENROLMENT,
    decided_by=RUNNING,
    about=_about,
    approve=_approve,
    refuse=_refuse,
    refused="responder_refused",
)
