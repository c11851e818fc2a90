"""Compares two versions of a document value by value, and recognises rows that moved. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hotline.core.documents import Document, Way

NAMED_BY = {
    "choices": ("value", "goes"),
    "lead": ("number", "when"),
    "branch": ("when",),
    "numbers": ("number",),
}
"""Lists of rows by their key in the document, with the fields that identify a row."""
WORDED_BY = {"choices": "label", "lead": "text", "branch": "goes"}
LAST = "else"
"""Name of a row without any of these fields: the last arm of a branch, or a new row."""


def is_list_of_rows(key: str, value: object) -> bool:
    return (
        key in NAMED_BY
        and isinstance(value, list)
        and all(isinstance(row, Mapping) for row in value)
    )


def names(key: str, rows: Sequence[Document]) -> Way:
    """Returns a unique name for each row."""
    taken: set[str] = set()
    return tuple(_free(_name(key, row), taken) for row in rows)


def names_after(key: str, base: Sequence[Document], rows: Sequence[Document]) -> Way:
    """Returns a unique name for each row. A row that comes from one of `base` keeps the name it has there."""
    before, own = names(key, base), names(key, rows)
    known = {at: name for at, name in enumerate(own) if name in before}
    left = {name: row for name, row in zip(before, base, strict=True) if name not in own}
    part = WORDED_BY.get(key, "")
    for at, row in enumerate(rows):
        words = row.get(part)
        alike = (name for name, other in left.items() if words and other.get(part) == words)
        if at not in known and (name := next(alike, None)) is not None:
            known[at] = name
            del left[name]
    for at, name in enumerate(before if len(rows) == len(base) else ()):
        if at not in known and name in left:
            known[at] = name
            del left[name]

    taken = {*before, *known.values()}
    return tuple(known.get(at) or _free(name, taken) for at, name in enumerate(own))


def _name(key: str, row: Document) -> str:
    for part in NAMED_BY[key]:
        if (value := row.get(part)) not in (None, ""):
            return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return LAST


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free in taken:
        free, number = f"{name}#{number}", number + 1
    taken.add(free)
    return free


def is_moved(before: Sequence[str], after: Sequence[str]) -> bool:
    """Returns True if the items present in both lists changed their order. Ignores additions and removals."""
    return [one for one in before if one in after] != [one for one in after if one in before]


def merged_order(
    base: Sequence[str], hers: Sequence[str], yours: Sequence[str], kept: Iterable[str]
) -> Way:
    """Returns the kept items in the order of the side that moved something. Your order wins where both sides did.

    Each addition of the other side follows the same neighbour as there.
    """
    leading, other = (
        (yours, hers) if is_moved(base, yours) or not is_moved(base, hers) else (hers, yours)
    )
    order = list(leading)
    for at, one in enumerate(other):
        if one not in order and one not in base:
            before = next((two for two in reversed(other[:at]) if two in order), None)
            order.insert(order.index(before) + 1 if before is not None else 0, one)
    there = set(kept)
    late = [one for one in (*base, *hers, *yours) if one in there and one not in order]
    return tuple(one for one in dict.fromkeys((*order, *late)) if one in there)


def is_disputed(base: Sequence[str], hers: Sequence[str], yours: Sequence[str]) -> bool:
    """Returns True if both sides changed the order, and differently."""
    return is_moved(base, hers) and is_moved(base, yours) and is_moved(hers, yours)


ROWS = "#rows"
"""Last step of a path whose value is the row names of a list, in order."""

WHOLE = frozenset({"when", "signed"})
"""Mappings that are compared as one value, because their parts mean nothing alone."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The value of a place that has none."""


ABSENT = Absent()


class ValueChange(NamedTuple):
    """One value that differs."""

    at: Way
    """Path to it in the new version, or in the old one where it was removed. Rows have numbers."""
    before: Any
    after: Any


def compared(before: object, after: object) -> Iterator[ValueChange]:
    """Yields every value that differs, with those of rows that were added or removed."""
    yield from _compared((), (), "", before, after)


def _compared(was: Way, now: Way, key: str, before: Any, after: Any) -> Iterator[ValueChange]:
    if before == after:
        return
    both = (before, after)
    if key not in WHOLE and any(isinstance(one, Mapping) and one for one in both):
        if all(isinstance(one, Mapping | Absent) for one in both):
            maps = [one for one in both if isinstance(one, Mapping)]
            for name in dict.fromkeys(str(name) for one in maps for name in one):
                parts = _get(before, name), _get(after, name)
                yield from _compared((*was, name), (*now, name), name, *parts)
            return
    elif any(is_list_of_rows(key, one) and one for one in both):
        if all(is_list_of_rows(key, one) or one == ABSENT for one in both):
            old, new = (one if isinstance(one, list) else [] for one in both)
            yield from _rows(was, now, key, old, new)
            return
    else:
        yield ValueChange(was if after == ABSENT else now, before, after)
        return
    # One side has parts and the other has not. Yields the removal and the addition separately.
    yield from _compared(was, now, key, before, ABSENT)
    yield from _compared(was, now, key, ABSENT, after)


def _rows(
    was: Way, now: Way, key: str, before: Sequence[Document], after: Sequence[Document]
) -> Iterator[ValueChange]:
    old, new = names(key, before), names_after(key, before, after)
    if old != new:
        yield ValueChange((*now, ROWS), old, new)
    for name in dict.fromkeys((*new, *old)):
        there = old.index(name) if name in old else None
        here = new.index(name) if name in new else None
        parts = (
            ABSENT if there is None else before[there],
            ABSENT if here is None else after[here],
        )
        at = str(there if here is None else here)
        yield from _compared((*was, at if there is None else str(there)), (*now, at), "", *parts)


def _get(one: object, name: str) -> Any:
    return one.get(name, ABSENT) if isinstance(one, Mapping) else ABSENT
