"""Enrols responders: registers their phones, and starts the steps that prove a phone and its owner. The phone gets a
code by SMS, and the person gets a start PIN on paper.

`web/service_approvals.py` carries out the decision of the second admin, who approves or rejects an enrolment.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hotline.alerts.service_messages import notify_person
from hotline.core.actors import AccountState, Actor, SignedIn
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.duty.service_leaves import PeopleChange, change_of, changing_people, find_person
from hotline.duty.service_removal import request_access_everywhere
from hotline.flows import service_check
from hotline.gateway import tables as gateway_tables
from hotline.gateway.rules import responders_short_code
from hotline.keys.passphrase import PIN_COSTS, Costs
from hotline.people import tables, tables_accounts, tables_audit, tables_desks, tables_sessions
from hotline.people.encrypt_start_secrets import CODE_COSTS, digest_digits
from hotline.people.rules import (
    APART,
    CODE_DIGITS,
    CODE_VALIDITY,
    DECIDED_WITHIN,
    START_DIGITS,
    START_PIN_VALIDITY,
    EnrolmentKind,
    EnrolmentRow,
    EnrolmentState,
    RowFault,
    check_row,
    may_decide,
    new_digits,
    read_responders,
    refuse_faults,
)
from hotline.people.service_approving import DECIDING, ApprovalRule, ApprovalView, Decision, sees
from hotline.people.tables import Enrolment, EnrolmentEnd, Person, Responder
from hotline.people.tables_sessions import Approval, ApprovalDecision, ApprovalKind
from hotline.text.characters import comparison_keys
from hotline.text.errors import NotFound, PersonnelRefused
from hotline.text.identifiers import parse_sendable
from hotline.text.languages import message_text


@dataclass(frozen=True, slots=True)
class StartPaper:
    """A paper with a start PIN, which an admin hands to a person."""

    responder_id: int
    name: str
    dial: str
    start_pin: str = field(repr=False)
    until: datetime


def invite(
    context: Context, by: Actor, name: str, reason: str, *, costs: Costs = PIN_COSTS
) -> StartPaper:
    """Sends a code to a person's phone, and makes their start PIN. The command line calls this function. If an operator
    repeats the command for the same person, the new code and PIN replace the old code and PIN.

    A person who already gets alerts of tips continues to get them. Raises NotFound, PersonnelRefused.
    """
    secrets = _new_secrets(context, costs)
    with changing_people(context, by, reason) as change:
        row = _new_enrolment(find_person(change.session, name), change.at)
        _open(change, row)
        return _hand_out(change, row, secrets)


def change_number(context: Context, by: Actor, name: str, number: str, reason: str) -> None:
    """Requests the start PIN for a new number of a person. The old number works until the change is approved.

    Raises NotFound, NumberInvalid, PersonnelRefused.
    """
    msisdn = parse_sendable(number)
    key = context.pseudonyms.enrolled(msisdn)
    with changing_people(context, by, reason) as change:
        session = change.session
        person = find_person(session, name)
        if tables.known_numbers(session, [key]):
            raise PersonnelRefused("this phone number is enrolled already: enter another number")
        if gateway_tables.stopped(session, [context.pseudonyms.stopped(msisdn)]):
            raise PersonnelRefused("the owner of this number stopped all SMS (STOP)")
        if person.state != EnrolmentState.ACTIVE:
            raise PersonnelRefused(
                message_text(
                    "{name} is not enrolled now: first enrol this person", name=person.name
                )
            )
        row = _new_enrolment(person, change.at)
        row.kind, row.number_key = EnrolmentKind.NUMBER, key
        row.encrypted_number = context.encrypter.number(msisdn)
        _request_one(change, row)
        change.log("responder_number_wanted", person)


def request_start_pin(context: Context, by: Actor, responder_id: int, reason: str) -> None:
    """Requests a new start PIN for a person. The new start PIN replaces an earlier start PIN, and a work PIN that the
    person forgot.

    After a second person has approved the request, `print_start_pin` makes the start PIN. Raises NotFound,
    PersonnelRefused.
    """
    with changing_people(context, by, reason) as change:
        person = find_person(change.session, str(responder_id))
        _request_one(change, _new_enrolment(person, change.at))
        change.log("responder_invited", person)


def register(
    change: PeopleChange, rows: Sequence[EnrolmentRow], subject: str = ""
) -> Sequence[Responder]:
    """Registers the person of each row of a file or form. Requests the start PINs of all these people with one
    approval.

    The calling function must first check that `unfit` finds no error in the rows.
    """
    people = add_people(change, rows, tables_audit.by_actor(change.by), proving=True)
    opened = [_new_enrolment(person, change.at) for person in people]
    change.session.add_all(opened)
    _request(change, opened, subject or f"start:{people[0].id}")
    return people


def print_start_pin(
    context: Context, by: Actor, responder_id: int, *, costs: Costs = PIN_COSTS
) -> StartPaper:
    """Makes the enrolment code and the start PIN, after a second person has approved the request for the start PIN. No
    one can print a start PIN again, because the hotline stores it nowhere.

    Raises NotFound, PersonnelRefused.
    """
    secrets = _new_secrets(context, costs)
    with changing_people(context, by, "") as change:
        session = change.session
        row = tables.open_enrolment(session, responder_id, for_writing=True)
        approval = _approved_request(session, row, change.at)
        if row is None or approval is None:
            raise PersonnelRefused(
                message_text("no start PIN is approved for this person: request a new start PIN")
            )
        change.check_overseen(session.get_one(Responder, responder_id))
        return _hand_out(replace(change, reason=approval.reason), row, secrets)


def may_print(context: Context, responder_id: int) -> bool:
    """Returns True if a start PIN of this person was approved and not printed yet."""
    with context.database.reading() as session:
        row = tables.open_enrolment(session, responder_id)
        return _approved_request(session, row, context.now()) is not None


def _approved_request(session: Session, row: Enrolment | None, at: datetime) -> Approval | None:
    """Returns the approval to print the start PIN of an enrolment. Returns None if no one has approved the request, if
    the start PIN was already printed, or if the approval is too old.
    """
    approval = None if row is None else session.get(Approval, row.approval_id)
    if approval is None or approval.kind != ApprovalKind.START_PIN or approval.decided_at is None:
        return None
    is_approved = approval.decision == ApprovalDecision.APPROVED
    return approval if is_approved and at < approval.decided_at + START_PIN_VALIDITY else None


def _new_enrolment(person: Responder, at: datetime) -> Enrolment:
    kind = EnrolmentKind.ENROL
    return Enrolment(
        responder_id=person.id, kind=kind, number_key=person.number_key, tries=0, asked_at=at
    )


def _request(change: PeopleChange, rows: Sequence[Enrolment], subject: str) -> None:
    """Requests the approval to print the start PINs of the enrolments in `rows`. If a request to print start PINs about
    `subject` is already pending, adds the enrolments to that request.
    """
    session, kind, at = change.session, ApprovalKind.START_PIN, change.at
    approval = tables_sessions.pending_for(session, subject, at) or tables_sessions.add_request(
        session, change.by, kind, subject, change.reason, at
    )
    for row in rows:
        row.approval_id = approval.id


def _request_one(change: PeopleChange, row: Enrolment) -> None:
    _open(change, row)
    _request(change, [row], f"start:{row.responder_id}")


def _open(change: PeopleChange, row: Enrolment) -> None:
    """Adds a new enrolment, which replaces an earlier enrolment of the same responder. Locks the row of the enrolled
    person in the database.
    """
    session, at = change.session, change.at
    person = session.get_one(Responder, row.responder_id, with_for_update={"key_share": True})
    change.check_overseen(person)
    if person.state == EnrolmentState.REMOVED or person.removed_at is not None:
        raise PersonnelRefused(
            message_text(
                "{name} was removed: two people must first undo the removal", name=person.name
            )
        )
    before = tables.open_enrolment(session, person.id, for_writing=True)
    if before is not None:
        tables.end_enrolment(before, EnrolmentEnd.WITHDRAWN, at)
        session.flush()
        approval = session.get_one(Approval, before.approval_id)
        shared = tables.enrolments_of_approval(session, approval.id)
        if approval.decided_at is None and not shared:
            actor = tables_audit.by_actor(change.by)
            tables_sessions.record_decision(approval, actor, at, ApprovalDecision.WITHDRAWN)
        session.flush()
    session.add(row)
    session.flush()


def _new_secrets(context: Context, costs: Costs) -> tuple[str, Mapping[str, bytes]]:
    """Returns a new start PIN, and the values to store for this PIN and for a new enrolment code. The function is
    slow, so it runs outside of transactions."""
    code, start_pin = new_digits(CODE_DIGITS), new_digits(START_DIGITS)
    return start_pin, {
        "encrypted_code": context.encrypter.number(code),
        "code_hash": digest_digits(code, CODE_COSTS),
        "start_hash": digest_digits(start_pin, costs),
    }


def _hand_out(
    change: PeopleChange, row: Enrolment, secrets: tuple[str, Mapping[str, bytes]]
) -> StartPaper:
    """Gives an enrolment its code and its start PIN, and requests a second admin's approval of the enrolment."""
    session, at = change.session, change.at
    dial = responders_short_code(change.context.line.service_code)
    for column, value in secrets[1].items():
        setattr(row, column, value)
    row.code_until, row.start_until = at + CODE_VALIDITY, at + START_PIN_VALIDITY
    lives = START_PIN_VALIDITY + DECIDED_WITHIN
    kind, subject = ApprovalKind.ENROLMENT, f"enrolment:{row.id}"
    approval = tables_sessions.add_request(
        session, change.by, kind, subject, change.reason, at, lives=lives
    )
    row.approval_id = approval.id
    person = session.get_one(Responder, row.responder_id)
    notify_person(session, person, Template.JOIN, at, code=dial)
    change.log("start_pin_printed", person)
    return StartPaper(person.id, person.name, dial, secrets[0], at + START_PIN_VALIDITY)


# The functions below enrol all responders of a file, or none of them. The functions encrypt phone numbers so that only
# workers can decrypt the numbers, and find responders by the digests of their numbers.


def import_responders(
    context: Context, text: str, *, proving: bool = False
) -> Sequence[EnrolmentRow]:
    """Enrols all people of a CSV file. If any row has an error, changes nothing and raises ImportRefused with all
    errors.

    If `proving` is True, people get no alerts at first. Each person must first prove the phone with a code and a start
    PIN, and then a second admin must approve.
    """
    rows = read_responders(text)
    with changing_people(context, "", "") as change:
        refuse_faults([*unfit(change.session, context, rows)])
        add_people(change, rows, "cli", proving=proving)
    return rows


def add_people(
    change: PeopleChange, rows: Sequence[EnrolmentRow], actor: str, *, proving: bool
) -> Sequence[Responder]:
    """Enrols the phone of each row of a file or form. The calling function must first check that `unfit` finds no error
    in these rows.
    """
    session, context, at = change.session, change.context, change.at
    people = list[Responder]()
    for row in rows:
        person = Person(name=row.name, languages=list(row.languages))
        responder = Responder(
            **({"person": person} if row.person_id is None else {"person_id": row.person_id}),
            level=row.level,
            districts=list(row.districts),
            categories=list(row.categories),
            number_key=context.pseudonyms.enrolled(row.msisdn),
            encrypted_number=context.encrypter.number(row.msisdn),
            state=EnrolmentState.PROVING if proving else EnrolmentState.ACTIVE,
            active=not proving,
            created_at=at,
            memberships=tables.new_memberships(row.desks, row.categories, at),
        )
        people.append(responder)
    session.add_all(people)
    count = f"{len(people)} responders"
    tables_audit.append_row(session, at, actor, "responders_imported", count, change.reason)
    session.flush()
    return people


def list_responders(context: Context) -> Sequence[Responder]:
    """Returns all responders who were ever enrolled. The phone numbers of the responders stay encrypted."""
    with context.database.reading() as session:
        return tables.all_responders(session)


def unfit(session: Session, context: Context, rows: Sequence[EnrolmentRow]) -> Iterator[RowFault]:
    """Yields an error for each row whose number or name has the right form, but cannot be enrolled.

    A number on the stop list is an error, because its owner could never be alerted. A name must differ from the names
    of all responders and accounts, because the audit log shows names. A name may be the same as the name of a demo
    account. A person may not work both at an oversight desk and at another kind of desk.
    """
    by_key = {context.pseudonyms.enrolled(row.msisdn): row for row in rows}
    stop_keys = {key: context.pseudonyms.stopped(row.msisdn) for key, row in by_key.items()}
    known_keys = tables.known_numbers(session, by_key)
    stopped = gateway_tables.stopped(session, stop_keys.values())
    logins = tables_accounts.all_accounts(session)
    demo = {account.person_id for account in logins if account.state == AccountState.DEMO}
    names = tables_accounts.keys_of_names(session)
    for key, row in by_key.items():
        own_desks = tables_desks.desks_of_person(session, row.person_id or 0)
        if tables_desks.mixes_oversight(session, own_desks.union(row.desks)):
            yield RowFault(row.line, APART)
        alike = (names.get(key, set()) for key in enumerate(comparison_keys(row.name)))
        if key in known_keys:
            yield RowFault(
                row.line,
                message_text(
                    "msisdn: This number is already enrolled. If the person was removed, two "
                    "people must undo the removal."
                ),
            )
        elif set().union(*alike) - demo - {row.person_id}:
            yield RowFault(
                row.line,
                message_text("name: Another person's name looks like this name. Enter a new name."),
            )
        if stop_keys[key] in stopped:
            yield RowFault(
                row.line,
                message_text(
                    "msisdn: The owner of this number stopped all SMS (STOP). First ask the owner to allow SMS."
                ),
            )


def _about(
    session: Session, context: Context, approval: Approval, viewer: SignedIn
) -> ApprovalView | None:
    """Describes an enrolment for the page of approvals, without the phone number.

    Returns None if the owner has not proved the phone with a code yet, or if the time for a decision is over. Also
    returns None if the reader's account may not see the person.
    """
    rows = tables.enrolments_of_approval(session, approval.id)
    row = rows[0] if rows else None
    if row is None or row.proved_at is None or not may_decide(row.proved_at, context.now()):
        return None
    person, by = session.get_one(Responder, row.responder_id), approval.asker
    if not sees(session, viewer, person.person_id):
        return None
    if row.kind == EnrolmentKind.NUMBER:
        text = message_text(
            "{by} asks to change the phone number of {about}. The person entered the SMS code on the new phone.",
            by=by,
            about=person.name,
        )
    else:
        text = message_text(
            "{by} asks to enrol {about} for {desks}. The person has entered the SMS code and the start PIN.",
            by=by,
            about=person.name,
            desks=",".join(one.desk_code for one in tables.current_memberships(session, person.id)),
        )
    return ApprovalView(
        text,
        f"responder:{person.id}",
        detail=row.kind,
        person_id=person.person_id,
        asked_at=row.proved_at,
        expires_at=row.proved_at + DECIDED_WITHIN,
    )


def _rows(decision: Decision) -> Sequence[Enrolment]:
    return tables.enrolments_of_approval(decision.session, decision.row.id, for_writing=True)


def _refuse(decision: Decision) -> None:
    for row in _rows(decision):
        tables.end_enrolment(row, EnrolmentEnd.REFUSED, decision.context.now())


def _approve(decision: Decision) -> None:
    change, row = change_of(decision), next(iter(_rows(decision)), None)
    session, at = change.session, change.at
    if row is None:
        raise NotFound(message_text("this request was already decided or has expired"))
    person = session.get_one(Responder, row.responder_id)
    if row.kind == EnrolmentKind.NUMBER:
        if tables.known_numbers(session, [row.number_key]):
            raise PersonnelRefused(
                message_text(
                    "another person was enrolled with this phone number after the request: check the number"
                )
            )
        before, person.number_key = person.encrypted_number, row.number_key
        person.encrypted_number, person.unreachable = row.encrypted_number or before, None
        tables.end_enrolment(row, EnrolmentEnd.APPROVED, at)
        row.encrypted_number = before
        session.flush()
        change.log("responder_number_changed", person)
        number = service_check.national_number(change.context)
        if number is None:
            notify_person(session, person, Template.NUMBER_CHANGED_ALONE, at)
        else:
            notify_person(session, person, Template.NUMBER_CHANGED, at, number=number)
        return
    tables.end_enrolment(row, EnrolmentEnd.APPROVED, at)
    person.state, person.active = EnrolmentState.ACTIVE, True
    session.flush()
    change.log("responder_approved", person)
    request_access_everywhere(change, person)


def _about_start(
    session: Session, _context: Context, approval: Approval, by: SignedIn
) -> ApprovalView | None:
    """Describes a request to print start PINs. Returns None if the request has no enrolment left, or if the reader's
    account may not see all its people."""
    rows = tables.enrolments_of_approval(session, approval.id)
    people = [session.get_one(Responder, row.responder_id) for row in rows]
    if not all(sees(session, by, person.person_id) for person in people) or not people:
        return None
    if len(rows) > 1:
        text = message_text(
            "{by} asks to print the start PINs of {count} people on an imported sheet",
            by=approval.asker,
            count=len(rows),
        )
        return ApprovalView(text, f"{len(rows)} responders")
    person = people[0]
    text = message_text(
        "{by} asks to print the start PIN of {about}", by=approval.asker, about=person.name
    )
    return ApprovalView(text, f"responder:{person.id}", person_id=person.person_id)


START_PIN = ApprovalRule(
    kind=ApprovalKind.START_PIN,
    decided_by=DECIDING,
    about=_about_start,
    refuse=_refuse,
    given="start_pin_approved",
    refused="start_pin_refused",
)


ENROLMENT = ApprovalRule(
    kind=ApprovalKind.ENROLMENT,
    decided_by=DECIDING,
    about=_about,
    approve=_approve,
    refuse=_refuse,
    refused="responder_refused",
)


# The code below enrols people from a page of the console, with the functions that also enrol people from a file.


def enrol_person(
    context: ConsoleContext,
    by: Actor,
    cells: Mapping[str, str],
    reason: str,
    person_id: int | None = None,
) -> tuple[int, Sequence[RowFault]]:
    """Registers a phone from the fields of a form, which have the names of the columns of a file. Requests the start
    PIN of the phone. Returns the id of the phone, and the errors in the form. If the form has an error, changes
    nothing.

    `person_id` is the existing person who gets the phone, or None for a new person. The name and languages of an
    existing person stay the same."""
    faults: list[RowFault] = []
    row = check_row(1, cells, faults)
    rows = [] if row is None else [replace(row, person_id=person_id)]
    with changing_people(context, by, reason) as change:
        if faults := [*faults, *unfit(change.session, context, rows)]:
            return 0, faults
        return register(change, rows)[0].id, ()
