"""Phone numbers that a screen may show: each signed by somebody, for a year. Pure.

A wrong number on this line can get somebody hurt. So a flow names one only in a `lead` with `number:`, and those words
stand only while the number's row is verified and was confirmed within the year; nobody has to remember to take it out.
The emergency number alone stays after its year: a caller in danger must find it, and an alarm asks for a signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

VALID = timedelta(days=365)
"""How long a confirmation holds."""
EMERGENCY = "112"
"""The police's emergency number: the code itself names it where nothing else can be said."""


class Evidence(StrEnum):
    """How sure a number is, before anybody signs it."""

    VERIFIED = "verified"
    PROBABLE = "probable"
    UNVERIFIED = "unverified"
    NEVER = "never"
    """Contradicted, or without any source: it is listed so that nobody adds it."""


@dataclass(frozen=True, slots=True)
class Number:
    digits: str
    evidence: Evidence
    confirmed_by: str
    confirmed_on: date | None

    @property
    def until(self) -> date | None:
        """The last day of its confirmation; None where nobody confirmed it."""
        return self.confirmed_on + VALID if self.confirmed_on else None

    def is_confirmed(self, today: date) -> bool:
        """Whether somebody signed it within the year. A day in the future is a slip of the pen, and does not count."""
        on, until = self.confirmed_on, self.until
        return on is not None and until is not None and on <= today <= until

    def shows(self, today: date) -> bool:
        """Whether screens may name it. The emergency number, once confirmed, never goes by the clock."""
        if self.digits == EMERGENCY:
            return self.confirmed_on is not None and self.confirmed_on <= today
        return self.is_confirmed(today)


def flag_of(digits: str) -> str:
    """The session's flag that is set while the number may show."""
    return f"number.{digits}"


def flags(numbers: Mapping[str, Number], today: date) -> dict[str, bool]:
    """Of every number whether it may show today."""
    return {flag_of(digits): number.shows(today) for digits, number in numbers.items()}
