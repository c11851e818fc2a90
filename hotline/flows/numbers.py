"""Decides which phone numbers a screen may show. A person verifies each number for a year. Pure.

A wrong number on the hotline can get a caller hurt. A flow shows a number only in a `lead` with `number:`. That text
shows only while the number is verified and was confirmed within the last year. It needs no removal by hand.

The emergency number is the exception and stays after its year, because a caller in danger must find it. An alarm then
asks for a new confirmation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

VALID = timedelta(days=365)
"""Time for which a confirmation is valid."""
EMERGENCY = "112"
"""Emergency number of the police. The code shows it where it has no other text."""


class Evidence(StrEnum):
    """The certainty of a number before a person verifies it."""

    VERIFIED = "verified"
    PROBABLE = "probable"
    UNVERIFIED = "unverified"
    NEVER = "never"
    """Contradicted or without a source. The list keeps it so that no editor adds it again."""


@dataclass(frozen=True, slots=True)
class Number:
    digits: str
    evidence: Evidence
    confirmed_by: str
    confirmed_on: date | None

    @property
    def until(self) -> date | None:
        """Returns the last day of its confirmation. None where the number is not confirmed."""
        return self.confirmed_on + VALID if self.confirmed_on else None

    def is_confirmed(self, today: date) -> bool:
        """Returns True if the number was confirmed within the last year.

        A date in the future is a mistake and does not count.
        """
        on, until = self.confirmed_on, self.until
        return on is not None and until is not None and on <= today <= until

    def shows(self, today: date) -> bool:
        """Returns True if screens may show the number. A confirmed emergency number never expires."""
        if self.digits == EMERGENCY:
            return self.confirmed_on is not None and self.confirmed_on <= today
        return self.is_confirmed(today)


def number_flag(digits: str) -> str:
    """Returns the session flag that is set while the number may show."""
    return f"number.{digits}"


def number_flags(numbers: Mapping[str, Number], today: date) -> dict[str, bool]:
    """Returns for each number whether it may show today, by the name of its flag."""
    return {number_flag(digits): number.shows(today) for digits, number in numbers.items()}
