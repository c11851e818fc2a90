"""Enrols all responders of a file, or none. Their numbers are sealed to the relay and identified by digest.

Also carries out the approval of a verified phone and person, by another admin than the one who invited them. Then it
requests access at each of their desks. No code that a hook reaches imports this file.
"""

from collections.abc import Iterator, Mapping, Sequence

from hotline.domain.accounts.account import AccountState, SignedIn
from hotline.domain.desk.desks import of_responder
from hotline.domain.outbox.message import Wording
from hotline.domain.people.enrolment import (
    DECIDED_WITHIN,
    Enrolled,
    EnrolmentKind,
    EnrolmentState,
    RowFault,
    judge_responders,
    may_decide,
    read_responders,
    refuse,
)
from hotline.domain.wording import Template
from hotline.errors import NotFound, PersonnelRefused
from hotline.ports import Kit
from hotline.services import national
from hotline.services.approving import RUNNING, About, ApprovalRule, Decision, name_of
from hotline.services.people import leaves, responder_sms
from hotline.services.people.dossiers.postings import ask_in_everywhere
from hotline.store.accounts import accounts
from hotline.store.accounts.approvals import Approval, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.dialogue import contacts
from hotline.store.people import enrolments, responders
from hotline.store.people.enrolments import Enrolment, EnrolmentEnd
from hotline.store.people.responders import Responder
from hotline.text.names import keys_of
from hotline.text.remark import remark

BY_COMMAND = "cli"


def import_responders(kit: Kit, text: str, *, proving: bool = False) -> Sequence[Enrolled]:
    """Enrols all people in a CSV file. Raises ImportRefused with every error, and then changes nothing.

    With `proving`, they are alerted only after phone and person are verified and a second admin approves.
    """
    rows = read_responders(text)
    enrol(kit, rows, proving=proving)
    return rows


def judged(kit: Kit, text: str) -> tuple[Sequence[Enrolled], Sequence[RowFault]]:
    """Returns the valid rows of a file, and the errors of the others. Stores nothing."""
    rows, faults = judge_responders(text)
    by_key = {kit.pseudonyms.enrolled(row.msisdn): row for row in rows}
    with kit.database.reading() as session:
        faults = [*faults, *_unfit(session, kit, by_key)]
    lines = {fault.line for fault in faults}
    return [row for row in rows if row.line not in lines], sorted(faults, key=lambda one: one.line)


def enrol(
    kit: Kit, rows: Sequence[Enrolled], *, proving: bool, actor: str = BY_COMMAND
) -> Sequence[int]:
    """Enrols these people, and returns their ids. Raises ImportRefused with every error, and then changes nothing."""
    by_key = {kit.pseudonyms.enrolled(row.msisdn): row for row in rows}
    people = [_responder(kit, key, row) for key, row in by_key.items()]
    if proving:
        for one in people:
            one.state, one.active = EnrolmentState.PROVING, False

    with kit.database.writing() as session:
        refuse([*_unfit(session, kit, by_key)])
        session.add_all(people)
        audit.append(
            session,
            at=kit.now(),
            actor=actor,
            action="responders_imported",
            subject=f"{len(people)} responders",
        )
        return [one.id for one in people]


def list_responders(kit: Kit) -> Sequence[Responder]:
    """Returns all people who were ever enrolled. Their numbers stay sealed."""
    with kit.database.reading() as session:
        return responders.everybody(session)


def _unfit(session: Session, kit: Kit, by_key: Mapping[str, Enrolled]) -> Iterator[RowFault]:
    """Yields the errors of valid rows whose number or name cannot be enrolled.

    A person on the stop list could never be alerted. Names must differ from those of responders and accounts, because
    the audit log shows names. The demo's accounts do not count.
    """
    stop_keys = {key: kit.pseudonyms.stopped(row.msisdn) for key, row in by_key.items()}
    known = responders.known_numbers(session, by_key)
    stopped = contacts.stopped_among(session, stop_keys.values())
    logins = [one for one in accounts.everybody(session) if one.state != AccountState.DEMO]
    names = {key for one in responders.names(session).values() for key in enumerate(keys_of(one))}
    called = {key for one in logins for key in enumerate(keys_of(one.shown))}
    for key, row in by_key.items():
        alike = {*enumerate(keys_of(row.name))}
        if key in known:
            yield RowFault(
                row.line,
                remark(
                    "msisdn: is enrolled already. If the person was removed, two people bring them back"
                ),
            )
        elif alike & names:
            yield RowFault(
                row.line, remark("name: somebody of this line has a name that looks the same")
            )
        elif alike & called:
            yield RowFault(
                row.line, remark("name: an account of the console has a name that looks the same")
            )
        if stop_keys[key] in stopped:
            yield RowFault(row.line, remark("msisdn: asked to hear no more (STOP)"))


def _responder(kit: Kit, key: str, row: Enrolled) -> Responder:
    at = kit.now()
    return Responder(
        name=row.name,
        level=row.level,
        language=row.language,
        languages=list(row.languages) if len(row.languages) > 1 else None,
        districts=list(row.districts),
        categories=list(row.categories),
        number_key=key,
        sealed_number=kit.sealer.number(row.msisdn),
        active=True,
        created_at=at,
        memberships=responders.new(row.desks, row.categories, at),
    )


def _about(session: Session, kit: Kit, asked: Approval, _by: SignedIn) -> About | None:
    """Describes an enrolment for the approvals page, without its number.

    Returns None until a code verified the number.
    """
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
            desks=",".join(one.desk_code for one in responders.running(session, person.id)),
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


def _refuse(decision: Decision) -> None:
    enrolments.end(_row(decision), EnrolmentEnd.REFUSED, decision.kit.now())


def _approve(decision: Decision) -> None:
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
        leaves.record(session, kit, "responder_number_changed", person, by=by, reason=reason)
        responder_sms.say(session, person, _changed(kit, person.language), at)
        return
    enrolments.end(row, EnrolmentEnd.APPROVED, at)
    person.state, person.active = EnrolmentState.ACTIVE, True
    session.flush()
    leaves.record(session, kit, "responder_approved", person, by=by, reason=reason)
    ask_in_everywhere(session, kit, by, person, reason)


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
