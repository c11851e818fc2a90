"""Makes and checks receipts: nine digits with which a reporter asks about a tip, with a PIN of their own. Pure.

A receipt has eight digits and a check digit, so that a typing error costs no attempt. No phone number of Rwanda begins
with its first digit. A person who finds the digits on paper cannot call them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain.msisdn import check_of

RECEIPT = "receipt"
"""The matter of the flow that asks about a receipt."""
NUMBER = "receipt"
"""The answer that holds its digits."""
ERASE = "erase"
"""The answer that requests erasure of the report."""
DIGITS = 9
FIRST = "13456"
"""First digits of receipts. Phone numbers here begin only with 0, 2, 7, 8 and 9."""


class ReceiptStatus(StrEnum):
    """The one word that the caller gets about a tip, in the usual order."""

    RECEIVED = "received"
    CHECKING = "checking"
    """A responder has taken it."""
    HELPER = "helper"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Progress:
    """The facts that decide a tip's status."""

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
    """Returns the status of all tips of one receipt: the furthest, and closed only if all are. None without tips."""
    open_ones = [tip.status for tip in tips if tip.status is not ReceiptStatus.CLOSED]
    if open_ones:
        return max(open_ones, key=tuple(ReceiptStatus).index)
    return ReceiptStatus.CLOSED if tips else None


def number_from(seed: str) -> str:
    """Returns the nine digits for a session, computed from its hex digest."""
    drawn = int(seed, 16)
    body = FIRST[drawn % len(FIRST)] + f"{drawn // len(FIRST) % 10**7:07}"
    return body + _check_digit(body)


def spaced(number: str) -> str:
    """Returns the digits in groups, as people read and remember them: `430 021 655`."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def well_formed(number: str) -> bool:
    """Returns True if the digits can be a receipt. It detects one wrong digit and most exchanges of two."""
    whole = len(number) == DIGITS and number.isascii() and number.isdecimal()
    return whole and number[0] in FIRST and _check_digit(number[:-1]) == number[-1]


def _check_digit(body: str) -> str:
    return str(check_of(map(int, body), 10))
