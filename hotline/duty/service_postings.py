"""Changes the desks at which a responder works.

If a responder gets fewer desks or a lower level, the change takes effect at once. If a responder gets more, a second
person must approve.
"""

from collections.abc import Mapping
from datetime import datetime

from hotline.alerts import queries_people
from hotline.core.actors import Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.duty import service_leaves, service_removal
from hotline.duty.service_leaves import find_person, log_command
from hotline.errors import PersonnelRefused
from hotline.gateway.doorbell import ringing
from hotline.people import (
    decrypt_grants,
    tables,
    tables_approvals,
    tables_audit,
    tables_desks,
    tables_members,
)
from hotline.people.rules import Level, RequestedPosting, gains_rights, read_posting, without_gains
from hotline.people.rules_desks import APART, READING_KINDS, DeskKind, kind_of, of_responder
from hotline.people.service_approving import (
    DECIDING,
    ApprovalRule,
    ApprovalView,
    Decision,
    request,
    sees,
)
from hotline.people.tables import Responder
from hotline.people.tables_approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.text.codes import NATIONAL
from hotline.text.phrases import message_text


def change_desks(
    context: Context, by: Actor, responder_id: int, posting: RequestedPosting, reason: str
) -> bool:
    """Changes the desks of a responder. Returns True if part of the change waits for a second person.

    The rest takes effect at once. Raises NotFound, PersonnelRefused.
    """
    at = context.now()
    with ringing(context) as session:
        queries_people.take_lock(session)
        person = _acting(session, responder_id)
        _check(session, person, posting.desks)
        service_leaves.check_overseen(session, by, person, posting.desks)
        now = _desks_of(session, person)
        waits = gains_rights(now, posting.desks)
        at_once = without_gains(now, posting.desks) if waits else posting.desks
        if not at_once:
            at_once = now
        service_removal.set_desks(session, context, person, at_once, posting.categories, at)
        if at_once != now or not waits:
            log_command(session, context, "responder_moved", person, by, f"{posting}: {reason}")
        _withdraw(session, by, person, at)
        if waits:
            _ask(session, context, by, person, posting, reason)
    return waits


def request_access_everywhere(
    session: Session, context: Context, by: Actor, person: Responder, reason: str
) -> None:
    """Requests access for a responder at each of their desks whose tips the responder cannot decrypt yet.

    Does nothing for a responder without a key pair.
    """
    if person.public_key is None:
        return
    member = of_responder(person.id)
    own = _desks_of(session, person)
    for row in tables_desks.all_desks(session):
        reads = row.retired_at is None and DeskKind(row.kind or kind_of(row.code)) in READING_KINDS
        if row.code not in own or not reads:
            continue
        if not decrypt_grants.has_access_or_request(session, context, row.code, member):
            decrypt_grants.add_access_request(session, context, by, row.code, member, reason)


def _ask(
    session: Session,
    context: Context,
    by: Actor,
    person: Responder,
    posting: RequestedPosting,
    reason: str,
) -> None:
    request(session, context, by, ApprovalKind.POSTING, f"{_begins(person.id)}{posting}", reason)
    log_command(session, context, "responder_more_wanted", person, by, f"{posting}: {reason}")


def _withdraw(session: Session, by: Actor, person: Responder, at: datetime) -> None:
    """Withdraws the responder's pending requests, because a newer request replaces them."""
    kind, actor = ApprovalKind.POSTING, tables_audit.by_actor(by)
    for row in tables_approvals.pending_about(session, kind, _begins(person.id), at):
        tables_approvals.record_decision(row, actor, at, ApprovalDecision.WITHDRAWN)


def _acting(session: Session, responder_id: int) -> Responder:
    person = find_person(session, str(responder_id))
    if not person.active:
        raise PersonnelRefused(
            message_text("{name} was removed or is not enrolled yet", name=person.name)
        )
    return person


def _check(session: Session, person: Responder, wanted: Mapping[str, Level]) -> None:
    if not wanted:
        raise PersonnelRefused(message_text("a responder needs at least one desk"))
    rows = {row.code: row for row in tables_desks.all_desks(session)}
    for code, level in wanted.items():
        row = rows.get(code)
        if row is None or row.retired_at is not None:
            raise PersonnelRefused(
                message_text("this desk does not exist or was retired: choose another one")
            )
        if (level is Level.NATIONAL) != (code == NATIONAL):
            raise PersonnelRefused(message_text("only the national desk has the level national"))
    others = tables_members.desks_of_person(session, person.person_id, but=person.id)
    if tables_desks.mixes_oversight(session, others.union(wanted)):
        raise PersonnelRefused(APART)


def _desks_of(session: Session, person: Responder) -> Mapping[str, Level]:
    return {
        row.desk_code: Level(row.level) for row in tables.current_memberships(session, person.id)
    }


def _begins(responder_id: int) -> str:
    return f"posting:{responder_id}:"


def _wanted(row: Approval) -> tuple[int, RequestedPosting]:
    _, responder_id, wanted = row.subject.split(":", 2)
    return int(responder_id), read_posting(wanted)


def _about(session: Session, _context: Context, row: Approval, by: SignedIn) -> ApprovalView | None:
    responder_id, wanted = _wanted(row)
    person = session.get_one(Responder, responder_id)
    if not sees(session, by, person.person_id, wanted.desks):
        return None
    now = _desks_of(session, person)
    gains = {
        code: level for code, level in wanted.desks.items() if gains_rights(now, {code: level})
    }
    return ApprovalView(
        message_text(
            "{by} asks for more desks for {about}: {places}",
            by=row.asker,
            about=person.name,
            places=",".join(f"{code}={level}" for code, level in gains.items()),
        ),
        f"responder:{person.id}",
        detail=str(wanted),
        person_id=person.person_id,
        desks=tuple(wanted.desks),
    )


def _place(decision: Decision) -> None:
    session, context = decision.session, decision.context
    responder_id, wanted = _wanted(decision.row)
    person = _acting(session, responder_id)
    _check(session, person, wanted.desks)
    service_removal.set_desks(
        session, context, person, wanted.desks, wanted.categories, context.now()
    )
    request_access_everywhere(session, context, decision.by, person, decision.reason)


POSTING = ApprovalRule(
    kind=ApprovalKind.POSTING,
    decided_by=DECIDING,
    about=_about,
    approve=_place,
    given="responder_moved",
    refused="responder_refused",
)
