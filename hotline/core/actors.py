"""Defines the roles, states and names of console accounts, and the object for a signed-in account. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Flag, StrEnum, auto

from hotline.text.characters import fold_name


class AccountRole(StrEnum):
    """One kind of work that an account is allowed to do. An account may have several roles, unless these roles
    exclude each other."""

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
    """An account with this role reads tips."""
    NEVER = auto()
    """An account with this role can never read a tip. So an account with this role cannot have a role that reads
    tips."""
    SECOND = auto()
    """If an admin gives this role to a new or existing account, a second admin must approve the role."""
    RELEASES = auto()
    """An account with this role must approve each release of statistics before the hotline publishes the release."""


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role with its title, its work and its page."""

    does: str
    """A sentence in English about the work of this role."""
    page: str = ""
    """The name (for `url_for`) of the first console page for accounts with this role. The name is empty for people who
    work by phone."""
    marks: RoleMark = RoleMark.NONE


OVERSIGHT = "oversight"
ON_CALL = "on-call contact"
_READS, _NEVER, _SECOND, _RELEASES = RoleMark
ROLES: Mapping[str, RoleRow] = {
    "responder": RoleRow("Responders of a desk get the first alert about each new tip."),
    "deputy": RoleRow("The hotline alerts a deputy if no responder took the tip in time."),
    "coordinator": RoleRow(
        "A coordinator leads the desk. The hotline alerts the coordinator if no deputy took the tip."
    ),
    AccountRole.NATIONAL: RoleRow(
        "The national desk reads all tips.", "tips.listed", _READS | _SECOND | _RELEASES
    ),
    AccountRole.DESK: RoleRow("A desk officer reads tips of a district.", "tips.listed", _READS),
    AccountRole.EDITOR: RoleRow(
        "An editor writes the texts that callers see. An approver reviews these texts before callers see them.",
        "changes.listed",
    ),
    AccountRole.APPROVER: RoleRow(
        "An approver reviews and publishes the drafts of other people.", "changes.listed", _SECOND
    ),
    AccountRole.TRANSLATOR: RoleRow(
        "A translator edits and reviews only translations.", "words.matrix"
    ),
    AccountRole.PROGRAMME_LEAD: RoleRow(
        "The programme lead sees the statistics, approves releases and sets targets, but reads no tip.",
        "pages.overview",
        _NEVER | _SECOND | _RELEASES,
    ),
    AccountRole.ADMIN: RoleRow(
        "An admin manages accounts and never reads a tip.", "accounts.listed", _NEVER | _SECOND
    ),
    AccountRole.AUDITOR: RoleRow("Auditors read the log, never a tip.", "audit.listed", _NEVER),
    OVERSIGHT: RoleRow("This desk reads complaints about the national desk.", "tips.listed"),
    ON_CALL: RoleRow("An on-call contact gets an SMS when something is wrong with the hotline."),
}
"""Maps the English title of each role to its row. The table contains the roles of people on phones, such as
"responder", and the roles of console accounts (`AccountRole`). The table also contains "oversight" and "on-call
contact".

Each title, and each sentence in `does`, is a key of the console's catalogue. The code makes its other lists of roles
from this table.
"""
ACCOUNT_ROLES = {AccountRole(role): row for role, row in ROLES.items() if role in {*AccountRole}}


class AccountState(StrEnum):
    INVITED = "invited"
    """The owner of the account has not used the invitation link yet."""
    ACTIVE = "active"
    DEMO = "demo"
    """The demo made this account, and the sign-in page shows its password. The account can sign in only if the
    gateway is the emulator."""
    ENDED = "ended"


NAME_LETTERS = 40
READING_ROLES, NON_READING_ROLES, TWO_PERSON_ROLES, _release = (
    frozenset(role for role, row in ACCOUNT_ROLES.items() if mark in row.marks) for mark in RoleMark
)
RELEASE_ROLES = tuple(role for role in ACCOUNT_ROLES if role in _release)


def excluded_roles(roles: Iterable[AccountRole]) -> frozenset[AccountRole]:
    """Returns the roles in `roles` that one account cannot have together. The result is empty if one account can have
    all the given roles."""
    given_roles = frozenset(roles)
    if given_roles & READING_ROLES and given_roles & NON_READING_ROLES:
        return given_roles & (READING_ROLES | NON_READING_ROLES)
    return frozenset()


def account_name_key(name: str) -> str:
    """Converts a typed account name to the form that the code uses to search for the account. All spellings of one name
    have the same form."""
    return fold_name(name)


def is_valid_name(name: str, letters: int = NAME_LETTERS) -> bool:
    """Returns True if `name` is allowed as the name of an account or a desk, and has at most `letters` letters. The
    audit log and the pages show this name."""
    fits = 1 <= len(name) <= letters and name.isprintable()
    return fits and name == " ".join(name.split()) and not set(name) & set(":<>|")


@dataclass(frozen=True, slots=True)
class Actor:
    """An account of the console, or a person at the command line, that gives a command."""

    name: str
    account_id: int | None = None
    """The id of the account, or None for a person at the command line."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account with which a person sends a request to the console."""

    account_id: int
    name: str
    """The name that pages show."""
    roles: frozenset[AccountRole]
    """The roles of the account, except roles that a second admin has not approved yet."""
    language: str
    is_fresh: bool
    """True if the person entered the second factor within the last 15 minutes."""
    session_key: str = field(repr=False)
    """A secret that the console writes into every form of this session, to recognise forms from other sites."""
    is_locked: bool = False
    """True if the session is idle or too old. The board of cases then shows only the number of cases about danger that
    no responder has taken."""

    @property
    def actor(self) -> Actor:
        return Actor(self.name, self.account_id)


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """The answer to a sign-in with a wrong password, a wrong code, or both. The answer never says if the password or
    the code was wrong."""

    wait_seconds: int = 0
    """Seconds until a person may try to sign in with this name again. If `is_busy` is True, these are the seconds
    until a person may try from this network again."""
    is_busy: bool = False
    """True if too many people are signing in at the moment. The console then checks nothing, and does not count the
    attempt."""
