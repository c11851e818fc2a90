"""Limits the attempts at secrets that are short enough to guess. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class AttemptedSecret(StrEnum):
    RECEIPT = "receipt"
    """A receipt's number with its PIN."""
    CODE = "code"
    """A district's code, with which a phone joins a programme."""
    WORK = "work"
    """A work PIN on a phone that is not enrolled. It rests by `people/rules_pin_block.py`, as an enrolled phone
    does."""


@dataclass(frozen=True, slots=True)
class SecretTyped:
    """A keyed PIN or code. The dialogue waits until a service has checked what it opens."""

    upto: int
    secret: AttemptedSecret
    target: str = field(repr=False)
    """The receipt's number, or the programme."""
    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """Maximum attempts that are checked. After them, a right secret gets the same answer as a wrong one."""

    an_hour: int
    """Attempts of one contact in an hour."""
    a_day: int
    """Attempts at one target in a day. A target is a receipt's number, or for codes a whole programme. For codes, only
    wrong ones count."""


LIMITS = {
    AttemptedSecret.RECEIPT: Limits(5, 20),
    AttemptedSecret.CODE: Limits(5, 1000),
    AttemptedSecret.WORK: Limits(1_000_000, 1_000_000),
}


def is_exhausted(secret: AttemptedSecret, *, of_contact: int, of_target: int) -> bool:
    """Returns True if one more attempt is not checked, after so many of this contact and at this target."""
    limits = LIMITS[secret]
    return of_contact >= limits.an_hour or of_target >= limits.a_day
