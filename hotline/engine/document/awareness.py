"""A book of what anybody may read: without the flows that gather or are private, and without the ways to them. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from hotline.engine.flow import Book, Call, Flow, Menu, Node


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
