"""Defines the demo's accounts, which its sign-in page shows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.core.actors import AccountRole
from hotline.errors import AccountRefused
from hotline.text.codes import NATIONAL


@dataclass(frozen=True, slots=True)
class DemoAccount:
    name: str
    roles: tuple[AccountRole, ...]
    password: str = field(repr=False)
    secret: str = field(repr=False)
    """The secret of its authenticator."""


CAST: tuple[tuple[str, tuple[AccountRole, ...]], ...] = (
    ("Editor 1", (AccountRole.EDITOR, AccountRole.TRANSLATOR)),
    ("Approver 1", (AccountRole.APPROVER, AccountRole.ADMIN)),
    ("Admin 1", (AccountRole.ADMIN, AccountRole.AUDITOR)),
    ("National 1", (AccountRole.NATIONAL,)),
    ("Desk 1", (AccountRole.DESK,)),
    ("Programme lead 1", (AccountRole.PROGRAMME_LEAD,)),
)
"""Names and roles. Two of them are admins, so that an approval needs a second person, as on a real line."""
OPENS: Mapping[str, str] = {"National 1": NATIONAL, "Desk 1": "12"}
"""The accounts that open a desk: the national desk, and Gasabo's."""


# Lists the reasons to refuse a request about an account, as sentences for pages and the command line. Pure.


class AccountFault(StrEnum):
    BUSY = "too many passwords are being checked: try again in a moment"
    NAME_WRONG = "a name has 1 to 40 letters, without : < > or |"
    NAME_MARKS = "a name has no loose marks over its letters: type é as one letter"
    NAME_SCRIPTS = "a name has letters of one script, digits 0 to 9, and signs that a keyboard has"
    NAME_TAKEN = "there is an account of that name"
    NAME_ALIKE = "there is a person whose name looks the same: add a word that tells them apart"
    NAME_RESERVED = "the log calls the line itself or a desk so: take another name"
    NO_ROLE = "an account needs a role"
    ROLES_EXCLUDE = (
        "an account that administers or audits reads no tips: give the roles to two accounts"
    )
    NO_ACCOUNT = "there is no such account"
    ENDED = "that account was ended: make another one"
    ONESELF = "another admin must do that to your account"
    LINK_OVER = "that link was used, or its time is over: ask for a new one"
    LINK_ELSEWHERE = "this link was opened already in another browser"
    STEP_MISSING = "a step before this one is missing"
    SHORT_PASSWORD = "a password has 12 letters at least"
    LONG_PASSWORD = "a password has 200 letters at most"
    PASSWORD_IS_NAME = "a password must not hold the name of its account"
    PASSWORD_REPEATS = "a password needs five different letters at least"
    COMMON_PASSWORD = (
        "that password is easy to guess: take the suggested one, or four unrelated words"
    )
    WRONG_CODE = "that code is wrong, or was used: wait for the next one"
    KEY_CLOSED = "give your password and a code again first"
    TOO_MANY_ACTS = "you did that to two accounts within an hour: wait, or ask another admin"
    LAST_OTHER = "nobody else would hold one of its roles: give that role to another account first"
    SUSPENDED_LATELY = "you suspended that account within seven days: ask another admin"
    NOT_SUSPENDED = "that account is not suspended"
    LINK_RESTS = "that link was asked for already, and rests: a second admin can agree to it now"
    END_WAITS = "that end was asked for already: a second admin can agree to it now"
    NO_REASON = "a reason is missing"


def refusal(fault: AccountFault) -> AccountRefused:
    return AccountRefused(fault, fault.value)
