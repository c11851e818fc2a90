"""Limits the attempts at secrets that are short enough to be guessed. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class AttemptedSecret(StrEnum):
    RECEIPT = "receipt"
    """The number of a receipt, together with its PIN."""
    CODE = "code"
    """The code of a district, with which a phone joins a programme."""
    WORK = "work"
    """A work PIN on a phone that is not enrolled. `people/rules.py` blocks it for a time, as it does for
    an enrolled phone."""


@dataclass(frozen=True, slots=True)
class SecretTyped:
    """The caller typed a PIN or a code. The conversation waits until a service has checked it."""

    upto: int
    secret: AttemptedSecret
    target: str = field(repr=False)
    """The number of the receipt, or the programme."""
    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum number of attempts that are checked. After that, a correct secret gets the same answer as a wrong
    one."""

    an_hour: int
    """The attempts of one caller within an hour."""
    a_day: int
    """The attempts at one target within a day. A target is the number of a receipt, or for codes a whole programme.
    For codes, only wrong attempts count."""


LIMITS = {
    AttemptedSecret.RECEIPT: Limits(5, 20),
    AttemptedSecret.CODE: Limits(5, 1000),
    AttemptedSecret.WORK: Limits(1_000_000, 1_000_000),
}


def is_exhausted(secret: AttemptedSecret, *, of_contact: int, of_target: int) -> bool:
    """Returns True if the next attempt may not be checked, because this caller or this target already had too many."""
    limits = LIMITS[secret]
    return of_contact >= limits.an_hour or of_target >= limits.a_day
