"""Shows one form that makes a whole lesson, quiz or menu, a choice of a menu, or a phone number on a screen.

Each builder makes the same screens as an editor makes by hand, and saves them in a draft. Without a chosen draft it
starts a new one with the title of the lesson.
"""

import secrets
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

from flask import Response

from hotline.console.form import number_of
from hotline.console.role_groups import table
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.core.documents import Document
from hotline.editing import rules_builders, rules_operations, service_drafts
from hotline.editing.pages_editor_operations import NO_NAME, store_flow
from hotline.editing.pages_sentences import result_or_refusal
from hotline.editing.rules_builders import SAID, Slot
from hotline.editing.rules_drafts import StepKind
from hotline.editing.rules_operations import FRONT, FlowModelName
from hotline.editing.service_drafts import EditedFlow
from hotline.flows.models import TITLE_LETTERS
from hotline.flows.node_fields import (
    Titles,
    kind_of,
    nodes_of,
    with_texts,
    without_typography,
)
from hotline.flows.numbers import Evidence
from hotline.flows.service_authoring import live_document
from hotline.text.languages import CODES
from hotline.text.phrases import phrase

ONWARD = "onward"
CHOICE, NUMBER = "choice", "number"
"""The builders that change a flow instead of making a new one."""
MAX_PLACES = 250
"""The maximum number of screens in one list. If there are more, the page offers only those of the front and of one
flow."""
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
    every = _places(flows, ("say", "menu", "ask") if kind == NUMBER else ("menu",))
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
        slots=[(slot, _label(visit, slot)) for slot in _slots(kind)],
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


@form_view(form)
def build(visit: Visit) -> Response:
    typed, kind = visit.form, visit.form.text("model")
    if typed.text("do") == SHOW_PLACES:
        return form(visit)
    draft = _chosen_draft(visit)
    flows, title = _flows(visit, draft), _typed(visit, "title")
    _check(visit, flows, title)
    name = _name(title)
    if draft is None:
        made = service_drafts.open_draft(
            visit.context, visit.by, name, once=typed.text("once", most=32)
        )
        draft = result_or_refusal(visit, made, "title-rw")
    flow, _, node = typed.text("menu").partition(".")
    if kind == NUMBER:
        here = service_drafts.edited_flow(visit.context, draft, flow)
        led = rules_builders.with_number(here.document, node, typed.text("number"), title)
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
    """Adds the flow to the draft before the choice that leads to it, so that no choice leads to a missing flow.

    Returns its first screen.
    """
    model = FlowModelName(visit.form.text("model"))
    flows = service_drafts.flows_in(visit.context, draft_id)
    no = [slot.key for slot in rules_builders.slots(model) if slot.has_answer]
    denied = [key.partition(".")[0] for key in no if visit.form.text(f"right.{key}") == "no"]
    made = rules_builders.build_flow(
        model, name, said, denied=denied, onward=ONWARD if ONWARD in flows else ""
    )
    made["nodes"] = {node: without_typography(one)[0] for node, one in made["nodes"].items()}
    begun = service_drafts.part_draft(visit.context, draft_id, name)
    empty = EditedFlow(name, begun.version, {}, begun.author, begun.at, {})
    document = {"flow": name} | with_texts(made, {"title": title})
    store_flow(visit, draft_id, empty, document, StepKind.FLOW_ADDED, flow=name)
    return str(made["start"])


def _check(visit: Visit, flows: Mapping[str, Document], title: Mapping[str, str]) -> None:
    """Checks the form of a builder. Raises FormRefused."""
    typed, kind = visit.form, visit.form.text("model")
    if kind not in BUILDERS:
        raise visit.wrong("model", "Choose a template.")
    if not title:
        raise visit.wrong("title-rw", NO_NAME)
    places = _places(flows, ("say", "menu", "ask") if kind == NUMBER else ("menu",))
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
    """Returns the draft in the form or the address, or None for a new draft. Raises NotFound."""
    chosen = number_of(dict(visit.form.fields).get("change", visit.asked("change")))
    return None if chosen is None else service_drafts.get_draft(visit.context, chosen).id


def _flows(visit: Visit, draft_id: int | None) -> Mapping[str, Document]:
    if draft_id is not None:
        return service_drafts.flows_in(visit.context, draft_id)
    flows: Mapping[str, Document] = live_document(visit.context.database)["flows"]
    return flows


def _slots(kind: str) -> Sequence[Slot]:
    return rules_builders.slots(FlowModelName(kind)) if kind in {*FlowModelName} else ()


def _label(visit: Visit, slot: Slot) -> str:
    return visit.say(TEXTS[slot.label], number=slot.number)


def _typed(visit: Visit, key: str) -> Mapping[str, str]:
    is_title = key == "title" and visit.form.text("model") in {*FlowModelName}
    most = TITLE_LETTERS if is_title else MAX_TEXT
    said = {code: visit.form.text(f"{key}.{code}", most=most) for code in CODES}
    return {code: words for code, words in said.items() if words}


def _name(title: Mapping[str, str]) -> str:
    """Returns the name of the new draft and flow: the English title, or the first one that is written."""
    return title.get("en") or next(iter(title.values()))


def _numbers(visit: Visit) -> Sequence[tuple[str, str]]:
    """Returns the phone numbers that a screen may show, each with its service."""
    rows = live_document(visit.context.database)["numbers"]
    return [
        (row["number"], f"{row['number']}: {row['service']}")
        for row in rows
        if row["status"] != Evidence.NEVER
    ]


def _places(flows: Mapping[str, Mapping[str, Any]], kinds: Sequence[str]) -> list[str]:
    """Returns the screens of these kinds as `flow.screen`, the front's first."""
    found = [
        f"{name}.{node}"
        for name, flow in flows.items()
        for node, written in nodes_of(flow).items()
        if kind_of(written) in kinds
    ]
    return sorted(found, key=lambda one: (not one.startswith(f"{FRONT}."), one))


def _flow_of(place: str) -> str:
    return place.partition(".")[0]
