"""Flow files as text: YAML in which every plain scalar is a string, and back. Pure.

YAML 1.1 reads `yes`, `no` and `on` as booleans and `08` as a number; in a flow these are answers. Only `true`, `false`
and nothing at all keep their meaning. A key that stands twice is a fault, since the first would be lost in silence.

Documents that many share: nobody can change them, and what was made of one is made once. Pure.

They are dicts and lists like others: they compare, print and become JSON alike. A change raises TypeError; a copy is
plain and free.

A book of what anybody may read: without the flows that gather or are private, and without the ways to them. Pure.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

import yaml

from hotline.engine.flow import Book, Call, Flow, Menu, Node
from hotline.errors import FlowInvalid

_KINDS = ("null", "bool", "str", "seq", "map")


class _Loader(yaml.CSafeLoader):
    """CSafeLoader with resolvers of its own: see the module."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        "t": [("tag:yaml.org,2002:bool", re.compile("^true$"))],
        "f": [("tag:yaml.org,2002:bool", re.compile("^false$"))],
        "": [("tag:yaml.org,2002:null", re.compile("^$"))],
    }

    yaml_constructors = {  # noqa: RUF012
        tag: yaml.SafeLoader.yaml_constructors[tag]
        for tag in (None, *(f"tag:yaml.org,2002:{kind}" for kind in _KINDS))
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise FlowInvalid([f"line {key.start_mark.line + 1}: {key.value} stands twice"])
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """SafeDumper that also writes what is a kind of object or list: a document that somebody shares."""


_Dumper.add_multi_representer(dict, yaml.SafeDumper.represent_dict)
_Dumper.add_multi_representer(list, yaml.SafeDumper.represent_list)


def parse(text: str) -> Any:
    """The document in a YAML text. Raises FlowInvalid with the line."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 0
        raise FlowInvalid([f"line {line}: {broken.problem}"]) from None
    except yaml.YAMLError as broken:
        raise FlowInvalid([f"not YAML: {broken}"]) from None
    except (KeyError, RecursionError) as broken:
        raise FlowInvalid([f"not a flow file: {type(broken).__name__}"]) from None


def dump(document: Mapping[str, Any]) -> str:
    """A YAML text that `parse` reads back to the same document."""
    return yaml.dump(dict(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


T = TypeVar("T")


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
    reached = _reached(allowed, (book.front, *entries.values()))
    flows = {name: flow for name, flow in allowed.items() if name in reached}
    return replace(
        book,
        flows={name: _open(flow, flows) for name, flow in flows.items()},
        entries={name: flow for name, flow in entries.items() if flow in flows},
        # Menus are shorter here: their pages are not the others'.
        drawings={},
    )


def _reached(flows: Mapping[str, Flow], begins: Iterable[str]) -> Collection[str]:
    """The flows to which calls lead from these."""
    seen: set[str] = set()
    waiting = [name for name in begins if name in flows]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            called = (node.flow for node in flows[name].nodes.values() if isinstance(node, Call))
            waiting += [flow for flow in called if flow in flows]
    return seen


def _open(flow: Flow, flows: Mapping[str, Flow]) -> Flow:
    closed = {
        name
        for name, node in flow.nodes.items()
        if isinstance(node, Call) and node.flow not in flows
    }
    if not closed:
        return flow
    return replace(flow, nodes={name: _shut(node, closed) for name, node in flow.nodes.items()})


def _shut(node: Node, closed: Collection[str]) -> Node:
    if not isinstance(node, Menu):
        return node
    offered = tuple(one for one in node.choices if (one.goes or node.goes) not in closed)
    return replace(node, choices=offered)
