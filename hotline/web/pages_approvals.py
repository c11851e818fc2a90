"""Shows the pending approvals of all kinds on one page."""

from functools import partial

from flask import Response

from hotline.cases.pages import format_span
from hotline.console.visit import Visit, form_view, page
from hotline.duty import pages
from hotline.errors import HotlineError
from hotline.people import service_sessions
from hotline.tips.rules import OUTCOMES, TipOutcome
from hotline.web import service_approvals


def approvals(visit: Visit) -> Response:
    now, shown = visit.context.now(), partial(_shown, visit)
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
        is_compared=visit.form.ticked("compared"),
    )


def _shown(visit: Visit, name: str, value: str) -> str:
    """Returns a value for a sentence in the reader's language: a role, a level, an outcome or a desk."""
    match name:
        case "role":
            return visit.say(value)
        case "outcome":
            return visit.say(OUTCOMES[TipOutcome(value)].label)
        case "desk":
            return pages.named(visit, value)
        case "desks":
            return pages.desk_names(visit, [code for code in value.split(",") if code])
        case "places":
            pairs = [one.partition("=") for one in value.split(",")]
            return ", ".join(
                f"{pages.named(visit, code)}: {visit.say(level)}" for code, _, level in pairs
            )
    return value
