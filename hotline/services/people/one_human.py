"""One human with a phone and an account: what ends the one ends the other, and closes the desks that they opened.

Each function but `join` runs inside its caller's transaction.
"""

from collections.abc import Collection
from datetime import datetime

from hotline.domain.accounts.account import AccountState, Actor
from hotline.domain.desk.desks import of_account
from hotline.errors import PersonnelRefused
from hotline.ports import Kit
from hotline.services.accounts import account_ends, account_roles
from hotline.services.people.personnel import find
from hotline.store.accounts import accounts
from hotline.store.database import Session
from hotline.store.desk import audit, members
from hotline.store.people import enrolments, member_keys, memberships
from hotline.store.people.enrolments import EnrolmentEnd
from hotline.store.people.responders import Responder


def join(kit: Kit, by: Actor, account_id: int, name: str, reason: str) -> Responder:
    """Say that an account and a responder are one human. Raises NotFound, AccountRefused, PersonnelRefused.

    From then on the account opens the desks alone that the responder is a member of.
    """
    with kit.database.writing() as session:
        account = account_roles.living(session, account_id)
        person = find(session, name)
        if not person.active:
            raise PersonnelRefused(f"{person.name} was removed, or is not enrolled yet")
        other = accounts.of_responder(session, person.id)
        if other is not None and other.id != account.id:
            raise PersonnelRefused(f"{person.name} has an account already: {other.shown}")
        account.responder_id = person.id
        session.flush()
        hers = {row.desk_code for row in memberships.running(session, person.id)}
        members.forget(session, of_account(account.id), kit.now(), but=hers)
        audit.sign(
            session,
            by,
            at=kit.now(),
            action="account_joined",
            subject=f"account {account.shown}",
            reason=f"responder {person.id}: {reason}",
        )
        return person


def close_desks(
    session: Session, person: Responder, at: datetime, *, but: Collection[str] = ()
) -> None:
    """She opens no desk but these, by phone or by account."""
    for member in member_keys.names_of(session, person.id):
        members.forget(session, member, at, but=but)


def end(
    session: Session,
    kit: Kit,
    by: Actor,
    person: Responder,
    at: datetime,
    reason: str,
    *,
    by_two: bool = False,
) -> None:
    """Closes every desk to somebody who was removed; nothing of theirs waits, and their account closes.

    `by_two`: a second person agreed to it, so the account ends even where one person may not end it.
    """
    account = accounts.of_responder(session, person.id)
    if account is not None and by_two and account.state != AccountState.ENDED:
        account_ends.end(session, kit, by, account, reason)
    elif account is not None:
        account_ends.close(session, kit, by, account, reason)
    close_desks(session, person, at)
    waits = enrolments.open_of(session, person.id, for_writing=True)
    if waits is not None:
        enrolments.end(waits, EnrolmentEnd.WITHDRAWN, at)
