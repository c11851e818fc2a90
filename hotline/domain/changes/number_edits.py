"""Phone numbers as a part of a change: listed, confirmed for a year, taken away. Pure.

A part holds the rows of `numbers.csv` by their digits. What is taken away keeps its row, so that its history is read.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hotline.domain.changes.change import DIGITS, Document, PartDocument

EMERGENCY = "112"
"""The police's emergency number, which is never taken away."""
_SIGNATURE = ("confirmed_by", "confirmed_on")


def listed(
    numbers: PartDocument, digits: str, *, service: str, evidence: str, status: str
) -> PartDocument:
    """With a number that nobody has confirmed yet; what is known of one that is there is replaced."""
    row = {DIGITS: digits, "service": service, "status": status, "evidence": evidence}
    return {**numbers, digits: row}


def confirmed(numbers: PartDocument, digits: str, *, by: str, on: date) -> PartDocument:
    """Somebody confirms a verified number, for a year from that day. Raises KeyError where it is not listed."""
    row = {**numbers[digits], "confirmed_by": by, "confirmed_on": on.isoformat()}
    return {**numbers, digits: row}


def taken_away(numbers: PartDocument, digits: str) -> PartDocument:
    """No screen shows it any more. Raises KeyError where it is not listed, ValueError for 112."""
    if digits == EMERGENCY:
        raise ValueError("the emergency number is never taken away")
    row = {name: said for name, said in numbers[digits].items() if name not in _SIGNATURE}
    return {**numbers, digits: row}


def is_signed(row: Mapping[str, Any]) -> bool:
    return bool(row.get("confirmed_on"))


def loses_emergency(live: Document, new: Document) -> bool:
    """Whether a document takes the emergency number away, which callers in danger must find."""
    return _has_emergency(live) and not _has_emergency(new)


def _has_emergency(document: Document) -> bool:
    rows = document.get("numbers", ())
    return any(row[DIGITS] == EMERGENCY and is_signed(row) for row in rows)
