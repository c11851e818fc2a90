"""Shows the editor's pages that ask one question, and the forms that make a whole lesson, quiz or menu.

A page that asks one question adds, moves, renames or deletes a screen, removes a flow, or sets recorded values. Each
operation works on the newest state of the draft, and the server saves the operation as one step of the draft. A builder
makes a whole lesson, quiz or menu with one form. A builder can also add a choice to a menu, or a phone number to a
screen. A builder makes the same screens as an editor makes by hand. If the editor chose no draft, the builder creates a
draft, whose title is the text that the editor typed.
"""

import secrets
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from flask import Response

from hotline.console.routes import table
from hotline.console.templating import number_of
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.core.documents import Document
from hotline.editing import (
    pages_editor,
    rules_operations,
    service_draft_steps,
    service_drafts,
    service_reviews,
)
from hotline.editing.pages_difference import draft_form, draft_titles, field_words
from hotline.editing.pages_editor import WHY, WHY_LETTERS, flow_at_version
from hotline.editing.pages_editor_drawing import KINDS, REFUSED
from hotline.editing.rules_drafts import ENTRIES, StepKind
from hotline.editing.rules_forms import FieldFault
from hotline.editing.rules_operations import FRONT, SAID, FlowModelName, Obstacle, Slot
from hotline.editing.rules_preview import Arrow, arrows_of, outline
from hotline.editing.service_drafts import EditedFlow, NewStep
from hotline.flows.document import DESCRIPTION_LETTERS, TITLE_LETTERS
from hotline.flows.flow import Evidence
from hotline.flows.node_fields import (
    Titles,
    body_of,
    kind_of,
    links_in,
    nodes_of,
    texts_in,
    with_flow_values,
    with_texts,
    without_typography,
)
from hotline.flows.service_authoring import live_document
from hotline.text.errors import DraftRefused, EditClash
from hotline.text.languages import CODES, phrase

OBSTACLES = table("obstacles")
OVER = phrase("This draft was published or discarded, so you cannot save texts in it.")
QUICKER = phrase(
    "Another person saved an edit on this page while you were editing. Check the page, then submit your edit again."
)


def store_flow(
    visit: Visit,
    draft_id: int,
    here: EditedFlow,
    document: Document | None,
    did: StepKind,
    **says: Any,
) -> None:
    """Saves the new content of a flow. If `document` is None, removes the flow from the draft instead. `here` is the
    flow before the operation.

    Raises FormRefused.
    """
    new = NewStep(
        here.name, document, f"{did} {pages_editor.form_token(visit)}", {"did": did, **says}
    )
    try:
        service_draft_steps.save_step(
            visit.context, visit.by, draft_id, new, base_version=here.version
        )
    except DraftRefused:
        raise visit.wrong("name", OVER) from None
    except EditClash:
        raise visit.wrong("name", QUICKER) from None


def check_obstacle(visit: Visit, obstacle: Obstacle | None) -> None:
    """Raises FormRefused with the reason if the operation is not possible."""
    if obstacle:
        raise visit.wrong("name", OBSTACLES[obstacle])


def _question(
    visit: Visit, template: str, draft_id: int, here: EditedFlow, **values: object
) -> Response:
    """Renders a page that asks the editor one question. If the form has errors, the page gets status 422."""
    return page(
        visit,
        template,
        status=0 if visit.form.fields else 200,
        change=service_drafts.get_draft(visit.context, draft_id),
        here=here,
        once=visit.form.text("once") or secrets.token_urlsafe(12),
        begins=partial(_begins, visit),
        titles=cache(partial(draft_titles, visit, here)),
        **values,
    )


def _begins(visit: Visit, place: str, arrow: Arrow) -> str:
    """Returns a text that says where an arrow (a link to a screen) begins: at a field of a screen, or at the start of
    the flow."""
    return (
        f"{place}: {field_words(visit, arrow.field)}"
        if arrow.node
        else visit.say("start of the flow")
    )


TO = "to:"
"""In some form fields, the editor chooses the new target of an arrow. The names of these fields begin with this text.
The name of the field continues with the key of the arrow. An arrow is a link from one screen to another."""
REMOVE_ARROW = "-"
"""If a form field for an arrow's target has this value, the editor removes the arrow. If the editor removes a whole
flow, the server then also removes the choice where the arrow begins.
"""
NO_NAME = phrase("Enter a name.")


def _decided(visit: Visit) -> Mapping[str, str]:
    """Returns the new target of each arrow, by the arrow's key. The target is empty if the editor wants to remove the
    arrow."""
    return {
        name.removeprefix(TO): "" if goes == REMOVE_ARROW else goes
        for name, goes in visit.form.fields
        if name.startswith(TO) and goes
    }


def new_screen_form(visit: Visit, draft_id: int, flow: str) -> Response:
    here = service_drafts.edited_flow(visit.context, draft_id, flow)
    after = visit.form.text("after") or visit.asked("after")
    offered = flow_arrows(here.document)
    from_here = next((one.key for one in offered if after and one.node == after), "")
    return _question(
        visit,
        "node_new.html",
        draft_id,
        here,
        after=after,
        arrow=visit.form.text("arrow") or visit.asked("arrow") or from_here,
        arrows=offered,
        kinds={kind: KINDS[kind] for kind in rules_operations.EMPTY},
        screens=[*nodes_of(here.document)],
    )


@form_view(new_screen_form)
def add_screen(visit: Visit, draft_id: int, flow: str) -> Response:
    here, form = service_drafts.edited_flow(visit.context, draft_id, flow), visit.form
    typed, names = form.text("name", most=200), nodes_of(here.document)
    name = typed if typed in names else rules_operations.name_of(typed, names)
    arrow = next((one for one in flow_arrows(here.document) if one.key == form.text("arrow")), None)
    new = rules_operations.NewScreen(name, form.text("kind"), form.text("after"), arrow)
    if not typed:
        raise visit.wrong("name", NO_NAME)
    if arrow is None and names:
        raise visit.wrong(
            "arrow",
            "Choose the screen or choice that leads to the new screen. Otherwise no caller can reach the new screen.",
        )
    check_obstacle(visit, rules_operations.obstacle_to_adding(here.document, new))
    document = rules_operations.add_screen(here.document, new)
    if not names:
        document["start"] = name
    store_flow(visit, draft_id, here, document, StepKind.NODE_ADDED, node=name)
    return redirect_to("editor.show", draft_id=draft_id, flow=flow, node=name)


def flow_arrows(flow: Document) -> tuple[Arrow, ...]:
    """Returns the arrows (links) between the flow's screens. Also returns a possible arrow for each screen that leads
    nowhere yet."""
    known = arrows_of(flow)
    ends = (
        Arrow(name, "goes", "")
        for name, node in nodes_of(flow).items()
        if kind_of(node) in rules_operations.LED_ON - {"branch"} and not body_of(node).get("goes")
    )
    return (*known, *ends)


def move_form(visit: Visit, draft_id: int, flow: str, node: str) -> Response:
    here = flow_at_version(visit, draft_id, flow, node)
    places = [one for one in flow_arrows(here.document) if node not in (one.node, one.goes)]
    return _question(
        visit,
        "node_move.html",
        draft_id,
        here,
        node=node,
        arrows=[one for one in places if one.node],
    )


@form_view(move_form)
def move_screen(visit: Visit, draft_id: int, flow: str, node: str) -> Response:
    """Moves a screen within its flow, so that the arrow that the editor chose leads to this screen."""
    here, key = flow_at_version(visit, draft_id, flow, node), visit.form.text("arrow")
    arrow = next((one for one in flow_arrows(here.document) if one.key == key), None)
    check_obstacle(visit, rules_operations.obstacle_to_moving(here.document, node, arrow))
    if arrow is not None:
        document = rules_operations.move_to_arrow(here.document, node, arrow)
        store_flow(visit, draft_id, here, document, StepKind.ORDERED, node=node)
    return redirect_to("picture.show", flow=flow, change=draft_id)


def rename_form(visit: Visit, draft_id: int, flow: str, node: str) -> Response:
    here = flow_at_version(visit, draft_id, flow, node)
    return _question(
        visit,
        "node_rename.html",
        draft_id,
        here,
        node=node,
        arrows=rules_operations.arrows_into(here.document, node),
        signed=len(service_reviews.all_signatures(visit.context, below=f"{here.name}.{node}")),
        name=visit.form.text("name", most=200) or node,
        title=nodes_of(here.document)[node].get("title") or {},
    )


@form_view(rename_form)
def rename_screen(visit: Visit, draft_id: int, flow: str, node: str) -> Response:
    here = flow_at_version(visit, draft_id, flow, node)
    name = visit.form.text("name", most=200)
    check_obstacle(visit, rules_operations.obstacle_to_renaming(here.document, node, name))
    document = rules_operations.rename_screen(here.document, node, name)
    typed = {code: visit.form.text(f"title.{code}", most=TITLE_LETTERS) for code in CODES}
    document["nodes"][name] = with_texts(document["nodes"][name], {"title": typed})
    did = StepKind.EDITED if name == node else StepKind.NODE_RENAMED
    store_flow(visit, draft_id, here, document, did, node=name, **{"from": node})
    return redirect_to("editor.show", draft_id=draft_id, flow=flow, node=name)


def recorded_values_form(visit: Visit, draft_id: int, flow: str) -> Response:
    """Shows the form for the recorded values of the flow. If the sent form has an error, shows the form again with the
    typed values.
    """
    typed, here = visit.form, service_drafts.edited_flow(visit.context, draft_id, flow)
    head, is_free = here.document, _is_free(visit, flow)
    return _question(
        visit,
        "flow_marks.html",
        draft_id,
        here,
        is_open=is_free or bool(typed.fields),
        is_free=is_free,
        gathers=typed.text("gathers") if visit.faults else str(head.get("gathers") or ""),
        private=typed.ticked("private") if visit.faults else head.get("private") is True,
        offered=_offered(visit, draft_id),
        texts={field: head.get(field) or {} for field in FLOW_TEXTS},
        why=typed.text("why", most=400),
    )


@form_view(recorded_values_form)
def set_recorded_values(visit: Visit, draft_id: int, flow: str) -> Response:
    form, is_free = visit.form, _is_free(visit, flow)
    if form.text("do") == "texts":
        return _save_texts(visit, draft_id, flow)
    if form.text("do") == "unlock" or not (is_free or form.ticked("unlocked")):
        return recorded_values_form(visit, draft_id, flow)
    here = service_drafts.edited_flow(visit.context, draft_id, flow)
    gathers, why = form.text("gathers"), form.text("why", most=400)
    if gathers and gathers not in _offered(visit, draft_id):
        raise visit.wrong("gathers", REFUSED[FieldFault.CHOICE])
    document = with_flow_values(here.document, gathers=gathers, private=form.ticked("private"))
    if document != here.document:
        if not is_free and len(why) < WHY_LETTERS:
            raise visit.wrong("why", WHY)
        did, step = (StepKind.EDITED, {}) if is_free else (StepKind.MARKS, {"why": why})
        store_flow(visit, draft_id, here, document, did, **step)
    return redirect_to("editor.flow", draft_id=draft_id, flow=flow)


FLOW_TEXTS = {"title": TITLE_LETTERS, "description": DESCRIPTION_LETTERS}
"""The title and the description of a flow, which only colleagues read. Each has a maximum number of letters."""


def _save_texts(visit: Visit, draft_id: int, flow: str) -> Response:
    """Saves the title and the description of a flow."""
    here = service_drafts.edited_flow(visit.context, draft_id, flow)
    texts = {
        field: {code: visit.form.text(f"{field}.{code}", most=most) for code in CODES}
        for field, most in FLOW_TEXTS.items()
    }
    document = with_texts(here.document, texts)
    if document != here.document:
        store_flow(visit, draft_id, here, document, StepKind.EDITED)
    return redirect_to("editor.flow", draft_id=draft_id, flow=flow)


def _is_free(visit: Visit, flow: str) -> bool:
    """Returns True for a flow that was never published. The hotline has not counted any values of a flow that was never
    published."""
    return service_drafts.live_flow(visit.context, flow) is None


def _offered(visit: Visit, draft_id: int) -> Sequence[str]:
    """Returns the kinds of report that the flows use, which are the values of the field `gathers`. The code supports no
    other kinds of report."""
    flows = service_drafts.flows_in(visit.context, draft_id).values()
    return sorted({str(flow["gathers"]) for flow in flows if flow.get("gathers")})


class FlowToRemove(NamedTuple):
    """One flow that the editor removes from a draft, the other flows, and the arrows (links) that lead into the removed
    flow."""

    here: EditedFlow
    flows: Mapping[str, Document]
    entries: Mapping[str, str]
    callers: Mapping[str, EditedFlow]
    """The flows that call the removed flow, in their newest state."""

    @property
    def into(self) -> Sequence[rules_operations.ArrowIntoFlow]:
        return rules_operations.arrows_into_flow(self.flows, self.here.name)

    def screens(self, flow: str) -> Sequence[str]:
        """Returns the screens of a flow to which an arrow can lead after the other flow is removed. Leaves out screens
        that called the removed flow, because these screens are removed too."""
        gone = {
            place.node
            for place in rules_operations.calls_of(self.flows, self.here.name)
            if place.flow == flow
        }
        return [row.name for row in outline(self.flows[flow]) if row.name not in gone]


def remove_flow_form(visit: Visit, draft_id: int, flow: str) -> Response:
    out = _gathered(visit, draft_id, flow)
    head, kept = out.here.document, rules_operations.removal_obstacle(out.flows, out.entries, flow)
    return _question(
        _with_obstacle(visit, kept),
        "flow_take_out.html",
        draft_id,
        out.here,
        stays=kept is not None,
        into=[(one, out.screens(one.flow)) for one in out.into],
        flows=[other for other in out.flows if other != flow],
        rows=outline(head),
        tells=bool(head.get("gathers") or head.get("private")),
        signed=len(service_reviews.all_signatures(visit.context, below=flow)),
        chosen=dict(visit.form.fields),
    )


def _with_obstacle(visit: Visit, obstacle: Obstacle | None) -> Visit:
    """Returns the request `visit`, with the reason against the operation as an error of the form. Returns the request
    unchanged if it already has errors, or if the operation is possible."""
    if visit.faults or obstacle is None:
        return visit
    return visit.with_faults({"name": visit.say(OBSTACLES[obstacle])})


@form_view(remove_flow_form)
def remove_flow(visit: Visit, draft_id: int, flow: str) -> Response:
    """Removes a flow from a draft. First changes the arrows that lead to this flow, so that no arrow leads to a missing
    flow."""
    out, decided = _gathered(visit, draft_id, flow), _decided(visit)
    check_obstacle(
        visit, rules_operations.obstacle_to_removing(out.flows, out.entries, flow, decided)
    )
    for name, document in rules_operations.flows_without_arrows(out.flows, flow, decided).items():
        store_flow(visit, draft_id, out.callers[name], document, StepKind.EDITED)
    store_flow(visit, draft_id, out.here, None, StepKind.FLOW_DELETED, flow=flow)
    return redirect_to("changes.show", draft_id=draft_id)


def _gathered(visit: Visit, draft_id: int, flow: str) -> FlowToRemove:
    here = service_drafts.edited_flow(visit.context, draft_id, flow)
    flows = service_drafts.flows_in(visit.context, draft_id)
    opened_by = dict.fromkeys(place.flow for place in rules_operations.calls_of(flows, flow))
    callers = {
        name: service_drafts.edited_flow(visit.context, draft_id, name) for name in opened_by
    }
    entries = service_drafts.part_draft(visit.context, draft_id, ENTRIES).document or {}
    return FlowToRemove(
        here=here,
        flows={**flows, **{name: caller.document for name, caller in callers.items()}},
        entries={digits: row["flow"] for digits, row in entries.items()},
        callers=callers,
    )


def delete_form(visit: Visit, draft_id: int, flow: str, node: str) -> Response:
    here = flow_at_version(visit, draft_id, flow, node)
    written = nodes_of(here.document)[node]
    is_start = rules_operations.obstacle_to_deleting(here.document, node, {}) is Obstacle.START
    return _question(
        _with_obstacle(visit, Obstacle.START if is_start else None),
        "node_delete.html",
        draft_id,
        here,
        node=node,
        is_start=is_start,
        into=rules_operations.arrows_into(here.document, node),
        out=[goes for _, goes in links_in(written)],
        texts=[*texts_in(written)],
        signed=len(service_reviews.all_signatures(visit.context, below=f"{here.name}.{node}")),
        screens=[name for name in nodes_of(here.document) if name != node],
        chosen=dict(visit.form.fields),
    )


@form_view(delete_form)
def delete_screen(visit: Visit, draft_id: int, flow: str, node: str) -> Response:
    here, chosen = flow_at_version(visit, draft_id, flow, node), _decided(visit)
    check_obstacle(visit, rules_operations.obstacle_to_deleting(here.document, node, chosen))
    document = rules_operations.delete_screen(here.document, node, chosen)
    store_flow(visit, draft_id, here, document, StepKind.NODE_DELETED, node=node)
    return redirect_to("editor.flow", draft_id=draft_id, flow=flow)


ONWARD = "onward"
CHOICE, NUMBER = "choice", "number"
"""The names of the builders that add something to an existing flow: a choice of a menu, or a phone number on a
screen."""
MAX_PLACES = 250
"""The maximum number of screens that one list of the form offers. If the draft has more screens, the list offers only
those of two flows: the front (with the first menu), and one other.
"""
SHOW_PLACES = "menus"
MAX_TEXT = 1000
NO_MENU = phrase("Choose a menu.")
BUILDERS, TEXTS = table("builders"), table("builder_texts")


def form(visit: Visit) -> Response:
    typed = visit.form
    kind = typed.text("model") or visit.asked("model")
    kind = kind if kind in BUILDERS else FlowModelName.LESSON
    draft = _chosen_draft(visit)
    flows = _flows(visit, draft)
    every = _places(flows, kind)
    chosen = "" if typed.text("do") == SHOW_PLACES else typed.text("menu") or visit.asked("at")
    within = typed.text("within") or _flow_of(chosen) or FRONT
    one_by_one = len(every) > MAX_PLACES
    near = [at for flow in dict.fromkeys((within, FRONT)) for at in every if _flow_of(at) == flow]
    return page(
        visit,
        "builder.html",
        status=0 if typed.fields else 200,
        kind=kind,
        draft=draft,
        drafts=[(row.id, row.title) for row, _ in service_drafts.list_drafts(visit.context)],
        slots=[(slot, visit.say(TEXTS[slot.label], number=slot.number)) for slot in _slots(kind)],
        said_before={slot.key: _typed(visit, slot.key) for slot in _slots(kind)},
        title=_typed(visit, "title"),
        places=near if one_by_one else every,
        chosen=chosen,
        flows=dict.fromkeys(map(_flow_of, every)) if one_by_one else (),
        targets=[*flows] if kind == CHOICE else (),
        numbers=_numbers(visit) if kind == NUMBER else (),
        within=within,
        show_places=SHOW_PLACES,
        once=typed.text("once") or secrets.token_urlsafe(12),
        titles=cache(partial(Titles, flows, visit.language)),
    )


@draft_form(form, "title-rw")
def build(visit: Visit) -> Response:
    typed, kind = visit.form, visit.form.text("model")
    if typed.text("do") == SHOW_PLACES:
        return form(visit)
    draft = _chosen_draft(visit)
    flows, title = _flows(visit, draft), _typed(visit, "title")
    _check(visit, flows, title)
    # The new draft and flow get the English title, or else the first title that the editor wrote.
    name = title.get("en") or next(iter(title.values()))
    if draft is None:
        once = typed.text("once", most=32)
        draft = service_drafts.open_draft(visit.context, visit.by, name, once=once)
    flow, _, node = typed.text("menu").partition(".")
    if kind == NUMBER:
        here = service_drafts.edited_flow(visit.context, draft, flow)
        led = rules_operations.with_number(here.document, node, typed.text("number"), title)
        store_flow(visit, draft, here, led, StepKind.EDITED, node=node, languages=[*title])
        return redirect_to("editor.show", draft_id=draft, flow=flow, node=node)
    said = {slot.key: words for slot in _slots(kind) if (words := _typed(visit, slot.key))}
    called, start = typed.text("goes"), ""
    if kind != CHOICE:
        called = rules_operations.name_of(name, flows)
        start = _add_flow(visit, draft, called, title, said)
    here = service_drafts.edited_flow(visit.context, draft, flow)
    led_to = rules_operations.with_choice(here.document, node, called, title)
    if led_to is None:
        raise visit.wrong("menu", NO_MENU)
    store_flow(visit, draft, here, led_to, StepKind.EDITED, node=node, languages=[*title])
    if start and not said:
        return redirect_to("editor.show", draft_id=draft, flow=called, node=start)
    return redirect_to("changes.show", draft_id=draft)


def _add_flow(visit: Visit, draft_id: int, name: str, title: Mapping[str, str], said: SAID) -> str:
    """Saves the new flow in the draft. The choice that leads to this flow is saved later, so that no choice leads to a
    missing flow. Returns the name of the flow's first screen.
    """
    model = FlowModelName(visit.form.text("model"))
    flows = service_drafts.flows_in(visit.context, draft_id)
    no = [slot.key for slot in rules_operations.slots(model) if slot.has_answer]
    denied = [key.partition(".")[0] for key in no if visit.form.text(f"right.{key}") == "no"]
    made = rules_operations.build_flow(
        model, name, said, denied=denied, onward=ONWARD if ONWARD in flows else ""
    )
    made["nodes"] = {node: without_typography(one)[0] for node, one in made["nodes"].items()}
    begun = service_drafts.part_draft(visit.context, draft_id, name)
    empty = EditedFlow(name, begun.version, {}, begun.author, begun.at, {})
    document = {"flow": name} | with_texts(made, {"title": title})
    store_flow(visit, draft_id, empty, document, StepKind.FLOW_ADDED, flow=name)
    return str(made["start"])


def _check(visit: Visit, flows: Mapping[str, Document], title: Mapping[str, str]) -> None:
    """Checks the form with which an editor builds a lesson, quiz or menu, or adds a choice or a phone number. Raises
    FormRefused."""
    typed, kind = visit.form, visit.form.text("model")
    if kind not in BUILDERS:
        raise visit.wrong("model", "Choose a template.")
    if not title:
        raise visit.wrong("title-rw", NO_NAME)
    places = _places(flows, kind)
    if typed.text("menu") not in places:
        raise visit.wrong("menu", "Choose a screen." if kind == NUMBER else NO_MENU)
    if kind == CHOICE and typed.text("goes") not in flows:
        raise visit.wrong("goes", "Choose the flow that the choice opens.")
    if kind != NUMBER:
        return
    number = typed.text("number")
    if number not in dict(_numbers(visit)):
        raise visit.wrong("number", "Choose a phone number.")
    if not all(number in words for words in title.values()):
        raise visit.wrong("title-rw", "Write the phone number in the text of each language.")


def _chosen_draft(visit: Visit) -> int | None:
    """Returns the id of the draft that the form or the page's address names. Returns None if the editor wants a new
    draft. Raises NotFound."""
    chosen = number_of(dict(visit.form.fields).get("change", visit.asked("change")))
    return None if chosen is None else service_drafts.get_draft(visit.context, chosen).id


def _flows(visit: Visit, draft_id: int | None) -> Mapping[str, Document]:
    if draft_id is not None:
        return service_drafts.flows_in(visit.context, draft_id)
    flows: Mapping[str, Document] = live_document(visit.context.database)["flows"]
    return flows


def _slots(kind: str) -> Sequence[Slot]:
    return rules_operations.slots(FlowModelName(kind)) if kind in {*FlowModelName} else ()


def _typed(visit: Visit, key: str) -> Mapping[str, str]:
    is_title = key == "title" and visit.form.text("model") in {*FlowModelName}
    most = TITLE_LETTERS if is_title else MAX_TEXT
    said = {code: visit.form.text(f"{key}.{code}", most=most) for code in CODES}
    return {code: words for code, words in said.items() if words}


def _numbers(visit: Visit) -> Sequence[tuple[str, str]]:
    """Returns the phone numbers that a screen may show, each with its service."""
    rows = live_document(visit.context.database)["numbers"]
    return [
        (row["number"], f"{row['number']}: {row['service']}")
        for row in rows
        if row["status"] != Evidence.NEVER
    ]


def _places(flows: Mapping[str, Mapping[str, Any]], builder: str) -> list[str]:
    """Returns the screens to which a builder can add something, each as `flow.screen`. The screens of the front (the
    flow with the first menu) come first.
    """
    kinds = ("say", "menu", "ask") if builder == NUMBER else ("menu",)
    found = [
        f"{name}.{node}"
        for name, flow in flows.items()
        for node, written in nodes_of(flow).items()
        if kind_of(written) in kinds
    ]
    return sorted(found, key=lambda one: (not one.startswith(f"{FRONT}."), one))


def _flow_of(place: str) -> str:
    return place.partition(".")[0]
