"""Defines the programmes that a phone joins with a district's code: local leaders and trainees. Pure.

A code has eight digits. People who are known in their district get it by word of mouth. It identifies the district, and
it expires.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

VALID = timedelta(days=30)
"""Time for which a code is valid, unless the admin sets another."""
LONGEST_VALID = timedelta(days=365)
CODE = re.compile(r"[1-9][0-9]{7}")


class Roll(StrEnum):
    """One programme. Its value is the name of its flow."""

    LEADERS = "leaders"
    OFFICERS = "training"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a programme's answers and flag in its flow."""

    joined: str
    """The flag of a phone that is enrolled in the programme."""
    code: str
    leaves: str


NAMES = {
    Roll.LEADERS: Names("leader", "leader_code", "leader_leaves"),
    Roll.OFFICERS: Names("officer", "officer_code", "officer_leaves"),
}
ROLL_OF = {names.code: roll for roll, names in NAMES.items()}
"""The programme for which a code is keyed, by the answer that holds the code."""
YES = "yes"
"""The answer of a person who confirms that they leave."""
CODE_FLAG = "code"
"""`code.12345678` is set if that code, keyed in this session, enrols the caller."""


def new_code() -> str:
    """Returns a random code out of ninety million, so that no one can guess one of about sixty."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def is_code(keyed: str) -> bool:
    return CODE.fullmatch(keyed) is not None
