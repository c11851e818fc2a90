"""Phone numbers on the screens: which show today, and which somebody must sign anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hotline.engine.flow import Book, numbers_named
from hotline.engine.numbers import Evidence, Number
from hotline.errors import NotReady, StoreUnavailable
from hotline.ports import Kit
from hotline.services.finding import Finding

AHEAD = timedelta(days=30)
"""How long before a number goes from the screens somebody is told."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a number stands."""

    number: Number
    named: bool
    """Whether a screen would show it."""
    shows: bool


def look(book: Book, today: date) -> Sequence[Shown]:
    """Every number of the list, in its order."""
    names = numbers_named(book)
    return [
        Shown(number, digits in names, number.shows(today))
        for digits, number in book.numbers.items()
    ]


def finding(kit: Kit) -> Finding:
    """Wrong where a number that was signed once is about to go from the screens, or has gone."""
    try:
        book = kit.books.book(kit.books.live())
    except (NotReady, StoreUnavailable):
        return Finding("numbers", True, "no flows are live")

    today = kit.now().date()
    ends = _ends(book.numbers, numbers_named(book))
    late = [digits for digits, until in ends.items() if until - today <= AHEAD]
    if late:
        until = min(ends[digits] for digits in late)
        return Finding(
            "numbers",
            False,
            f"{', '.join(late)} must be confirmed anew: shown until {until:%Y-%m-%d} at most",
            "have it signed, write it into numbers.csv, and publish: `hotline release`",
        )
    return Finding("numbers", True, f"{', '.join(ends) or 'none'} may be shown")


def _ends(numbers: Mapping[str, Number], names: frozenset[str]) -> dict[str, date]:
    return {
        digits: number.until
        for digits, number in numbers.items()
        if digits in names and number.until is not None and number.evidence is Evidence.VERIFIED
    }
