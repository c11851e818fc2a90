"""Shows the pending approvals of all kinds on one page."""

from functools import partial

from flask import Response

from hotline.cases.pages import format_span
from hotline.console.visit import Visit, form_view, page
from hotline.duty import pages
from hotline.errors import HotlineError
from hotline.people import service_sessions
from hotline.web import service_approvals


def approvals(visit: Visit) -> Response:
    now, shown = visit.context.now(), partial(pages.shown_value, visit)
    return page(
        visit,
        "approvals.html",
        waiting=service_approvals.all_pending(visit.context, visit.by),
        said=lambda sentence: sentence.said(visit.say, shown),
        span=partial(format_span, visit),
        days=lambda made_at: (now - made_at).days,
    )


@form_view(approvals, "reason-{approval_id}", HotlineError)
def decide(visit: Visit, approval_id: int) -> None:
    """Approves or refuses a request. An account can also withdraw its own request."""
    does = visit.form.text("do")
    if does == "take_back":
        service_approvals.withdraw(visit.context, visit.by, approval_id)
        return
    service_approvals.decide(
        visit.context,
        visit.by,
        approval_id,
        visit.form.text("reason", most=200),
        approve=does == "approve",
        key=service_sessions.key_of(visit.context, visit.token),
        seen=visit.form.text("seen", most=128),
    )
