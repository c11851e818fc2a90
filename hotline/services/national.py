"""Provides the national desk's telephone number for responders, while it is verified."""

from hotline.engine.numbers.numbers import Number
from hotline.errors import NotReady, StoreUnavailable
from hotline.ports import Kit
from hotline.services.check_result import CheckResult

NAME = "national number"
TODO = "set HOTLINE_NATIONAL_NUMBER; have it signed, and confirm it in the console or numbers.csv"


def number(kit: Kit) -> str | None:
    """Returns the digits of the number. Returns None if none is set, or if it was not verified within the year."""
    row = _row(kit)
    return row.digits if row is not None and row.is_confirmed(kit.now().date()) else None


def finding(kit: Kit) -> CheckResult:
    """Returns the check result about the number.

    Without it, messages about visit safety cannot say which number to call.
    """
    if not kit.line.national_number:
        return CheckResult(NAME, False, "none is set that responders ring", TODO)
    row = _row(kit)
    if row is None:
        return CheckResult(NAME, False, "it is no row of numbers.csv: no message names it", TODO)
    if not row.is_confirmed(kit.now().date()):
        says = "nobody has signed it, or too long ago: no message names it"
        return CheckResult(NAME, False, says, TODO)
    return CheckResult(NAME, True, f"responders are told to ring it, until {row.until}")


def _row(kit: Kit) -> Number | None:
    if not kit.line.national_number:
        return None
    try:
        return kit.books.book(kit.books.live()).numbers.get(kit.line.national_number)
    except (NotReady, StoreUnavailable):
        return None
