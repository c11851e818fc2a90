"""What translators asked of texts, for editors: read, answered by a change or by a call, and settled."""

from flask import Response

from hotline.services.words import saving
from hotline.web.console import who
from hotline.web.console.visit import Visit, page, see


def listed(visit: Visit) -> Response:
    may_settle = bool(visit.by.roles & who.WRITING)
    found = saving.waiting(visit.kit)
    return page(visit, "text_questions.html", questions=found, may_settle=may_settle)


def settle(visit: Visit, question_id: int) -> Response:
    """And back to the list, or to the screen of a change where it was read."""
    saving.settle(visit.kit, visit.by, question_id)
    change, flow, node = (visit.form.text(name) for name in ("change", "flow", "node"))
    if change.isdecimal() and len(change) < 10 and flow and node:
        return see("editor.show", change_id=int(change), flow=flow, node=node)
    return see("questions.listed")
