"""Defines the kinds of desks, and what each kind may know. Pure.

It also defines the names under which a desk's key is encrypted for its members.
"""

import re
from enum import StrEnum

from hotline.text.codes import ABROAD, NATIONAL, TYPED, UNSURE, is_district
from hotline.text.phrases import message_text

CODE = re.compile(r"[a-z][a-z0-9-]{2,23}")
NAME_LETTERS = 60


class DeskKind(StrEnum):
    DISTRICT = "district"
    NATIONAL = "national"
    SERVICE = "service"
    """A desk of this kind gets service referrals, but never tips. It has no grants, and is not alerted during
    escalation."""
    BORDER = "border"
    """A border desk can stop a journey that has begun."""
    PROTECTION = "protection"
    """A protection desk works for a refugee camp. It is alerted together with the desk of its district."""
    OVERSIGHT = "oversight"
    """An oversight desk does not belong to the ministry. It gets complaints about the national desk."""


ADDED_KINDS = (DeskKind.SERVICE, DeskKind.BORDER, DeskKind.PROTECTION, DeskKind.OVERSIGHT)
"""The kinds of desks that people can add. `hotline init` makes the desks of other kinds."""
APART = message_text("a person of an oversight desk cannot belong to any other desk")
"""The reason why a person cannot join a desk. Otherwise a person could read complaints about their own desk."""
OVERSEEN_DESK = message_text(
    "the national desk decides nothing about people of an oversight desk: ask an admin or a person "
    "of that desk"
)
READING_KINDS = frozenset(DeskKind) - {DeskKind.SERVICE}
"""The kinds of desks for which data may be encrypted."""


def kind_of(code: str) -> DeskKind:
    """Returns the kind of a desk that `hotline init` has made."""
    return DeskKind.NATIONAL if code == NATIONAL else DeskKind.DISTRICT


def is_code(code: str) -> bool:
    """Returns True if an added desk may have this code. Codes of places and of the desks that `hotline init` makes are
    not possible.
    """
    taken = code in {NATIONAL, ABROAD, UNSURE, TYPED} or is_district(code)
    return bool(CODE.fullmatch(code)) and not taken


def is_desk_name(name: str) -> bool:
    """Returns True if a desk may have this name. Pages and the audit log show it."""
    whole = 1 <= len(name) <= NAME_LETTERS and name.isprintable()
    return whole and name == " ".join(name.split()) and not set(name) & set(":<>|")


RESPONDER = "r"
ACCOUNT = "account:"


def of_responder(responder_id: int) -> str:
    return f"{RESPONDER}{responder_id}"


def of_account(account_id: int) -> str:
    return f"{ACCOUNT}{account_id}"


def responder_of(member: str) -> int | None:
    """Returns the id of the responder, or None if the member is not a responder."""
    return _number(member, RESPONDER)


def account_of(member: str) -> int | None:
    """Returns the id of the account, or None if the member is not an account."""
    return _number(member, ACCOUNT)


def _number(member: str, begins: str) -> int | None:
    number = member.removeprefix(begins)
    return int(number) if number != member and number.isdecimal() else None
