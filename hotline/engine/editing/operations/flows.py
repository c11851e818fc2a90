"""Whether a whole flow may be taken out: not while anything leads to it, nor what is printed. Pure."""

from collections.abc import Mapping

from hotline.engine.editing.anatomy import called_by, nodes_of
from hotline.engine.editing.operations.screens import Obstacle
from hotline.engine.run import Place


def calls_of(flows: Mapping[str, object], name: str) -> tuple[Place, ...]:
    """The nodes of other flows that open it."""
    return tuple(
        Place(flow, node)
        for flow, document in flows.items()
        if flow != name
        for node, written in nodes_of(document).items()
        if called_by(written) == name
    )


def obstacle_to_taking_out(
    flows: Mapping[str, object], entries: Mapping[str, str], name: str, *, front: str = "front"
) -> Obstacle | None:
    """An entry leads where it led, for ever: so its flow stays."""
    if name not in flows:
        return Obstacle.UNKNOWN
    if name == front:
        return Obstacle.START
    if name in entries.values():
        return Obstacle.ENTRY
    return Obstacle.CALLED if calls_of(flows, name) else None
