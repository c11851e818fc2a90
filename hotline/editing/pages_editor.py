"""Edits one screen of a flow in a draft. If two people changed the same field, asks the editor which version to
keep."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from flask import Response, url_for

from hotline.console.templating import Fields, PostedForm, number_of
from hotline.console.visit import Visit, page, redirect_to, redirect_to_address
from hotline.core.documents import Document
from hotline.editing import service_draft_steps, service_drafts, service_publish
from hotline.editing.pages_difference import (
    draft_form,
    draft_titles,
    field_words,
    part_words,
)
from hotline.editing.pages_editor_drawing import (
    KINDS,
    EditedScreen,
    EditorDraft,
    HandsetState,
    draw_editor,
    faults_of,
    handset_after,
    handset_of_form,
    handset_of_query,
    moving_parts,
    new_form,
    save_notice,
)
from hotline.editing.rules_drafts import StepKind
from hotline.editing.rules_forms import (
    FieldClash,
    FieldFault,
    FieldRefused,
    Settled,
    Side,
    after_button,
    read_form,
    shown_value,
)
from hotline.editing.rules_operations import (
    NewScreen,
    add_screen,
    lead_to_flow,
    move_screen,
    name_of,
)
from hotline.editing.rules_preview import Arrow, outline, readable_value
from hotline.editing.service_draft_steps import StepSaved
from hotline.editing.service_drafts import EditedFlow, NewStep, live_titles
from hotline.flows.node_fields import (
    ABSENT,
    RECORDED_OF_FLOW,
    Titles,
    kind_of,
    locked_fields,
    nodes_of,
    rows_of,
    texts_in,
    without_typography,
)
from hotline.flows.screen import SEPTETS
from hotline.text.errors import DraftRefused, EditClash, NotFound
from hotline.text.languages import CODES, NAMES, phrase

PICK = "pick "
"""In some form fields, the editor chooses between two versions of a value. The names of these fields begin with this
word. The rest of such a name is the draft's part and the key of the conflict."""


class Choice(NamedTuple):
    """One field that two people changed, with both values in the reader's language."""

    name: str
    """The name of the form field in which the editor chooses."""
    where: str
    language: str
    before: str
    theirs: str
    yours: str


def conflicts(visit: Visit, draft_id: int) -> Response:
    """Shows the conflicts between a draft and a newer publication."""
    compared = service_publish.merge_draft(visit.context, draft_id)
    return _of_live(visit, draft_id, compared.clashes)


@draft_form(conflicts, "choices")
def resolve(visit: Visit, draft_id: int) -> Response:
    """Writes the chosen versions into the draft, and updates the draft to the published flows."""
    once, chosen = visit.form.text("once"), chosen_versions(visit.form)
    try:
        service_draft_steps.update_draft(
            visit.context, visit.by, draft_id, once=once, settled=chosen
        )
    except EditClash as clash:
        return _of_live(visit, draft_id, clash.parts)
    return redirect_to("changes.show", draft_id=draft_id)


def _of_live(visit: Visit, draft_id: int, parts: Mapping[str, Sequence[FieldClash]]) -> Response:
    clashes = {} if visit.faults else parts
    once = [] if visit.form.text("once") else [("once", secrets.token_urlsafe())]
    address = url_for("choosing.choose", draft_id=draft_id)
    return conflicts_page(visit, draft_id, clashes, address=address, once=once)


def chosen_versions(form: PostedForm) -> Mapping[str, Settled]:
    """Returns the versions that the editor chose for the conflicts, keyed by the part of the draft and the conflict."""
    found: dict[str, dict[str, Side]] = {}
    for name, value in form.fields:
        part, _, key = name.removeprefix(PICK).partition(" ")
        if name.startswith(PICK) and value in {*Side}:
            found.setdefault(part, {})[key] = Side(value)
    return found


def conflicts_page(
    visit: Visit,
    draft_id: int,
    clashes: Mapping[str, Sequence[FieldClash]],
    *,
    address: str,
    once: Fields = (),
    other: str = "",
    back: tuple[str, str] | None = None,
) -> Response:
    """Shows the conflicts of each part, and keeps the sent form in hidden fields.

    `address` is the address to which the browser sends the form. `other` is the author of the other version. `other` is
    empty if the other version is the published one.
    """
    titles = live_titles(visit.context, visit.language)
    choices = [
        _choice(visit, titles, part, one) for part, found in clashes.items() for one in found
    ]
    names = {choice.name for choice in choices}
    return page(
        visit,
        "choose.html",
        status=422 if visit.form.fields else 200,
        change=service_drafts.get_draft(visit.context, draft_id),
        choices=choices,
        address=address,
        kept=[*(one for one in visit.form.kept() if one[0] not in names), *once],
        other=other,
        back=back,
    )


def _choice(visit: Visit, titles: Titles, part: str, one: FieldClash) -> Choice:
    place = one.place
    field = field_words(visit, place.name) if place.name else ""
    screen = titles.screen(part, place.node)
    where = (part_words(visit, titles, part), screen, field, NAMES.get(place.language, ""))
    return Choice(
        name=f"{PICK}{part} {one.key}",
        where=", ".join(filter(None, where)),
        language=place.language,
        before=_version(visit, one, one.base),
        theirs=_version(visit, one, one.theirs),
        yours=_version(visit, one, one.yours),
    )


def _version(visit: Visit, one: FieldClash, value: object) -> str:
    """Returns one of the versions in a conflict as text. For a whole screen, the text contains the kind and the first
    text of the screen. For a whole flow, the text only says that the flow was changed or removed. For a field, the text
    is the value of the field.
    """
    if one.place.name:
        return readable_value(value) or visit.say("nothing")
    if value == ABSENT:
        return visit.say("removed")
    if not one.place.node:
        return visit.say("changed")
    words = next((text.words.get(visit.language, "") for text in texts_in(value)), "")
    return ": ".join(text for text in (visit.say(KINDS[kind_of(value)]), words) if text)


# The code below edits one screen: it reads the form, runs the command of the pressed button, and saves the screen.

NEW_SCREEN = "new:"
"""The editor asks for a new screen by choosing this value of a select field. Saving the form creates that screen."""
OTHER_FLOW = "flow:"
"""The prefix before the name of a different flow, in the value of a select field."""
MORE_OPTIONS = "more:"
"""The value of the last option in a select field with few options. If the editor chooses this option, the next page
offers all options. With JavaScript, the page loads all options at once."""


class TypedScreen(NamedTuple):
    flow: dict[str, Any]
    """The whole flow, with the values that the editor typed."""
    before: Document
    """The screen as it was when the page showed the form."""
    node: Document
    """The screen, with the values that the editor typed."""
    refused: Sequence[FieldRefused]
    as_typed: Mapping[str, str]
    """Typed values that the screen cannot store, but that the form shows again."""
    marks_changed: bool
    """True if the editor changed recorded values or alerts."""

    @property
    def languages(self) -> list[str]:
        """Returns the languages in which the editor changed texts."""
        old, new = _words(self.before), _words(self.node)
        keys = old.keys() | new.keys()
        changed = {code for way, code in keys if old.get((way, code)) != new.get((way, code))}
        return [code for code in CODES if code in changed]


def typed_screen(
    flow: Document, name: str, form: PostedForm, *, flows: Collection[str], marks: Collection[str]
) -> TypedScreen:
    """Returns the edited screen, with the values that the editor typed in the form.

    `flows` are the flows to which a choice of the screen can lead. `marks` are the fields for recorded values and
    alerts. The fields in `marks` stay locked until the editor unlocks them. Raises KeyError if the flow has no screen
    `name`.
    """
    before, fields = nodes_of(flow)[name], dict(form.fields)
    ways = {
        field: typed
        for field, typed in fields.items()
        if field.rpartition(".")[2] in ("goes", "weak")
        and (typed in (NEW_SCREEN, MORE_OPTIONS) or typed.startswith(OTHER_FLOW))
    }
    said = {field: typed for field, typed in fields.items() if field not in ways}
    unlocked = form.ticked("unlocked")
    read = read_form(before, said, locked=() if unlocked else marks)
    whole = with_node(flow, name, read.node)
    refused = [*read.refused]
    for field, typed in ways.items():
        if typed == NEW_SCREEN:
            whole = _led_to_new(whole, Arrow(name, field, shown_value(read.node, field)))
        elif (called := typed.removeprefix(OTHER_FLOW)) in flows:
            whole = lead_to_flow(whole, Arrow(name, field, ""), called)
        elif typed == MORE_OPTIONS:
            refused.append(FieldRefused(field, FieldFault.WAY, shown_value(read.node, field)))
        else:
            refused.append(FieldRefused(field, FieldFault.CHOICE, typed))
    node = nodes_of(whole)[name]
    return TypedScreen(
        flow=whole,
        before=before,
        node=node,
        refused=refused,
        as_typed=ways | {one.name: one.typed for one in refused},
        marks_changed=unlocked
        and any(shown_value(before, one) != shown_value(node, one) for one in marks),
    )


def with_node(flow: Document, name: str, node: Document) -> dict[str, Any]:
    return {**flow, "nodes": {**flow["nodes"], name: node}}


def _led_to_new(flow: dict[str, Any], arrow: Arrow) -> dict[str, Any]:
    """Adds a new screen to which the link `arrow` leads. If the link belongs to a choice, the name of the screen comes
    from the text of the choice. The new screen leads to the old target of the link."""
    label = arrow.field.removesuffix(".goes")
    node = nodes_of(flow)[arrow.node]
    english = shown_value(node, f"{label}.en") if label.startswith("choices.") else ""
    name = name_of(english, nodes_of(flow))
    return add_screen(flow, NewScreen(name, "say", after=arrow.node, led_from=arrow))


def _words(node: Document) -> Mapping[tuple[tuple[str, ...], str], str]:
    return {
        (text.steps, code): words for text in texts_in(node) for code, words in text.words.items()
    }


WHY_LETTERS = 10
"""The minimum number of letters of a reason for changed recorded values or alerts."""
WHY = phrase(
    "In one sentence, explain why you change values that the statistics count or that cause alerts."
)
OVER = phrase(
    "This draft was published or discarded, so you cannot save texts in it. The form still shows your text."
)
IN_THE_OUTLINE = {"screen_up": -1, "screen_down": 1}


def save_form(visit: Visit, at: EditedScreen, typed: TypedScreen, do: str) -> Response:
    """Saves the edited screen in the draft. After the save, redirects the browser to the screen (status 303). If the
    form has errors or conflicts, answers with status 422."""
    faults = dict(faults_of(visit, typed.refused))
    if not faults and typed.marks_changed and len(visit.form.text("why")) < WHY_LETTERS:
        faults["why"] = visit.say(WHY)
    if faults:
        return draw_with_errors(visit.with_faults(faults), at, typed)
    flow, says, plain, anchor = _carried_out(visit, at, typed, do)
    new = NewStep(at.flow.name, flow, form_token(visit), says)
    try:
        done = service_draft_steps.save_step(
            visit.context,
            visit.by,
            at.draft_id,
            new,
            base_version=at.flow.version,
            settled=chosen_versions(visit.form).get(at.flow.name),
        )
    except DraftRefused:
        return draw_with_errors(visit, at, typed, text=OVER)
    except EditClash as clash:
        # The page of conflicts contains a copy of this form's fields, and sends them again with the versions that the
        # editor chose.
        here: dict[str, Any] = {"draft_id": at.draft_id, "flow": at.flow.name}
        return conflicts_page(
            visit,
            at.draft_id,
            clash.parts,
            address=url_for("editor.take", node=at.node, **here),
            back=(at.flow.name, url_for("editor.flow", **here)),
            other=clash.author,
        )
    return redirect_to_address(_address(visit, at, done, plain, anchor))


def typed_draft(visit: Visit, typed: TypedScreen) -> EditorDraft:
    """Returns the typed form, so that the page can show it again."""
    return EditorDraft(
        document=typed.flow,
        as_typed=typed.as_typed,
        once=visit.form.text("once"),
        unlocked=visit.form.ticked("unlocked"),
        reason=visit.form.text("why"),
    )


def form_token(visit: Visit) -> str:
    """Returns a token made from the page's address and the typed form. A form that the browser sends twice with this
    token makes only one step of the draft."""
    written = repr((visit.path, sorted(visit.form.kept()))).encode()
    return f"{visit.form.text('once', most=40)} {hashlib.sha256(written).hexdigest()[:24]}"


def draw_with_errors(
    visit: Visit, at: EditedScreen, typed: TypedScreen, *, text: str = ""
) -> Response:
    """Shows the typed form again with status 422. Errors appear at their fields or at the top of the page."""
    state = handset_of_form(visit.form, visit.language)
    return draw_editor(visit, at, state, typed_draft(visit, typed), status=422, text=text)


def _carried_out(
    visit: Visit, at: EditedScreen, typed: TypedScreen, do: str
) -> tuple[dict[str, Any], Mapping[str, Any], Mapping[str, int], str]:
    """Carries out the command of the button that the editor pressed. Returns the changed flow, a description of the
    change, the replaced typographic characters with their counts, and the place to which the browser scrolls."""
    after, plain = without_typography(typed.node)
    after = after_button(after, do) or after
    flow = with_node(typed.flow, at.node, after)
    step: dict[str, Any] = {"did": StepKind.EDITED, "node": at.node}
    if typed.languages:
        step["languages"] = typed.languages
    if (by := IN_THE_OUTLINE.get(do)) is not None:
        flow = move_screen(flow, at.node, by)
        if after == typed.before:
            step["did"] = StepKind.ORDERED
    elif typed.marks_changed:
        step |= {"did": StepKind.MARKS, "why": visit.form.text("why", most=400)}
    return flow, step, plain, _anchor(do, after)


def _anchor(do: str, after: Document) -> str:
    """Returns the place to which the browser scrolls after the editor pressed a button for a row or for a letter."""
    verb, _, rest = do.partition(":")
    if verb in ("fix", "fix_all"):
        return f"p-meter-{rest.partition(':')[0]}"
    name, _, at = rest.rpartition(".") if verb != "add" else (rest, "", "")
    lists = [rows for rows in ("arms", "choices", "lead") if rows_of(after, rows)]
    name = name or next(iter(lists), "")
    count = len(rows_of(after, name)) if name else 0
    if verb not in ("up", "down", "drop", "add") or not count:
        return ""
    row = count - 1 if verb == "add" else int(at) if at.isdecimal() else 0
    row += {"up": -1, "down": 1}.get(verb, 0)
    return f"f-{name}.{min(max(row, 0), count - 1)}"


def _address(
    visit: Visit, at: EditedScreen, done: StepSaved, plain: Mapping[str, int], anchor: str
) -> str:
    if at.node not in nodes_of(done.document):
        return url_for("editor.flow", draft_id=at.draft_id, flow=at.flow.name)
    state = handset_of_form(visit.form, visit.language)
    query: dict[str, Any] = {
        "saved": done.version,
        "shown": state.language if state.language != visit.language else None,
        "limit": state.limit if state.limit != SEPTETS else None,
        "both": 1 if done.is_merged else None,
        "plain": "".join(f"{mark}{count}" for mark, count in plain.items()) or None,
        "_anchor": anchor or None,
    }
    return url_for("editor.show", draft_id=at.draft_id, flow=at.flow.name, node=at.node, **query)


LOST = phrase("This version of the screen no longer exists. Check your text, then save again.")
STORES_NOTHING = frozenset({"look", "open", "press", "restart", "unlock"})


def flow(visit: Visit, draft_id: int, flow: str) -> Response:
    """Lists the screens of a flow."""
    here = service_drafts.edited_flow(visit.context, draft_id, flow)
    marks = [
        (name, here.document[name]) for name in sorted(RECORDED_OF_FLOW) if here.document.get(name)
    ]
    return page(
        visit,
        "flow_in_change.html",
        change=service_drafts.get_draft(visit.context, draft_id),
        here=here,
        rows=outline(here.document),
        marks=marks,
        titles=cache(partial(draft_titles, visit, here)),
    )


def show(visit: Visit, draft_id: int, flow: str, node: str) -> Response:
    here = flow_at_version(visit, draft_id, flow, node)
    state = handset_of_query(visit.query, visit.language)
    notice, screen = save_notice(visit, here), EditedScreen(draft_id, here, node)
    return draw_editor(visit, screen, state, new_form(here), notice=notice)


def save_screen(visit: Visit, draft_id: int, flow: str, node: str) -> Response:
    here, typed = form_origin(visit, draft_id, flow, node)
    at = EditedScreen(draft_id, here, node)
    do = visit.form.text("do") or "save"
    if do.partition(":")[0] not in STORES_NOTHING:
        if visit.form.text("version") != str(here.version):
            return draw_with_errors(visit, at, typed, text=LOST)
        return save_form(visit, at, typed, do)
    verb, _, said = do.partition(":")
    draft = typed_draft(visit, typed)._replace(
        unlocked=verb == "unlock" or visit.form.ticked("unlocked"),
        opened=said if verb == "open" else "",
    )
    wrong = visit.with_faults(faults_of(visit, typed.refused))
    return draw_editor(wrong, at, _state(visit, do), draft)


def moving_part(visit: Visit, draft_id: int, flow: str, node: str) -> Response:
    """Renders only the parts of the page that change while the editor types. The script of the page requests these
    parts."""
    here, typed = form_origin(visit, draft_id, flow, node)
    state = _state(visit, visit.form.text("do"))
    around = service_drafts.set_around(visit.context, here)
    parts = moving_parts(visit, around, flow, typed.flow, node, state)
    return page(visit, "editor_part.html", parts=parts, draft_id=draft_id)


def form_origin(
    visit: Visit, draft_id: int, flow: str, node: str
) -> tuple[EditedFlow, TypedScreen]:
    """Returns the flow as it was when the page showed the form, and the typed screen. Raises NotFound.

    Uses the newest state of the flow if the version in the form does not exist.
    """
    try:
        version = number_of(visit.form.text("version"), signed=True)
        here = flow_at_version(visit, draft_id, flow, node, version)
    except NotFound:
        here = flow_at_version(visit, draft_id, flow, node)
    live = nodes_of(service_drafts.live_flow(visit.context, flow)).get(node)
    marks = locked_fields(nodes_of(here.document)[node], live)
    sets = visit.context.flow_sets
    flows = sets.get(sets.live()).flows.keys() | here.others.keys()
    return here, typed_screen(here.document, node, visit.form, flows=flows, marks=marks)


def flow_at_version(
    visit: Visit, draft_id: int, flow: str, node: str, version: int | None = None
) -> EditedFlow:
    """Returns the flow in the version `version`. Without `version`, returns the newest version of the flow. Raises
    NotFound if the flow has no screen `node`."""
    here = service_drafts.edited_flow(visit.context, draft_id, flow, version)
    if node not in nodes_of(here.document):
        raise NotFound(f"flow {here.name} has no screen {node}: choose another screen")
    return here


def _state(visit: Visit, do: str) -> HandsetState:
    return handset_after(handset_of_form(visit.form, visit.language), do, visit.form)
