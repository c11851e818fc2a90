"""An account of the console: its roles and states, its name, and the person who is signed in. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.text.names import folded


class AccountRole(StrEnum):
    """What an account may do. One account may hold several, except those that exclude each other."""

    EDITOR = "editor"
    APPROVER = "approver"
    TRANSLATOR = "translator"
    ADMIN = "admin"
    AUDITOR = "auditor"
    DESK = "desk"
    NATIONAL = "national"
    PROGRAMME_LEAD = "programme lead"


@dataclass(frozen=True, slots=True)
class RoleRow:
    """All that follows from one role."""

    does: str
    """Its work in English, for the admin who gives the role."""
    reads_tips: bool = False
    never_reads: bool = False
    """Its holder never reads a tip, and so has no role that does."""
    needs_second: bool = False
    """A second admin approves it, on a new account or an old one."""
    releases: bool = False
    """A release of statistics needs an approval of each of these roles."""


ROLES: Mapping[AccountRole, RoleRow] = {
    AccountRole.EDITOR: RoleRow("Writes what callers hear; a second person reads it."),
    AccountRole.APPROVER: RoleRow("Reads what others wrote, and publishes it.", needs_second=True),
    AccountRole.TRANSLATOR: RoleRow("Mends words and agrees to them, and changes nothing else."),
    AccountRole.ADMIN: RoleRow(
        "Says who may enter. Never reads a tip.", never_reads=True, needs_second=True
    ),
    AccountRole.AUDITOR: RoleRow(
        "Reads the log of what was done. Never reads a tip.", never_reads=True
    ),
    AccountRole.DESK: RoleRow("Reads the tips of a district.", reads_tips=True),
    AccountRole.NATIONAL: RoleRow(
        "Reads the tips of the whole nation.", reads_tips=True, needs_second=True, releases=True
    ),
    AccountRole.PROGRAMME_LEAD: RoleRow(
        "Sees the statistics, approves releases and sets targets. Never reads a tip.",
        never_reads=True,
        needs_second=True,
        releases=True,
    ),
}


class AccountState(StrEnum):
    INVITED = "invited"
    """A link was given out, and nobody has taken the account up."""
    ACTIVE = "active"
    DEMO = "demo"
    """Made by the demo, with a password that everybody reads: enters where the gateway is the pretended one."""
    ENDED = "ended"


NAME_LETTERS = 40
READERS = frozenset(role for role, row in ROLES.items() if row.reads_tips)
EXCLUDES_READERS = frozenset(role for role, row in ROLES.items() if row.never_reads)
SECOND_PERSON = frozenset(role for role, row in ROLES.items() if row.needs_second)
RELEASING = tuple(role for role, row in ROLES.items() if row.releases)


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
