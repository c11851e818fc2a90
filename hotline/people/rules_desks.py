"""Defines the kinds of desks, and what each may know. Pure.

Names the members of a desk. The desk's key is sealed to a member under this name. Pure.
"""

import re
from enum import StrEnum

from hotline.text.codes import ABROAD, NATIONAL, TYPED, UNSURE, is_district

CODE = re.compile(r"[a-z][a-z0-9-]{2,23}")
NAME_LETTERS = 60


class DeskKind(StrEnum):
    DISTRICT = "district"
    NATIONAL = "national"
    SERVICE = "service"
    """Takes service referrals, and never a tip. It has no grant and no place in the escalation policy."""
    BORDER = "border"
    """Can stop a journey that is still under way."""
    PROTECTION = "protection"
    """For a refugee camp. It is asked together with the police of its district."""
    OVERSIGHT = "oversight"
    """Outside the ministry, for complaints about the national desk."""


ADDED_KINDS = (DeskKind.SERVICE, DeskKind.BORDER, DeskKind.PROTECTION, DeskKind.OVERSIGHT)
"""Kinds that people add. `hotline init` makes the others."""
READING_KINDS = frozenset(DeskKind) - {DeskKind.SERVICE}
"""Kinds that data may be sealed to."""


def kind_of(code: str) -> DeskKind:
    """Returns the kind of a desk that `hotline init` makes."""
    return DeskKind.NATIONAL if code == NATIONAL else DeskKind.DISTRICT


def is_code(code: str) -> bool:
    """Returns True if an added desk may have this code. Codes of places and of the first desks are taken."""
    taken = code in {NATIONAL, ABROAD, UNSURE, TYPED} or is_district(code)
    return bool(CODE.fullmatch(code)) and not taken


def is_desk_name(name: str) -> bool:
    """Returns True if a desk may have this name, which pages and the audit log show."""
    whole = 1 <= len(name) <= NAME_LETTERS and name.isprintable()
    return whole and name == " ".join(name.split()) and not set(name) & set(":<>|")


RESPONDER = "r"
ACCOUNT = "account:"


def of_responder(responder_id: int) -> str:
    return f"{RESPONDER}{responder_id}"


def of_account(account_id: int) -> str:
    return f"{ACCOUNT}{account_id}"


def responder_of(member: str) -> int | None:
    """Returns the responder's id, or None if the member is no responder."""
    return _number(member, RESPONDER)


def account_of(member: str) -> int | None:
    """Returns the account's id, or None if the member is no account."""
    return _number(member, ACCOUNT)


def _number(member: str, begins: str) -> int | None:
    number = member.removeprefix(begins)
    return int(number) if number != member and number.isdecimal() else None
