"""Removes a person at once: from all work, from one desk, or from the console. One admin may do this alone.

But to remove one of the last two people of the national desk, a second person must approve. Otherwise one admin could
silence that desk. Until the approval, the person has no access but still gets alerts. A second person must also approve
the end of an account on which a team or a desk depends.
"""

from hotline.alerts import queries_people
from hotline.core.actors import Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.duty import service_accounts, service_leaves, service_removal
from hotline.duty.service_account_changes import AccountChange, current_account
from hotline.duty.service_leaves import log_command
from hotline.errors import DeskRefused, NotFound, PersonnelRefused
from hotline.gateway.doorbell import ringing
from hotline.people import (
    decrypt_grants,
    queries_member_keys,
    tables,
    tables_accounts,
    tables_audit,
    tables_desks,
    tables_members,
    tables_sessions,
)
from hotline.people.rules import Level
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_desks import OVERSEEN_DESK, account_of
from hotline.people.service_approving import (
    ADMIN,
    OPERATING,
    ApprovalRule,
    ApprovalView,
    Decision,
    request,
)
from hotline.people.tables_approvals import Approval, ApprovalKind
from hotline.text.phrases import message_text, phrase


def remove_person(context: Context, by: SignedIn, person_id: int, reason: str) -> None:
    """Removes a person at once, with all phones, accounts and on-call contacts.

    For one of the last two people of the national desk, ends all access and requests an approval. Only an admin can
    remove a person who has no phone. Raises NotFound, AccountRefused, PersonnelRefused.
    """
    with ringing(context) as session:
        queries_people.take_lock(session)
        tables.person(session, person_id, for_writing=True)
        phones = [one for one in tables.phones_of(session, person_id) if one.removed_at is None]
        if phones:
            first = max(phones, key=lambda one: one.active)
            _take_away(session, context, by.actor, first, reason)
            return
        if not ADMIN & by.roles:
            raise NotFound("there is no such person")
        for account in tables_accounts.of_person(session, person_id):
            AccountChange(session, context, by.actor, account, reason).check()
        service_removal.end_access(session, context, by.actor, person_id, reason, by_two=False)


def _take_away(
    session: Session, context: Context, by: Actor, person: tables.Responder, reason: str
) -> None:
    if person.removed_at is not None:
        raise PersonnelRefused(message_text("{name} was already removed", name=person.name))
    if tables_accounts.acts_for(session, by, person.person_id):
        raise PersonnelRefused(message_text("another person must remove you"))
    service_leaves.check_overseen(session, by, person)
    if person.active and service_removal.national_desk_without(session, person, context.now())[1]:
        for account in tables_accounts.of_person(session, person.person_id):
            service_accounts.close_account(AccountChange(session, context, by, account, reason))
        service_removal.close_desks(session, person.person_id, context.now())
        if request(session, context, by, ApprovalKind.REMOVAL, f"responder:{person.id}", reason):
            log_command(session, context, "responder_removal_asked", person, by, reason)
        return
    at = context.now()
    if person.active and service_leaves.is_last_of_oversight(session, person, at, at):
        if request(session, context, by, ApprovalKind.REMOVAL, f"responder:{person.id}", reason):
            log_command(session, context, "responder_removal_asked", person, by, reason)
        return
    service_removal.remove_within(
        session, context, str(person.id), second=None, by=by, reason=reason
    )


def end_account(context: Context, by: Actor, account_id: int, reason: str = "") -> bool:
    """Ends an account, and removes the responder who is the same person. The limits of both commands apply.

    Returns False if a second admin must approve first. In this case nothing has changed yet. Raises AccountRefused,
    PersonnelRefused.
    """
    with ringing(context) as session:
        queries_people.take_lock(session)
        change = AccountChange(session, context, by, current_account(session, account_id), reason)
        change.check()
        if change.needs_second():
            service_accounts.request_end(change)
            return False
        _end(change)
        return True


def _end(change: AccountChange) -> None:
    """Ends an account, and removes the phones of its owner. The calling function must check first that this is
    allowed.
    """
    service_accounts.end_account(change)
    session, person_id = change.session, change.account.person_id
    said = ": ".join(filter(None, ("the account of the same person was ended", change.reason)))
    for responder in tables_accounts.phones_of(session, person_id):
        if responder.active:
            _take_away(session, change.context, change.by, responder, said)


def remove_from_desk(context: Context, by: Actor, code: str, member: str, reason: str) -> None:
    """Removes a person from one desk. Ends their access by phone and account, their sessions, and their work there.

    Raises NotFound, DeskRefused, PersonnelRefused.
    """
    at = context.now()
    with ringing(context) as session:
        queries_people.take_lock(session)
        tables_desks.get_desk(session, code, for_writing=True)
        if tables_members.is_overseen(session, tables_audit.by_actor(by), None, [code]):
            raise DeskRefused(OVERSEEN_DESK)
        human = tables_accounts.of_member(session, member)
        names = queries_member_keys.names_of(session, human.id)
        if tables_accounts.acts_for(session, by, human.id):
            raise DeskRefused(message_text("another person must remove you"))
        phones = tables_accounts.phones_of(session, human.id)
        for person in phones:
            now = {
                row.desk_code: row.level for row in tables.current_memberships(session, person.id)
            }
            if set(now) == {code}:
                raise DeskRefused(
                    message_text(
                        "{name} has no other desk: remove them from the hotline instead",
                        name=person.name,
                    )
                )
            if code in now:
                left = {one: Level(level) for one, level in now.items() if one != code}
                service_removal.set_desks(session, context, person, left, person.categories, at)
        opened = tables_members.end_access_at(session, code, names, at)
        for one in names:
            if (account_id := account_of(one)) is not None:
                tables_sessions.end_sessions_of(session, account_id)
        if not phones and not opened:
            raise DeskRefused(message_text("this person has no access to that desk"))
        decrypt_grants.log_member_command(session, context, "desk_left", by, code, member, reason)


def _about(session: Session, context: Context, row: Approval, _by: SignedIn) -> ApprovalView:
    person = session.get_one(tables.Responder, int(row.subject.partition(":")[2]))
    at = context.now()
    if service_leaves.is_last_of_oversight(session, person, at, at):
        says = message_text(
            "{by} asks to remove {about}, the last person of an oversight desk. Until then, they "
            "keep their access.",
            by=row.asker,
            about=person.name,
        )
        return ApprovalView(says, f"responder:{person.id}", person_id=person.person_id)
    return ApprovalView(
        message_text(
            "{by} asks to remove {about}, one of the last two members of the national desk. "
            "That person has no access any more, but still gets alerts.",
            by=row.asker,
            about=person.name,
        ),
        f"responder:{person.id}",
        person_id=person.person_id,
    )


def _removal_approved(decision: Decision) -> None:
    name, second = decision.row.subject.partition(":")[2], decision.row.asker
    session, context, by = decision.session, decision.context, decision.by
    service_removal.remove_within(
        session, context, name, second=second, by=by, reason=decision.reason
    )


REMOVAL = ApprovalRule(
    kind=ApprovalKind.REMOVAL,
    decided_by=OPERATING,
    about=_about,
    approve=_removal_approved,
    refused="responder_kept",
)


def _end_approved(decision: Decision) -> None:
    account = current_account(decision.session, service_accounts.account_id_in(decision.row))
    change = AccountChange(
        decision.session, decision.context, decision.by, account, decision.reason
    )
    if tables_audit.account_of(decision.row.asked_by) and change.is_last_other():
        raise refusal(AccountFault.LAST_OTHER)
    _end(change)


END = ApprovalRule(
    kind=ApprovalKind.END,
    decided_by=ADMIN,
    about=service_accounts.describes(
        phrase(
            "{by} asks to end the account of {about}. No one can then sign in to it. A new link "
            "reopens it."
        )
    ),
    approve=_end_approved,
    refused="account_end_refused",
)
