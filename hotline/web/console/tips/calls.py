"""Calls that somebody asked for: one person asks for the number, a second approves, and it opens inside its time."""

from collections.abc import Callable

from flask import Response, abort, url_for

from hotline.domain.call_back import CallBackState, CallOutcome
from hotline.errors import CallRefused, KeyMissing, NotFound, SealBroken
from hotline.services.desk import call_back_desk
from hotline.services.tips import desk_calls
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.tips.tips import OPEN_SECONDS
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase

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


def ask(visit: Visit, call_back_id: int) -> Response:
    return _done(visit, call_back_id, desk_calls.ask)


def approve(visit: Visit, call_back_id: int) -> Response:
    """Approves whom the page named, and nobody who asked since."""
    asked_by = visit.form.text("asked_by", most=200)
    return _done(visit, call_back_id, desk_calls.approve, asked_by=asked_by)


def end(visit: Visit, call_back_id: int) -> Response:
    outcome = visit.form.text("outcome", most=20)
    if outcome not in {one.value for one in CallOutcome}:
        return _refused(visit, call_back_id, visit.say("Say what came of it."))
    return _done(visit, call_back_id, desk_calls.end, outcome=CallOutcome(outcome))


def read(visit: Visit, call_back_id: int) -> Response:
    """The only page that holds a number: for five minutes, and never on paper."""
    why = visit.form.text("reason", most=200)
    if not why:
        return _refused(visit, call_back_id, visit.say("Say why."))
    try:
        opened = desk_calls.read(visit.kit, visit.by, visit.token, call_back_id, why)
    except (CallRefused, KeyMissing, SealBroken):
        words = visit.say("It cannot be opened now: outside its time, or not approved.")
        return _refused(visit, call_back_id, words)
    except NotFound:
        abort(404)
    word = call_back_desk.word_in(visit.kit, opened)
    answer = page(visit, "call_opened.html", opened=opened, word=word, minutes=OPEN_SECONDS // 60)
    answer.headers["Refresh"] = f"{OPEN_SECONDS}; url={url_for('calls.listed')}?auto"
    return answer


def _done(visit: Visit, call_back_id: int, act: Callable[..., None], **values: object) -> Response:
    why = visit.form.text("reason", most=200)
    if not why:
        return _refused(visit, call_back_id, visit.say("Say why."))
    try:
        act(visit.kit, visit.by, call_back_id, reason=why, **values)
    except CallRefused:
        words = visit.say(
            "That cannot be done now: somebody was quicker, or a second person has to do it."
        )
        return _refused(visit, call_back_id, words)
    except NotFound:
        abort(404)
    return see("calls.listed")


def _refused(visit: Visit, call_back_id: int, words: str) -> Response:
    return listed(visit, faults(**{f"reason-{call_back_id}": words}))


def listed(visit: Visit, wrong: FormFaults | None = None) -> Response:
    rows = desk_calls.listed(visit.kit, visit.by)
    return page(
        visit,
        "call_backs.html",
        wrong=wrong,
        rows=[(one, visit.say(STATES[one.state])) for one in rows],
        outcomes=[(one.value, visit.say(words)) for one, words in CAME_OF_IT.items()],
        came={one.value: visit.say(words) for one, words in CAME_OF_IT.items()},
    )
