"""Printed entries as a part of a change: new ones alone, on the lowest free digits, each with a name. Pure."""

from collections.abc import Iterable

from hotline.domain.changes.change import Document, PartDocument

FIRST, LAST = 11, 99


def free_digits(entries: Iterable[str]) -> str:
    """The lowest two digits that no entry has. Raises ValueError where none is left."""
    taken = set(entries)
    for digits in range(FIRST, LAST + 1):
        if str(digits) not in taken:
            return str(digits)
    raise ValueError("no digits are left")


def offered(document: Document) -> tuple[str, ...]:
    """The flows that a new entry may open: none that gathers, is private, is the front or is a desk's own list."""
    return tuple(
        name
        for name, flow in document["flows"].items()
        if not flow.get("gathers")
        and not flow.get("private")
        and name not in ("front", "questions")
    )


def added(entries: PartDocument, digits: str, flow: str, name: str = "") -> PartDocument:
    """Raises ValueError where the digits are taken: an entry leads where it led, for ever."""
    if digits in entries:
        raise ValueError(f"{digits} is taken")
    return {**entries, digits: {"flow": flow, **({"name": name} if name else {})}}


def named(entries: PartDocument, digits: str, name: str) -> PartDocument:
    """What the poster is called that names an entry; figures print it. Raises KeyError."""
    flow = {"flow": entries[digits]["flow"]}
    return {**entries, digits: {**flow, **({"name": name} if name else {})}}


def printed(service_code: str, digits: str) -> str:
    """`*384*777#` and `11` as `*384*777*11#`."""
    return f"{service_code.removesuffix('#')}*{digits}#"
