"""An account of the console: its roles, which roles exclude each other, and the person who is signed in. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class AccountRole(StrEnum):
    """What an account may do. One account may hold several, except those that exclude each other."""

    EDITOR = "editor"
    """Changes what callers hear, in changes that others approve."""
    APPROVER = "approver"
    """Reads a change and publishes it."""
    TRANSLATOR = "translator"
    """Changes words only."""
    ADMIN = "admin"
    """Gives out accounts; reads no tip."""
    AUDITOR = "auditor"
    """Reads the audit log; reads no tip."""
    DESK = "desk"
    """Reads the tips of one or more districts."""
    NATIONAL = "national"
    """Reads every tip that the national desk may read."""


READERS = frozenset({AccountRole.DESK, AccountRole.NATIONAL})
"""Roles that read tips."""
EXCLUDES_READERS = frozenset({AccountRole.ADMIN, AccountRole.AUDITOR})
"""Roles whose holder never reads a tip."""
SECOND_PERSON = frozenset({AccountRole.APPROVER, AccountRole.NATIONAL, AccountRole.ADMIN})
"""Roles that a second admin approves, on a new account or an old one."""


def excluded(roles: Iterable[AccountRole]) -> frozenset[AccountRole]:
    """The roles among these that one account cannot hold together; empty where they may."""
    held = frozenset(roles)
    if held & READERS and held & EXCLUDES_READERS:
        return held & (READERS | EXCLUDES_READERS)
    return frozenset()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a request of the console comes from."""

    account_id: int
    name: str
    """As it is shown."""
    roles: frozenset[AccountRole]
    """Without those that still wait for a second admin."""
    language: str
    is_fresh: bool
    """Whether the second factor was given in the last 15 minutes."""
    session_key: str = field(repr=False)
    """The key that every form of this session carries."""
