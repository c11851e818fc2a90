"""Three versions of a flow into one: whatever one person alone changed is kept, the rest is asked about. Pure.

A text in one language is a field by itself, so that two may write in two languages at once. The rows of a list are
merged one by one, and their order is one field more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hotline.engine.document.naming import field_of
from hotline.engine.editing.anatomy import kind_of
from hotline.engine.editing.comparing import ABSENT, ROWS, WHOLE
from hotline.engine.editing.lists.ordering import is_disputed, is_moved, merged_order
from hotline.engine.editing.lists.rows import is_list_of_rows, names, names_after
from hotline.text.languages import CODES

NODES = ("nodes",)


class Side(StrEnum):
    """Whose version is taken where both changed the same."""

    HERS = "hers"
    YOURS = "yours"


@dataclass(frozen=True, slots=True)
class OtherWords:
    """Neither version, but these words."""

    words: str


Settled = Mapping[str, Side | OtherWords]
"""What was decided of clashes, by their keys."""


@dataclass(frozen=True, slots=True)
class MergedField:
    """A place in the flow, as a page names it: the screen, the field of its form, the language of a text."""

    node: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class FieldClash:
    """What both changed, and not alike. A version that has nothing there is `ABSENT`."""

    key: str
    """The name under which it is settled; the same however often it is asked."""
    place: MergedField
    base: Any
    hers: Any
    yours: Any

    @property
    def is_words(self) -> bool:
        """Whether words may be written in place of either."""
        return bool(self.place.language)


@dataclass(frozen=True, slots=True)
class Merged:
    document: dict[str, Any]
    """Yours stands wherever a clash is not settled."""
    clashes: tuple[FieldClash, ...]
    """What is still to be decided; nothing is stored before."""
    hers: tuple[MergedField, ...]
    """What she alone changed meanwhile, and is kept beside yours."""


@dataclass(slots=True)
class _Merging:
    settled: Settled
    clashes: list[FieldClash] = field(default_factory=list)
    hers: list[MergedField] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Where:
    """A place by the names of rows, and as it is counted in your version, or in hers."""

    path: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    key: str = ""
    """What the document calls it there; nothing of a row or a screen, whose names are the writer's."""

    def into(self, name: str) -> "_Where":
        key = "" if self.path == NODES else name
        return _Where((*self.path, name), (*self.at, name), key)

    def into_row(self, name: str, at: int) -> "_Where":
        return _Where((*self.path, name), (*self.at, str(at)))


def merged(
    base: Mapping[str, Any],
    hers: Mapping[str, Any],
    yours: Mapping[str, Any],
    settled: Settled | None = None,
) -> Merged:
    """The flow with the edits of both since `base`. `yours` is who saves now, `hers` what was saved meanwhile."""
    state = _Merging(settled or {})
    document = _mapping(state, _Where(), base, hers, yours)
    return Merged(document, tuple(state.clashes), tuple(state.hers))


def _value(state: _Merging, here: _Where, base: Any, hers: Any, yours: Any) -> Any:
    new, written = base == ABSENT, (hers, yours)
    have_parts = all(isinstance(one, Mapping) for one in written) and here.key not in WHOLE
    if here.path == NODES and have_parts and isinstance(base, Mapping):
        return _mapping(state, here, base, hers, yours)
    if hers in (yours, base):
        return yours
    if base == yours:
        state.hers.append(_place(here))
        return hers
    if have_parts and (new or isinstance(base, Mapping)) and not _are_two_kinds(here, hers, yours):
        return _mapping(state, here, {} if new else base, hers, yours)
    have_rows = all(is_list_of_rows(here.key, one) for one in written)
    if have_rows and (new or is_list_of_rows(here.key, base)):
        return _rows(state, here, [] if new else base, hers, yours)
    return _asked(state, here, base, hers, yours)


def _mapping(
    state: _Merging,
    here: _Where,
    base: Mapping[str, Any],
    hers: Mapping[str, Any],
    yours: Mapping[str, Any],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in dict.fromkeys((*base, *hers, *yours)):
        versions = (one.get(name, ABSENT) for one in (base, hers, yours))
        value = _value(state, here.into(str(name)), *versions)
        if value != ABSENT:
            found[name] = value
    order = _order(state, here, [*base], [*hers], [*yours], found, asks=here.path == NODES)
    return {name: found[name] for name in order}


def _rows(
    state: _Merging,
    here: _Where,
    base: Sequence[Mapping[str, Any]],
    hers: Sequence[Mapping[str, Any]],
    yours: Sequence[Mapping[str, Any]],
) -> list[Any]:
    key = here.key
    named = names(key, base), names_after(key, base, hers), names_after(key, base, yours)
    rows = [
        dict(zip(known, own, strict=True))
        for known, own in zip(named, (base, hers, yours), strict=True)
    ]
    found: dict[str, Any] = {}
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
    hers: Sequence[str],
    yours: Sequence[str],
    found: Mapping[str, Any],
    *,
    asks: bool,
) -> Sequence[str]:
    there = here.into(ROWS)
    if asks and is_disputed(base, hers, yours):
        taken = _asked(state, there, tuple(base), tuple(hers), tuple(yours))
        return merged_order(base, taken, taken, found)
    if asks and is_moved(base, hers) and not is_moved(base, yours):
        state.hers.append(_place(there))
    return merged_order(base, hers, yours, found)


def _asked(state: _Merging, here: _Where, base: Any, hers: Any, yours: Any) -> Any:
    key, place = "/".join(here.path), _place(here)
    match state.settled.get(key):
        case OtherWords(words=words) if place.language:
            return words or ABSENT
        case Side.HERS:
            return hers
        case Side.YOURS:
            return yours
    state.clashes.append(FieldClash(key, place, base, hers, yours))
    return yours


def _are_two_kinds(here: _Where, hers: object, yours: object) -> bool:
    """A screen that is a menu to one and a text to the other is no third thing."""
    at_node = len(here.path) == len(NODES) + 1 and here.path[: len(NODES)] == NODES
    return at_node and kind_of(hers) != kind_of(yours)


def _place(here: _Where) -> MergedField:
    first, *rest = here.at
    if first in CODES and len(rest) == 1:
        return MergedField("", rest[0], first)
    if here.path[: len(NODES)] != NODES or len(here.path) == len(NODES):
        return MergedField("", ".".join(here.at), "")
    steps = [step for step in here.at[len(NODES) + 1 :] if step != ROWS]
    name, language = field_of(steps)
    return MergedField(here.path[len(NODES)], name, language)
