"""Removes a person tonight, from all work, from one desk or from the console. One person may do it alone.

One of the last two people of the national desk is removed only after a second person agrees. Otherwise one person could
silence that desk. Until then they lose all access but are still alerted of cases. An account that a team or a desk
needs also ends only with a second person.
"""

from hotline.alerts import queries_people
from hotline.core.actors import Actor, SignedIn
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.duty import service_accounts, service_removal
from hotline.duty.service_account_changes import AccountChange, living
from hotline.duty.service_leaves import find, record
from hotline.errors import DeskRefused, PersonnelRefused
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
from hotline.people.rules_desks import account_of
from hotline.people.service_approving import (
    ADMIN,
    RUNNING,
    About,
    ApprovalRule,
    Decision,
    request,
)
from hotline.people.tables import Responder
from hotline.people.tables_approvals import Approval, ApprovalKind
from hotline.text.phrases import remark


def take_away(kit: Kit, by: Actor, responder_id: int, reason: str) -> None:
    """Removes a person immediately. Raises NotFound, PersonnelRefused.

    For one of the last two of the national desk, closes all access and asks for approval.
    """
    with ringing(kit) as session:
        queries_people.take_turns(session)
        _take_away(session, kit, by, find(session, str(responder_id)), reason)


def _take_away(session: Session, kit: Kit, by: Actor, person: Responder, reason: str) -> None:
    if person.left_at is not None:
        raise PersonnelRefused(remark("{name} was already removed", name=person.name))
    if tables_accounts.acts_for(session, by, person.person_id):
        raise PersonnelRefused(remark("another person must remove you"))
    if person.active and service_removal.national_without(session, person, kit.now())[1]:
        for account in tables_accounts.of_person(session, person.person_id):
            service_accounts.close(AccountChange(session, kit, by, account, reason))
        service_removal.close_desks(session, person.person_id, kit.now())
        if request(session, kit, by, ApprovalKind.REMOVAL, f"responder:{person.id}", reason):
            record(session, kit, "responder_removal_asked", person, by=by, reason=reason)
        return
    service_removal.remove_in(session, kit, str(person.id), second=None, by=by, reason=reason)


def end_account(kit: Kit, by: Actor, account_id: int, reason: str = "") -> bool:
    """Ends an account, and removes the responder who is the same person. The limits of both commands apply.

    Returns False if a second admin must agree first. Nothing else changes until then. Raises AccountRefused,
    PersonnelRefused.
    """
    with ringing(kit) as session:
        queries_people.take_turns(session)
        change = AccountChange(session, kit, by, living(session, account_id), reason)
        change.check()
        if change.needs_second():
            service_accounts.ask(change)
            return False
        _end(change)
        return True


def _end(change: AccountChange) -> None:
    """Ends an account that the caller may end, and removes its responder."""
    service_accounts.end(change)
    session, person_id = change.session, change.account.person_id
    said = ": ".join(filter(None, ("the account of the same person was ended", change.reason)))
    for responder in tables_accounts.phones_of(session, person_id):
        if responder.active:
            _take_away(session, change.kit, change.by, responder, said)


def from_desk(kit: Kit, by: Actor, code: str, member: str, reason: str) -> None:
    """Removes a person from one desk: access by phone and account, sessions, and work there.

    Raises NotFound, DeskRefused, PersonnelRefused.
    """
    at = kit.now()
    with ringing(kit) as session:
        queries_people.take_turns(session)
        tables_desks.one(session, code, for_writing=True)
        human = tables_accounts.of_member(session, member)
        names = queries_member_keys.names_of(session, human.id)
        if tables_accounts.acts_for(session, by, human.id):
            raise DeskRefused(remark("another person must remove you"))
        phones = tables_accounts.phones_of(session, human.id)
        for person in phones:
            now = {row.desk_code: row.level for row in tables.running(session, person.id)}
            if set(now) == {code}:
                raise DeskRefused(
                    remark(
                        "{name} has no other desk: remove them from the line instead",
                        name=person.name,
                    )
                )
            if code in now:
                left = {one: Level(level) for one, level in now.items() if one != code}
                service_removal.settle(session, kit, person, left, person.categories, at)
        opened = tables_members.forget_at(session, code, names, at)
        for one in names:
            if (account_id := account_of(one)) is not None:
                tables_sessions.end_of(session, account_id)
        if not phones and not opened:
            raise DeskRefused(remark("this person has no access to that desk"))
        decrypt_grants.record(session, kit, "desk_left", by, code, member, reason)


def _about(session: Session, _kit: Kit, row: Approval, _by: SignedIn) -> About:
    person = session.get_one(Responder, int(row.subject.partition(":")[2]))
    return About(
        remark(
            "{by} asks to remove {about}, one of the last two members of the national desk. "
            "They have no access any more, but still get alerts.",
            by=row.asker,
            about=person.name,
        ),
        f"responder:{person.id}",
        person_id=person.person_id,
    )


def _removal_approved(decision: Decision) -> None:
    name, second = decision.row.subject.partition(":")[2], decision.row.asker
    session, kit, by = decision.session, decision.kit, decision.by
    service_removal.remove_in(session, kit, name, second=second, by=by, reason=decision.reason)


REMOVAL = ApprovalRule(
    kind=ApprovalKind.REMOVAL,
    decided_by=RUNNING,
    about=_about,
    approve=_removal_approved,
    refused="responder_kept",
)


def _end_approved(decision: Decision) -> None:
    account = living(decision.session, service_accounts.account_id_in(decision.row))
    change = AccountChange(decision.session, decision.kit, decision.by, account, decision.reason)
    if tables_audit.account_of(decision.row.asked_by) and change.is_last_other():
        raise refusal(AccountFault.LAST_OTHER)
    _end(change)


END = ApprovalRule(
    kind=ApprovalKind.END,
    decided_by=ADMIN,
    about=service_accounts.about,
    approve=_end_approved,
    refused="account_end_refused",
)
