"""Defines an account of the console: its roles and states, its name, and the person who is signed in. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Flag, StrEnum, auto

from hotline.text.names import fold_name


class AccountRole(StrEnum):
    """One kind of work that an account may do. An account may hold several, except those that exclude each other."""

    EDITOR = "editor"
    APPROVER = "approver"
    TRANSLATOR = "translator"
    ADMIN = "admin"
    AUDITOR = "auditor"
    DESK = "desk"
    NATIONAL = "national"
    PROGRAMME_LEAD = "programme lead"


class RoleMark(Flag):
    NONE = 0
    READS = auto()
    """Its holder reads tips."""
    NEVER = auto()
    """Its holder never reads a tip, and so holds no role that does."""
    SECOND = auto()
    """A second admin must approve it, for a new account and for an old one."""
    RELEASES = auto()
    """One account with each of these roles must approve a release of statistics."""


@dataclass(frozen=True, slots=True)
class RoleRow:
    """The properties of one role."""

    does: str
    """The work of its holder, in English."""
    page: str = ""
    """The endpoint of the page where its holder works. Empty for work by phone."""
    marks: RoleMark = RoleMark.NONE


OVERSIGHT = "oversight"
ON_CALL = "on-call contact"
_READS, _NEVER, _SECOND, _RELEASES = RoleMark
ROLES: Mapping[str, RoleRow] = {
    "responder": RoleRow("Is alerted first of tips at their desks."),
    "deputy": RoleRow("Is alerted when no responder takes a tip."),
    "coordinator": RoleRow("Is alerted after the deputies, and answers for the desk."),
    AccountRole.NATIONAL: RoleRow(
        "Reads all tips of the country.", "tips.listed", _READS | _SECOND | _RELEASES
    ),
    AccountRole.DESK: RoleRow("Reads the tips of a district.", "tips.listed", _READS),
    AccountRole.EDITOR: RoleRow(
        "Writes what callers see. An approver reviews it.", "changes.listed"
    ),
    AccountRole.APPROVER: RoleRow(
        "Reviews drafts of others, and publishes them.", "changes.listed", _SECOND
    ),
    AccountRole.TRANSLATOR: RoleRow(
        "Edits and reviews translations. Changes nothing else.", "words.matrix"
    ),
    AccountRole.PROGRAMME_LEAD: RoleRow(
        "Sees the statistics, approves releases and sets targets. Never reads a tip.",
        "pages.overview",
        _NEVER | _SECOND | _RELEASES,
    ),
    AccountRole.ADMIN: RoleRow(
        "Manages accounts. Never reads a tip.", "accounts.listed", _NEVER | _SECOND
    ),
    AccountRole.AUDITOR: RoleRow("Reads the log. Never reads a tip.", "audit.listed", _NEVER),
    OVERSIGHT: RoleRow("Reads complaints about the national desk.", "tips.listed"),
    ON_CALL: RoleRow("Gets an SMS when something is wrong with the line."),
}
"""Every role of a person, by its English title: levels of a phone, roles of an account, and those that neither gives.

Titles and sentences are keys of the console's catalogue. Each list of roles derives from this table.
"""
ACCOUNT_ROLES = {AccountRole(role): row for role, row in ROLES.items() if role in {*AccountRole}}


class AccountState(StrEnum):
    INVITED = "invited"
    """The account has a link that its owner has not used yet."""
    ACTIVE = "active"
    DEMO = "demo"
    """Made by the demo, with a password on the sign-in page. It can sign in only if the gateway is the emulator."""
    ENDED = "ended"


NAME_LETTERS = 40
READING_ROLES, NON_READING_ROLES, TWO_PERSON_ROLES, _release = (
    frozenset(role for role, row in ACCOUNT_ROLES.items() if mark in row.marks) for mark in RoleMark
)
RELEASE_ROLES = tuple(role for role in ACCOUNT_ROLES if role in _release)


def excluded_roles(roles: Iterable[AccountRole]) -> frozenset[AccountRole]:
    """Returns the roles among these that one account cannot hold together. Returns none if it can hold them all."""
    held = frozenset(roles)
    if held & READING_ROLES and held & NON_READING_ROLES:
        return held & (READING_ROLES | NON_READING_ROLES)
    return frozenset()


def account_name_key(typed: str) -> str:
    """Returns the form of a name that finds its account. Every spelling of one name has the same form."""
    return fold_name(typed)


def is_valid_name(shown: str) -> bool:
    """Returns True if an account may have this name, which the audit log and the pages show."""
    whole = 1 <= len(shown) <= NAME_LETTERS and shown.isprintable()
    return whole and shown == " ".join(shown.split()) and not set(shown) & set(":<>|")


@dataclass(frozen=True, slots=True)
class Actor:
    """An account of the console, or a person at the command line, that acts."""

    name: str
    account_id: int | None = None
    """None at the command line."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account that sends a request of the console."""

    account_id: int
    name: str
    """The name as pages show it."""
    roles: frozenset[AccountRole]
    """The roles, without those that still wait for a second admin."""
    language: str
    is_fresh: bool
    """True if the second factor was given in the last 15 minutes."""
    session_key: str = field(repr=False)
    """The key that every form of this session carries."""

    @property
    def actor(self) -> Actor:
        return Actor(self.name, self.account_id)


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """A sign-in with a wrong password, a wrong code or both. It never says which."""

    wait_seconds: int = 0
    """Seconds until the next attempt with this name. If `is_busy`, until the next attempt from this network."""
    is_busy: bool = False
    """True if too many people sign in at this moment. Nothing was checked, and the attempt does not count."""
