"""Phone numbers on the screens: which show today, and which somebody must sign anew."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hotline.engine.flow import numbers_named
from hotline.engine.numbers.numbers import EMERGENCY, Evidence, Number
from hotline.errors import NotReady, StoreUnavailable
from hotline.ports import Kit
from hotline.services.check_result import CheckResult

AHEAD = timedelta(days=30)
"""How long before a number goes from the screens somebody is told."""


def finding(kit: Kit) -> CheckResult:
    """Wrong where the signature of a number lapses within a month, or has lapsed.

    The others go from the screens then; the emergency number stays, and is worse: nobody answers for it.
    """
    try:
        book = kit.books.book(kit.books.live())
    except (NotReady, StoreUnavailable):
        return CheckResult("numbers", True, "no flows are live")

    today = kit.now().date()
    ends = _ends(book.numbers, numbers_named(book))
    late = [digits for digits, until in ends.items() if until - today <= AHEAD]
    if late:
        return CheckResult(
            "numbers",
            False,
            f"{', '.join(late)} must be confirmed anew: {_what_then(ends, late)}",
            "have it signed, confirm it in the console or numbers.csv, and publish that",
            level=2 if EMERGENCY in late and ends[EMERGENCY] < today else 1,
        )
    return CheckResult("numbers", True, f"{', '.join(ends) or 'none'} may be shown")


def _what_then(ends: Mapping[str, date], late: Sequence[str]) -> str:
    """What the lapse does: a number goes from the screens, and the emergency number does not."""
    go = [ends[digits] for digits in late if digits != EMERGENCY]
    says = [f"shown until {min(go):%Y-%m-%d} at most"] if go else []
    if EMERGENCY in late:
        says.append(f"{EMERGENCY} stays on the screens, signed until {ends[EMERGENCY]:%Y-%m-%d}")
    return "; ".join(says)


def _ends(numbers: Mapping[str, Number], names: frozenset[str]) -> dict[str, date]:
    return {
        digits: number.until
        for digits, number in numbers.items()
        if digits in names and number.until is not None and number.evidence is Evidence.VERIFIED
    }
