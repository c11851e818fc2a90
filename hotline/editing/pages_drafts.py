"""Lists drafts, creates one, and shows one: its parts, problems, history, and links to their pages."""

import secrets
from collections import Counter
from collections.abc import Mapping
from functools import partial

from flask import Response, url_for

from hotline.console import who
from hotline.console.form import number_of
from hotline.console.visit import Visit, page, posted, see, see_address
from hotline.editing import pages_sentences, service_draft_steps, service_drafts, service_publish
from hotline.editing.pages_difference import PHRASES as PHRASES_OF
from hotline.editing.pages_sentences import (
    KEEPS_LANGUAGES,
    allowed,
    finding_place,
    languages_kept,
    part_words,
)
from hotline.editing.rules_difference import Difference, difference
from hotline.editing.rules_drafts import ENTRIES, NUMBERS, PHRASES, PartDocument
from hotline.editing.service_drafts import ChangeRow, live_titles
from hotline.errors import NotFound
from hotline.flows.anatomy import Titles
from hotline.flows.check import anchor

LISTS = {NUMBERS: "numbers.listed", ENTRIES: "numbers.entries"}
"""The pages for the parts of a draft that are not flows."""


def editor_address(
    visit: Visit, change_id: int, flow: str, node: str, field: str = "", language: str = ""
) -> str:
    """Returns the address of the screen's field in the editor. Empty for an account that may not edit."""
    if not (flow and node and visit.may(who.EDITOR)):
        return ""
    mark = anchor(field, language) or "form"
    return url_for("editor.show", change_id=change_id, flow=flow, node=node, _anchor=mark)


WHY_LETTERS = 2000


def listed(visit: Visit) -> Response:
    over = bool(visit.query.get("over"))
    rows = service_drafts.listed(visit.kit, over=over)
    titles = live_titles(visit.kit, visit.language)
    named = {part: part_words(visit, titles, part) for _, parts in rows for part in parts}
    return page(visit, "changes.html", rows=rows, over=over, named=named)


def ask(visit: Visit) -> Response:
    flow = visit.form.text("flow") or visit.asked("flow")
    return page(visit, "change_new.html", flow=flow)


@posted(ask)
def make(visit: Visit) -> Response:
    """Creates a draft, and opens it at the flow from which the request came."""
    form = visit.form
    made = service_drafts.open_change(
        visit.kit, visit.by, form.text("title"), form.text("why", most=WHY_LETTERS)
    )
    change_id, flow = allowed(visit, made, "title"), form.text("flow")
    if flow:
        document = service_drafts.draft(visit.kit, change_id, flow).document
        address = editor_address(visit, change_id, flow, first_screen(document))
        if address:
            return see_address(address)
    return see("changes.show", change_id=change_id)


def first_screen(flow: PartDocument | None) -> str:
    if flow is None:
        raise NotFound("no such flow")
    nodes = flow.get("nodes") or {}
    start = flow.get("start")
    return str(start if start in nodes else next(iter(nodes), ""))


NEWER = 2
"""Seconds until the page asks again for the result of the check, which a worker runs."""


def show(visit: Visit, change_id: int) -> Response:
    compared = service_publish.compare(visit.kit, change_id)
    change, live = compared.gathered.change, compared.gathered.live
    changes, newest = (
        difference(live, compared.document),
        service_drafts.drafts(visit.kit, change_id),
    )
    titles = Titles(compared.document["flows"], visit.language)
    open_now, is_editor = change.is_editable, visit.may(who.EDITOR)
    found = service_publish.checked(visit.kit, change_id) if open_now and newest else None
    steps = service_drafts.history(visit.kit, change_id, before=number_of(visit.asked("before")))
    answer = page(
        visit,
        "change.html",
        change=change,
        newest=newest,
        differ=_counts(changes),
        part_words=partial(part_words, visit, titles),
        edited=partial(_edited, visit, change),
        keeps=languages_kept(visit, changes, compared.document) if open_now else "",
        clashes=[part_words(visit, titles, part) for part in compared.clashes],
        found=found,
        place=partial(finding_place, visit, titles),
        says=partial(pages_sentences.finding_says, visit),
        detail=partial(pages_sentences.finding_detail, visit),
        editor=partial(editor_address, visit, change_id),
        steps=[(step, pages_sentences.step_sentence(visit, titles, step)) for step in steps],
        older=steps[-1].id if len(steps) == service_drafts.SHOWN else None,
        once=secrets.token_urlsafe(),
        may_write=open_now and is_editor,
        may_read=visit.may(who.READING),
        is_editor=is_editor,
    )
    if open_now and newest and found is None and not visit.faults:
        answer.headers["Refresh"] = f"{NEWER}; url=/changes/{change_id}?auto"
    return answer


@posted(show)
def propose(visit: Visit, change_id: int) -> None:
    keeps = visit.form.ticked(KEEPS_LANGUAGES)
    done = service_publish.propose(visit.kit, visit.by, change_id, keeps_languages=keeps)
    allowed(visit, done, "acts")


@posted(show)
def drop(visit: Visit, change_id: int) -> None:
    allowed(visit, service_drafts.drop(visit.kit, visit.by, change_id), "acts")


@posted(show)
def bring_back(visit: Visit, change_id: int, step_id: int) -> None:
    once = visit.form.text("once") or secrets.token_urlsafe()
    before = visit.form.text("before") == "yes"
    done = service_draft_steps.bring_back(
        visit.kit, visit.by, change_id, step_id, once=once, before=before
    )
    allowed(visit, done, "acts")


def _edited(visit: Visit, change: ChangeRow, part: str, document: PartDocument | None) -> str:
    """Returns the address where a part is edited: a flow's screen, or the list of numbers or short codes."""
    if not change.is_editable or document is None:
        return ""
    if part in LISTS:
        return url_for(LISTS[part], change_id=change.id) if visit.may(who.EDITOR) else ""
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
