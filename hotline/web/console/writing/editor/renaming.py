"""A screen gets another name: every arrow and the start go along, and so do its signatures."""

import secrets

from flask import Response

from hotline.domain.changes.change import StepKind
from hotline.engine.editing.operations.screens import (
    arrows_into,
    obstacle_to_renaming,
    renamed,
)
from hotline.services.changes import folders
from hotline.services.changes.folders import FlowAtHand
from hotline.services.flows import reviewing
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.writing.editor.editor import there
from hotline.web.console.writing.editor.operating import Operation, obstructed, stored


def ask(visit: Visit, change_id: int, flow: str, node: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    there(here, node)
    return _drawn(visit, change_id, here, node, FormFaults(), 200)


def take(visit: Visit, change_id: int, flow: str, node: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    there(here, node)
    name = visit.form.text("name", most=200)
    wrong = obstructed(visit, "name", obstacle_to_renaming(here.document, node, name))
    if not wrong:
        document = renamed(here.document, node, name)
        says = {"did": StepKind.NODE_RENAMED, "node": name, "from": node}
        wrong = stored(visit, change_id, Operation(flow, document, here.version, says))
    if wrong:
        return _drawn(visit, change_id, here, node, wrong, 422)
    return see("editor.show", change_id=change_id, flow=flow, node=name)


def _drawn(
    visit: Visit, change_id: int, here: FlowAtHand, node: str, wrong: FormFaults, status: int
) -> Response:
    signed = len(reviewing.below(visit.kit, f"{here.name}.{node}"))
    return page(
        visit,
        "node_rename.html",
        status=status,
        change=folders.look(visit.kit, change_id),
        here=here,
        node=node,
        arrows=arrows_into(here.document, node),
        signed=signed,
        name=visit.form.text("name", most=200) or node,
        once=visit.form.text("once") or secrets.token_urlsafe(12),
        faults=wrong,
    )
