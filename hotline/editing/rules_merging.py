"""Merges two edits of a flow that started from the same base. If only one side changed a value, the merge takes the
changed value. If both sides changed a value, the editor must choose. Pure.

A text in one language is a separate field. So two editors can write in two languages at the same time. The rows of a
list are merged one by one. The order of the rows is one more field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from hotline.core.documents import Document, DocumentPath, Editable
from hotline.flows.models import field_of
from hotline.flows.node_fields import (
    ABSENT,
    ROWS,
    WHOLE,
    is_disputed,
    is_list_of_rows,
    kind_of,
    merged_order,
    names,
    names_after,
)
from hotline.text.languages import CODES

NODES = ("nodes",)


class Side(StrEnum):
    """The version to take if both sides changed the same field."""

    THEIRS = "theirs"
    YOURS = "yours"


Settled = Mapping[str, Side]
"""Decisions about conflicts, by key."""


class MergedField(NamedTuple):
    """A place in the flow as a page names it: screen, field of its form, and language of a text."""

    node: str
    name: str
    language: str


class FieldClash(NamedTuple):
    """A field that both sides changed in different ways. A version without a value has `ABSENT`."""

    key: str
    """The key under which the decision about this conflict is stored. The key stays the same if the merge runs again.
    """
    place: MergedField
    base: Any
    theirs: Any
    yours: Any


class Merged(NamedTuple):
    document: Any
    """The merged flow. For each undecided conflict it contains your version."""
    clashes: Sequence[FieldClash] = ()
    """Conflicts without a decision. Nothing is saved before all are decided."""


@dataclass(slots=True)
class _Merging:
    settled: Settled
    clashes: list[FieldClash] = field(default_factory=list)


class _Where(NamedTuple):
    """A place in the flow, by row names and by row numbers. The numbers come from your version. If a row is missing
    there, they come from the other version."""

    path: DocumentPath = ()
    at: DocumentPath = ()
    key: str = ""
    """The key in the document. It is empty for a row or a screen, because editors choose those names."""

    def into(self, name: str) -> "_Where":
        key = "" if self.path == NODES else name
        return _Where((*self.path, name), (*self.at, name), key)

    def into_row(self, name: str, at: int) -> "_Where":
        return _Where((*self.path, name), (*self.at, str(at)))


def merge(
    base: Document, theirs: Document, yours: Document, settled: Settled | None = None
) -> Merged:
    """Returns the flow with both edits that were made after `base`. `yours` is the edit to save, and `theirs` was
    saved in the meantime."""
    state = _Merging(settled or {})
    document = _mapping(state, _Where(), base, theirs, yours)
    return Merged(document, tuple(state.clashes))


def _value(state: _Merging, here: _Where, base: Any, theirs: Any, yours: Any) -> Any:
    new, written = base == ABSENT, (theirs, yours)
    have_parts = all(isinstance(one, Mapping) for one in written) and here.key not in WHOLE
    if here.path == NODES and have_parts and isinstance(base, Mapping):
        return _mapping(state, here, base, theirs, yours)
    if theirs in (yours, base):
        return yours
    if base == yours:
        return theirs
    # A screen cannot be merged if its kind differs between the two sides.
    is_node = len(here.path) == len(NODES) + 1 and here.path[: len(NODES)] == NODES
    is_one_kind = not is_node or kind_of(theirs) == kind_of(yours)
    if have_parts and is_one_kind and (new or isinstance(base, Mapping)):
        return _mapping(state, here, {} if new else base, theirs, yours)
    have_rows = all(is_list_of_rows(here.key, one) for one in written)
    if have_rows and (new or is_list_of_rows(here.key, base)):
        return _rows(state, here, [] if new else base, theirs, yours)
    return _asked(state, here, base, theirs, yours)


def _mapping(
    state: _Merging, here: _Where, base: Document, theirs: Document, yours: Document
) -> Editable:
    found: Editable = {}
    for name in dict.fromkeys((*base, *theirs, *yours)):
        versions = (one.get(name, ABSENT) for one in (base, theirs, yours))
        value = _value(state, here.into(str(name)), *versions)
        if value != ABSENT:
            found[name] = value
    order = _order(state, here, [*base], [*theirs], [*yours], found, asks=here.path == NODES)
    return {name: found[name] for name in order}


def _rows(
    state: _Merging,
    here: _Where,
    base: Sequence[Document],
    theirs: Sequence[Document],
    yours: Sequence[Document],
) -> list[Any]:
    key = here.key
    named = names(key, base), names_after(key, base, theirs), names_after(key, base, yours)
    rows = [
        dict(zip(known, own, strict=True))
        for known, own in zip(named, (base, theirs, yours), strict=True)
    ]
    found: Editable = {}
    for name in dict.fromkeys((*named[0], *named[1], *named[2])):
        counted = next(known.index(name) for known in reversed(named) if name in known)
        versions = (own.get(name, ABSENT) for own in rows)
        value = _value(state, here.into_row(name, counted), *versions)
        if value != ABSENT:
            found[name] = value
    order = _order(state, here, *named, found, asks=True)
    return [found[name] for name in order]


def _order(
    state: _Merging,
    here: _Where,
    base: Sequence[str],
    theirs: Sequence[str],
    yours: Sequence[str],
    found: Document,
    *,
    asks: bool,
) -> Sequence[str]:
    there = here.into(ROWS)
    if asks and is_disputed(base, theirs, yours):
        choice = _asked(state, there, tuple(base), tuple(theirs), tuple(yours))
        return merged_order(base, choice, choice, found)
    return merged_order(base, theirs, yours, found)


def _asked(state: _Merging, here: _Where, base: Any, theirs: Any, yours: Any) -> Any:
    key = "/".join(here.path)
    chosen = state.settled.get(key)
    if chosen is None:
        state.clashes.append(FieldClash(key, _place(here), base, theirs, yours))
    return theirs if chosen is Side.THEIRS else yours


def _place(here: _Where) -> MergedField:
    first, *rest = here.at
    if first in CODES and len(rest) == 1:
        return MergedField("", rest[0], first)
    if here.path[: len(NODES)] != NODES or len(here.path) == len(NODES):
        return MergedField("", ".".join(here.at), "")
    steps = [step for step in here.at[len(NODES) + 1 :] if step != ROWS]
    name, language = field_of(steps)
    return MergedField(here.path[len(NODES)], name, language)
