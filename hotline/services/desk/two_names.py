"""Checks that nobody decides about herself."""

from hotline.domain.accounts.account import Actor
from hotline.domain.desk.members import account_of, responder_of
from hotline.store.accounts import accounts
from hotline.store.database import Session
from hotline.store.people.responders import Responder
from hotline.text.names import is_one_name


def is_herself(session: Session, by: Actor, member: str) -> bool:
    """Whether a member is the person who acts: by account or by phone, and at the command line by her name."""
    if by.account_id is None:
        return is_one_name(by.name, _name_of(session, member))
    if account_of(member) == by.account_id:
        return True
    joined = accounts.one(session, by.account_id).responder_id
    return joined is not None and joined == responder_of(member)


def _name_of(session: Session, member: str) -> str:
    account_id = account_of(member)
    if account_id is not None:
        return accounts.one(session, account_id).shown
    return session.get_one(Responder, responder_of(member)).name
