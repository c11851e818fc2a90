"""Provides shared documents that cannot change, caches values computed from them, and builds a public flow set. Pure.

Shared documents are dicts and lists. They compare, print and become JSON like others. A change raises TypeError. A copy
is an ordinary object that may change.

The public flow set has no report flows and no private flows, and no paths to them.

Every process imports this module, so it reads no YAML.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from hotline.flows.flow import Book, Call, Flow, Menu, reached


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
