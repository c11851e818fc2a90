"""A new flow out of a model, with the choice that leads to it: two steps of the change."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Response

from hotline.domain.changes.change import StepKind
from hotline.engine.editing.anatomy import kind_of, nodes_of
from hotline.engine.editing.operations.names import name_of
from hotline.engine.editing.operations.new_flows import FlowModelName, new_flow, with_choice
from hotline.services.changes import at_hand, drafts, folders
from hotline.text.languages import CODES
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase
from hotline.web.console.writing.editor.operating import Operation, fault, stored

ONWARD, FRONT = "onward", "front"
MODELS = (
    (FlowModelName.LESSON, phrase("A lesson: three screens, one after the other")),
    (FlowModelName.MENU, phrase("A menu: two choices, each with a screen")),
    (FlowModelName.QUIZ, phrase("A quiz: three things, each asked twice")),
)
NO_NAME = phrase("Give it a name.")
NO_MODEL = phrase("Choose what it is made like.")
NO_MENU = phrase("Choose the menu that leads to it.")
LABEL = phrase("Write what the choice says, in one language at least.")


def ask(visit: Visit, change_id: int) -> Response:
    flows = at_hand.flows_in(visit.kit, change_id)
    return _drawn(visit, change_id, flows, FormFaults(), 200)


def take(visit: Visit, change_id: int) -> Response:
    flows = at_hand.flows_in(visit.kit, change_id)
    wrong = _faults(visit, flows)
    if wrong:
        return _drawn(visit, change_id, flows, wrong, 422)
    name = name_of(visit.form.text("name", most=200), flows)
    onward = ONWARD if ONWARD in flows else ""
    made = new_flow(FlowModelName(visit.form.text("model")), name, onward=onward)
    wrong = _stored(visit, change_id, name, made)
    if wrong:
        return _drawn(visit, change_id, flows, wrong, 422)
    return see("editor.show", change_id=change_id, flow=name, node=str(made["start"]))


def _stored(visit: Visit, change_id: int, name: str, made: dict[str, Any]) -> FormFaults:
    """The flow first: a choice never leads to one that is not there."""
    begun = drafts.draft(visit.kit, change_id, name)
    says = {"did": StepKind.FLOW_ADDED, "flow": name}
    wrong = stored(visit, change_id, Operation(name, made, begun.version, says))
    if wrong:
        return wrong
    flow, _, menu = visit.form.text("menu").partition(".")
    here = at_hand.at_hand(visit.kit, change_id, flow)
    label = {code: said for code in CODES if (said := visit.form.text(f"label.{code}"))}
    led = with_choice(here.document, menu, name, label)
    if led is None:
        return fault(visit, "menu", NO_MENU)
    led_says = {"did": StepKind.EDITED, "node": menu, "languages": [*label]}
    return stored(visit, change_id, Operation(flow, led, here.version, led_says))


def _faults(visit: Visit, flows: Mapping[str, Mapping[str, Any]]) -> FormFaults:
    form = visit.form
    if not form.text("name"):
        return fault(visit, "name", NO_NAME)
    if form.text("model") not in [model for model, _ in MODELS]:
        return fault(visit, "model", NO_MODEL)
    if form.text("menu") not in menus(flows):
        return fault(visit, "menu", NO_MENU)
    if not any(form.text(f"label.{code}") for code in CODES):
        return fault(visit, "label-rw", LABEL)
    return FormFaults()


def menus(flows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Every menu as `flow.screen`; the front's first."""
    found = [
        f"{name}.{node}"
        for name, flow in flows.items()
        for node, written in nodes_of(flow).items()
        if kind_of(written) == "menu"
    ]
    return sorted(found, key=lambda one: (not one.startswith(f"{FRONT}."), one))


def _drawn(
    visit: Visit,
    change_id: int,
    flows: Mapping[str, Mapping[str, Any]],
    wrong: FormFaults,
    status: int,
) -> Response:
    return page(
        visit,
        "flow_new.html",
        status=status,
        change=folders.look(visit.kit, change_id),
        models=MODELS,
        menus=menus(flows),
        typed=visit.form,
        once=visit.form.text("once") or secrets.token_urlsafe(12),
        faults=wrong,
    )
