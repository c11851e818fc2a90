"""Lists, creates and shows drafts, and makes an HTML file in which a person can play a draft.

The page of a draft shows the draft's parts, problems and history, with links to other pages. Partners without an
account open the HTML file in a browser, without a server.
"""

import hashlib
import json
import secrets
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from functools import partial

from flask import Response, url_for
from markupsafe import Markup

from hotline.console import routes
from hotline.console.templating import number_of
from hotline.console.visit import (
    Visit,
    attachment,
    page,
    redirect_to,
    redirect_to_address,
)
from hotline.editing import (
    pages_difference,
    service_draft_steps,
    service_drafts,
    service_news,
    service_plans,
    service_publish,
)
from hotline.editing.pages_difference import (
    KEEPS_LANGUAGES,
    draft_form,
    languages_kept,
    part_words,
    problem_place,
)
from hotline.editing.pages_difference import PHRASES as PHRASES_OF
from hotline.editing.pages_editor_drawing import comment_values, editor_address
from hotline.editing.rules_difference import Difference
from hotline.editing.rules_drafts import ENTRIES, NUMBERS, PHRASES, PartDocument
from hotline.editing.rules_preview import played_screens
from hotline.editing.service_drafts import ChangeRow, live_titles
from hotline.editing.service_news import COMMENT_LETTERS
from hotline.flows.conversation import Place
from hotline.flows.node_fields import Titles
from hotline.text.errors import NotFound
from hotline.text.languages import CODES, phrase

LISTS = {NUMBERS: "numbers.listed", ENTRIES: "numbers.entries"}
"""The pages for the parts of a draft that are not flows: numbers and short codes."""


WHY_LETTERS = 2000


def drafts(visit: Visit) -> Response:
    over = bool(visit.query.get("over"))
    rows = service_drafts.list_drafts(visit.context, over=over)
    titles = live_titles(visit.context, visit.language)
    named = {part: part_words(visit, titles, part) for _, parts in rows for part in parts}
    return page(visit, "changes.html", rows=rows, over=over, named=named)


def new_draft(visit: Visit) -> Response:
    flow = visit.form.text("flow") or visit.asked("flow")
    once = visit.form.text("once", most=32) or secrets.token_urlsafe(12)
    return page(visit, "change_new.html", flow=flow, once=once)


@draft_form(new_draft, "title")
def create_draft(visit: Visit) -> Response:
    """Creates a draft, and opens it at the flow from whose page the editor created it."""
    form = visit.form
    draft_id = service_drafts.open_draft(
        visit.context,
        visit.by,
        form.text("title"),
        form.text("why", most=WHY_LETTERS),
        once=form.text("once", most=32),
    )
    if flow := form.text("flow"):
        document = service_drafts.part_draft(visit.context, draft_id, flow).document
        address = editor_address(visit, draft_id, flow, first_screen(document))
        if address:
            return redirect_to_address(address)
    return redirect_to("changes.show", draft_id=draft_id)


def first_screen(flow: PartDocument | None) -> str:
    if flow is None:
        raise NotFound("this flow does not exist: choose a flow on the page Flows")
    nodes = flow.get("nodes") or {}
    start = flow.get("start")
    return str(start if start in nodes else next(iter(nodes), ""))


NEWER = 2
"""The page loads again after this many seconds, to see if the check of the draft has ended. A worker process checks the
draft.
"""


def show(visit: Visit, draft_id: int) -> Response:
    compared = service_publish.merge_draft(visit.context, draft_id)
    change = compared.change
    newest = service_drafts.part_drafts(visit.context, draft_id)
    titles = Titles(compared.document["flows"], visit.language)
    open_now, is_editor = change.is_editable, visit.may(routes.EDITOR)
    found = service_publish.draft_problems(visit.context, draft_id) if open_now and newest else None
    steps = service_drafts.history(visit.context, draft_id, before=number_of(visit.asked("before")))
    answer = page(
        visit,
        "change.html",
        change=change,
        newest=newest,
        differ=_counts(compared.changes),
        part_words=partial(part_words, visit, titles),
        edited=partial(_edited, visit, change),
        keeps=languages_kept(visit, compared.changes, compared.document) if open_now else "",
        clashes=[part_words(visit, titles, part) for part in compared.clashes],
        found=found,
        place=partial(problem_place, visit, titles),
        says=partial(pages_difference.problem_sentence, visit),
        detail=partial(pages_difference.problem_details, visit),
        editor=partial(editor_address, visit, draft_id),
        steps=[(step, pages_difference.step_sentence(visit, titles, step)) for step in steps],
        older=steps[-1].id if len(steps) == service_drafts.SHOWN else None,
        once=secrets.token_urlsafe(),
        may_write=open_now and is_editor,
        may_read=visit.may(routes.READING),
        may_play=visit.may(routes.WRITING),
        version=compared.version,
        is_editor=is_editor,
        plans=service_plans.planned(visit.context, draft_id),
        **comment_values(visit, change),
    )
    if open_now and newest and found is None and not visit.faults:
        answer.headers["Refresh"] = f"{NEWER}; url=/changes/{draft_id}?auto"
    return answer


@draft_form(show, "acts")
def submit(visit: Visit, draft_id: int) -> Response | None:
    keeps = visit.form.ticked(KEEPS_LANGUAGES)
    service_publish.submit(visit.context, visit.by, draft_id, keeps_languages=keeps)
    return redirect_to("today.show", done="submitted") if visit.form.text("back") else None


@draft_form(show, "acts")
def drop(visit: Visit, draft_id: int) -> None:
    service_drafts.drop_draft(visit.context, visit.by, draft_id)


@draft_form(show, "acts")
def restore_step(visit: Visit, draft_id: int, step_id: int) -> None:
    once = visit.form.text("once") or secrets.token_urlsafe()
    before = visit.form.text("before") == "yes"
    service_draft_steps.restore_step(
        visit.context, visit.by, draft_id, step_id, once=once, before=before
    )


@draft_form(show, "comment")
def comment(visit: Visit, draft_id: int) -> Response | None:
    form = visit.form
    place = Place(form.text("flow", most=200), form.text("node", most=200))
    words, to = form.text("comment", most=COMMENT_LETTERS), number_of(form.text("to"))
    service_news.comment(visit.context, visit.by, draft_id, to, words, place)
    address = editor_address(visit, draft_id, place.flow, place.node)
    return redirect_to_address(address.partition("#")[0] + "#comments") if address else None


def _edited(visit: Visit, change: ChangeRow, part: str, document: PartDocument | None) -> str:
    """Returns the address of the page that edits a part of a draft: a flow's screen, the numbers or the short codes."""
    if not change.is_editable or document is None:
        return ""
    if part in LISTS:
        return url_for(LISTS[part], draft_id=change.id) if visit.may(routes.EDITOR) else ""
    node = "" if part.startswith("#") else first_screen(document)
    return editor_address(visit, change.id, part, node)


def _counts(changes: Difference) -> Mapping[str, int]:
    """Counts the changed screens of each flow, and the changed rows of each list."""
    phrases = {one.field for one in changes.others if one.field.startswith(PHRASES_OF)}
    counted = Counter(screen.flow for screen in changes.screens)
    counted[PHRASES] = len(phrases)
    counted[NUMBERS] = len({one.field.partition(".")[0] for one in changes.numbers})
    counted[ENTRIES] = len({one.field for one in changes.entries})
    return counted


DRAFT = phrase("DRAFT. This is not the hotline.")
SENTENCES = {
    "label": phrase("Key to press, or answer to enter"),
    "send": phrase("Press key"),
    "again": phrase("Dial again"),
    "stored": phrase("This preview stores nothing."),
    "over": phrase("The call has ended."),
    "beyond": phrase("This preview file does not contain the next screen."),
}


def play(visit: Visit, draft_id: int) -> Response:
    """Sends the browser a file with which a person can play the draft. The name of the file contains the draft's
    version, so that partners can name this version in a comment."""
    gathered, flow_set = service_drafts.flow_set_to_play(visit.context, draft_id)
    live, today = visit.context.flow_sets.get(gathered.live_id), visit.context.today()
    shown = [digits for digits, number in live.numbers.items() if number.shows(today)]
    say = visit.templates.say
    data = {
        "screens": played_screens(flow_set, shown),
        "said": {
            code: {name: say(code, each) for name, each in SENTENCES.items()} for code in CODES
        },
    }
    style, script = (visit.templates.files[name].body for name in ("play.css", "play.js"))
    drawn = page(
        visit,
        "playing.html",
        title=gathered.change.title,
        version=gathered.version,
        warnings={code: say(code, DRAFT) for code in CODES},
        data=Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")),
        style=Markup(style.decode()),
        script=Markup(script.decode()),
        digests=[
            f"sha256-{b64encode(hashlib.sha256(one).digest()).decode()}" for one in (style, script)
        ],
    )
    return attachment(drawn.data, f"draft-{gathered.version}.html", "text/html; charset=utf-8")
