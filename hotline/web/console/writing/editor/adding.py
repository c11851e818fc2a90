"""A new screen: its kind, its name, where it stands, and which arrow leads to it; done in one step."""

import secrets

from flask import Response

from hotline.domain.changes.change import StepKind
from hotline.engine.editing.anatomy import Document, body_of, kind_of, nodes_of
from hotline.engine.editing.operations.screens import (
    EMPTY,
    LED_ON,
    NewScreen,
    added,
    name_of,
    obstacle_to_adding,
)
from hotline.engine.editing.preview import Arrow, arrows_of
from hotline.services.changes import folders
from hotline.services.changes.folders import FlowAtHand
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase
from hotline.web.console.writing.editor.drawing import KINDS
from hotline.web.console.writing.editor.operating import Operation, fault, obstructed, stored

NO_ARROW = phrase("Choose the arrow that leads to it: else no caller comes there.")


def ask(visit: Visit, change_id: int, flow: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    after = visit.query.get("after", "")
    return _drawn(visit, change_id, here, after, FormFaults(), 200)


def take(visit: Visit, change_id: int, flow: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    form = visit.form
    typed = form.text("name", most=200)
    names = nodes_of(here.document)
    name = typed if typed in names else name_of(typed, names)
    arrow = next((one for one in arrows(here.document) if one.key == form.text("arrow")), None)
    new = NewScreen(name, form.text("kind"), form.text("after"), arrow)
    wrong = obstructed(visit, "name", obstacle_to_adding(here.document, new))
    if not typed:
        wrong = fault(visit, "name", phrase("Give it a name."))
    elif arrow is None and names:
        wrong = fault(visit, "arrow", NO_ARROW)
    if not wrong:
        document = added(here.document, new)
        if not names:
            document["start"] = name
        says = {"did": StepKind.NODE_ADDED, "node": name}
        wrong = stored(visit, change_id, Operation(flow, document, here.version, says))
    if wrong:
        return _drawn(visit, change_id, here, new.after, wrong, 422)
    return see("editor.show", change_id=change_id, flow=flow, node=name)


def arrows(flow: Document) -> tuple[Arrow, ...]:
    """Those that are there, and those that a screen may have that leads nowhere yet."""
    known = arrows_of(flow)
    ends = (
        Arrow(name, "goes", "")
        for name, node in nodes_of(flow).items()
        if kind_of(node) in LED_ON - {"branch"} and not body_of(node).get("goes")
    )
    return (*known, *ends)


def _drawn(
    visit: Visit, change_id: int, here: FlowAtHand, after: str, wrong: FormFaults, status: int
) -> Response:
    offered = arrows(here.document)
    from_here = next((one.key for one in offered if after and one.node == after), "")
    return page(
        visit,
        "node_new.html",
        status=status,
        change=folders.look(visit.kit, change_id),
        here=here,
        after=after,
        arrow=visit.form.text("arrow") or from_here,
        arrows=offered,
        kinds=[(kind, KINDS[kind]) for kind in EMPTY],
        screens=[*nodes_of(here.document)],
        typed=visit.form,
        once=visit.form.text("once") or secrets.token_urlsafe(12),
        faults=wrong,
    )
