"""Shows the outgoing queue: pauses and resumes it, and lists undeliverable messages to review."""

from collections.abc import Callable, Mapping

from flask import Response

from hotline.domain.outbox.message import Kind
from hotline.errors import NotFound, Undecided
from hotline.services.outbox import lane
from hotline.services.outbox.lane import DoubtDecision
from hotline.web.console import who
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase

KINDS: Mapping[str, str] = {
    Kind.ALERT: phrase("Alerts"),
    Kind.CONFIRMATION: phrase("Confirmations"),
}
FATES: Mapping[str, str] = {
    DoubtDecision.SEND: phrase("Send, perhaps a second time"),
    DoubtDecision.DROP: phrase("Do not send"),
}
NOT_NOW = phrase("Nothing changed: someone else was quicker.")


def pause(visit: Visit) -> Response:
    """Sends nothing more. Every page says so to everyone who is signed in, and on-call contacts are notified."""
    return _with_reason(
        visit, "pause", lambda reason: lane.hold(visit.kit, by=visit.by.actor, reason=reason)
    )


def resume(visit: Visit) -> Response:
    """Sends what waits. After a restore, each kind that may have gone out already needs a decision."""
    chosen = {kind: visit.form.text(f"fate-{kind}", most=4) for kind in Kind}
    fates = {kind: DoubtDecision(fate) for kind, fate in chosen.items() if fate in {*DoubtDecision}}
    return _with_reason(
        visit,
        "resume",
        lambda reason: lane.release(visit.kit, by=visit.by.actor, reason=reason, fates=fates),
    )


def review(visit: Visit) -> Response:
    """Records that a person saw to these messages, for example by telephone."""
    chosen = [one for one in visit.form.many("message") if one.isascii() and one.isdecimal()]
    if not chosen:
        return show(visit, faults(review=visit.say("Choose a message.")))
    ids = [int(one[:18]) for one in chosen]
    return _with_reason(
        visit,
        "review",
        lambda reason: lane.answer(visit.kit, ids, by=visit.by.actor, reason=reason),
    )


def _with_reason(visit: Visit, field: str, act: Callable[[str], object]) -> Response:
    reason = visit.form.text("reason", most=120)
    if not reason or not reason.isprintable():
        return show(visit, faults(**{field: visit.say("Enter a reason.")}))
    try:
        act(reason)
    except Undecided:
        says = visit.say("Decide for each kind of message that may have gone out already.")
        return show(visit, faults(**{field: says}))
    except NotFound:
        return show(visit, faults(**{field: visit.say(NOT_NOW)}))
    return see("outgoing.show")


def show(visit: Visit, wrong: FormFaults | None = None) -> Response:
    found = lane.look(visit.kit)
    return page(
        visit,
        "outgoing.html",
        wrong=wrong,
        found=found,
        kinds={kind: visit.say(words) for kind, words in KINDS.items()},
        fates=[(fate, visit.say(words)) for fate, words in FATES.items()],
        undeliverable=lane.given_up(visit.kit),
        may_pause=bool(visit.by.roles & who.ADMIN),
        typed=visit.form,
    )
