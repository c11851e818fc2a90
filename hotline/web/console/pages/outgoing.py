"""Shows the outgoing queue and the on-call contacts: pause, resume, review, add, test, remove."""

from collections.abc import Callable, Mapping, Sequence

from flask import Response

from hotline.domain.outbox.delivery import Outcome
from hotline.domain.outbox.message import DoubtDecision, Kind
from hotline.errors import HotlineError, ImportRefused, NotFound, NumberInvalid, Undecided
from hotline.services.outbox import lane
from hotline.services.watch import trials, watchers
from hotline.text.languages import CODES, FIRST
from hotline.text.remark import Remark
from hotline.web.console import lines, who
from hotline.web.console.form import FormFaults, faults, number_of
from hotline.web.console.visit import Visit, page, see, why
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
    chosen = [number_of(one, digits=18) for one in visit.form.many("message")]
    ids = [one for one in chosen if one is not None]
    if not ids:
        return show(visit, faults(review=visit.say("Choose a message.")))
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


ACCEPTED, FAILED, PENDING = phrase("accepted"), phrase("not accepted"), phrase("not sent yet")
MOST_TESTED = 50


def add_contact(visit: Visit) -> Response:
    """The number is typed once and shown never again."""
    form = visit.form
    language = form.text("language", most=2)
    return _done(
        visit,
        "name",
        lambda: watchers.add(
            visit.kit,
            form.text("name", most=80),
            form.secret("number"),
            language if language in CODES else FIRST,
            by=visit.by.actor,
        ),
    )


def remove_contact(visit: Visit, contact_id: int) -> Response:
    return _done(
        visit,
        f"contact-{contact_id}",
        lambda: watchers.remove(visit.kit, contact_id, by=visit.by.actor),
    )


def test_contacts(visit: Visit) -> Response:
    """The monitor sends a trial to everyone within seconds; the page then says whom the gateway took it for."""
    ids = watchers.try_waking(visit.kit)
    return see("outgoing.contacts", tested="-".join(map(str, ids)))


def acknowledge(visit: Visit, alarm: str) -> Response:
    """No one is notified of this alarm again within a day, unless it grows worse."""
    act = watchers.acknowledge
    return _done(visit, f"alarm-{alarm}", lambda: act(visit.kit, alarm, visit.by.actor))


def enrol_handset(visit: Visit) -> Response:
    """The daily trial goes there: a tip of the line's own, in no figure."""
    number = visit.form.secret("number")
    return _done(visit, "trial", lambda: trials.enrol(visit.kit, number, by=visit.by.actor))


def _done(visit: Visit, field: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except (ImportRefused, NumberInvalid, NotFound) as refused:
        return contacts(visit, faults(**{field: _why(visit, refused)}))
    return see("outgoing.contacts")


def _why(visit: Visit, refused: HotlineError) -> str:
    said = refused.said[0] if isinstance(refused, ImportRefused) else None
    if isinstance(said, Remark):
        words = said.said(visit.say)
        return f"{words[:1].upper()}{words[1:]}."
    if isinstance(refused, NotFound):
        return visit.say("Nothing changed: someone else was quicker.")
    return why(visit, refused)


def _tested(visit: Visit) -> Sequence[tuple[str, str]]:
    """Whom the last test was for, and how far it came; empty where the address asks for none."""
    asked = [number_of(one, digits=18) for one in visit.query.get("tested", "").split("-")]
    ids = [one for one in asked if one is not None][:MOST_TESTED]
    rows = watchers.told(visit.kit, ids) if ids else ()
    return [
        (
            name,
            PENDING
            if row.done_at is None
            else ACCEPTED
            if row.outcome == Outcome.ACCEPTED
            else FAILED,
        )
        for name, row in rows
    ]


def contacts(visit: Visit, wrong: FormFaults | None = None) -> Response:
    return page(
        visit,
        "oncall.html",
        wrong=wrong,
        contacts=watchers.everybody(visit.kit),
        sent=watchers.notices_sent(visit.kit),
        says=lines.ALARMS,
        tested=_tested(visit),
        typed=visit.form,
    )
