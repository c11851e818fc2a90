"""All that waits for a second person."""

from flask import Response

from hotline.errors import AccountRefused
from hotline.services.accounts import approvals
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.visit import Visit, page, see, why

APPROVE = "approve"


def listed(visit: Visit) -> Response:
    return _listed(visit)


def decide(visit: Visit, approval_id: int) -> Response:
    approve, reason = visit.form.text("do") == APPROVE, visit.form.text("reason", most=200)
    try:
        approvals.decide(visit.kit, visit.by, approval_id, approve=approve, reason=reason)
    except AccountRefused as refused:
        return _listed(
            visit, status=422, wrong=faults(**{f"reason-{approval_id}": why(visit, refused)})
        )
    return see("approvals.listed")


def _listed(visit: Visit, *, status: int = 200, wrong: FormFaults | None = None) -> Response:
    waiting = approvals.waiting(visit.kit, visit.by)
    return page(
        visit, "approvals.html", status=status, faults=wrong or FormFaults(), waiting=waiting
    )
