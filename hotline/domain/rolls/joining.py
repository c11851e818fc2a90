"""Rolls that a phone joins with a district's code: local leaders, and officers who are trained. Pure.

A code is eight digits, told by word of mouth to people who are known in their district. It says which, and ends.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

VALID = timedelta(days=30)
"""How long a code lets people in, where nobody says otherwise."""
LONGEST_VALID = timedelta(days=365)
CODE = re.compile(r"[1-9][0-9]{7}")


class Roll(StrEnum):
    """Named as the flow that is theirs."""

    LEADERS = "leaders"
    OFFICERS = "training"


@dataclass(frozen=True, slots=True)
class Names:
    """What a roll's flow calls its answers and its flag."""

    joined: str
    """The flag of a phone that is on the roll."""
    code: str
    leaves: str


NAMES = {
    Roll.LEADERS: Names("leader", "leader_code", "leader_leaves"),
    Roll.OFFICERS: Names("officer", "officer_code", "officer_leaves"),
}
ROLL_OF = {names.code: roll for roll, names in NAMES.items()}
"""Which roll a code is keyed for, by the answer that holds it."""
YES = "yes"
"""The answer of whoever does leave."""
CODE_FLAG = "code"
"""`code.12345678` is set where that code, keyed in this session, lets its caller in."""


def new_code() -> str:
    """Of ninety million, so that nobody finds one of some sixty by trying."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def is_code(keyed: str) -> bool:
    return CODE.fullmatch(keyed) is not None
