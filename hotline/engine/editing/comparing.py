"""What differs between two versions of a document, value by value, with rows known again where they moved. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hotline.engine.document.kept import Document, Way
from hotline.engine.editing.lists.rows import is_list_of_rows, names, names_after

ROWS = "#rows"
"""The last step of a path that says which rows a list has, and in which order."""

WHOLE = frozenset({"when", "signed"})
"""What has parts that mean nothing alone."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Where nothing stands."""


ABSENT = Absent()


class ValueChange(NamedTuple):
    """One value that differs."""

    at: Way
    """The way to it where it stands now, or stood: rows are counted, each as it stands there."""
    before: Any
    after: Any


def compared(before: object, after: object) -> Iterator[ValueChange]:
    """Every value that differs, those of rows that came or went included; nothing where the versions are equal."""
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
    # One has parts and the other is something else: the parts went, and that came, or the other way round.
    yield from _compared(was, now, key, before, ABSENT)
    yield from _compared(was, now, key, ABSENT, after)


def _rows(
    was: Way,
    now: Way,
    key: str,
    before: Sequence[Document],
    after: Sequence[Document],
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
