"""Shows the pages that ask one question: add, rename or delete a screen, begin or take out a flow, set its marks.

An operation is done on the newest state, and saved as one step.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response

from hotline.domain.changes.change import ENTRIES, StepKind
from hotline.engine.editing.anatomy import (
    Document,
    arrows_in,
    body_of,
    kind_of,
    nodes_of,
    texts_in,
    with_flow_marks,
)
from hotline.engine.editing.forms.fields import FieldFault
from hotline.engine.editing.operations.screens import (
    EMPTY,
    LED_ON,
    ArrowIntoFlow,
    FlowModelName,
    NewScreen,
    Obstacle,
    added,
    arrows_into,
    arrows_into_flow,
    calls_of,
    deleted,
    keeps,
    led_away,
    name_of,
    new_flow,
    obstacle_to_adding,
    obstacle_to_deleting,
    obstacle_to_renaming,
    obstacle_to_taking_out,
    renamed,
    with_choice,
)
from hotline.engine.editing.preview import Arrow, arrows_of, outline
from hotline.services.changes import drafts, folders, steps
from hotline.services.changes.drafts import NewStep
from hotline.services.changes.folders import FlowAtHand
from hotline.services.changes.results import ChangeRefused
from hotline.services.changes.steps import StepSaved
from hotline.services.flows import reviewing
from hotline.text.languages import CODES
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase
from hotline.web.console.writing.changes.sentences import field_words
from hotline.web.console.writing.editor import editor
from hotline.web.console.writing.editor.drawing import KINDS, REFUSED
from hotline.web.console.writing.editor.editor import WHY, WHY_LETTERS, there

OBSTACLES: Mapping[Obstacle, str] = {
    Obstacle.NAME: phrase("Small letters, digits and _ alone, a letter first, 40 at most."),
    Obstacle.TAKEN: phrase("Something else has that name already."),
    Obstacle.UNKNOWN: phrase("It is not there any more."),
    Obstacle.KIND: phrase("Choose what it is."),
    Obstacle.START: phrase("The flow begins here: it cannot be taken out."),
    Obstacle.UNDECIDED: phrase("Say for each arrow where it leads from now on."),
    Obstacle.ENTRY: phrase("A printed number opens it: it cannot be taken out."),
}
OVER = phrase("This change is over: nothing is saved in it any more.")
QUICKER = phrase("Somebody saved at the same moment. Look once more, and send it again.")


def stored(
    visit: Visit,
    change_id: int,
    part: str,
    flow: Mapping[str, Any] | None,
    version: int,
    says: Mapping[str, Any],
) -> FormFaults:
    """Saves a flow as it is after the operation, None where it is taken out. `version`: what it was made of."""
    new = NewStep(part, flow, f"{says['did']} {editor.once(visit)}", says)
    done = steps.save_step(visit.kit, visit.by, change_id, new, base_version=version)
    if isinstance(done, StepSaved):
        return FormFaults()
    return fault(visit, "name", OVER if isinstance(done, ChangeRefused) else QUICKER)


def obstructed(visit: Visit, field: str, obstacle: Obstacle | None) -> FormFaults:
    return fault(visit, field, OBSTACLES[obstacle]) if obstacle else FormFaults()


def fault(visit: Visit, field: str, says: str) -> FormFaults:
    return faults(**{field: visit.say(says)})


def _question(
    visit: Visit, template: str, change_id: int, wrong: FormFaults | None, **values: object
) -> Response:
    """Draws the page of one question. A form that comes back with faults answers 422."""
    return page(
        visit,
        template,
        wrong=wrong,
        status=0 if visit.form.fields else 200,
        change=folders.look(visit.kit, change_id),
        once=visit.form.text("once") or secrets.token_urlsafe(12),
        **values,
    )


def _decided(visit: Visit) -> Mapping[str, str]:
    """Returns where each arrow leads from now on, by its key; empty where the arrow goes too."""
    return {
        name.removeprefix(TO): "" if goes == TAKE_OUT else goes
        for name, goes in visit.form.fields
        if name.startswith(TO) and goes
    }


NO_ARROW = phrase("Choose the arrow that leads to it: else no caller comes there.")


def ask_new(visit: Visit, change_id: int, flow: str, wrong: FormFaults | None = None) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    after = visit.form.text("after") or visit.query.get("after", "")
    offered = arrows(here.document)
    from_here = next((one.key for one in offered if after and one.node == after), "")
    return _question(
        visit,
        "node_new.html",
        change_id,
        wrong,
        here=here,
        after=after,
        arrow=visit.form.text("arrow") or from_here,
        arrows=offered,
        kinds=[(kind, KINDS[kind]) for kind in EMPTY],
        screens=[*nodes_of(here.document)],
        typed=visit.form,
    )


def add(visit: Visit, change_id: int, flow: str) -> Response:
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
        wrong = stored(visit, change_id, flow, document, here.version, says)
    if wrong:
        return ask_new(visit, change_id, flow, wrong)
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


def ask_rename(
    visit: Visit, change_id: int, flow: str, node: str, wrong: FormFaults | None = None
) -> Response:
    here = there(visit, change_id, flow, node)
    return _question(
        visit,
        "node_rename.html",
        change_id,
        wrong,
        here=here,
        node=node,
        arrows=arrows_into(here.document, node),
        signed=len(reviewing.below(visit.kit, f"{here.name}.{node}")),
        name=visit.form.text("name", most=200) or node,
    )


def rename(visit: Visit, change_id: int, flow: str, node: str) -> Response:
    here = there(visit, change_id, flow, node)
    name = visit.form.text("name", most=200)
    wrong = obstructed(visit, "name", obstacle_to_renaming(here.document, node, name))
    if not wrong:
        document = renamed(here.document, node, name)
        says = {"did": StepKind.NODE_RENAMED, "node": name, "from": node}
        wrong = stored(visit, change_id, flow, document, here.version, says)
    if wrong:
        return ask_rename(visit, change_id, flow, node, wrong)
    return see("editor.show", change_id=change_id, flow=flow, node=name)


def ask_marks(
    visit: Visit,
    change_id: int,
    flow: str,
    wrong: FormFaults | None = None,
    *,
    is_open: bool = False,
) -> Response:
    """Shows the form as it was typed, where it came back."""
    typed, here = visit.form, folders.at_hand(visit.kit, change_id, flow)
    head, is_free = here.document, _is_free(visit, flow)
    return _question(
        visit,
        "flow_marks.html",
        change_id,
        wrong,
        here=here,
        is_open=is_open or is_free,
        is_free=is_free,
        gathers=typed.text("gathers") if wrong else str(head.get("gathers") or ""),
        private=typed.ticked("private") if wrong else head.get("private") is True,
        offered=_offered(visit, change_id),
        why=typed.text("why", most=400),
    )


def set_marks(visit: Visit, change_id: int, flow: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    is_free = _is_free(visit, flow)
    if visit.form.text("do") == "unlock" or not (is_free or visit.form.ticked("unlocked")):
        return ask_marks(visit, change_id, flow, is_open=True)
    wrong = _marks_saved(visit, change_id, here, is_free=is_free)
    if wrong:
        return ask_marks(visit, change_id, flow, wrong, is_open=True)
    return see("editor.flow", change_id=change_id, flow=flow)


def _marks_saved(visit: Visit, change_id: int, here: FlowAtHand, *, is_free: bool) -> FormFaults:
    gathers, why = visit.form.text("gathers"), visit.form.text("why", most=400)
    if gathers and gathers not in _offered(visit, change_id):
        return fault(visit, "gathers", REFUSED[FieldFault.CHOICE])
    private = visit.form.ticked("private")
    document = with_flow_marks(here.document, gathers=gathers, private=private)
    if document == here.document:
        return FormFaults()
    if not is_free and len(why) < WHY_LETTERS:
        return fault(visit, "why", WHY)
    says = {"did": StepKind.EDITED} if is_free else {"did": StepKind.MARKS, "why": why}
    return stored(visit, change_id, here.name, document, here.version, says)


def _is_free(visit: Visit, flow: str) -> bool:
    """What no caller has met is counted nowhere yet."""
    return folders.live_flow(visit.kit, flow) is None


def _offered(visit: Visit, change_id: int) -> Sequence[str]:
    """What flows gather that are there: another thing is gathered by nobody."""
    flows = folders.flows_in(visit.kit, change_id).values()
    return sorted({str(flow["gathers"]) for flow in flows if flow.get("gathers")})


TO = "to:"
"""In front of an arrow's key: where it leads from now on."""
TAKE_OUT = "-"
"""Says that the arrow goes too, and the choice that it begins in."""


@dataclass(frozen=True, slots=True)
class FlowToTakeOut:
    """A flow of a change, the other flows beside it, and what leads into it."""

    here: FlowAtHand
    flows: Mapping[str, Document]
    entries: Mapping[str, str]
    callers: Mapping[str, FlowAtHand]
    """The flows that open it, as they are now."""

    @property
    def into(self) -> Sequence[ArrowIntoFlow]:
        return arrows_into_flow(self.flows, self.here.name)

    def screens(self, flow: str) -> Sequence[str]:
        """Where an arrow of a flow may lead: not where the way into this one was."""
        gone = {place.node for place in calls_of(self.flows, self.here.name) if place.flow == flow}
        return [row.name for row in outline(self.flows[flow]) if row.name not in gone]


def ask_take_out(
    visit: Visit, change_id: int, flow: str, wrong: FormFaults | None = None
) -> Response:
    out = _gathered(visit, change_id, flow)
    head, kept = out.here.document, keeps(out.flows, out.entries, flow)
    return _question(
        visit,
        "flow_take_out.html",
        change_id,
        wrong or obstructed(visit, "name", kept),
        here=out.here,
        stays=kept is not None,
        into=[
            (one, field_words(visit, one.arrow.field), out.screens(one.flow)) for one in out.into
        ],
        flows=[other for other in out.flows if other != flow],
        rows=outline(head),
        tells=bool(head.get("gathers") or head.get("private")),
        signed=len(reviewing.below(visit.kit, flow)),
        chosen=dict(visit.form.fields),
    )


def take_out(visit: Visit, change_id: int, flow: str) -> Response:
    out = _gathered(visit, change_id, flow)
    decided = _decided(visit)
    obstacle = obstacle_to_taking_out(out.flows, out.entries, flow, decided)
    wrong = obstructed(visit, "name", obstacle) or _taken_out(visit, change_id, out, decided)
    if wrong:
        return ask_take_out(visit, change_id, flow, wrong)
    return see("changes.show", change_id=change_id)


def _gathered(visit: Visit, change_id: int, flow: str) -> FlowToTakeOut:
    here = folders.at_hand(visit.kit, change_id, flow)
    flows = folders.flows_in(visit.kit, change_id)
    opened_by = dict.fromkeys(place.flow for place in calls_of(flows, flow))
    callers = {name: folders.at_hand(visit.kit, change_id, name) for name in opened_by}
    entries = drafts.draft(visit.kit, change_id, ENTRIES).document or {}
    return FlowToTakeOut(
        here=here,
        flows={**flows, **{name: caller.document for name, caller in callers.items()}},
        entries={digits: row["flow"] for digits, row in entries.items()},
        callers=callers,
    )


def _taken_out(
    visit: Visit, change_id: int, out: FlowToTakeOut, decided: Mapping[str, str]
) -> FormFaults:
    """The arrows first: none ever leads to a flow that is not there."""
    flow = out.here.name
    for name, document in led_away(out.flows, flow, decided).items():
        says = {"did": StepKind.EDITED}
        wrong = stored(visit, change_id, name, document, out.callers[name].version, says)
        if wrong:
            return wrong
    gone = {"did": StepKind.FLOW_DELETED, "flow": flow}
    return stored(visit, change_id, flow, None, out.here.version, gone)


def ask_delete(
    visit: Visit, change_id: int, flow: str, node: str, wrong: FormFaults | None = None
) -> Response:
    here = there(visit, change_id, flow, node)
    written = nodes_of(here.document)[node]
    is_start = obstacle_to_deleting(here.document, node, {}) is Obstacle.START
    return _question(
        visit,
        "node_delete.html",
        change_id,
        wrong or obstructed(visit, "name", Obstacle.START if is_start else None),
        here=here,
        node=node,
        is_start=is_start,
        into=arrows_into(here.document, node),
        out=[goes for _, goes in arrows_in(written)],
        texts=[*texts_in(written)],
        signed=len(reviewing.below(visit.kit, f"{here.name}.{node}")),
        screens=[name for name in nodes_of(here.document) if name != node],
        chosen=dict(visit.form.fields),
    )


def delete(visit: Visit, change_id: int, flow: str, node: str) -> Response:
    here = there(visit, change_id, flow, node)
    chosen = _decided(visit)
    wrong = obstructed(visit, "name", obstacle_to_deleting(here.document, node, chosen))
    if not wrong:
        document = deleted(here.document, node, chosen)
        says = {"did": StepKind.NODE_DELETED, "node": node}
        wrong = stored(visit, change_id, flow, document, here.version, says)
    if wrong:
        return ask_delete(visit, change_id, flow, node, wrong)
    return see("editor.flow", change_id=change_id, flow=flow)


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


def ask_flow(visit: Visit, change_id: int, wrong: FormFaults | None = None) -> Response:
    form, every = visit.form, menus(folders.flows_in(visit.kit, change_id))
    chosen = "" if form.text("do") == SHOW_MENUS else form.text("menu")
    within = form.text("within") or _flow_of(chosen) or FRONT
    one_by_one = len(every) > MOST_MENUS
    return _question(
        visit,
        "flow_new.html",
        change_id,
        wrong,
        models=MODELS,
        menus=_of(every, within, FRONT) if one_by_one else every,
        chosen=chosen,
        flows=dict.fromkeys(map(_flow_of, every)) if one_by_one else (),
        within=within,
        show_menus=SHOW_MENUS,
        typed=visit.form,
    )


def begin(visit: Visit, change_id: int) -> Response:
    if visit.form.text("do") == SHOW_MENUS:
        return ask_flow(visit, change_id)
    flows = folders.flows_in(visit.kit, change_id)
    if wrong := _flow_faults(visit, flows):
        return ask_flow(visit, change_id, wrong)
    name = name_of(visit.form.text("name", most=200), flows)
    onward = ONWARD if ONWARD in flows else ""
    made = new_flow(FlowModelName(visit.form.text("model")), name, onward=onward)
    if wrong := _begun(visit, change_id, name, made):
        return ask_flow(visit, change_id, wrong)
    return see("editor.show", change_id=change_id, flow=name, node=str(made["start"]))


def _begun(visit: Visit, change_id: int, name: str, made: dict[str, Any]) -> FormFaults:
    """The flow first: a choice never leads to one that is not there."""
    begun = drafts.draft(visit.kit, change_id, name)
    says = {"did": StepKind.FLOW_ADDED, "flow": name}
    wrong = stored(visit, change_id, name, made, begun.version, says)
    if wrong:
        return wrong
    flow, _, menu = visit.form.text("menu").partition(".")
    here = folders.at_hand(visit.kit, change_id, flow)
    label = {code: said for code in CODES if (said := visit.form.text(f"label.{code}"))}
    led = with_choice(here.document, menu, name, label)
    if led is None:
        return fault(visit, "menu", NO_MENU)
    led_says = {"did": StepKind.EDITED, "node": menu, "languages": [*label]}
    return stored(visit, change_id, flow, led, here.version, led_says)


def _flow_faults(visit: Visit, flows: Mapping[str, Mapping[str, Any]]) -> FormFaults:
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
