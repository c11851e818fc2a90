"""Shows the outgoing queue and the on-call contacts. Pauses and resumes the queue, reviews messages, and adds, tests
and removes contacts.
"""

from collections.abc import Callable, Iterable
from functools import partial

from flask import Response

from hotline.alerts import service_partial_pause
from hotline.console import role_groups
from hotline.console.form import number_of
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.core.wording import Template
from hotline.errors import ImportRefused, NotFound, NotReady, NumberInvalid, Undecided
from hotline.flows.numbers import EMERGENCY
from hotline.flows.service_authoring import live_document
from hotline.gateway import service_pause
from hotline.gateway.rules_message import TO_DECIDE, DoubtDecision, OutgoingPart
from hotline.monitoring import service_alarms, service_trials
from hotline.text.languages import CODES, FIRST
from hotline.text.phrases import phrase

REFUSED = phrase("Nothing changed, because another person did this first.")


def show(visit: Visit) -> Response:
    found = service_pause.queue_view(visit.context)
    return page(
        visit,
        "outgoing.html",
        found=found,
        undeliverable=service_pause.undeliverable(visit.context),
        may_pause=visit.may(role_groups.ADMIN),
    )


_outgoing = partial(
    form_view,
    show,
    text={
        Undecided: phrase("Choose for each type of message whether to send it."),
        NotFound: REFUSED,
    },
)


def _reason(visit: Visit, field: str) -> str:
    return visit.reason(field, "Enter a reason.", most=120, is_printable=True)


@_outgoing("pause")
def pause(visit: Visit) -> None:
    """Pauses the outgoing queue, or one part of the work. Every page shows a pause of the queue to all users, and
    on-call contacts are notified. The national desk is notified of a pause of a part.
    """
    part, reason, by = _part(visit), _reason(visit, "pause"), visit.by.actor
    if part is None:
        service_pause.pause(visit.context, by=by, reason=reason)
    else:
        service_partial_pause.pause(visit.context, part, by=by, reason=reason)


def _part(visit: Visit) -> OutgoingPart | None:
    chosen = visit.form.text("only", most=20)
    return OutgoingPart(chosen) if chosen in {*OutgoingPart} else None


@_outgoing("resume_part")
def resume_part(visit: Visit) -> None:
    """Resumes one part of the work that was paused alone."""
    part, reason = _part(visit), _reason(visit, "resume_part")
    if part is None:
        raise visit.wrong("resume_part", "Choose which messages to pause or resume.")
    service_partial_pause.resume(visit.context, part, by=visit.by.actor, reason=reason)


@_outgoing("resume")
def resume(visit: Visit) -> None:
    """Resumes the outgoing queue.

    After a backup was restored, each kind of message that may already have been sent needs a decision.
    """
    chosen = {kind: visit.form.text(f"fate-{kind}", most=4) for kind in TO_DECIDE}
    fates = {kind: DoubtDecision(fate) for kind, fate in chosen.items() if fate in {*DoubtDecision}}
    service_pause.resume(
        visit.context, by=visit.by.actor, reason=_reason(visit, "resume"), doubts=fates
    )


@_outgoing("review")
def review(visit: Visit) -> None:
    """Records that a person has dealt with these messages, for example by telephone."""
    ids = _numbers(visit.form.many("message"))
    if not ids:
        raise visit.wrong("review", "Choose an undeliverable message from the list.")
    service_pause.mark_reviewed(
        visit.context, ids, by=visit.by.actor, reason=_reason(visit, "review")
    )


def _numbers(typed: Iterable[str]) -> list[int]:
    found = (number_of(one, digits=18) for one in typed)
    return [one for one in found if one is not None]


def dark(visit: Visit) -> Response:
    """Shows the page to print for a day on which the hotline does not answer. It contains verified numbers only."""
    at, line = visit.context.now(), visit.context.line
    try:
        flow_set = visit.context.flow_sets.get(visit.context.flow_sets.live())
        services = {
            str(row["number"]): str(row["service"])
            for row in live_document(visit.context.database)["numbers"]
        }
        numbers = [
            (digits, services.get(digits, ""))
            for digits, number in sorted(flow_set.numbers.items())
            if number.shows(at.date())
        ]
    except NotReady:
        numbers = []
    words = {"code": line.service_code, "number": EMERGENCY}
    return page(
        visit,
        "dark.html",
        radio=[
            (code, visit.context.phrases.say(code, Template.DARK_RADIO, **words)) for code in CODES
        ],
        contacts=[one.name for one in service_alarms.on_call_contacts(visit.context)],
        numbers=numbers,
        now=at,
    )


MAX_TESTED = 50


def contacts(visit: Visit) -> Response:
    # The recipients of the last test, and the state of each recipient's notice.
    ids = _numbers(visit.asked("tested").split("-"))[:MAX_TESTED]
    return page(
        visit,
        "oncall.html",
        contacts=service_alarms.on_call_contacts(visit.context),
        sent=service_alarms.notices_sent(visit.context),
        tested=service_alarms.notice_recipients(visit.context, ids) if ids else (),
    )


def _on_call(field: str) -> Callable[[Callable[..., Response | None]], Callable[..., Response]]:
    return form_view(contacts, field, ImportRefused, NumberInvalid, text={NotFound: REFUSED})


@_on_call("name")
def add_contact(visit: Visit) -> None:
    """Adds an on-call contact. The number is typed once, and never shown again."""
    form = visit.form
    language = form.text("language", most=2)
    service_alarms.add_contact(
        visit.context,
        form.text("name", most=80),
        form.secret("number"),
        language if language in CODES else FIRST,
        by=visit.by.actor,
    )


@_on_call("contact-{contact_id}")
def remove_contact(visit: Visit, contact_id: int) -> None:
    service_alarms.remove_contact(visit.context, contact_id, by=visit.by.actor)


def test_contacts(visit: Visit) -> Response:
    """Asks the monitor to send a test notice to all contacts within seconds.

    After that, the page shows the results of the gateway.
    """
    ids = service_alarms.send_test_notices(visit.context)
    return redirect_to("outgoing.contacts", tested="-".join(map(str, ids)))


@_on_call("alarm-{alarm}")
def acknowledge(visit: Visit, alarm: str) -> None:
    """Acknowledges an alarm. No one is notified of it again within a day, unless the alarm gets worse."""
    service_alarms.acknowledge(visit.context, alarm, visit.by.actor)


@_on_call("trial")
def enrol_handset(visit: Visit) -> None:
    """Enrols the phone for the daily test. The test is the hotline's own tip, and no statistics count it."""
    service_trials.set_handset(visit.context, visit.form.secret("number"), by=visit.by.actor)
