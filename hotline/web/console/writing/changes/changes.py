"""Changes: those that are open, those that are over, and a new one."""

from flask import Response

from hotline.domain.changes.change import PartDocument
from hotline.errors import NotFound
from hotline.services.changes import drafts, folders
from hotline.services.changes.results import ChangeRefused
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page, see, see_address
from hotline.web.console.writing.changes import addresses
from hotline.web.console.writing.changes.field_words import part_words
from hotline.web.console.writing.changes.refusals import refused_faults

WHY_LETTERS = 2000


def listed(visit: Visit) -> Response:
    over = bool(visit.query.get("over"))
    rows = folders.listed(visit.kit, over=over)
    named = {part: part_words(visit, part) for row in rows for part in row.parts}
    return page(visit, "changes.html", rows=rows, over=over, named=named)


def ask(visit: Visit) -> Response:
    return _asked(visit, FormFaults(), flow=visit.query.get("flow", ""))


def make(visit: Visit) -> Response:
    form = visit.form
    flow = form.text("flow")
    why = form.text("why", most=WHY_LETTERS)
    made = folders.open_change(visit.kit, visit.by, form.text("title"), why)
    if isinstance(made, ChangeRefused):
        return _asked(visit, refused_faults(visit, made, "title"), flow=flow)
    return _into(visit, made, flow)


def _asked(visit: Visit, faults: FormFaults, *, flow: str) -> Response:
    return page(
        visit,
        "change_new.html",
        status=422 if faults else 200,
        flow=flow,
        typed=visit.form,
        faults=faults,
    )


def _into(visit: Visit, change_id: int, flow: str) -> Response:
    if flow:
        document = drafts.draft(visit.kit, change_id, flow).document
        address = addresses.editor(visit.by.roles, change_id, flow, first_screen(document))
        if address:
            return see_address(address)
    return see("one_change.show", change_id=change_id)


def first_screen(flow: PartDocument | None) -> str:
    if flow is None:
        raise NotFound("no such flow")
    nodes = flow.get("nodes") or {}
    start = flow.get("start")
    return str(start if start in nodes else next(iter(nodes), ""))
