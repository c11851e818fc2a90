"""Decides which phone numbers a screen may show. A person confirms each number, and the confirmation is valid for a
year. Pure.

A wrong number can bring a caller into danger. A flow shows a number only in a `lead` with `number:`. That text appears
only if the number is verified and was confirmed within the last year. After that, no person has to remove it.

Only the emergency number remains after a year, because a caller in danger must find it. An alarm then asks for a new
confirmation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

VALID = timedelta(days=365)
"""The time for which a confirmation is valid."""
EMERGENCY = "112"
"""The emergency number of the police. The code shows this number if it has no other text."""


class Evidence(StrEnum):
    """The certainty of a phone number before a person confirms it."""

    VERIFIED = "verified"
    PROBABLE = "probable"
    UNVERIFIED = "unverified"
    NEVER = "never"
    """Sources contradict the number, or it has no source. It remains in the list, so that no editor adds it again."""


@dataclass(frozen=True, slots=True)
class Number:
    digits: str
    evidence: Evidence
    confirmed_by: str
    confirmed_on: date | None

    @property
    def until(self) -> date | None:
        """Returns the last day on which the confirmation is valid. Returns None if the number is not confirmed."""
        return self.confirmed_on + VALID if self.confirmed_on else None

    def is_confirmed(self, today: date) -> bool:
        """Returns True if the number was confirmed within the last year.

        A confirmation date in the future is a mistake and does not count.
        """
        on, until = self.confirmed_on, self.until
        return on is not None and until is not None and on <= today <= until

    def shows(self, today: date) -> bool:
        """Returns True if screens may show the number. The emergency number never expires after it was confirmed."""
        if self.digits == EMERGENCY:
            return self.confirmed_on is not None and self.confirmed_on <= today
        return self.is_confirmed(today)


def number_flag(digits: str) -> str:
    """Returns the session flag that is set while screens may show the number."""
    return f"number.{digits}"


def number_flags(numbers: Mapping[str, Number], today: date) -> dict[str, bool]:
    """Returns for each phone number True if screens may show it today. The key of a number is the name of its flag."""
    return {number_flag(digits): number.shows(today) for digits, number in numbers.items()}
