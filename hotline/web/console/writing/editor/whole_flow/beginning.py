"""A new flow out of a model, with the choice that leads to it: two steps of the change."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from hotline.domain.changes.change import StepKind
from hotline.engine.editing.anatomy import kind_of, nodes_of
from hotline.engine.editing.operations.screens import FlowModelName, name_of, new_flow, with_choice
from hotline.services.changes import drafts, folders
from hotline.text.languages import CODES
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase
from hotline.web.console.writing.editor.operating import Operation, fault, stored

ONWARD, FRONT = "onward", "front"
MOST_MENUS = 250
"""In one list. Of a line that has more, the menus of the front and of one flow are offered at a time."""
SHOW_MENUS = "menus"
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
    flows = folders.flows_in(visit.kit, change_id)
    return _drawn(visit, change_id, flows, FormFaults(), 200)


def take(visit: Visit, change_id: int) -> Response:
    flows = folders.flows_in(visit.kit, change_id)
    if visit.form.text("do") == SHOW_MENUS:
        return _drawn(visit, change_id, flows, FormFaults(), 200)
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
    here = folders.at_hand(visit.kit, change_id, flow)
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


def _of(every: Sequence[str], *flows: str) -> list[str]:
    """The menus of these flows, in the order of the flows."""
    return [menu for flow in dict.fromkeys(flows) for menu in every if _flow_of(menu) == flow]


def _flow_of(menu: str) -> str:
    return menu.partition(".")[0]


def _drawn(
    visit: Visit,
    change_id: int,
    flows: Mapping[str, Mapping[str, Any]],
    wrong: FormFaults,
    status: int,
) -> Response:
    form, every = visit.form, menus(flows)
    chosen = "" if form.text("do") == SHOW_MENUS else form.text("menu")
    within = form.text("within") or _flow_of(chosen) or FRONT
    one_by_one = len(every) > MOST_MENUS
    return page(
        visit,
        "flow_new.html",
        status=status,
        change=folders.look(visit.kit, change_id),
        models=MODELS,
        menus=_of(every, within, FRONT) if one_by_one else every,
        chosen=chosen,
        flows=dict.fromkeys(map(_flow_of, every)) if one_by_one else (),
        within=within,
        show_menus=SHOW_MENUS,
        typed=visit.form,
        once=visit.form.text("once") or secrets.token_urlsafe(12),
        faults=wrong,
    )
