"""Renders the editor's page for one screen: outline, form and handset, from a draft or from a typed form.

While the editor types, the page updates the size of the text, the unsupported letters, the problems and the handset.
The server does not store the handset's state. Instead, hidden fields of the form contain the keys that the editor
pressed on the handset.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from flask import Response, url_for

from hotline.console import routes
from hotline.console.routes import table, tinted_table
from hotline.console.templating import FormFaults, PostedForm, number_of
from hotline.console.visit import Visit, page
from hotline.core.documents import Document
from hotline.editing import service_drafts, service_publishing, service_reviews, service_translation
from hotline.editing.pages_difference import (
    draft_titles,
    field_words,
    problem_details,
    problem_sentence,
)
from hotline.editing.rules_drafts import DraftState
from hotline.editing.rules_forms import SELDOM, TEXTS_OF, FieldRefused, form_of, offers, shown_value
from hotline.editing.rules_preview import (
    MAX_KEYS,
    Assumption,
    Assumptions,
    FilledMeter,
    Previewed,
    assumptions_of,
    meters,
    outline,
    preview,
    read_draft,
    with_flow,
)
from hotline.editing.service_drafts import ChangeRow, EditedFlow
from hotline.editing.service_news import COMMENT_LETTERS, colleagues, comments_of
from hotline.flows.check import Problem, anchor
from hotline.flows.conversation import Place
from hotline.flows.document import field_of
from hotline.flows.flow import FlowSet
from hotline.flows.node_fields import (
    ROW_LISTS,
    BadLetter,
    bad_letters,
    body_of,
    kind_of,
    locked_fields,
    nodes_of,
    place_of,
    recorded_values,
    rows_of,
    texts_in,
)
from hotline.flows.rules_reviews import ReviewedText, state_of
from hotline.flows.screen import MIN_SEPTETS, NUMBERS, SEPTETS
from hotline.people import service_sessions
from hotline.text.characters import TYPOGRAPHY
from hotline.text.languages import CODES

LANGUAGE, LIMIT, BEGINS, KEY, SAY = "h.language", "h.limit", "h.begins", "h.key", "h.say"
AS_ANSWER, AS_FLAG = "as.answer.", "as.flag."
HERE, DIAL = "here", "dial"
WIDEST_LIMIT = 182
"""The maximum number of septets (letters of 7 bits) in a message that the network accepts."""
KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "00", "000")
FLAGS = {"yes": True, "no": False}


class HandsetState(NamedTuple):
    """The state of the handset on the page. The handset is a preview in which the editor presses keys."""

    language: str
    limit: int
    keys: tuple[str, ...] = ()
    is_dialled: bool = False
    """True if the preview starts with a dialled call instead of the edited screen."""
    supposed: Assumptions = Assumptions()

    def suppose(self, name: str, *, is_flag: bool) -> str:
        """Returns the value of one "as if" field: a field in which the editor assumes an answer or a flag of the
        caller. The result is empty if the editor has not filled in this field."""
        if is_flag:
            given = self.supposed.flags.get(name)
            return "" if given is None else "yes" if given else "no"
        return self.supposed.answers.get(name, "")


def handset_of_form(form: PostedForm, language: str) -> HandsetState:
    """Reads the handset's state from the sent form. If the form names no language, the function uses `language`."""
    code = form.text(LANGUAGE)
    answers, flags = dict[str, str](), dict[str, bool]()
    for name, value in form.fields:
        if name.startswith(AS_ANSWER) and value:
            answers[name.removeprefix(AS_ANSWER)] = value
        elif name.startswith(AS_FLAG) and value in FLAGS:
            flags[name.removeprefix(AS_FLAG)] = FLAGS[value]
    return HandsetState(
        language=code if code in CODES else language,
        limit=limit_of(form.text(LIMIT)),
        keys=form.many(KEY)[:MAX_KEYS],
        is_dialled=form.text(BEGINS) == DIAL,
        supposed=Assumptions(answers, flags),
    )


def handset_of_query(query: Mapping[str, str], language: str) -> HandsetState:
    """Reads the handset's language and limit from the page's address after a save. After a save, the handset starts
    without pressed keys."""
    shown = query.get("shown", "")
    return HandsetState(shown if shown in CODES else language, limit_of(query.get("limit", "")))


def limit_of(typed: str) -> int:
    """Returns the typed limit in septets, or the nearest possible limit. If the value is missing or wrong, returns the
    default limit."""
    if not typed.isdecimal() or len(typed) > 3:
        return SEPTETS
    return min(max(int(typed), MIN_SEPTETS), WIDEST_LIMIT)


def handset_after(state: HandsetState, do: str, form: PostedForm) -> HandsetState:
    """Returns the handset's state after the editor pressed a key, typed text, or restarted the preview."""
    verb, _, said = do.partition(":")
    if verb == "restart":
        return state._replace(keys=(), is_dialled=said == DIAL)
    keyed = said or form.text(SAY)
    if verb != "press" or not keyed or len(state.keys) >= MAX_KEYS:
        return state
    return state._replace(keys=(*state.keys, keyed))


class MovingParts(NamedTuple):
    meters: Mapping[str, FilledMeter]
    letters: Mapping[str, Sequence[BadLetter]]
    """For each language, the letters on the screen that a basic handset cannot show."""
    problems: Sequence[tuple[str, str, str]]
    """Each problem to fix, as three texts: a sentence, the details with the fix, and the HTML anchor of the problem's
    field."""
    elsewhere: int
    """The number of the flow's other screens that have problems."""
    is_whole: bool
    """False if the draft has so many flows that the server cannot check all flows while the editor types."""
    handset: HandsetState
    seen: Previewed
    """The screens that the preview shows."""
    missing: str
    """A sentence about the first problem of the last screen of the preview, if the preview cannot show this screen and
    the screen belongs to the edited flow."""
    supposed: Sequence[Assumption]
    """The earlier answers and flags of a caller that decide which conditional texts the screen shows."""
    flow_set: FlowSet
    """All published flows, with the draft added."""

    @property
    def is_full(self) -> bool:
        """Returns True if the handset accepts no more keys."""
        return len(self.handset.keys) >= MAX_KEYS

    def has_problem(self, *fields: str) -> bool:
        """Returns True if one of these form fields, or a row of such a field, has a problem to fix."""
        return any(at.startswith(tuple(f"f-{one}" for one in fields)) for _, _, at in self.problems)


def editor_address(
    visit: Visit, draft_id: int, flow: str, node: str, field: str = "", language: str = ""
) -> str:
    """Returns the address of a field in the editor. The result is empty for an account that may not edit."""
    if not (flow and node and visit.may(routes.EDITOR)):
        return ""
    mark = anchor(field, language) or "form"
    return url_for("editor.show", draft_id=draft_id, flow=flow, node=node, _anchor=mark)


def comment_values(
    visit: Visit, change: ChangeRow, place: Place | None = None
) -> Mapping[str, Any]:
    """Returns the comments on a draft or on one screen of the draft, with the colleagues who can receive a comment."""
    rows = comments_of(visit.context, change.id, place)
    own = visit.by.account_id
    last = next((row.made_by_id for row in reversed(rows) if row.made_by_id != own), None)
    return {
        "comments": rows,
        "colleagues": () if place else colleagues(visit.context, visit.by),
        "addressee": last or change.submitted_by_id,
        "comment_place": place or Place(visit.asked("flow"), visit.asked("node")),
        "on_screen": place is not None,
        "screen_address": partial(editor_address, visit, change.id),
        "most": COMMENT_LETTERS,
        "may_comment": visit.may(routes.WORDS) and change.state != DraftState.DROPPED,
    }


def moving_parts(
    visit: Visit, around: FlowSet, flow: str, document: Document, node: str, state: HandsetState
) -> MovingParts:
    """Computes the parts of the page that change while the editor types one screen."""
    draft = read_draft(flow, document)
    flow_set = with_flow(around, draft.flow)
    written, place = nodes_of(document)[node], Place(flow, node)
    live = visit.context.flow_sets.get(visit.context.flow_sets.live())
    found = service_publishing.check_screen(flow_set, draft, node, live=live)
    compiled = draft.flow.nodes.get(node)
    begins = Place("", "") if state.is_dialled else place
    seen = preview(
        flow_set,
        state.keys,
        flow=begins.flow,
        node=begins.node,
        language=state.language,
        today=visit.context.today(),
        supposed=state.supposed,
        limit=state.limit,
    )
    stuck = draft.faults_of(seen.stuck.node) if seen.stuck and seen.stuck.flow == flow else ()
    return MovingParts(
        meters=meters(flow_set, place, written, limit=state.limit),
        letters=bad_letters(written),
        problems=[
            (problem_sentence(visit, one), problem_details(visit, one), _field_anchor(written, one))
            for one in found.here
        ],
        elsewhere=found.elsewhere,
        is_whole=found.is_whole,
        handset=state,
        seen=seen,
        missing=next((problem_sentence(visit, one) for one in stuck), ""),
        supposed=assumptions_of(compiled) if compiled is not None else (),
        flow_set=flow_set,
    )


def _field_anchor(node: Document, found: Problem) -> str:
    """Returns the HTML anchor of the form field that has the problem. If the page has no field for the problem, returns
    the form's anchor."""
    first, *rest = found.field.split(".")
    if found.language and f"{found.field}.{found.language}" in form_of(node):
        return found.anchor
    if first in ROW_LISTS and len(rest) == 1 and rest[0].isdecimal():
        return found.anchor if int(rest[0]) < len(rows_of(node, first)) else f"f-{first}"
    if found.language:
        return "form"
    known = (*ROW_LISTS, *TEXTS_OF.get(kind_of(node), ()))
    return found.anchor if first in known or found.field in form_of(node) else "form"


class SaveNotice(NamedTuple):
    is_saved: bool = False
    plain: Sequence[tuple[str, str, int]] = ()
    """The typographic characters from Microsoft Word that the server replaced: each character, its replacement and
    the count."""
    is_merged: bool = False
    """True if a different person saved the screen in the meantime, and the server merged the two edits."""


def save_notice(visit: Visit, here: EditedFlow) -> SaveNotice:
    """Returns the result of the last save, which the address of the page contains. The result is empty if a person
    saved the screen again later.
    """
    if number_of(visit.asked("saved"), signed=True) != here.version:
        return SaveNotice()
    found = re.findall(r"(\D)([0-9]{1,4})", visit.asked("plain")[:200])
    plain = [(mark, TYPOGRAPHY[mark], int(count)) for mark, count in found if mark in TYPOGRAPHY]
    return SaveNotice(True, plain, "both" in visit.query)


def waiting_questions(
    visit: Visit, flow: str, name: str, node: Document
) -> Iterator[tuple[object, str, str]]:
    """Yields each open question about this screen, oldest first. Each question comes with the name and the anchor of
    the field that the question is about.

    If the form no longer contains the questioned text, the question gets the anchor of the whole form. Raises
    StoreUnavailable.
    """
    there = form_of(node)
    for one in service_translation.open_questions(visit.context, f"{flow}.{name}"):
        field, _ = field_of(one.place.split(".")[2:])
        at = anchor(field, one.language) if f"{field}.{one.language}" in there else "form"
        yield one, field_words(visit, field), at


REFUSED = table("field_faults")
KINDS = table("screen_kinds")


STATES = tinted_table("review_states")
"""Maps each review state of a text to the phrase and the colour that the page shows."""


class EditedScreen(NamedTuple):
    """The screen on the page, and the flow as it was when the page showed the form."""

    draft_id: int
    flow: EditedFlow
    node: str


class EditorDraft(NamedTuple):
    """The flow on the editor's page, and the values that the form keeps for the next request."""

    document: Document
    as_typed: Mapping[str, str]
    once: str
    unlocked: bool = False
    reason: str = ""
    opened: str = ""


def new_form(here: EditedFlow) -> EditorDraft:
    """Returns a form with the newest state of the flow. The form contains a token, so the server saves the form only
    once."""
    return EditorDraft(here.document, {}, secrets.token_urlsafe(12))


def draw_editor(
    visit: Visit,
    at: EditedScreen,
    state: HandsetState,
    draft: EditorDraft,
    *,
    status: int = 200,
    notice: SaveNotice | None = None,
    text: str = "",
) -> Response:
    """Renders the editor's page for one screen. Raises NotFound, StoreUnavailable."""
    shown = _shows(visit, at, state, draft)
    return page(
        visit,
        "editor.html",
        status=status,
        s=shown,
        saved=notice or SaveNotice(),
        asked=[*waiting_questions(visit, at.flow.name, at.node, nodes_of(draft.document)[at.node])],
        said=text,
        keys=KEYS,
        titles=cache(partial(draft_titles, visit, at.flow)),
        **comment_values(visit, shown["change"], Place(at.flow.name, at.node)),
    )


def _shows(
    visit: Visit, at: EditedScreen, state: HandsetState, draft: EditorDraft
) -> Mapping[str, Any]:
    """Returns the values for the page's template. The value and the error of a form field have the same name as the
    field."""
    here, node = at.flow, at.node
    around = service_drafts.set_around(visit.context, here)
    parts = moving_parts(visit, around, here.name, draft.document, node, state)
    written = nodes_of(draft.document)[node]
    rows = outline(draft.document)
    live = nodes_of(service_drafts.live_flow(visit.context, here.name)).get(node)
    shut = locked_fields(nodes_of(here.document).get(node), live)
    fields = {**form_of(written), **draft.as_typed}

    def shows(row: str, group: str) -> bool:
        """Returns True if the page shows the group of fields `group` of a choice. The page hides a group without values
        until the editor opens the group."""
        return row == draft.opened or any(fields.get(f"{row}.{name}") for name in SELDOM[group])

    return {
        "change": service_drafts.get_draft(visit.context, at.draft_id),
        "flow": here.name,
        "node": node,
        "kind": kind_of(written),
        "version": here.version,
        "once": draft.once,
        "author": here.author,
        "at": here.at,
        "others": service_sessions.open_flow(visit.context, visit.by, visit.token, here.name),
        "outline": rows,
        "row": next(row for row in rows if row.name == node),
        "fields": fields,
        "rows": {name: len(rows_of(written, name)) for name in ROW_LISTS},
        "digits": _digits(written),
        "states": _states(visit, here.name, node, written),
        "marks": _marks(written),
        "locked": frozenset() if draft.unlocked else shut,
        "unlocked": draft.unlocked,
        "why": draft.reason,
        "offers": offers(parts.flow_set, draft.document),
        "parts": parts,
        "opened": draft.opened,
        "shows": shows,
    }


def faults_of(visit: Visit, refused: Sequence[FieldRefused]) -> FormFaults:
    """Returns the errors of the form. Each error has the id of its field on the page."""
    return {field_id(one.name): visit.say(REFUSED[one.fault]) for one in refused}


def field_id(name: str) -> str:
    """Returns the id of a form field without the prefix `f-`: `choices.2-rw` for `choices.2.rw`."""
    field, _, last = name.rpartition(".")
    return anchor(field, last)[2:] if last in CODES else name


def _states(visit: Visit, flow: str, node: str, written: Document) -> Mapping[str, tuple[str, str]]:
    said = next((text for text in texts_in(written) if text.field == "text"), None)
    if said is None:
        return {}
    signed = service_reviews.all_signatures(visit.context, below=f"{flow}.{node}")
    text = ReviewedText(place_of(flow, node, written, "text"), said.words)
    return {code: STATES[state_of(text, code, signed)] for code in said.words}


MARK = re.compile(r"choices\.[^.]*\.(value|key)|(saves|topic|completes)(\..*)?")
"""Matches the names of form fields that contain recorded values or alerts."""


def _marks(written: Document) -> Mapping[str, str]:
    """Returns the form's fields for recorded values and alerts, with their values."""
    signed = "signed" in recorded_values(written)
    return {
        name: said
        for name, said in form_of(written).items()
        if MARK.fullmatch(name) or (signed and name.startswith("signed."))
    }


def _digits(written: Document) -> Sequence[str]:
    count = len(rows_of(written, "choices"))
    choices = [shown_value(written, f"choices.{at}.key") for at in range(count)]
    if kind_of(written) != "menu":
        return choices
    free = iter([digit for digit in NUMBERS if digit not in choices])
    return [key or next(free, "") for key in choices]


def digits_of(flow: Document, node: str, goes: str) -> str:
    """Returns the digits with which callers reach the screen `goes` from the screen `node`, such as `1, 3`."""
    written = nodes_of(flow)[node]
    rows, every = rows_of(written, "choices"), body_of(written).get("goes")
    digits = zip(_digits(written), rows, strict=True)
    return ", ".join(digit for digit, row in digits if (row.get("goes") or every) == goes)
