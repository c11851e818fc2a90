"""Shows the published flows: the list, one flow in three languages, and the search in all texts.

`flow` is a short example of a page function: it reads the address, calls a service, and renders one template.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, url_for

from hotline.console import role_groups
from hotline.console.form import number_of
from hotline.console.visit import Visit, page, part_of_list
from hotline.core.documents import Document
from hotline.counters.service import day_of
from hotline.editing import (
    pages_drafts,
    service_drafts,
    service_emergencies,
    service_publish,
    service_publishing,
    service_review_document,
)
from hotline.editing.pages_picture import place_flows, problems_by_screen
from hotline.editing.rules_operations import FRONT
from hotline.editing.rules_preview import flow_groups, outline
from hotline.editing.service_numbers import MAX_HITS, SearchHit, find_texts
from hotline.errors import NotFound
from hotline.flows.node_fields import nodes_of, opening_text, screens_with_numbers, texts_in
from hotline.flows.rules_reviews import ReviewState
from hotline.flows.service_authoring import live_document
from hotline.statistics.service_releases import flow_use

GROUPS = ("front", "code", "other")
"""The groups of flows, in the order of the page."""
WORST_FIRST = (ReviewState.MISSING, ReviewState.STALE, ReviewState.DRAFT, ReviewState.REVIEWED_ONCE)


def flows(visit: Visit) -> Response:
    context = visit.context
    document = live_document(context.database)
    flows = document["flows"]
    codes = document["entries"].values()
    groups = flow_groups(flows, FRONT, codes)
    part = part_of_list([*groups], visit.asked("part"))
    found = service_publish.published_problems(context)
    may_write = visit.may(role_groups.WORDS)
    opens = service_drafts.list_drafts(context) if may_write else ()
    return page(
        visit,
        "flows.html",
        live=service_emergencies.current_publication(context),
        grouped={group: [one for one in part.rows if groups[one] == group] for group in GROUPS},
        use=flow_use(context, is_national=visit.may(role_groups.NATIONAL)).reached,
        lines={name: opening_text(flows[name]) for name in part.rows},
        words=service_review_document.review_matrix(context),
        worst=lambda counts: next((state for state in WORST_FIRST if counts[state]), None),
        is_checked=found is not None,
        hurts=Counter(
            (one.flow, one.code not in service_publishing.BEARABLE) for one in found or ()
        ),
        newest=service_emergencies.newest_by_flow(context, part.rows),
        opens=opens,
        edited={flow for _, parts in opens for flow in parts},
        may_write=may_write,
        may_build=visit.may(role_groups.EDITOR),
        picture=place_flows(flows, part.rows, FRONT),
        codes={flow: digits for digits, flow in reversed(document["entries"].items())},
        part=part,
        day_of=day_of,
    )


def flow(visit: Visit, flow: str) -> Response:
    live = live_document(visit.context.database)
    document = live["flows"].get(flow)
    if document is None:
        raise NotFound(f"there is no flow {flow}")
    nodes = outline(document)
    may_open = visit.may(role_groups.WORDS)
    rows = service_drafts.list_drafts(visit.context) if may_open else ()
    # The address that a link opens: in the editor, or of the draft's page.
    opens = [
        (
            row,
            flow in parts,
            pages_drafts.editor_address(visit, row.id, flow, nodes[0].name)
            or url_for("changes.show", draft_id=row.id),
        )
        for row, parts in rows
    ]
    return page(
        visit,
        "flow.html",
        flow=flow,
        nodes=nodes,
        texts={name: [*texts_in(node)] for name, node in nodes_of(document).items()},
        found=problems_by_screen(visit, None, flow),
        hidden=_hidden_numbers(visit, live, flow),
        states=_states(visit, flow),
        may_open=may_open,
        opens=opens,
    )


def _hidden_numbers(visit: Visit, document: Document, flow: str) -> Mapping[str, Sequence[str]]:
    """Returns the phone numbers that each screen names but callers do not see, because no valid confirmation exists."""
    flow_set = visit.context.flow_sets.get(visit.context.flow_sets.live())
    today = visit.context.now().date()
    found: dict[str, list[str]] = {}
    for digits, screens in screens_with_numbers({flow: document["flows"][flow]}).items():
        number = flow_set.numbers.get(digits)
        if number is None or not number.shows(today):
            for _, node in screens:
                found.setdefault(node, []).append(digits)
    return found


def _states(visit: Visit, flow: str) -> Mapping[tuple[str, str], ReviewState]:
    """Returns the worst review state of the texts of each screen, by screen and language."""
    found: dict[tuple[str, str], ReviewState] = {}
    ranks = [*WORST_FIRST, ReviewState.REVIEWED]
    for review in service_review_document.review_matrix(visit.context).reviews:
        for text in review.sections.get(flow, {}).values():
            at = text.place.split(".")[1], review.language
            found[at] = min(review.state(text), found.get(at, ranks[-1]), key=ranks.index)
    return found


MAX_QUERY = 100


def search(visit: Visit) -> Response:
    asked = visit.asked("q").strip()[:MAX_QUERY]
    change = _change(visit)
    within = None if change is None else change.id
    found = find_texts(visit.context, asked, within) if asked else ()
    hits = [(hit, _address(visit, hit, within)) for hit in found]
    return page(visit, "find.html", asked=asked, hits=hits, most=MAX_HITS, change=change)


def _change(visit: Visit) -> service_drafts.ChangeRow | None:
    """Returns the draft to search, or None for the published flows. Only editors search drafts. Raises NotFound."""
    change = number_of(visit.asked("change"))
    if change is None or not visit.may(role_groups.WORDS):
        return None
    return service_drafts.get_draft(visit.context, change)


def _address(visit: Visit, hit: SearchHit, draft_id: int | None) -> str:
    """Returns the address of a search result: in the editor for a draft, otherwise on the text's page or the flow's
    page."""
    found = hit.found
    is_in_flow = found.node and not hit.place.startswith("locales.")
    if draft_id is not None and is_in_flow and visit.may(role_groups.EDITOR):
        here: dict[str, Any] = {"draft_id": draft_id, "flow": found.flow, "node": found.node}
        return url_for("editor.show", **here, _anchor=hit.anchor or "form")
    if hit.place and visit.may(role_groups.WORDS):
        return url_for(
            "words.one", language=found.language, state="all", at=hit.place, _anchor="t-1"
        )
    if hit.place.startswith("locales."):
        return ""
    return url_for("flows.one", flow=found.flow, _anchor=f"n-{found.node}" if found.node else None)
