"""A screen is taken out: every arrow that ended there gets a new end first, and all that goes is shown."""

import secrets

from flask import Response

from hotline.domain.changes.change import StepKind
from hotline.engine.editing.anatomy import arrows_in, nodes_of, texts_in
from hotline.engine.editing.operations.screens import (
    Obstacle,
    arrows_into,
    deleted,
    obstacle_to_deleting,
)
from hotline.services.changes import folders
from hotline.services.changes.folders import FlowAtHand
from hotline.services.flows import reviewing
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.writing.editor.editor import there
from hotline.web.console.writing.editor.operating import Operation, obstructed, stored

TO = "to:"
"""In front of an arrow's key: where it leads from now on."""
TAKE_OUT = "-"
"""Says that the arrow goes too."""


def ask(visit: Visit, change_id: int, flow: str, node: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    there(here, node)
    is_start = obstacle_to_deleting(here.document, node, {}) is Obstacle.START
    wrong = obstructed(visit, "name", Obstacle.START) if is_start else FormFaults()
    return _drawn(visit, change_id, here, node, wrong, 200)


def take(visit: Visit, change_id: int, flow: str, node: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    there(here, node)
    chosen = {
        name.removeprefix(TO): "" if goes == TAKE_OUT else goes
        for name, goes in visit.form.fields
        if name.startswith(TO) and goes
    }
    wrong = obstructed(visit, "name", obstacle_to_deleting(here.document, node, chosen))
    if not wrong:
        document = deleted(here.document, node, chosen)
        says = {"did": StepKind.NODE_DELETED, "node": node}
        wrong = stored(visit, change_id, Operation(flow, document, here.version, says))
    if wrong:
        return _drawn(visit, change_id, here, node, wrong, 422)
    return see("editor.flow", change_id=change_id, flow=flow)


def _drawn(
    visit: Visit, change_id: int, here: FlowAtHand, node: str, wrong: FormFaults, status: int
) -> Response:
    written = nodes_of(here.document)[node]
    return page(
        visit,
        "node_delete.html",
        status=status,
        change=folders.look(visit.kit, change_id),
        here=here,
        node=node,
        is_start=obstacle_to_deleting(here.document, node, {}) is Obstacle.START,
        into=arrows_into(here.document, node),
        out=[goes for _, goes in arrows_in(written)],
        texts=[*texts_in(written)],
        signed=len(reviewing.below(visit.kit, f"{here.name}.{node}")),
        screens=[name for name in nodes_of(here.document) if name != node],
        chosen=dict(visit.form.fields),
        once=visit.form.text("once") or secrets.token_urlsafe(12),
        faults=wrong,
    )
