"""Decides which members may use a desk now, and returns the members' public keys. A member is a responder's phone or a
console account.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.core.actors import AccountRole, AccountState
from hotline.people import tables, tables_accounts, tables_desks
from hotline.people.rules import account_of, of_account, responder_of
from hotline.people.tables import Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.places import NATIONAL

MAY_SIGN_IN = (AccountState.ACTIVE, AccountState.DEMO)


def public_key(session: Session, desk: str, member: str) -> bytes | None:
    """Returns a member's public key.

    Returns None if the member is unknown, has no key pair, or may not use this desk.
    """
    responder_id, account_id = responder_of(member), account_of(member)
    if responder_id is not None:
        person = session.get(Responder, responder_id)
        return person.public_key if person and _acts(session, person, desk) else None
    if account_id is None:
        return None
    account = session.get(ConsoleAccount, account_id)
    if account is None or account.state not in MAY_SIGN_IN:
        return None
    # If the account's owner has phones, one of the phones must also belong to the desk.
    phones = tables_accounts.phones_of(session, account.person_id)
    acts = not phones or any(_acts(session, responder, desk) for responder in phones)
    return account.public_key if acts and role_for(desk) in account.held_roles else None


def end_lost_access(session: Session, member: str, at: datetime) -> None:
    """Deletes a member's copies of the keys of desks that the member may no longer use."""
    kept = {
        code
        for code in tables_desks.desks_of(session, member)
        if public_key(session, code, member) is not None
    }
    tables_desks.end_access(session, member, at, skip=kept)


def desks_of_account(session: Session, account_id: int) -> frozenset[str]:
    """Returns the desks to which the phones of the account's owner belong. If the owner has no phones, returns the
    desks whose keys the account can decrypt.
    """
    person_id = tables_accounts.get_account(session, account_id).person_id
    phones = tables_accounts.phones_of(session, person_id)
    if phones:
        every = (tables.current_memberships(session, responder.id) for responder in phones)
        return frozenset(row.desk_code for rows in every for row in rows)
    return tables_desks.desks_of(session, of_account(account_id))


def role_for(desk: str) -> AccountRole:
    """Returns the role that an account needs to use this desk."""
    return AccountRole.NATIONAL if desk == NATIONAL else AccountRole.DESK


def _acts(session: Session, person: Responder, desk: str) -> bool:
    desks = {row.desk_code for row in tables.current_memberships(session, person.id)}
    return person.active and desk in desks
