"""A receipt: nine digits by which whoever told a tip can ask after it, with a PIN of her own. Pure.

Eight digits and a check digit, so that a slip of the thumb costs no try. The first is never one with which a phone
number of Rwanda begins: whoever finds the digits in a pocket cannot call them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain.msisdn import check_of

RECEIPT = "receipt"
"""What the flow gathers that asks after one."""
NUMBER = "receipt"
"""The answer that holds its digits."""
ERASE = "erase"
"""The answer by which her words go."""
DIGITS = 9
FIRST = "13456"
"""No phone number here begins with these: 0, 2, 7, 8 and 9 are taken."""


class ReceiptStatus(StrEnum):
    """The one word she is told, in the order in which a tip comes by them."""

    RECEIVED = "received"
    CHECKING = "checking"
    """Somebody has taken it."""
    HELPER = "helper"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a tip's status is made of."""

    taken: bool = False
    helped_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def status(self) -> ReceiptStatus:
        if self.closed_at is not None:
            return ReceiptStatus.CLOSED
        if self.helped_at is not None:
            return ReceiptStatus.HELPER
        return ReceiptStatus.CHECKING if self.taken else ReceiptStatus.RECEIVED


def status_of(tips: Sequence[Progress]) -> ReceiptStatus | None:
    """Of all that one receipt stands for: what is furthest, and closed only where all of it is."""
    open_ones = [tip.status for tip in tips if tip.status is not ReceiptStatus.CLOSED]
    if open_ones:
        return max(open_ones, key=tuple(ReceiptStatus).index)
    return ReceiptStatus.CLOSED if tips else None


def number_from(seed: str) -> str:
    """The nine digits of a session, out of its hex digest."""
    drawn = int(seed, 16)
    body = FIRST[drawn % len(FIRST)] + f"{drawn // len(FIRST) % 10**7:07}"
    return body + _check_digit(body)


def spaced(number: str) -> str:
    """`430 021 655`: as it is read aloud and remembered."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def well_formed(number: str) -> bool:
    """Whether it can be a receipt at all. A digit that is wrong, and nearly every two exchanged, show."""
    whole = len(number) == DIGITS and number.isascii() and number.isdecimal()
    return whole and number[0] in FIRST and _check_digit(number[:-1]) == number[-1]


def _check_digit(body: str) -> str:
    return str(check_of(map(int, body), 10))
