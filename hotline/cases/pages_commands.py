"""Changes tips and call-backs from the desk's pages, without decrypting the tips. Most commands need a reason."""

from collections.abc import Callable
from functools import partial

from flask import Response, abort, url_for

from hotline.alerts import decrypt_call_backs
from hotline.cases import pages, service_call_back, service_desk_commands
from hotline.cases.pages import WHY_KEPT, opened_page
from hotline.cases.pages_persons import UNOPENED
from hotline.cases.service_exclusions import KeptFrom
from hotline.console.form import number_of
from hotline.console.visit import Visit, page, posted
from hotline.console.who import table
from hotline.errors import (
    CallRefused,
    EndRefused,
    ErasureRefused,
    FormRefused,
    KeyMissing,
    NotFound,
    SealBroken,
)
from hotline.text.phrases import phrase
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_call_back import CallOutcome
from hotline.tips.rules_visit_safety import Manner

NOT_NOW = phrase("That cannot be done now: somebody was quicker, or a second person has to do it.")
STOPS = table("tip_stops")
"""A message for each reason why a request changes nothing, with the next step."""


_on_a_tip = posted(pages.one)


def _done(
    visit: Visit,
    tip_id: int,
    form: str,
    act: Callable[..., object],
    missing: FormRefused | None = None,
    **values: object,
) -> None:
    """Runs a command if the form has a reason. Raises `missing` if something that the form names does not exist."""
    field = f"reason-{form}"
    reason = visit.reason(field, "Say why.")
    try:
        act(visit.kit, visit.by, tip_id=tip_id, reason=reason, **values)
    except EndRefused as refused:
        raise visit.wrong(field, STOPS.get(refused.stop, NOT_NOW)) from None
    except ErasureRefused:
        raise visit.wrong(field, NOT_NOW) from None
    except (KeyMissing, SealBroken):
        raise visit.wrong(field, UNOPENED) from None
    except NotFound as unknown:
        raise missing or unknown from None


@_on_a_tip
def close(visit: Visit, tip_id: int) -> None:
    outcome = visit.form.text("outcome", most=20)
    if outcome not in {*TipOutcome}:
        raise visit.wrong("outcome", "Say what came of it.")
    _done(visit, tip_id, "close", service_desk_commands.close, outcome=TipOutcome(outcome))


@_on_a_tip
def judge(visit: Visit, tip_id: int) -> None:
    agrees = visit.form.text("do") == "agree"
    _done(visit, tip_id, "judge", service_desk_commands.judge, token=visit.token, agrees=agrees)


@_on_a_tip
def reopen(visit: Visit, tip_id: int) -> None:
    _done(visit, tip_id, "reopen", service_desk_commands.reopen)


@_on_a_tip
def helped(visit: Visit, tip_id: int) -> None:
    _done(visit, tip_id, "helped", service_desk_commands.helped)


@_on_a_tip
def hold(visit: Visit, tip_id: int) -> None:
    is_lifted = visit.form.text("do") == "lift"
    _done(
        visit,
        tip_id,
        "hold",
        service_desk_commands.lift if is_lifted else service_desk_commands.hold,
    )


@_on_a_tip
def erasure(visit: Visit, tip_id: int) -> None:
    """Decides on an erasure request if the tip has no assignee or a person is in danger."""
    erases = visit.form.text("do") == "erase"
    _done(visit, tip_id, "erasure", service_desk_commands.decide_erasure, erases=erases)


@_on_a_tip
def manner(visit: Visit, tip_id: int) -> None:
    said = Manner.OPENLY if visit.form.text("do") == "openly" else Manner.UNSEEN
    _done(visit, tip_id, "manner", service_desk_commands.say_how, manner=said)


@_on_a_tip
def keep_from(visit: Visit, tip_id: int) -> None:
    """Excludes a person by exact name, or a desk by name or code. The form must name exactly one of them."""
    person, desk = visit.form.text("person", most=80), visit.form.text("desk", most=80)
    why = visit.form.text("why_kept", most=20)
    if bool(person) == bool(desk) or why not in WHY_KEPT:
        raise visit.wrong("person", "Name a person or a desk, one of them, and say why.")
    missing = visit.wrong("person", "No responder and no console account has exactly that name.")
    if desk:
        missing = visit.wrong(
            "desk", "No desk has that name or code. Nothing is kept from the national desk."
        )
    whom = KeptFrom(person or None, desk or None)
    _done(visit, tip_id, "keep", service_desk_commands.keep_from, missing, whom=whom, why=why)


@_on_a_tip
def say_like(visit: Visit, tip_id: int) -> None:
    """Links another tip, by its number, to this tip as one situation, or removes the link."""
    other = number_of(visit.form.text("other_tip", most=12))
    missing = visit.wrong("other_tip", "There is no such tip.")
    if other is None:
        raise missing
    like = visit.form.text("do") != "undo"
    _done(visit, tip_id, "like", service_desk_commands.say_like, missing, other=other, like=like)


@_on_a_tip
def let_know(visit: Visit, tip_id: int) -> None:
    """Requests that an exclusion is lifted. An approver decides."""
    chosen = number_of(visit.form.text("exclusion", most=9))
    if chosen is None:
        raise visit.wrong("exclusion", "Choose who may know of it again.")
    _done(visit, tip_id, "know", service_desk_commands.let_know, exclusion_id=chosen)


@_on_a_tip
def act(visit: Visit, tip_id: int) -> None:
    """Runs the command of this account's responder on a tip of which they were alerted."""
    try:
        service_desk_commands.act(visit.kit, visit.by, tip_id, visit.form.text("do", most=20))
    except EndRefused:
        abort(404)


def calls(visit: Visit) -> Response:
    return page(visit, "call_backs.html", rows=service_call_back.listed(visit.kit, visit.by))


NOT_OPEN = phrase("It cannot be opened now: outside its time, or not approved.")
_on_a_call = partial(posted, calls, "reason-{call_back_id}")
_call_act = _on_a_call(says={CallRefused: NOT_NOW})


def _why(visit: Visit, call_back_id: int) -> str:
    return visit.reason(f"reason-{call_back_id}", "Say why.")


@_call_act
def ask_call(visit: Visit, call_back_id: int) -> None:
    service_call_back.ask(visit.kit, visit.by, call_back_id, reason=_why(visit, call_back_id))


@_call_act
def approve_call(visit: Visit, call_back_id: int) -> None:
    """Approves the requester named on the page. Refuses if another person has requested the call since."""
    reason, asked_by = _why(visit, call_back_id), visit.form.text("asked_by", most=200)
    service_call_back.approve(visit.kit, visit.by, call_back_id, reason=reason, asked_by=asked_by)


@_call_act
def end_call(visit: Visit, call_back_id: int) -> None:
    outcome = visit.form.text("outcome", most=20)
    if outcome not in {*CallOutcome}:
        raise visit.wrong(f"reason-{call_back_id}", "Say what came of it.")
    reason, came = _why(visit, call_back_id), CallOutcome(outcome)
    service_call_back.end(visit.kit, visit.by, call_back_id, reason=reason, outcome=came)


@_on_a_call(says={CallRefused: NOT_OPEN, KeyMissing: NOT_OPEN, SealBroken: NOT_OPEN})
def read_call(visit: Visit, call_back_id: int) -> Response:
    """Shows a call-back's number for five minutes and never for printing. No other page shows it."""
    reason = _why(visit, call_back_id)
    opened = service_call_back.read(visit.kit, visit.by, visit.token, call_back_id, reason)
    word = decrypt_call_backs.word_in(visit.kit, opened)
    back = url_for("acting.calls")
    return opened_page(visit, "call_opened.html", back, opened=opened, word=word)
