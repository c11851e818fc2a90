"""Defines the demo's accounts, and the reasons to refuse a request about an account. All functions are pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.core.actors import AccountRole
from hotline.text.errors import AccountRefused
from hotline.text.places import NATIONAL


@dataclass(frozen=True, slots=True)
class DemoAccount:
    name: str
    roles: tuple[AccountRole, ...]
    password: str = field(repr=False)
    secret: str = field(repr=False)
    """The secret of the account's authenticator app."""


DEMO_ACCOUNTS: tuple[tuple[str, tuple[AccountRole, ...]], ...] = (
    ("Editor 1", (AccountRole.EDITOR, AccountRole.TRANSLATOR)),
    ("Approver 1", (AccountRole.APPROVER, AccountRole.ADMIN)),
    ("Admin 1", (AccountRole.ADMIN, AccountRole.AUDITOR)),
    ("National 1", (AccountRole.NATIONAL,)),
    ("Desk 1", (AccountRole.DESK,)),
    ("Programme lead 1", (AccountRole.PROGRAMME_LEAD,)),
)
"""The names of the demo's accounts, each with its roles. Two accounts are admins, because some requests of an admin
need the approval of another admin.
"""
DEMO_DESKS: Mapping[str, str] = {"National 1": NATIONAL, "Desk 1": "12"}
"""The demo accounts that can read tips, each with its desk."""


# The code below lists the reasons to refuse a request about an account, which pages and commands show as sentences.


class AccountFault(StrEnum):
    BUSY = "too many passwords are being checked: try again in a moment"
    NAME_WRONG = "enter a name of 1 to 40 letters, without : < > or |"
    NAME_MARKS = "type a letter with its accent as one letter, like é"
    NAME_SCRIPTS = "use letters of one alphabet, digits 0 to 9 and keyboard signs only"
    NAME_ALIKE = "another person has a name that looks the same: add a word to this name"
    NAME_RESERVED = "this name is reserved for the hotline or a desk: enter another name"
    NO_ROLE = "choose at least one role"
    ROLES_EXCLUDE = "an admin or auditor cannot read tips: use another account to read tips"
    NO_ACCOUNT = "this account does not exist: check its name"
    ENDED = "this account has ended: create another account"
    ONESELF = "you cannot do this to your own account: ask another admin"
    LINK_OVER = "this sign-in link was used or has expired: ask an admin for a new link"
    LINK_ELSEWHERE = "this sign-in link was opened in another browser: ask an admin for a new link"
    STEP_MISSING = "first finish the previous step of the setup"
    SHORT_PASSWORD = "enter a password of at least 12 characters"
    LONG_PASSWORD = "enter a password of at most 200 characters"
    PASSWORD_IS_NAME = "enter a password without the name of its account"
    PASSWORD_REPEATS = "enter a password with at least five different characters"
    COMMON_PASSWORD = (
        "this password is easy to guess: use the suggested password, or four unrelated words"
    )
    WRONG_CODE = "this code is wrong or was used already: wait for the next authenticator code"
    KEY_CLOSED = "enter your password again, and a new code of your authenticator"
    TOO_MANY_COMMANDS = "you already suspended two accounts in an hour: wait, or ask another admin"
    LAST_OTHER = (
        "no other account has one of this account's roles: first give the role to another account"
    )
    SUSPENDED_LATELY = "you suspended this account in the last seven days: ask another admin"
    NOT_SUSPENDED = "this account is not suspended"
    LINK_RESTS = "this link was requested already: another admin can approve the request now"
    END_WAITS = "this account's end was requested already: another admin can approve the request"
    NO_REASON = "enter a reason"


def refusal(fault: AccountFault) -> AccountRefused:
    return AccountRefused(fault, fault.value)
