"""What may be done with a tip without its words: each with a reason, by somebody who answers for it."""

from collections.abc import Callable, Mapping

from flask import Response, abort

from hotline.domain.cases.closing import ClosureStop
from hotline.domain.referrals.coming import Manner
from hotline.domain.tip import TipOutcome
from hotline.domain.tips.promises import TipStop
from hotline.errors import EndRefused, ErasureRefused, KeyMissing, NotFound, SealBroken
from hotline.services.tips import desk_acts
from hotline.services.tips.keeping_from import KeptFrom
from hotline.web.console.form import faults
from hotline.web.console.tips.persons import UNOPENED
from hotline.web.console.tips.tips import WHY_KEPT, tip_page
from hotline.web.console.visit import Visit, see
from hotline.web.console.who import phrase

NOT_NOW = phrase("That cannot be done now: somebody was quicker, or a second person has to do it.")
STOPS: Mapping[str, str] = {
    TipStop.KEPT_ALREADY: phrase("It is kept from them already."),
    TipStop.SAME_TIP: phrase("That is this tip. Enter the number of another one."),
    TipStop.LINKED_ALREADY: phrase("These tips are marked as alike already."),
    TipStop.NOT_LINKED: phrase("These tips are not marked as alike."),
    ClosureStop.SAME_PERSON: phrase("You requested the closure. A second person confirms it."),
    ClosureStop.UNOPENED: phrase(
        "Open the words first. Whoever confirms a closure has opened the case since it was requested."
    ),
    ClosureStop.POSSIBLE: phrase(
        "A person of this case is a possible victim. Note a new screening or an official decision first, then confirm."
    ),
    ClosureStop.ANOTHER_WAITS: phrase("Another request waits."),
}
"""Says why a request changes nothing, and what to do."""


def close(visit: Visit, tip_id: int) -> Response:
    outcome = visit.form.text("outcome", most=20)
    if outcome not in {one.value for one in TipOutcome}:
        wrong = faults(outcome=visit.say("Say what came of it."))
        return tip_page(visit, tip_id, status=422, wrong=wrong)
    return _with_reason(
        visit,
        tip_id,
        "close",
        lambda why: desk_acts.close(visit.kit, visit.by, tip_id, TipOutcome(outcome), why),
    )


def judge(visit: Visit, tip_id: int) -> Response:
    agrees = visit.form.text("do") == "agree"
    return _with_reason(
        visit,
        tip_id,
        "judge",
        lambda why: desk_acts.judge(
            visit.kit, visit.by, visit.token, tip_id, agrees=agrees, reason=why
        ),
    )


def reopen(visit: Visit, tip_id: int) -> Response:
    return _with_reason(
        visit,
        tip_id,
        "reopen",
        lambda why: desk_acts.reopen(visit.kit, visit.by, tip_id, why),
    )


def helped(visit: Visit, tip_id: int) -> Response:
    return _with_reason(
        visit,
        tip_id,
        "helped",
        lambda why: desk_acts.helped(visit.kit, visit.by, tip_id, why),
    )


def hold(visit: Visit, tip_id: int) -> Response:
    holds = visit.form.text("do") != "lift"
    return _with_reason(
        visit,
        tip_id,
        "hold",
        lambda why: desk_acts.hold(visit.kit, visit.by, tip_id, holds=holds, reason=why),
    )


def erasure(visit: Visit, tip_id: int) -> Response:
    """Decides on an erasure request, where no one has taken the tip or someone is in danger."""
    erases = visit.form.text("do") == "erase"
    return _with_reason(
        visit,
        tip_id,
        "erasure",
        lambda why: desk_acts.decide_erasure(
            visit.kit, visit.by, tip_id, erases=erases, reason=why
        ),
    )


def manner(visit: Visit, tip_id: int) -> Response:
    said = Manner.OPENLY if visit.form.text("do") == "openly" else Manner.UNSEEN
    return _with_reason(
        visit,
        tip_id,
        "manner",
        lambda why: desk_acts.say_how(visit.kit, visit.by, tip_id, said, why),
    )


def keep_from(visit: Visit, tip_id: int) -> Response:
    """Hides the tip from a person by exact name, or from a desk by its name or code: one of them."""
    person, desk = visit.form.text("person", most=80), visit.form.text("desk", most=80)
    why = visit.form.text("why_kept", most=20)
    if bool(person) == bool(desk) or why not in WHY_KEPT:
        words = visit.say("Name a person or a desk, one of them, and say why.")
        return tip_page(visit, tip_id, status=422, wrong=faults(person=words))
    whom = KeptFrom(person or None, desk or None)
    missing = phrase("No responder and no console account has exactly that name.")
    if desk:
        missing = phrase("No desk has that name or code. Nothing is kept from the national desk.")
    return _with_reason(
        visit,
        tip_id,
        "keep",
        lambda reason: desk_acts.keep_from(visit.kit, visit.by, tip_id, whom, why, reason),
        missing=visit.say(missing),
        field="desk" if desk else "person",
    )


def say_like(visit: Visit, tip_id: int) -> Response:
    """Another tip by its number: one situation with this one, or not."""
    said = visit.form.text("other_tip", most=12)
    missing = visit.say("There is no such tip.")
    if not said.isascii() or not said.isdecimal():
        return tip_page(visit, tip_id, status=422, wrong=faults(other_tip=missing))
    like, other = visit.form.text("do") != "undo", int(said)
    return _with_reason(
        visit,
        tip_id,
        "like",
        lambda why: desk_acts.say_like(visit.kit, visit.by, tip_id, other, like=like, reason=why),
        missing=missing,
        field="other_tip",
    )


def let_know(visit: Visit, tip_id: int) -> Response:
    """Asks that somebody may know of it again; it waits where a second person decides."""
    chosen = visit.form.text("exclusion", most=9)
    if not (chosen.isascii() and chosen.isdecimal()):
        wrong = faults(exclusion=visit.say("Choose who may know of it again."))
        return tip_page(visit, tip_id, status=422, wrong=wrong)
    return _with_reason(
        visit,
        tip_id,
        "know",
        lambda why: desk_acts.let_know(visit.kit, visit.by, tip_id, int(chosen), why),
    )


def act(visit: Visit, tip_id: int) -> Response:
    """What the person of this account says of a tip that she was told of."""
    does = visit.form.text("do", most=20)
    try:
        desk_acts.act(visit.kit, visit.by, tip_id, does)
    except (NotFound, EndRefused):
        abort(404)
    return see("tips.one", tip_id=tip_id)


def _with_reason(
    visit: Visit,
    tip_id: int,
    form: str,
    does: Callable[[str], object],
    *,
    missing: str = "",
    field: str = "person",
) -> Response:
    """Does it where a reason was given. `missing` is said where what the form names in `field` is not there."""
    of_reason = f"reason-{form}"
    why = visit.form.text("reason", most=200)
    if not why:
        wrong = faults(**{of_reason: visit.say("Say why.")})
        return tip_page(visit, tip_id, status=422, wrong=wrong)
    try:
        does(why)
    except EndRefused as refused:
        words = visit.say(STOPS.get(refused.stop, NOT_NOW))
        return tip_page(visit, tip_id, status=422, wrong=faults(**{of_reason: words}))
    except ErasureRefused:
        words = visit.say(NOT_NOW)
        return tip_page(visit, tip_id, status=422, wrong=faults(**{of_reason: words}))
    except (KeyMissing, SealBroken):
        wrong = faults(**{of_reason: visit.say(UNOPENED)})
        return tip_page(visit, tip_id, status=422, wrong=wrong)
    except NotFound:
        if not missing:
            abort(404)
        return tip_page(visit, tip_id, status=422, wrong=faults(**{field: missing}))
    return see("tips.one", tip_id=tip_id)
