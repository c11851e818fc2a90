"""Does what may be done with a tip without its words, and with call-backs. Each act has a reason."""

from collections.abc import Callable, Mapping

from flask import Response, abort, url_for

from hotline.domain.call_back import CallBackState, CallOutcome
from hotline.domain.cases.closing import ClosureStop
from hotline.domain.referrals.coming import Manner
from hotline.domain.tip import TipOutcome
from hotline.domain.tips.promises import TipStop
from hotline.errors import CallRefused, EndRefused, ErasureRefused, KeyMissing, NotFound, SealBroken
from hotline.services.desk import call_back_desk
from hotline.services.tips import desk_acts, desk_calls
from hotline.services.tips.keeping_from import KeptFrom
from hotline.web.console.form import FormFaults, faults, number_of
from hotline.web.console.tips import tips
from hotline.web.console.tips.persons import UNOPENED
from hotline.web.console.tips.tips import OPEN_SECONDS, WHY_KEPT
from hotline.web.console.visit import Visit, page, see
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
        return tips.one(visit, tip_id, faults(outcome=visit.say("Say what came of it.")))
    return _done(visit, tip_id, "close", desk_acts.close, outcome=TipOutcome(outcome))


def judge(visit: Visit, tip_id: int) -> Response:
    agrees = visit.form.text("do") == "agree"
    return _done(visit, tip_id, "judge", desk_acts.judge, token=visit.token, agrees=agrees)


def reopen(visit: Visit, tip_id: int) -> Response:
    return _done(visit, tip_id, "reopen", desk_acts.reopen)


def helped(visit: Visit, tip_id: int) -> Response:
    return _done(visit, tip_id, "helped", desk_acts.helped)


def hold(visit: Visit, tip_id: int) -> Response:
    return _done(visit, tip_id, "hold", desk_acts.hold, holds=visit.form.text("do") != "lift")


def erasure(visit: Visit, tip_id: int) -> Response:
    """Decides on an erasure request, where no one has taken the tip or someone is in danger."""
    erases = visit.form.text("do") == "erase"
    return _done(visit, tip_id, "erasure", desk_acts.decide_erasure, erases=erases)


def manner(visit: Visit, tip_id: int) -> Response:
    said = Manner.OPENLY if visit.form.text("do") == "openly" else Manner.UNSEEN
    return _done(visit, tip_id, "manner", desk_acts.say_how, manner=said)


def keep_from(visit: Visit, tip_id: int) -> Response:
    """Hides the tip from a person by exact name, or from a desk by its name or code: one of them."""
    person, desk = visit.form.text("person", most=80), visit.form.text("desk", most=80)
    why = visit.form.text("why_kept", most=20)
    if bool(person) == bool(desk) or why not in WHY_KEPT:
        words = visit.say("Name a person or a desk, one of them, and say why.")
        return tips.one(visit, tip_id, faults(person=words))
    missing = phrase("No responder and no console account has exactly that name.")
    if desk:
        missing = phrase("No desk has that name or code. Nothing is kept from the national desk.")
    return _done(
        visit,
        tip_id,
        "keep",
        desk_acts.keep_from,
        faults(**{"desk" if desk else "person": visit.say(missing)}),
        whom=KeptFrom(person or None, desk or None),
        why=why,
    )


def say_like(visit: Visit, tip_id: int) -> Response:
    """Another tip by its number: one situation with this one, or not."""
    other = number_of(visit.form.text("other_tip", most=12))
    missing = faults(other_tip=visit.say("There is no such tip."))
    if other is None:
        return tips.one(visit, tip_id, missing)
    like = visit.form.text("do") != "undo"
    return _done(visit, tip_id, "like", desk_acts.say_like, missing, other=other, like=like)


def let_know(visit: Visit, tip_id: int) -> Response:
    """Asks that somebody may know of it again; it waits where a second person decides."""
    chosen = number_of(visit.form.text("exclusion", most=9))
    if chosen is None:
        words = visit.say("Choose who may know of it again.")
        return tips.one(visit, tip_id, faults(exclusion=words))
    return _done(visit, tip_id, "know", desk_acts.let_know, exclusion_id=chosen)


def act(visit: Visit, tip_id: int) -> Response:
    """What the person of this account says of a tip that she was told of."""
    does = visit.form.text("do", most=20)
    try:
        desk_acts.act(visit.kit, visit.by, tip_id, does)
    except (NotFound, EndRefused):
        abort(404)
    return see("tips.one", tip_id=tip_id)


def _done(
    visit: Visit,
    tip_id: int,
    form: str,
    act: Callable[..., object],
    missing: FormFaults | None = None,
    **values: object,
) -> Response:
    """Does it where a reason was given. `missing` is said where what the form names is not there."""
    reason = visit.form.text("reason", most=200)
    words = visit.say("Say why.")
    if reason:
        try:
            act(visit.kit, visit.by, tip_id=tip_id, reason=reason, **values)
        except EndRefused as refused:
            words = visit.say(STOPS.get(refused.stop, NOT_NOW))
        except ErasureRefused:
            words = visit.say(NOT_NOW)
        except (KeyMissing, SealBroken):
            words = visit.say(UNOPENED)
        except NotFound:
            if missing is None:
                abort(404)
            return tips.one(visit, tip_id, missing)
        else:
            return see("tips.one", tip_id=tip_id)
    return tips.one(visit, tip_id, faults(**{f"reason-{form}": words}))


STATES = {
    CallBackState.WAITING: phrase("waits"),
    CallBackState.DONE: phrase("done"),
    CallBackState.WITHDRAWN: phrase("taken back"),
    CallBackState.EXPIRED: phrase("its time is over"),
}
CAME_OF_IT = {
    CallOutcome.REACHED: phrase("the caller answered"),
    CallOutcome.SILENT: phrase("nobody answered"),
    CallOutcome.OTHER: phrase("somebody else answered"),
    CallOutcome.REFUSED: phrase("the caller wants no call"),
}


def ask_call(visit: Visit, call_back_id: int) -> Response:
    return _call_done(visit, call_back_id, desk_calls.ask)


def approve_call(visit: Visit, call_back_id: int) -> Response:
    """Approves whom the page named, and nobody who asked since."""
    asked_by = visit.form.text("asked_by", most=200)
    return _call_done(visit, call_back_id, desk_calls.approve, asked_by=asked_by)


def end_call(visit: Visit, call_back_id: int) -> Response:
    outcome = visit.form.text("outcome", most=20)
    if outcome not in {one.value for one in CallOutcome}:
        return _call_refused(visit, call_back_id, visit.say("Say what came of it."))
    return _call_done(visit, call_back_id, desk_calls.end, outcome=CallOutcome(outcome))


def read_call(visit: Visit, call_back_id: int) -> Response:
    """The only page that holds a number: for five minutes, and never on paper."""
    why = visit.form.text("reason", most=200)
    if not why:
        return _call_refused(visit, call_back_id, visit.say("Say why."))
    try:
        opened = desk_calls.read(visit.kit, visit.by, visit.token, call_back_id, why)
    except (CallRefused, KeyMissing, SealBroken):
        words = visit.say("It cannot be opened now: outside its time, or not approved.")
        return _call_refused(visit, call_back_id, words)
    except NotFound:
        abort(404)
    word = call_back_desk.word_in(visit.kit, opened)
    answer = page(visit, "call_opened.html", opened=opened, word=word, minutes=OPEN_SECONDS // 60)
    answer.headers["Refresh"] = f"{OPEN_SECONDS}; url={url_for('acting.calls')}?auto"
    return answer


def _call_done(
    visit: Visit, call_back_id: int, act: Callable[..., None], **values: object
) -> Response:
    why = visit.form.text("reason", most=200)
    if not why:
        return _call_refused(visit, call_back_id, visit.say("Say why."))
    try:
        act(visit.kit, visit.by, call_back_id, reason=why, **values)
    except CallRefused:
        words = visit.say(
            "That cannot be done now: somebody was quicker, or a second person has to do it."
        )
        return _call_refused(visit, call_back_id, words)
    except NotFound:
        abort(404)
    return see("acting.calls")


def _call_refused(visit: Visit, call_back_id: int, words: str) -> Response:
    return calls(visit, faults(**{f"reason-{call_back_id}": words}))


def calls(visit: Visit, wrong: FormFaults | None = None) -> Response:
    rows = desk_calls.listed(visit.kit, visit.by)
    return page(
        visit,
        "call_backs.html",
        wrong=wrong,
        rows=[(one, visit.say(STATES[one.state])) for one in rows],
        outcomes=[(one.value, visit.say(words)) for one, words in CAME_OF_IT.items()],
        came={one.value: visit.say(words) for one, words in CAME_OF_IT.items()},
    )
