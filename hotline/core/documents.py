"""Holds documents (the flows and their parts, as plain data) that many readers share. These documents never change,
and the code computes values from them only once. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")


Document = Mapping[str, Any]
"""A revision (one version of all flows) or a part of a revision, such as a flow or a node (a screen), as plain data."""


Editable = dict[str, Any]
"""A document that code may change."""


DocumentPath = tuple[str, ...]
"""The keys and list positions that lead to a value in a document, in order."""


def _refused(*_args: object, **_changes: object) -> NoReturn:
    raise TypeError("code must change a copy of this shared flow document, not the document itself")


class FrozenObject(dict[str, Any]):
    """A JSON object in a document that many readers share and no code changes."""

    __slots__ = ("derived",)
    derived: dict[tuple[object, ...], Any]
    """The values that functions computed from this object, by function and arguments. `derived_value` fills this
    cache."""

    __setitem__ = __delitem__ = __ior__ = _refused
    clear = pop = popitem = setdefault = update = _refused

    def __reduce_ex__(self, _protocol: object) -> tuple[type[dict[str, Any]], tuple[Any, ...]]:
        return dict, (dict(self),)


class FrozenArray(list[Any]):
    """A list in a document that many readers share and no code changes."""

    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refused
    append = clear = extend = insert = pop = remove = reverse = sort = _refused

    def __reduce_ex__(self, _protocol: object) -> tuple[type[list[Any]], tuple[Any, ...]]:
        return list, (list(self),)


def frozen(value: Any) -> Any:
    """Returns a copy of a document that no code can change."""
    if isinstance(value, dict):
        return FrozenObject({name: frozen(part) for name, part in value.items()})
    if isinstance(value, list):
        return FrozenArray([frozen(part) for part in value])
    return value


def derived_value(function: Callable[..., T], document: object, *name: str) -> T:
    """Calls `function` with the document and the texts `name`, and returns the result. Caches the result if many
    readers share the document.

    The result stays in memory as long as the document. No code may change this result.
    """
    if not isinstance(document, FrozenObject):
        return function(document, *name)
    try:
        values = document.derived
    except AttributeError:
        values = document.derived = {}
    key = (function, *name)
    if key not in values:
        values[key] = function(document, *name)
    found: T = values[key]
    return found
