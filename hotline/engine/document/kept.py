"""Documents that many share: nobody can change them, and what was made of one is made once. Pure.

They are dicts and lists like others: they compare, print and become JSON alike. A change raises TypeError; a copy is
plain and free.

A book of what anybody may read: without the flows that gather or are private, and without the ways to them. Pure.

Every process imports it, so it reads no YAML.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

from hotline.engine.flow import Book, Call, Flow, Menu, reached

T = TypeVar("T")
Document = Mapping[str, Any]
"""A revision, a part of it, a flow or a node as plain data."""
Editable = dict[str, Any]
"""The same where it may be changed."""
Way = tuple[str, ...]
"""The steps to a value in a document, one after the other."""


def _refused(*_args: object, **_changes: object) -> NoReturn:
    raise TypeError("this document is shared: copy what is to be changed")


class KeptObject(dict[str, Any]):
    """An object of a kept document."""

    __slots__ = ("derived",)
    derived: dict[tuple[object, ...], Any]
    """What was made of it, by who makes it: see `derived`."""

    __setitem__ = __delitem__ = __ior__ = _refused
    clear = pop = popitem = setdefault = update = _refused

    def __reduce_ex__(self, _protocol: object) -> tuple[type[dict[str, Any]], tuple[Any, ...]]:
        return dict, (dict(self),)


class KeptArray(list[Any]):
    """A list of a kept document."""

    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refused
    append = clear = extend = insert = pop = remove = reverse = sort = _refused

    def __reduce_ex__(self, _protocol: object) -> tuple[type[list[Any]], tuple[Any, ...]]:
        return list, (list(self),)


def kept(value: Any) -> Any:
    """The same in a form that nobody can change."""
    if isinstance(value, dict):
        return KeptObject({name: kept(one) for name, one in value.items()})
    if isinstance(value, list):
        return KeptArray([kept(one) for one in value])
    return value


def derived(of: Callable[..., T], document: object, *name: str) -> T:
    """What a function of a module makes of a document, and of its name: made once for one that is kept.

    It lives as long as the document does. Nobody may change it.
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
    """The same book without every flow that gathers, is private, or is named in `but`; entered by `entries` alone.

    A choice that leads to such a flow is not offered, and a call of one is passed over: there is no way in. A flow that
    only such a one leads to is not there either.
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
        # Menus are shorter here: their pages are not the others'.
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
