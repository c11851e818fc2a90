"""Which row of one version of a list is which row of another: a choice keeps its edits wherever it is moved. Pure.

A choice is known by its `value`, else by where it leads; words in front by their number, else by when they stand; an
arm by its condition; a phone number by its digits. A row whose name changed is known by its words, else by its place.

The order of rows and of screens as one field more: who moves something, and who adds beside it. Pure.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from hotline.engine.document.kept import Document, Way

NAMED_BY = {
    "choices": ("value", "goes"),
    "lead": ("number", "when"),
    "branch": ("when",),
    "numbers": ("number",),
}
"""Lists of rows by their key in the document, and what names a row of each."""
WORDED_BY = {"choices": "label", "lead": "text", "branch": "goes"}
LAST = "else"
"""A row without any of its names: the last arm of a branch, or a row that was only just added."""


def is_list_of_rows(key: str, value: object) -> bool:
    return (
        key in NAMED_BY
        and isinstance(value, list)
        and all(isinstance(row, Mapping) for row in value)
    )


def names(key: str, rows: Sequence[Document]) -> Way:
    """A name for each row, none of them twice."""
    taken: set[str] = set()
    return tuple(_free(_name(key, row), taken) for row in rows)


def names_after(key: str, base: Sequence[Document], rows: Sequence[Document]) -> Way:
    """The same, but a row that was made of one of `base` keeps that one's name."""
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
    """Whether those that stand in both stand in another order; what was added or taken out moves nothing."""
    return [one for one in before if one in after] != [one for one in after if one in before]


def merged_order(
    base: Sequence[str], hers: Sequence[str], yours: Sequence[str], kept: Iterable[str]
) -> Way:
    """The kept ones as whoever moved something has them, yours where both did; each addition beside its neighbour."""
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
    """Whether both moved, and not alike."""
    return is_moved(base, hers) and is_moved(base, yours) and is_moved(hers, yours)
