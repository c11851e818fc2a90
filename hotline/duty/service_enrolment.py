"""Starts the verification of a phone and a person. The phone gets a code by SMS, and the person a start PIN on paper.

`enrolment.py` carries out the second admin's decision.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hotline.alerts import service_messages
from hotline.alerts.queries_people import take_turns
from hotline.core.actors import AccountState, Actor, SignedIn
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.duty import service_leaves
from hotline.duty.service_postings import ask_in_everywhere
from hotline.errors import NotFound, PersonnelRefused
from hotline.flows import service_check
from hotline.gateway import tables_sessions
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules_message import Wording, responders_entry
from hotline.keys.passphrase import Costs
from hotline.people import (
    tables,
    tables_accounts,
    tables_approvals,
    tables_audit,
    tables_enrolments,
)
from hotline.people.encrypt_start_secrets import CODE_COSTS, START_COSTS, digested
from hotline.people.rules import (
    CODE_DIGITS,
    CODE_LIVES,
    DECIDED_WITHIN,
    START_DIGITS,
    START_LIVES,
    Enrolled,
    EnrolmentKind,
    EnrolmentState,
    RowFault,
    judge_responders,
    may_decide,
    new_digits,
    read_responders,
    refuse,
)
from hotline.people.service_approving import RUNNING, About, ApprovalRule, Decision
from hotline.people.tables import Person, Responder
from hotline.people.tables_approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.people.tables_enrolments import Enrolment, EnrolmentEnd
from hotline.text.names import keys_of
from hotline.text.phone_numbers import sendable
from hotline.text.phrases import remark


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
        person = service_leaves.find(session, name)
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
        person = service_leaves.find(session, name)
        if tables.known_numbers(session, [key]):
            raise PersonnelRefused("this number is enrolled already")
        if tables_sessions.stopped_among(session, [kit.pseudonyms.stopped(msisdn)]):
            raise PersonnelRefused("this number asked for no more messages (STOP)")
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
                remark(
                    "{name} was removed: two people must bring them back first", name=person.name
                )
            )
        _withdraw(session, by, person.id, at)
        session.add(row)
        session.flush()
        kind, subject = ApprovalKind.ENROLMENT, f"enrolment:{row.id}"
        lives = START_LIVES + DECIDED_WITHIN
        asked = tables_approvals.ask(session, by, kind, subject, reason, at, lives=lives)
        row.approval_id = asked.id
        wording = Wording(Template.JOIN, {"code": dial}, person.language)
        service_messages.confirmation(session, wording, person.id, at)
        is_number = row.kind == EnrolmentKind.NUMBER
        service_leaves.record(
            session,
            kit,
            "responder_number_wanted" if is_number else "responder_invited",
            person,
            by=by,
            reason=reason,
        )
        return StartPaper(person.id, person.name, dial, start_pin, at + START_LIVES)


def _withdraw(session: Session, by: Actor, responder_id: int, at: datetime) -> None:
    before = tables_enrolments.open_of(session, responder_id, for_writing=True)
    if before is None:
        return
    tables_enrolments.end(before, EnrolmentEnd.WITHDRAWN, at)
    asked = session.get_one(Approval, before.approval_id)
    if asked.decided_at is None:
        tables_approvals.decide(asked, tables_audit.by_actor(by), at, ApprovalDecision.WITHDRAWN)
    session.flush()


# Enrols all responders of a file, or none. Their numbers are sealed to the relay and identified by digest.

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
        tables_audit.append(
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
        return tables.everybody(session)


def _unfit(session: Session, kit: Kit, by_key: Mapping[str, Enrolled]) -> Iterator[RowFault]:
    """Yields the errors of valid rows whose number or name cannot be enrolled.

    A person on the stop list could never be alerted. Names must differ from those of responders and accounts, because
    the audit log shows names. The demo's accounts do not count.
    """
    stop_keys = {key: kit.pseudonyms.stopped(row.msisdn) for key, row in by_key.items()}
    known = tables.known_numbers(session, by_key)
    stopped = tables_sessions.stopped_among(session, stop_keys.values())
    logins = tables_accounts.everybody(session)
    demo = {one.person_id for one in logins if one.state == AccountState.DEMO}
    names = {key for key, whose in tables_accounts.keys_of_names(session).items() if whose - demo}
    for key, row in by_key.items():
        alike = {*enumerate(keys_of(row.name))}
        if key in known:
            yield RowFault(
                row.line,
                remark(
                    "msisdn: This number is already enrolled. If the person was removed, two "
                    "people must bring them back."
                ),
            )
        elif alike & names:
            yield RowFault(
                row.line,
                remark("name: A person has a name that looks the same. Enter another name."),
            )
        if stop_keys[key] in stopped:
            yield RowFault(
                row.line,
                remark(
                    "msisdn: This number asked for no more messages (STOP). Ask its owner first."
                ),
            )


def _responder(kit: Kit, key: str, row: Enrolled) -> Responder:
    at = kit.now()
    return Responder(
        person=Person(name=row.name, languages=list(row.languages)),
        level=row.level,
        districts=list(row.districts),
        categories=list(row.categories),
        number_key=key,
        sealed_number=kit.sealer.number(row.msisdn),
        active=True,
        created_at=at,
        memberships=tables.new(row.desks, row.categories, at),
    )


def _about(session: Session, kit: Kit, asked: Approval, _by: SignedIn) -> About | None:
    """Describes an enrolment for the approvals page, without its number.

    Returns None until a code verified the number.
    """
    row = tables_enrolments.of_approval(session, asked.id)
    if row is None or row.proved_at is None or not may_decide(row.proved_at, kit.now()):
        return None
    person, by = session.get_one(Responder, row.responder_id), asked.asker
    if row.kind == EnrolmentKind.NUMBER:
        says = remark(
            "{by} asks for a new number for {about}. The phone confirmed the code.",
            by=by,
            about=person.name,
        )
    else:
        says = remark(
            "{by} asks to enrol {about} for {desks}. The phone and the paper code are confirmed.",
            by=by,
            about=person.name,
            desks=",".join(one.desk_code for one in tables.running(session, person.id)),
        )
    return About(
        says,
        f"responder:{person.id}",
        detail=row.kind,
        person_id=person.person_id,
        asked_at=row.proved_at,
        expires_at=row.proved_at + DECIDED_WITHIN,
    )


def _row(decision: Decision) -> Enrolment:
    found = tables_enrolments.of_approval(decision.session, decision.row.id, for_writing=True)
    if found is None:
        raise NotFound(remark("this was already decided or has expired"))
    return found


def _refuse(decision: Decision) -> None:
    tables_enrolments.end(_row(decision), EnrolmentEnd.REFUSED, decision.kit.now())


def _approve(decision: Decision) -> None:
    session, kit, by, reason = decision.session, decision.kit, decision.by, decision.reason
    row, at = _row(decision), kit.now()
    person = session.get_one(Responder, row.responder_id)
    if row.kind == EnrolmentKind.NUMBER:
        if tables.known_numbers(session, [row.number_key]):
            raise PersonnelRefused(
                remark("this number was enrolled for another person meanwhile: check the number")
            )
        before, person.number_key = person.sealed_number, row.number_key
        person.sealed_number, person.unreachable = row.sealed_number or before, None
        tables_enrolments.end(row, EnrolmentEnd.APPROVED, at)
        row.sealed_number = before
        session.flush()
        service_leaves.record(
            session, kit, "responder_number_changed", person, by=by, reason=reason
        )
        service_messages.confirmation(session, _changed(kit, person.language), person.id, at)
        return
    tables_enrolments.end(row, EnrolmentEnd.APPROVED, at)
    person.state, person.active = EnrolmentState.ACTIVE, True
    session.flush()
    service_leaves.record(session, kit, "responder_approved", person, by=by, reason=reason)
    ask_in_everywhere(session, kit, by, person, reason)


def _changed(kit: Kit, language: str) -> Wording:
    number = service_check.number(kit)
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
