"""Shows all pending approvals of every kind on one page."""

from functools import partial

from flask import Response

from hotline.domain.tip import OUTCOMES, TipOutcome
from hotline.errors import HotlineError
from hotline.services import approvals
from hotline.services.accounts import sessions
from hotline.web.console.people import placing
from hotline.web.console.tips.tips import span
from hotline.web.console.visit import Visit, page, posted


def listed(visit: Visit) -> Response:
    now, shown = visit.kit.now(), partial(_shown, visit)
    return page(
        visit,
        "approvals.html",
        waiting=approvals.everything(visit.kit, visit.by),
        said=lambda sentence: sentence.said(visit.say, shown),
        span=partial(span, visit),
        days=lambda made_at: (now - made_at).days,
    )


@posted(listed, "reason-{approval_id}", HotlineError)
def decide(visit: Visit, approval_id: int) -> None:
    """Approves or refuses a request, or withdraws a request of this account."""
    does = visit.form.text("do")
    if does == "take_back":
        approvals.take_back(visit.kit, visit.by, approval_id)
        return
    approvals.decide(
        visit.kit,
        visit.by,
        approval_id,
        visit.form.text("reason", most=200),
        approve=does == "approve",
        key=sessions.key_of(visit.kit, visit.token),
        is_compared=visit.form.ticked("compared"),
    )


def _shown(visit: Visit, name: str, value: str) -> str:
    """Returns a value of a sentence in the reader's terms: roles, levels, outcomes and desks."""
    match name:
        case "role":
            return visit.say(value)
        case "outcome":
            return visit.say(OUTCOMES[TipOutcome(value)].label)
        case "desk":
            return placing.named(visit, value)
        case "desks":
            return placing.several(visit, [code for code in value.split(",") if code])
        case "places":
            pairs = [one.partition("=") for one in value.split(",")]
            return ", ".join(
                f"{placing.named(visit, code)}: {visit.say(level)}" for code, _, level in pairs
            )
    return value
