"""Limits the attempts at secrets that are short enough to be guessed. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class AttemptedSecret(StrEnum):
    RECEIPT = "receipt"
    """The number of a caller's receipt, together with the receipt's PIN."""
    CODE = "code"
    """A district's code, which a person types to enrol the phone in a programme."""
    WORK = "work"
    """A work PIN that was typed on a phone that is not enrolled. After too many attempts, `people/rules.py` blocks
    the phone for a time, like an enrolled phone."""


@dataclass(frozen=True, slots=True)
class SecretTyped:
    """The event that the caller typed a PIN or a code. The conversation waits until a service has checked this PIN or
    code.
    """

    upto: int
    secret: AttemptedSecret
    target: str = field(repr=False)
    """The number of the caller's receipt, or the name of the programme to which the code belongs."""
    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits for attempts at one kind of secret. Above a limit, a correct PIN or code gets the same answer as a
    wrong PIN or code."""

    an_hour: int
    """The maximum number of attempts of one caller within an hour."""
    a_day: int
    """The maximum number of attempts at one target (a receipt or a programme) within a day. For attempts at the PIN of
    a receipt, the target is this receipt. For attempts at the code of a programme, the target is the whole programme,
    and only wrong attempts count.
    """


LIMITS = {
    AttemptedSecret.RECEIPT: Limits(5, 20),
    AttemptedSecret.CODE: Limits(5, 1000),
    AttemptedSecret.WORK: Limits(1_000_000, 1_000_000),
}


def is_exhausted(secret: AttemptedSecret, *, of_contact: int, of_target: int) -> bool:
    """Returns True if this caller has already made all allowed attempts, or if this target has already had all allowed
    attempts. The hotline then does not check the next attempt."""
    limits = LIMITS[secret]
    return of_contact >= limits.an_hour or of_target >= limits.a_day
