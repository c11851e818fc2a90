"""A flow as a list: each screen with its kind, its first words, where it leads and who leads to it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hotline.engine.document.kept import derived
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
    ways = {name: derived(_ways, flow) for name, flow in flows.items()}
    starts = {name: start_of(flow) for name, flow in flows.items()}
    found: dict[tuple[str, str], None] = {}
    for flow in dict.fromkeys((*begins, *flows)):
        for begin in (starts.get(flow, ""), *ways.get(flow, ())):
            _walked(ways, starts, (flow, begin), found)
    return tuple(Place(*place) for place in found)


def _ways(flow: object) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Of each node the flow that it calls, and the nodes that it leads to, the last first."""
    return {
        name: (called_by(node), tuple(goes for _, goes in reversed([*arrows_in(node)])))
        for name, node in nodes_of(flow).items()
    }


def _walked(
    ways: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]],
    starts: Mapping[str, str],
    begin: tuple[str, str],
    found: dict[tuple[str, str], None],
) -> None:
    waiting = [begin]
    while waiting:
        place = waiting.pop()
        flow, name = place
        if place in found or name not in ways.get(flow, ()):
            continue
        found[place] = None
        called, goes = ways[flow][name]
        waiting.extend((flow, one) for one in goes)
        if called in starts:
            waiting.append((called, starts[called]))
