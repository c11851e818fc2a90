"""Shows four pages of the console: pending approvals, the audit log, the outgoing queue and the on-call contacts.

The audit log shows who did what, when and why, in the reader's language. The audit log contains nothing from cases.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import partial

from flask import Response

from hotline.alerts import service_partial_pause
from hotline.cases import service_viewer
from hotline.cases.pages import format_span
from hotline.console import routes
from hotline.console.routes import table
from hotline.console.templating import number_of
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.core.wording import Template
from hotline.duty import pages
from hotline.duty.pages import named, typed_reason
from hotline.editing import service_drafts
from hotline.flows.flow import EMERGENCY
from hotline.flows.service_authoring import live_document
from hotline.gateway import service_pause
from hotline.gateway.rules import TO_DECIDE, DoubtDecision, OutgoingPart
from hotline.monitoring import service_alarms, service_checks_outside
from hotline.people import service_audit, service_sessions
from hotline.people.rules_audit import PROCESSES, AuditFilter, AuditRow, action_sentence
from hotline.statistics.rules_labels import Labels
from hotline.text.errors import (
    HotlineError,
    ImportRefused,
    NotFound,
    NotReady,
    NumberInvalid,
    Undecided,
)
from hotline.text.languages import CODES, FIRST, phrase
from hotline.text.places import NATIONAL
from hotline.web import service_approvals


def approvals(visit: Visit) -> Response:
    now, show_value = visit.context.now(), partial(pages.shown_value, visit)
    return page(
        visit,
        "approvals.html",
        waiting=service_approvals.all_pending(visit.context, visit.by),
        said=lambda sentence: sentence.said(visit.say, show_value),
        span=partial(format_span, visit),
        days=lambda made_at: (now - made_at).days,
    )


@form_view(approvals, "reason-{approval_id}", HotlineError)
def decide(visit: Visit, approval_id: int) -> None:
    """Approves, refuses or withdraws a pending request, depending on the button that the person pressed. An account can
    withdraw only its own request.
    """
    does = visit.form.text("do")
    if does == "take_back":
        service_approvals.withdraw(visit.context, visit.by, approval_id)
        return
    service_approvals.decide(
        visit.context,
        visit.by,
        approval_id,
        visit.form.text("reason", most=200),
        approve=does == "approve",
        key=service_sessions.key_of(visit.context, visit.token),
        seen=visit.form.text("seen", most=128),
    )


ABOUT = table("audit_subjects")
ABOUT_DRAFT = ABOUT["change"]
NAMED = re.compile(r"\bresponder \d+ \((.+)\)$")
"""Matches a subject in the audit log such as `responder 7 (Alice)`."""
PERIOD = re.compile(r"\d{4}(-\d\d|-[QH]\d)?")
DESK_CODE = re.compile(rf"^(\d\d|{NATIONAL})(?=: )")


def log(visit: Visit) -> Response:
    """Shows the newest rows of the audit log that match the filter.

    The page's address contains the whole filter, so that a link can show the same rows.
    """
    audit_filter = _filter(visit)
    found = service_audit.newest_rows(
        visit.context, audit_filter, before=number_of(visit.asked("before"), digits=11)
    )
    # The filter offers the sentence of each action, with dots in place of the subject and the outcome.
    actions = [
        (name, visit.say(action_sentence(name)[0], subject="...", outcome="..."))
        for name in service_audit.ACTIONS
    ]
    # The names of processes are translated, and the names of persons are not.
    process_names = {name: visit.say(name) for name in PROCESSES.values()}
    drafts = [draft for row in found.rows if (draft := _draft_of(row)) is not None]
    titles = service_drafts.draft_titles(visit.context, drafts)
    rows = [
        (
            row,
            process_names.get(row.name, row.name),
            _about(visit, row, titles),
            # If the reason begins with the code of a desk, the page shows the name of the desk.
            DESK_CODE.sub(lambda code: named(visit, code[0]), row.reason, count=1),
        )
        for row in found.rows
    ]
    return page(visit, "audit.html", found=found, rows=rows, wanted=audit_filter, actions=actions)


def verify(visit: Visit) -> Response:
    """Checks the chain of digests of the whole audit log. The check takes about a second for each hundred thousand
    rows.
    """
    return page(
        visit,
        "audit_chain.html",
        chain=service_audit.verify_chain(visit.context),
        at=visit.context.now(),
    )


def _about(visit: Visit, row: AuditRow, titles: Mapping[int, str]) -> str:
    """Returns the subject of a row as readers see it. If possible, shows a name, a title or a period instead of an id.
    Translates the kind of the subject.
    """
    subject = NAMED.sub(r"\1", row.subject)
    if PERIOD.fullmatch(subject):
        return Labels(visit.language, visit.say).period(subject)
    draft = _draft_of(row)
    if draft is not None and draft in titles:
        return visit.say(ABOUT_DRAFT, name=f'{draft} "{titles[draft]}"')
    kind, _, rest = subject.partition(" ")
    return visit.say(ABOUT[kind], name=rest) if rest and kind in ABOUT else subject


def _draft_of(row: AuditRow) -> int | None:
    kind, _, rest = row.subject.partition(" ")
    return number_of(rest) if kind == "change" else None


def _filter(visit: Visit) -> AuditFilter:
    query, on = visit.query, None
    with suppress(ValueError):
        on = date.fromisoformat(query.get("day", ""))
    action = query.get("did", "")
    return AuditFilter(
        name=query.get("who", "").strip()[:80],
        action=action if action in service_audit.ACTIONS else "",
        tip_id=number_of(query.get("tip", ""), digits=11),
        day=on,
        hidden=service_viewer.hidden_subjects(visit.context, visit.by),
    )


REFUSED = phrase("Someone already made this change, so nothing changed now.")


def show(visit: Visit) -> Response:
    found = service_pause.queue_view(visit.context)
    return page(
        visit,
        "outgoing.html",
        found=found,
        undeliverable=service_pause.undeliverable(visit.context),
        may_pause=visit.may(routes.ADMIN),
    )


_outgoing = partial(
    form_view,
    show,
    text={
        Undecided: phrase("Choose for each type of message whether to send it."),
        NotFound: REFUSED,
    },
)


@_outgoing("pause")
def pause(visit: Visit) -> None:
    """Pauses the outgoing queue, or only one kind of its messages. If the whole queue is paused, every page shows the
    pause, and the hotline notifies the on-call contacts. If one kind is paused, the hotline notifies the national desk.
    """
    part, reason, by = _part(visit), typed_reason(visit, "pause"), visit.by.actor
    if part is None:
        service_pause.pause(visit.context, by=by, reason=reason)
    else:
        service_partial_pause.pause(visit.context, part, by=by, reason=reason)


def _part(visit: Visit) -> OutgoingPart | None:
    chosen = visit.form.text("only", most=20)
    return OutgoingPart(chosen) if chosen in {*OutgoingPart} else None


@_outgoing("resume_part")
def resume_part(visit: Visit) -> None:
    """Resumes one kind of messages that a person paused without pausing the whole queue."""
    part, reason = _part(visit), typed_reason(visit, "resume_part")
    if part is None:
        raise visit.wrong("resume_part", "Choose which messages to pause or resume.")
    service_partial_pause.resume(visit.context, part, by=visit.by.actor, reason=reason)


@_outgoing("resume")
def resume(visit: Visit) -> None:
    """Resumes the outgoing queue.

    After a backup was restored, the queue can contain messages that were already sent. The person who resumes such a
    queue decides if the hotline sends its alerts, and if it sends its confirmations.
    """
    chosen = {kind: visit.form.text(f"fate-{kind}", most=4) for kind in TO_DECIDE}
    fates = {kind: DoubtDecision(fate) for kind, fate in chosen.items() if fate in {*DoubtDecision}}
    service_pause.resume(
        visit.context, by=visit.by.actor, reason=typed_reason(visit, "resume"), doubts=fates
    )


@_outgoing("review")
def review(visit: Visit) -> None:
    """Records that a person has dealt with undeliverable messages, for example by telephone."""
    ids = _numbers(visit.form.many("message"))
    if not ids:
        raise visit.wrong("review", "Choose an undeliverable message from the list.")
    service_pause.mark_reviewed(
        visit.context, ids, by=visit.by.actor, reason=typed_reason(visit, "review")
    )


def _numbers(typed: Iterable[str]) -> list[int]:
    found = (number_of(text, digits=18) for text in typed)
    return [number for number in found if number is not None]


def dark(visit: Visit) -> Response:
    """Shows a page with verified phone numbers, which the desk can print for a day on which the hotline does not
    answer.
    """
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
        contacts=[contact.name for contact in service_alarms.on_call_contacts(visit.context)],
        numbers=numbers,
        now=at,
    )


MAX_TESTED = 50


def contacts(visit: Visit) -> Response:
    # The ids of the test notices that the page shows.
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
    """Adds an on-call contact. No page shows the contact's phone number later."""
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

    Then the page shows the gateway's result for each notice.
    """
    ids = service_alarms.send_test_notices(visit.context)
    return redirect_to("outgoing.contacts", tested="-".join(map(str, ids)))


@_on_call("alarm-{alarm}")
def acknowledge(visit: Visit, alarm: str) -> None:
    """Acknowledges an alarm. For a day, the monitor does not repeat the notices about this alarm, unless the alarm gets
    worse.
    """
    service_alarms.acknowledge(visit.context, alarm, visit.by.actor)


@_on_call("trial")
def enrol_handset(visit: Visit) -> None:
    """Enrols the phone that gets the alert of the daily test. For this test, the hotline reports a tip to itself. No
    statistics count this tip.
    """
    service_checks_outside.set_handset(
        visit.context, visit.form.secret("number"), by=visit.by.actor
    )
