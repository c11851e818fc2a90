"""A flow as a list: each screen with its kind, its first words, where it leads and who leads to it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hotline.engine.editing.anatomy import (
    arrows_in,
    called_by,
    first_words,
    kind_of,
    nodes_of,
)
from hotline.engine.run import Place


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way from a field of a node to another node of the flow."""

    node: str
    """Where it begins; empty of the flow's start."""
    field: str
    """`goes`, `choices.2.goes`, `arms.0.goes`, `weak`, `start`."""
    goes: str

    @property
    def key(self) -> str:
        """The name under which a form decides about it."""
        return f"{self.node}.{self.field}"


@dataclass(frozen=True, slots=True)
class OutlineRow:
    name: str
    kind: str
    """Empty where it is none yet."""
    words: Mapping[str, str]
    leads_to: tuple[Arrow, ...]
    comes_from: tuple[Arrow, ...]
    calls: str
    """The flow that it opens."""
    is_start: bool


def outline(flow: object) -> tuple[OutlineRow, ...]:
    """Every node of the flow, in its own order."""
    arrows = arrows_of(flow)
    start = start_of(flow)
    return tuple(
        OutlineRow(
            name=name,
            kind=kind_of(node),
            words=first_words(node),
            leads_to=tuple(arrow for arrow in arrows if arrow.node == name),
            comes_from=tuple(arrow for arrow in arrows if arrow.goes == name),
            calls=called_by(node),
            is_start=name == start,
        )
        for name, node in nodes_of(flow).items()
    )


def arrows_of(flow: object) -> tuple[Arrow, ...]:
    """The start, and every arrow between the flow's nodes; also those that lead to no node."""
    start = start_of(flow)
    first = [Arrow("", "start", start)] if start else []
    return (
        *first,
        *(
            Arrow(name, field, goes)
            for name, node in nodes_of(flow).items()
            for field, goes in arrows_in(node)
        ),
    )


def start_of(flow: object) -> str:
    start = flow.get("start") if isinstance(flow, Mapping) else None
    return start if isinstance(start, str) else ""


def calling_order(flows: Mapping[str, object], begins: Iterable[str]) -> Sequence[Place]:
    """Every node as callers come by it: the first flow from its start, and each flow where it is called first.

    `begins` is the front and what entries open; whatever nothing leads to stands at the end, in its own order.
    """
    nodes = {name: nodes_of(flow) for name, flow in flows.items()}
    starts = {name: start_of(flow) for name, flow in flows.items()}
    found: dict[Place, None] = {}
    for flow in dict.fromkeys((*begins, *flows)):
        for begin in (starts.get(flow, ""), *nodes.get(flow, ())):
            _walked(nodes, starts, Place(flow, begin), found)
    return tuple(found)


def _walked(
    nodes: Mapping[str, Mapping[str, object]],
    starts: Mapping[str, str],
    begin: Place,
    found: dict[Place, None],
) -> None:
    waiting = [begin]
    while waiting:
        place = waiting.pop()
        node = nodes.get(place.flow, {}).get(place.node)
        if node is None or place in found:
            continue
        found[place] = None
        called = called_by(node)
        inside = [Place(called, starts[called])] if called in starts else []
        after = [Place(place.flow, goes) for _, goes in arrows_in(node)]
        waiting.extend(reversed([*inside, *after]))
