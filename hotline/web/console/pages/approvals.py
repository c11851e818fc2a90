"""All that waits for a second person."""

from flask import Response

from hotline.domain.tip import TipOutcome
from hotline.errors import HotlineError, Unavailable
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.people import placing, second_person
from hotline.web.console.people.waits import SecondDecision, WaitsForSecond
from hotline.web.console.tips.tip_words import OUTCOMES, span
from hotline.web.console.visit import Visit, page, see, why
from hotline.web.console.who import phrase

APPROVE = "approve"
MISSING = phrase("a reason is missing")


def listed(visit: Visit) -> Response:
    return _listed(visit)


def decide(visit: Visit, kind: str, approval_id: int) -> Response:
    approve, reason = visit.form.text("do") == APPROVE, visit.form.text("reason", most=200)
    field = f"reason-{kind}-{approval_id}"
    if not reason or not reason.isprintable():
        says = visit.say(MISSING)
        return _listed(visit, wrong=faults(**{field: f"{says[:1].upper()}{says[1:]}."}))
    is_compared = visit.form.ticked("compared")
    what = SecondDecision(kind, approval_id, approve, reason, is_compared)
    try:
        second_person.decide(visit.kit, visit.by, visit.token, what)
    except Unavailable:
        raise
    except HotlineError as refused:
        return _listed(visit, wrong=faults(**{field: why(visit, refused)}))
    return see("approvals.listed")


def _listed(visit: Visit, *, wrong: FormFaults | None = None) -> Response:
    asked = second_person.everything(visit.kit, visit.by)
    waiting = [
        (one, _said(visit, one), span(visit, one.age) if one.age is not None else "")
        for one in asked
    ]
    return page(
        visit,
        "approvals.html",
        status=422 if wrong else 200,
        faults=wrong or FormFaults(),
        waiting=waiting,
        days=lambda made_at: (visit.kit.now() - made_at).days,
    )


def _said(visit: Visit, one: WaitsForSecond) -> str:
    """The sentence, with roles, levels and desks as the reader calls them."""
    values = dict(one.values)
    if role := values.get("role"):
        values["role"] = visit.say(role)
    if "outcome" in values:
        values["outcome"] = visit.say(OUTCOMES[TipOutcome(values["outcome"])])
    if "desk" in values:
        values["desk"] = placing.named(visit, values["desk"])
    if "desks" in values:
        codes = [code for code in values["desks"].split(",") if code]
        values["desks"] = placing.several(visit, codes)
    if "places" in values:
        pairs = [one.partition("=") for one in values["places"].split(",")]
        values["places"] = ", ".join(
            f"{placing.named(visit, code)}: {visit.say(level)}" for code, _, level in pairs
        )
    return visit.say(one.phrase, **values)
