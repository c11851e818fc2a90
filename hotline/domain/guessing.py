"""Secrets that are short enough to be found by trying, and how often somebody may try. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Secret(StrEnum):
    RECEIPT = "receipt"
    """A receipt's number with its PIN."""
    CODE = "code"
    """A district's code, which opens a roll."""
    WORK = "work"
    """A work PIN on a phone that is nobody's. It rests by `domain/people/pin_rest.py`, as an enrolled phone does."""


@dataclass(frozen=True, slots=True)
class SecretTyped:
    """A secret was keyed, a PIN or a code: nothing goes on before somebody has looked what it opens."""

    upto: int
    secret: Secret
    target: str = field(repr=False)
    """The receipt's number, or the roll."""
    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many tries are looked at. Whoever has used them up reads what everybody reads who is wrong."""

    an_hour: int
    """Of one contact."""
    a_day: int
    """Of one target: a receipt's number; for codes a whole roll, where only wrong ones count."""


LIMITS = {
    Secret.RECEIPT: Limits(5, 20),
    Secret.CODE: Limits(5, 1000),
    Secret.WORK: Limits(1_000_000, 1_000_000),
}


def exhausted(secret: Secret, *, of_contact: int, of_target: int) -> bool:
    """Whether one more try is not looked at, after so many in their times."""
    limits = LIMITS[secret]
    return of_contact >= limits.an_hour or of_target >= limits.a_day
