"""Ways from one flow to another. Pure; `leaving` takes a whole flow out."""

from collections.abc import Mapping
from typing import Any

from hotline.engine.editing.anatomy import Document, called_by, nodes_of
from hotline.engine.editing.operations.names import free_name
from hotline.engine.editing.operations.screens import copied, led
from hotline.engine.editing.outline import Arrow
from hotline.engine.run import Place


def with_call(flow: Document, called: str) -> tuple[dict[str, Any], str]:
    """The flow with a node that opens another flow and ends as it does, and that node's name; the one it has already.

    A new one stands at the end, under the other flow's name where that is free.
    """
    changed, call = copied(flow), {"call": {"flow": called}}
    own = changed["nodes"]
    name = next((name for name, node in own.items() if node == call), "")
    if not name:
        name = free_name(called, own)
        own[name] = call
    return changed, name


def led_to_flow(flow: Document, arrow: Arrow, called: str) -> dict[str, Any]:
    """The flow with one arrow led to another flow: what a select's "another flow" means."""
    changed, name = with_call(flow, called)
    return led(changed, arrow, name)


def calls_of(flows: Mapping[str, object], name: str) -> tuple[Place, ...]:
    """The nodes of other flows that open it."""
    return tuple(
        Place(flow, node)
        for flow, document in flows.items()
        if flow != name
        for node, written in nodes_of(document).items()
        if called_by(written) == name
    )
