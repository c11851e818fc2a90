"""A whole flow is taken out: every arrow of the other flows that led into it gets a new end first. Pure.

A flow is entered by nodes of other flows that call it. What leads to such a node leads elsewhere from now on, and the
node goes. An entry leads where it led, for ever: so its flow stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.engine.editing.anatomy import Document, nodes_of, path_of, rows_of
from hotline.engine.editing.operations.flows import calls_of, led_to_flow
from hotline.engine.editing.operations.screens import Obstacle, copied, led, may_end
from hotline.engine.editing.outline import Arrow, arrows_of

OTHER_FLOW = "flow:"
"""In front of a flow's name, where an arrow leads into another flow from now on."""
ROWS = ("choices", "arms")


@dataclass(frozen=True, slots=True)
class ArrowIntoFlow:
    """An arrow of another flow that leads to a node which opens this one."""

    flow: str
    arrow: Arrow

    @property
    def key(self) -> str:
        """The name under which a form decides about it."""
        return f"{self.flow}/{self.arrow.key}"


def arrows_into_flow(flows: Mapping[str, object], name: str) -> tuple[ArrowIntoFlow, ...]:
    """In the order of the flows; what only a node leads to that goes itself is none."""
    calls = {(place.flow, place.node) for place in calls_of(flows, name)}
    return tuple(
        ArrowIntoFlow(flow, arrow)
        for flow in dict.fromkeys(flow for flow, _ in sorted(calls))
        for arrow in arrows_of(flows[flow])
        if (flow, arrow.goes) in calls and (flow, arrow.node) not in calls
    )


def keeps(
    flows: Mapping[str, object], entries: Mapping[str, str], name: str, *, front: str = "front"
) -> Obstacle | None:
    """Why a flow stays, whatever is decided about its arrows."""
    if name not in flows:
        return Obstacle.UNKNOWN
    if name == front:
        return Obstacle.START
    return Obstacle.ENTRY if name in entries.values() else None


def obstacle_to_taking_out(
    flows: Mapping[str, object],
    entries: Mapping[str, str],
    name: str,
    decided: Mapping[str, str],
    *,
    front: str = "front",
) -> Obstacle | None:
    """`decided`: by its key where each arrow leads: a screen of its own flow, `flow:NAME`, or `""`, which takes it out.

    A choice that led into the flow goes with its arrow; a list of rows keeps one at least.
    """
    if (kept := keeps(flows, entries, name, front=front)) is not None:
        return kept
    calls = {(place.flow, place.node) for place in calls_of(flows, name)}
    dropped: dict[tuple[str, str, str], int] = {}
    for one in arrows_into_flow(flows, name):
        goes, nodes = decided.get(one.key), nodes_of(flows[one.flow])
        if goes is None:
            return Obstacle.UNDECIDED
        if goes.startswith(OTHER_FLOW):
            if goes.removeprefix(OTHER_FLOW) not in flows.keys() - {name, one.flow}:
                return Obstacle.UNDECIDED
        elif goes:
            if goes not in nodes or (one.flow, goes) in calls:
                return Obstacle.UNDECIDED
        elif (row := _row(one.arrow)) is not None:
            dropped[(one.flow, one.arrow.node, row[0])] = (
                dropped.get((one.flow, one.arrow.node, row[0]), 0) + 1
            )
        elif not one.arrow.node or not may_end(nodes[one.arrow.node], one.arrow):
            return Obstacle.UNDECIDED
    for (flow, node, rows), count in dropped.items():
        if count >= len(rows_of(nodes_of(flows[flow])[node], rows)):
            return Obstacle.UNDECIDED
    return None


def led_away(
    flows: Mapping[str, Document], name: str, decided: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """The other flows that change, each without a way into this one. Ask for the obstacle first."""
    into = arrows_into_flow(flows, name)
    changed = {place.flow: copied(flows[place.flow]) for place in calls_of(flows, name)}
    # Rows go last, and from the end: a row that goes gives those behind it other numbers.
    for one in sorted(into, key=lambda one: _row(one.arrow) or ("", 0), reverse=True):
        flow, goes = changed[one.flow], decided[one.key]
        if goes.startswith(OTHER_FLOW):
            changed[one.flow] = led_to_flow(flow, one.arrow, goes.removeprefix(OTHER_FLOW))
        elif goes:
            changed[one.flow] = led(flow, one.arrow, goes)
    for one in sorted(into, key=lambda one: _row(one.arrow) or ("", 0), reverse=True):
        if decided[one.key] == "":
            changed[one.flow] = _without(changed[one.flow], one.arrow)
    for place in calls_of(flows, name):
        del changed[place.flow]["nodes"][place.node]
    return changed


def _without(flow: Document, arrow: Arrow) -> dict[str, Any]:
    """The row of an arrow goes with it; else the arrow alone."""
    row = _row(arrow)
    if row is None:
        return led(flow, arrow, "")
    changed = copied(flow)
    node = changed["nodes"][arrow.node]
    here: Any = node
    for step in _steps(node, row[0]):
        here = here[step]
    del here[row[1]]
    return changed


def _steps(node: Document, rows: str) -> Iterator[str]:
    """The way to a list of rows."""
    way: Sequence[str] = path_of(node, f"{rows}.0")
    yield from way[: way.index("0")]


def _row(arrow: Arrow) -> tuple[str, int] | None:
    """The list and the row that an arrow begins in."""
    rows, _, rest = arrow.field.partition(".")
    return (rows, int(rest.partition(".")[0])) if rows in ROWS else None
