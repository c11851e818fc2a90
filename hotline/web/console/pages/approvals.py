"""All that waits for a second person: one page for every kind."""

from flask import Response

from hotline.domain.tip import OUTCOMES, TipOutcome
from hotline.errors import HotlineError, Unavailable
from hotline.services import approvals
from hotline.services.accounts import sessions
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.people import placing
from hotline.web.console.tips.tips import span
from hotline.web.console.visit import Visit, page, see, why


def decide(visit: Visit, approval_id: int) -> Response:
    """Approves or refuses, or takes back what this account asked for."""
    try:
        if visit.form.text("do") == "take_back":
            approvals.take_back(visit.kit, visit.by, approval_id)
            return see("approvals.listed")
        approvals.decide(
            visit.kit,
            visit.by,
            approval_id,
            visit.form.text("reason", most=200),
            approve=visit.form.text("do") == "approve",
            key=sessions.key_of(visit.kit, visit.token),
            is_compared=visit.form.ticked("compared"),
        )
    except Unavailable:
        raise
    except HotlineError as refused:
        return listed(visit, wrong=faults(**{f"reason-{approval_id}": why(visit, refused)}))
    return see("approvals.listed")


def listed(visit: Visit, *, wrong: FormFaults | None = None) -> Response:
    def shown(name: str, value: str) -> str:
        return _shown(visit, name, value)

    waiting = [
        (one, one.sentence.said(visit.say, shown), "" if one.age is None else span(visit, one.age))
        for one in approvals.everything(visit.kit, visit.by)
    ]
    return page(
        visit,
        "approvals.html",
        wrong=wrong,
        waiting=waiting,
        days=lambda made_at: (visit.kit.now() - made_at).days,
    )


def _shown(visit: Visit, name: str, value: str) -> str:
    """Returns a value of a sentence as the reader calls it: roles, levels, outcomes and desks."""
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
