"""Checks that nobody decides about herself."""

from hotline.domain.accounts.account import Actor
from hotline.domain.desk.members import account_of, responder_of
from hotline.store.accounts import accounts
from hotline.store.database import Session


def is_herself(session: Session, by: Actor, member: str) -> bool:
    """Whether a member is the person who acts, by account or by phone."""
    if by.account_id is None:
        return False
    if account_of(member) == by.account_id:
        return True
    joined = accounts.one(session, by.account_id).responder_id
    return joined is not None and joined == responder_of(member)
