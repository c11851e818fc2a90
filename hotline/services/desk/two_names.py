"""Checks that two people act: two names at the passphrase, and nobody decides about herself."""

from hotline.domain.accounts.account import Actor
from hotline.domain.desk.members import account_of, responder_of
from hotline.errors import DeskRefused
from hotline.store.accounts import accounts
from hotline.store.database import Session
from hotline.text.remark import remark


def by_two(by: str, second: str, reason: str) -> str:
    """The reason as the audit log keeps it of whatever opens by the passphrase: both names stand in it.

    Raises DeskRefused where they are one person's.
    """
    names = {" ".join(name.split()).casefold() for name in (by, second)}
    if len(names) < 2 or "" in names:
        raise DeskRefused(
            remark("the passphrase opens a desk before two people alone: a second name is missing")
        )
    return f"{reason}; by the passphrase, with {second}"


def is_herself(session: Session, by: Actor, member: str) -> bool:
    """Whether a member is the person who acts, by account or by phone."""
    if by.account_id is None:
        return False
    if account_of(member) == by.account_id:
        return True
    joined = accounts.one(session, by.account_id).responder_id
    return joined is not None and joined == responder_of(member)
