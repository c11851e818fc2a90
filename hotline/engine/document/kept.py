"""Provides shared documents that cannot change, caches values computed from them, and builds a public flow set. Pure.

Shared documents are dicts and lists. They compare, print and become JSON like others. A change raises TypeError. A copy
is an ordinary object that may change.

The public flow set has no report flows and no private flows, and no paths to them.

Every process imports this module, so it reads no YAML.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

from hotline.engine.flow import Book, Call, Flow, Menu, reached

T = TypeVar("T")
Document = Mapping[str, Any]
"""A revision, a part of it, a flow or a node as plain data."""
Editable = dict[str, Any]
"""A document that may be changed."""
Way = tuple[str, ...]
"""The steps to a value in a document, in order."""


def _refused(*_args: object, **_changes: object) -> NoReturn:
    raise TypeError("this document is shared: copy what is to be changed")


class KeptObject(dict[str, Any]):
    """An object of a shared document."""

    __slots__ = ("derived",)
    derived: dict[tuple[object, ...], Any]
    """Cached values by the function that computed them. See the function `derived`."""

    __setitem__ = __delitem__ = __ior__ = _refused
    clear = pop = popitem = setdefault = update = _refused

    def __reduce_ex__(self, _protocol: object) -> tuple[type[dict[str, Any]], tuple[Any, ...]]:
        return dict, (dict(self),)


class KeptArray(list[Any]):
    """A list of a shared document."""

    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refused
    append = clear = extend = insert = pop = remove = reverse = sort = _refused

    def __reduce_ex__(self, _protocol: object) -> tuple[type[list[Any]], tuple[Any, ...]]:
        return list, (list(self),)


def kept(value: Any) -> Any:
    """Returns a copy that cannot be changed."""
    if isinstance(value, dict):
        return KeptObject({name: kept(one) for name, one in value.items()})
    if isinstance(value, list):
        return KeptArray([kept(one) for one in value])
    return value


def derived(of: Callable[..., T], document: object, *name: str) -> T:
    """Returns a function's result for a document and a name. Caches it if the document is shared.

    The cache lasts as long as the document. No code may change the result.
    """
    if not isinstance(document, KeptObject):
        return of(document, *name)
    try:
        made = document.derived
    except AttributeError:
        made = document.derived = {}
    key = (of, *name)
    if key not in made:
        made[key] = of(document, *name)
    found: T = made[key]
    return found


def awareness(book: Book, *, but: Collection[str], entries: Mapping[str, str]) -> Book:
    """Returns the flow set without report flows, private flows and those in `but`. Only `entries` are its short codes.

    It offers no choice that leads to a removed flow, and skips calls of one. A flow that only removed flows lead to is
    removed too.
    """
    allowed = {
        name: flow
        for name, flow in book.flows.items()
        if name not in but and flow.gathers is None and not flow.private
    }
    begins = [name for name in (book.front, *entries.values()) if name in allowed]
    there = reached(begins, lambda name: _called(allowed[name]) & allowed.keys())
    flows = {name: flow for name, flow in allowed.items() if name in there}
    return replace(
        book,
        flows={name: _open(flow, flows) for name, flow in flows.items()},
        entries={name: flow for name, flow in entries.items() if flow in flows},
        # Menus are shorter here, so their cached pages differ.
        drawings={},
    )


def _called(flow: Flow) -> set[str]:
    return {node.flow for node in flow.nodes.values() if isinstance(node, Call)}


def _open(flow: Flow, flows: Mapping[str, Flow]) -> Flow:
    closed = {
        name
        for name, node in flow.nodes.items()
        if isinstance(node, Call) and node.flow not in flows
    }
    if not closed:
        return flow
    nodes = dict(flow.nodes)
    for name, node in flow.nodes.items():
        if isinstance(node, Menu):
            offered = [one for one in node.choices if (one.goes or node.goes) not in closed]
            nodes[name] = replace(node, choices=tuple(offered))
    return replace(flow, nodes=nodes)
