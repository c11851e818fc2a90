"""A book of what anybody may read: without the flows that gather or are private, and without the ways to them. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from hotline.engine.flow import Book, Call, Flow, Menu, Node


def awareness(book: Book, *, but: Collection[str], entries: Mapping[str, str]) -> Book:
    """The same book without every flow that gathers, is private, or is named in `but`; entered by `entries` alone.

    A choice that leads to such a flow is not offered, and a call of one is passed over: there is no way in.
    """
    flows = {
        name: flow
        for name, flow in book.flows.items()
        if name not in but and flow.gathers is None and not flow.private
    }
    return replace(
        book,
        flows={name: _open(flow, flows) for name, flow in flows.items()},
        entries={name: flow for name, flow in entries.items() if flow in flows},
        # Menus are shorter here: their pages are not the others'.
        drawings={},
    )


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
