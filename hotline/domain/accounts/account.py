"""An account of the console: its roles and states, its name, and the person who is signed in. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.text.names import folded


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
    PROGRAMME_LEAD = "programme lead"
    """Sees the statistics, approves releases and sets targets; reads no tip."""


class AccountState(StrEnum):
    INVITED = "invited"
    """A link was given out, and nobody has taken the account up."""
    ACTIVE = "active"
    DEMO = "demo"
    """Made by the demo, with a password that everybody reads: enters where the gateway is the pretended one."""
    ENDED = "ended"


NAME_LETTERS = 40
READERS = frozenset({AccountRole.DESK, AccountRole.NATIONAL})
"""Roles that read tips."""
EXCLUDES_READERS = frozenset({AccountRole.ADMIN, AccountRole.AUDITOR, AccountRole.PROGRAMME_LEAD})
"""Roles whose holder never reads a tip."""
SECOND_PERSON = frozenset(
    {AccountRole.APPROVER, AccountRole.NATIONAL, AccountRole.ADMIN, AccountRole.PROGRAMME_LEAD}
)
"""Roles that a second admin approves, on a new account or an old one."""


def excluded(roles: Iterable[AccountRole]) -> frozenset[AccountRole]:
    """The roles among these that one account cannot hold together; empty where they may."""
    held = frozenset(roles)
    if held & READERS and held & EXCLUDES_READERS:
        return held & (READERS | EXCLUDES_READERS)
    return frozenset()


def entered_as(typed: str) -> str:
    """The form of a name under which its account is found: however it was typed, there is one account of it."""
    return folded(typed)


def is_name(shown: str) -> bool:
    """Whether an account may have this name: the audit log and the pages show it."""
    whole = 1 <= len(shown) <= NAME_LETTERS and shown.isprintable()
    return whole and shown == " ".join(shown.split()) and not set(shown) & set(":<>|")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account of the console, or a person at the command line."""

    name: str
    account_id: int | None = None
    """None at the command line."""


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

    @property
    def actor(self) -> Actor:
        return Actor(self.name, self.account_id)


@dataclass(frozen=True, slots=True)
class Refused:
    """A password, a code or both that were not taken. It never says which."""

    wait_seconds: int = 0
    """How long the next try of this name must wait; where `is_busy`, the next one of this network."""
    is_busy: bool = False
    """Too many are signing in at this moment: nothing was tried, and nothing counts."""
