"""The marks of a whole flow: what it gathers, and whether nobody dials it. Shut until somebody says why."""

import secrets
from collections.abc import Sequence

from flask import Response

from hotline.domain.changes.change import StepKind
from hotline.engine.editing.anatomy import with_flow_marks
from hotline.engine.editing.forms.fields import FieldFault
from hotline.services.changes import folders
from hotline.services.changes.folders import FlowAtHand
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.writing.editor.drawing import REFUSED
from hotline.web.console.writing.editor.operating import Operation, fault, stored
from hotline.web.console.writing.editor.saving import WHY, WHY_LETTERS


def ask(visit: Visit, change_id: int, flow: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    return _drawn(visit, change_id, here, _is_free(visit, flow), FormFaults(), 200)


def take(visit: Visit, change_id: int, flow: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    is_free = _is_free(visit, flow)
    if visit.form.text("do") == "unlock" or not (is_free or visit.form.ticked("unlocked")):
        return _drawn(visit, change_id, here, True, FormFaults(), 200)
    wrong = _saved(visit, change_id, here, is_free=is_free)
    if wrong:
        return _drawn(visit, change_id, here, True, wrong, 422)
    return see("editor.flow", change_id=change_id, flow=flow)


def _saved(visit: Visit, change_id: int, here: FlowAtHand, *, is_free: bool) -> FormFaults:
    gathers, why = visit.form.text("gathers"), visit.form.text("why", most=400)
    if gathers and gathers not in _gathered(visit, change_id):
        return fault(visit, "gathers", REFUSED[FieldFault.CHOICE])
    private = visit.form.ticked("private")
    document = with_flow_marks(here.document, gathers=gathers, private=private)
    if document == here.document:
        return FormFaults()
    if not is_free and len(why) < WHY_LETTERS:
        return fault(visit, "why", WHY)
    says = {"did": StepKind.EDITED} if is_free else {"did": StepKind.MARKS, "why": why}
    return stored(visit, change_id, Operation(here.name, document, here.version, says))


def _is_free(visit: Visit, flow: str) -> bool:
    """What no caller has met is counted nowhere yet."""
    return folders.live_flow(visit.kit, flow) is None


def _gathered(visit: Visit, change_id: int) -> Sequence[str]:
    """What flows gather that are there: another thing is gathered by nobody."""
    flows = folders.flows_in(visit.kit, change_id).values()
    return sorted({str(flow["gathers"]) for flow in flows if flow.get("gathers")})


def _drawn(
    visit: Visit,
    change_id: int,
    here: FlowAtHand,
    is_open: bool,
    wrong: FormFaults,
    status: int,
) -> Response:
    """With what was typed, where anything was."""
    typed, head = visit.form, here.document
    came_back = bool(wrong)
    return page(
        visit,
        "flow_marks.html",
        status=status,
        change=folders.look(visit.kit, change_id),
        here=here,
        is_open=is_open,
        is_free=_is_free(visit, here.name),
        gathers=typed.text("gathers") if came_back else str(head.get("gathers") or ""),
        private=typed.ticked("private") if came_back else head.get("private") is True,
        offered=_gathered(visit, change_id),
        why=typed.text("why", most=400),
        once=typed.text("once") or secrets.token_urlsafe(12),
        faults=wrong,
    )
