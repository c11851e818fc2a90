"""Who may open a desk at this moment, and the public key that the desk's is sealed to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.domain.accounts.account import AccountRole, AccountState
from hotline.domain.desk.desks import account_of, of_account, of_responder, responder_of
from hotline.domain.tip import NATIONAL
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.desk import members
from hotline.store.people import responders
from hotline.store.people.responders import Responder

ENTERS = (AccountState.ACTIVE, AccountState.DEMO)


def public_key(session: Session, desk: str, member: str) -> bytes | None:
    """None where there is no such member, it has no key pair, or it may not open this desk."""
    responder_id, account_id = responder_of(member), account_of(member)
    if responder_id is not None:
        person = session.get(Responder, responder_id)
        return person.public_key if person and _acts(session, person, desk) else None
    if account_id is None:
        return None
    account = session.get(ConsoleAccount, account_id)
    return account.public_key if account and _reads(session, account, desk) else None


def close_lost(session: Session, member: str, at: datetime) -> None:
    """Of a member who may open some of her desks no more, those."""
    kept = {
        code
        for code in members.desks_of(session, member)
        if public_key(session, code, member) is not None
    }
    members.forget(session, member, at, but=kept)


def desks_of_account(session: Session, account: ConsoleAccount) -> frozenset[str]:
    """The desks that are an account's: those of its responder, or else those that it opens."""
    if account.responder_id is not None:
        return frozenset(row.desk_code for row in responders.running(session, account.responder_id))
    return members.desks_of(session, of_account(account.id))


def names_of(session: Session, responder_id: int) -> tuple[str, ...]:
    """Every member that is this human: her phone's, and her account's where they were joined."""
    hers = select(ConsoleAccount.id).where(ConsoleAccount.responder_id == responder_id)
    joined = session.scalar(hers)
    return (of_responder(responder_id), *([] if joined is None else [of_account(joined)]))


def _acts(session: Session, person: Responder, desk: str) -> bool:
    desks = {row.desk_code for row in responders.running(session, person.id)}
    return person.active and desk in desks


def _reads(session: Session, account: ConsoleAccount, desk: str) -> bool:
    """By its role; where it is joined to a responder, by her desks too."""
    role = AccountRole.NATIONAL if desk == NATIONAL else AccountRole.DESK
    if account.state not in ENTERS or role not in account.held_roles:
        return False
    if account.responder_id is None:
        return True
    person = session.get(Responder, account.responder_id)
    return person is not None and _acts(session, person, desk)
