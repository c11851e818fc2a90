"""Carries out the commands that officers give on pages of the console: on tips, on the persons of a case, and on
call-backs. Most commands need a reason.

Only two pages decrypt data: the page with the reports about persons, and the page with the number of a call-back.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial, wraps
from typing import Any

from flask import Response, abort, url_for

from hotline.alerts import decrypt_call_backs, rules_follow_up
from hotline.alerts.rules_follow_up import FOLLOWS, MEETING_EVENTS, StopReason
from hotline.cases import (
    pages,
    service_calls,
    service_case_files,
    service_desk_commands,
    service_persons,
    service_sheet,
)
from hotline.cases.pages import (
    CLOSED,
    EXCLUSION_REASONS,
    ON_A_PAGE,
    THE_LINE,
    code_label,
    country_names,
    decrypted_page,
    form_address,
    late_sentence,
    reason_of,
)
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.cases.service_persons import CasePersons, RunningClock
from hotline.console.routes import table
from hotline.console.templating import number_of
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.flows.flow import text_in
from hotline.text.errors import (
    CallRefused,
    CodesRefused,
    DecryptionFailed,
    EndRefused,
    ErasureRefused,
    FormRefused,
    KeyMissing,
    NotFound,
)
from hotline.text.languages import phrase
from hotline.text.places import COUNTRIES, UNSURE
from hotline.tips import rules_persons
from hotline.tips.rules import WORDS, TipOutcome, VisitDecision
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import (
    CASE_FORMS,
    ON_CONSOLE,
    ConsentState,
    MetPerson,
    OfferedHelp,
    PersonCodes,
    PersonTimelineItem,
    ServiceAnswer,
)
from hotline.tips.rules_receipts import CallOutcome

# The code below shows the persons of a case, and the forms about these persons. A page decrypts reports only in
# response to a POST request.

NOT_READABLE = phrase(
    "You cannot open these notes yet. The hotline gives your desk access within a minute. Try again. "
    'If you still cannot open the notes, ask an admin to check that the hotline\'s process "reader" is running.'
)
PERSON_STOPS = table("person_stops")


NEW = "new"
"""The value of the field `person` in a report about a new person."""


@form_view(pages.tip, "of_persons", text={KeyMissing: NOT_READABLE, DecryptionFailed: NOT_READABLE})
def read(visit: Visit, tip_id: int) -> Response:
    """Shows the decrypted reports about the persons of a case.

    Before it decrypts the reports, commits a row to the audit log.
    """
    why = reason_of(
        visit, "of_persons", "Choose or enter a reason for opening the notes on people."
    )
    sheet = service_sheet.tip_sheet(visit.context, visit.by, tip_id)
    opened = service_persons.read_persons(visit.context, visit.by, visit.token, tip_id, why)
    asked = _ask_again_times(sheet.persons.clocks)
    part = number_of(visit.form.text("part", most=3)) or 1
    of_part = opened.people[(part - 1) * ON_A_PAGE : part * ON_A_PAGE]
    return decrypted_page(
        visit,
        "persons_opened.html",
        url_for("tips.one", tip_id=tip_id),
        shown=late_sentence(visit, sheet.line),
        people=[(one, _consent(visit, one, asked.get(one.n))) for one in of_part],
        others=len(opened.people) > ON_A_PAGE,
        who=lambda entry: visit.place(opened.by.get(entry.id, "")) or visit.say(THE_LINE),
        said=partial(code_label, visit),
        questions=rules_persons.QUESTIONS,
        forms=CASE_FORMS,
        names={kind: _names(kind) for kind in CASE_FORMS},
        of_person=_of_person,
        of_offer=_of_offer,
        address=partial(form_address, tip_id),
        correction=partial(_correction, tip_id),
        clock=rules_follow_up.offer_clock,
        follows=FOLLOWS,
        now=visit.context.now(),
    )


def ask(visit: Visit, tip_id: int, act: str) -> Response:
    """Shows a form about the chosen person of a case."""
    kind, form, query = _kind(act), visit.form, visit.query
    person = form.text("person", most=24) or query.get("person", "")
    corrects = form.text("corrects", most=12) or query.get("corrects", "")
    sheet = service_sheet.tip_sheet(visit.context, visit.by, tip_id)
    words, options = CASE_FORMS[kind], _choices(visit, kind, sheet.persons, bool(corrects))
    return page(
        visit,
        "person_form.html",
        tip_id=tip_id,
        act=kind.value,
        form=words,
        names=words.names(ON_CONSOLE),
        questions=rules_persons.QUESTIONS,
        states=sorted(country_names(visit.language).items(), key=lambda one: one[1]),
        people=options,
        chosen=person or (options[-1][0] if len(options) == 1 else ""),
        corrects=next((one.at for one in sheet.timeline if str(one.entry_id) == corrects), None),
        corrects_id=corrects,
        once=form.text("once", most=40) or secrets.token_hex(8),
    )


@form_view(ask, "person", text={KeyMissing: NOT_READABLE, DecryptionFailed: NOT_READABLE})
def note(visit: Visit, tip_id: int, act: str) -> Response:
    kind, form = _kind(act), visit.form
    words, person = CASE_FORMS[kind], form.text("person", most=24)
    typed = {name: form.text(name, most=20) for name in words.names(ON_CONSOLE)}
    codes = words.meant(typed, ON_CONSOLE)
    missing = {name: visit.say("Choose an answer.") for name in words.missing(codes)}
    if not person:
        missing["person"] = visit.say("Choose a person.")
    if missing:
        raise FormRefused(missing)
    number, _, offer = person.partition(":")
    n = 0 if person == NEW else number_of(number)
    try:
        service_persons.record_report(
            visit.context,
            visit.by,
            visit.token,
            tip_id,
            kind,
            PersonCodes(-1 if n is None else n, codes, number_of(offer)),
            once=form.text("once", most=40) or secrets.token_hex(8),
            corrects=number_of(form.text("corrects", most=12)),
        )
    except CodesRefused as refused:
        raise FormRefused({"person": _stopped(visit, tip_id, n, refused.stop)}) from None
    except ValueError:
        raise visit.wrong("person", PERSON_STOPS[StopReason.NOBODY_WAITS]) from None
    return redirect_to("tips.one", tip_id=tip_id, noted="yes", _anchor="persons")


OF_CALLER = {
    "me_minor": phrase("The caller, under 18"),
    "me_adult": phrase("The caller, an adult"),
    UNSURE: phrase("Not known"),
}
"""Labels for the form in which an officer writes down a phone call. These labels replace texts that are written from
the caller's view, such as "I am under 18"."""


def call_form(visit: Visit) -> Response:
    """Shows the form in which an officer writes down a call to a phone line other than the hotline, such as 116. The
    form has the same questions as a report of a caller."""
    found, language = service_calls.call_questions(visit.context), visit.language
    asked = [
        (
            name,
            text_in(one.text, language),
            [
                (v, visit.say(OF_CALLER[v]) if v in OF_CALLER else text_in(t, language))
                for v, t in one.answers.items()
            ],
        )
        for name, one in found.items()
    ]
    return page(
        visit,
        "call_form.html",
        questions=asked,
        places=service_calls.places(),
        countries=[(code, text_in(name, language)) for code, name in COUNTRIES.items()],
        most=service_calls.MAX_WORDS,
        once=visit.form.text("once", most=40) or secrets.token_hex(8),
    )


@form_view(call_form)
def write_call(visit: Visit) -> Response:
    form, asked = visit.form, service_calls.call_questions(visit.context)
    plain = (*asked, service_calls.PLACE, service_calls.COUNTRY)
    typed = {name: form.text(name, most=20) for name in plain}
    missing = service_calls.missing_fields(typed, asked)
    if missing:
        raise FormRefused(dict.fromkeys(missing, visit.say("Choose an answer.")))
    words = " ".join(form.text(WORDS, most=service_calls.MAX_WORDS).split())
    once = form.text("once", most=40) or secrets.token_hex(8)
    service_calls.write_down(visit.context, visit.by, once, {**typed, WORDS: words})
    return redirect_to("calls.ask", written="yes")


def _kind(act: str) -> LoggedEvent:
    """Returns the kind of case event that a form records. Answers with 404 for an unknown form."""
    found = next((kind for kind in CASE_FORMS if kind.value == act), None)
    if found is None:
        abort(404)
    return found


def _stopped(visit: Visit, tip_id: int, n: int | None, stop: str) -> str:
    """Returns a sentence that says why the report was not recorded, and what the officer can do next."""
    said = visit.say(PERSON_STOPS[stop])
    if stop != StopReason.SAYS_NO:
        return said
    clocks = service_sheet.tip_sheet(visit.context, visit.by, tip_id).persons.clocks
    due = _ask_again_times(clocks).get(n or 0)
    if due is None:
        return said
    again = visit.say(
        "Another responder will ask about help again on {at}, in private.", at=visit.when(due)
    )
    return f"{said} {again}"


def _ask_again_times(clocks: Sequence[RunningClock]) -> Mapping[int, datetime]:
    """Returns for each person the time by which a responder must ask again about help."""
    return {one.n: one.due_at for one in clocks if one.offered_id is None}


def _choices(
    visit: Visit, kind: LoggedEvent, persons: CasePersons, corrects: bool
) -> Sequence[tuple[str, str]]:
    """Returns the persons or the offers of help from which the officer chooses in a form. The label of a person has a
    number and a day. The label of an offer of help has a number and a time."""
    if kind in rules_persons.OF_REFERRAL:
        says = phrase("Person {n}: help offered {at}")
        return [
            (f"{one.n}:{one.offered_id}", visit.say(says, n=one.n, at=visit.when(one.offered_at)))
            for one in persons.offers
        ]
    says = phrase("Person {n}, met {at}")
    known = [(str(n), visit.say(says, n=n, at=visit.when(at))) for n, at in persons.met.items()]
    if kind in MEETING_EVENTS and not corrects:
        known.append((NEW, visit.say("New person")))
    return known


def _names(kind: LoggedEvent) -> Sequence[str]:
    """Returns the names of a form's questions, in the order in which the page shows the answers."""
    return tuple(dict.fromkeys((*CASE_FORMS[kind].names(ON_CONSOLE), rules_persons.STATE)))


def _of_person(person: MetPerson) -> Sequence[LoggedEvent]:
    """Returns the kinds of forms that an officer can fill in about a person.

    Leaves out the form for an offer of help, unless the person wants help.
    """
    offers = [LoggedEvent.OFFERED] if person.consent is ConsentState.YES else []
    return [LoggedEvent.SCREENED, LoggedEvent.CONSENT, *offers, LoggedEvent.DETERMINATION]


def _consent(visit: Visit, person: MetPerson, asked: datetime | None) -> str:
    """Returns a sentence that says if the person wants help, and when a responder asks about help again."""
    at = "" if asked is None else visit.when(asked)
    is_asked = rules_follow_up.ask_again_clock(person) is not None and asked is not None
    again = ""
    match person.consent:
        case ConsentState.YES:
            said = visit.say("The person wants help.")
            if rules_follow_up.wants_help_since(person) is not None and asked is not None:
                again = visit.say("No service was asked for help. Ask a service by {at}.", at=at)
        case ConsentState.NO:
            said = visit.say(
                "The person does not want help, so do not offer help. "
                "The person can say yes later, to any officer or responder."
            )
            asks = phrase("Another responder will ask about help again on {at}, in private.")
            if person.wants_woman:
                asks = phrase("A woman responder will ask about help again on {at}, in private.")
            again = (
                visit.say(asks, at=at)
                if is_asked
                else visit.say("No officer needs to ask this person about help again.")
            )
        case ConsentState.UNDECIDED:
            said = visit.say(
                "This person is a child. Decide with the child officer what is best before you "
                "offer help. If the child is in danger, act at once."
            )
            again = visit.say("Ask the person about help again by {at}.", at=at) if is_asked else ""
        case _:
            said = visit.say("It is not known if the person wants help. Ask first, in private.")
            again = visit.say("Ask the person about help again by {at}.", at=at) if is_asked else ""
    return f"{said} {again}".strip()


def _of_offer(person: MetPerson, offer: OfferedHelp) -> Sequence[LoggedEvent]:
    """Returns the kinds of forms that an officer can fill in about an offer of help now.

    If the person has refused help, returns only forms about a service that has already accepted the person.
    """
    if offer.answer == ServiceAnswer.ACCEPTED:
        return [LoggedEvent.THIRTY if offer.arrived == "yes" else LoggedEvent.ARRIVED]
    return [] if person.consent is ConsentState.NO else [LoggedEvent.ANSWERED]


def _correction(tip_id: int, person: MetPerson, moment: PersonTimelineItem) -> str:
    """Returns the address of the form that corrects an event.

    Returns an empty text if the event was already corrected. Also returns an empty text if the event is an offer of
    help, and the person now refuses help.
    """
    entry, said = moment.entry, moment.entry.reported
    is_closed = entry.kind is LoggedEvent.OFFERED and person.consent is ConsentState.NO
    if is_closed or moment.corrected_by is not None:
        return ""
    value = str(said.n) if said.referral is None else f"{said.n}:{said.referral}"
    return form_address(tip_id, entry.kind, person=value, corrects=entry.id)


REFUSED = phrase(
    "The hotline refused your action. "
    "Perhaps a colleague has already done the same action, or only another person may do this action."
)
TIP_STOPS = table("tip_stops")
"""Maps each reason to refuse a command on a tip to a message that says what the officer can do next."""


def tip_action(
    field: str, closed: str = CLOSED
) -> Callable[[Callable[[Visit, int], None]], Callable[..., Response]]:
    """Makes a view from a function that carries out a command on a tip. If the command is refused, the page of the tip
    shows the reason at the field `field`. If a text cannot be decrypted, the page shows the sentence `closed`.

    If the officer gave the command on the board, the browser then returns to the board.
    """

    def made(command: Callable[[Visit, int], None]) -> Callable[..., Response]:
        @wraps(command)
        def act(visit: Visit, tip_id: int) -> Response | None:
            try:
                command(visit, tip_id)
            except EndRefused as refused:
                raise visit.wrong(field, TIP_STOPS.get(refused.stop, REFUSED)) from None
            return redirect_to("today.first") if visit.form.text("from") == "board" else None

        text = {ErasureRefused: REFUSED, KeyMissing: closed, DecryptionFailed: closed}
        return form_view(pages.tip, field, text=text)(act)

    return made


def _given(visit: Visit, tip_id: int, form: str) -> dict[str, Any]:
    """Returns the parameters that each command on a tip gets. Raises FormRefused if the officer has entered no
    reason."""
    reason = visit.reason(f"reason-{form}", "Enter a reason.")
    return {"context": visit.context, "by": visit.by, "tip_id": tip_id, "reason": reason}


@tip_action("reason-close")
def close_tip(visit: Visit, tip_id: int) -> None:
    outcome = visit.form.text("outcome", most=20)
    if outcome not in {*TipOutcome}:
        raise visit.wrong("outcome", "Choose an outcome.")
    given = _given(visit, tip_id, "close")
    service_desk_commands.close_tip(**given, outcome=TipOutcome(outcome))


@tip_action("reason-judge", NOT_READABLE)
def confirm_closure(visit: Visit, tip_id: int) -> None:
    given, agrees = _given(visit, tip_id, "judge"), visit.form.text("do") == "agree"
    service_desk_commands.confirm_closure(**given, token=visit.token, agrees=agrees)


@tip_action("reason-reopen")
def reopen_tip(visit: Visit, tip_id: int) -> None:
    service_desk_commands.reopen(**_given(visit, tip_id, "reopen"))


@tip_action("reason-helped")
def record_help(visit: Visit, tip_id: int) -> None:
    service_desk_commands.helped(**_given(visit, tip_id, "helped"))


@tip_action("reason-hold")
def legal_hold(visit: Visit, tip_id: int) -> None:
    """Sets a legal hold, or records that it is still needed, or lifts it. If the hold was set for a case file, a second
    person must approve the end of the hold. The function then only requests the approval."""
    given = _given(visit, tip_id, "hold")
    match visit.form.text("do"):
        case "keep":
            service_case_files.keep_hold(**given)
        case "lift" if not service_case_files.request_end(**given):
            service_desk_commands.lift(**given)
        case "lift":
            pass
        case _:
            service_desk_commands.hold(**given)


@tip_action("reason-erasure")
def decide_erasure(visit: Visit, tip_id: int) -> None:
    """Stores the decision about a caller's erasure request."""
    erases = visit.form.text("do") == "erase"
    service_desk_commands.decide_erasure(**_given(visit, tip_id, "erasure"), erases=erases)


@tip_action("reason-manner")
def decide_visit(visit: Visit, tip_id: int) -> None:
    said = VisitDecision.OPENLY if visit.form.text("do") == "openly" else VisitDecision.UNSEEN
    service_desk_commands.decide_visit(**_given(visit, tip_id, "manner"), visit_decision=said)


@tip_action("reason-keep")
def exclude(visit: Visit, tip_id: int) -> None:
    """Hides the tip from a person or a desk. The form gives the person's exact name, or the desk's name or code.

    The form must name a person or a desk, and not both.
    """
    person, desk = visit.form.text("person", most=80), visit.form.text("desk", most=80)
    why = visit.form.text("why_kept", most=20)
    if bool(person) == bool(desk) or why not in EXCLUSION_REASONS:
        raise visit.wrong("person", "Enter a person or a desk, not both, and choose a reason.")
    target, given = ExclusionTarget(person or None, desk or None), _given(visit, tip_id, "keep")
    try:
        service_desk_commands.exclude_as(**given, target=target, kind=why)
    except NotFound:
        if desk:
            raise visit.wrong(
                "desk",
                "No desk has this name or code. You cannot hide a tip from the national desk.",
            ) from None
        raise visit.wrong(
            "person", "No responder or account has this name. Enter the exact name."
        ) from None


@tip_action("reason-like")
def link_tip(visit: Visit, tip_id: int) -> None:
    """Links a second tip to this tip, because the two tips are about the same situation. If the form contains the value
    `undo`, removes the link."""
    other = number_of(visit.form.text("other_tip", most=12))
    missing = visit.wrong("other_tip", "No tip has this number. Check the number.")
    if other is None:
        raise missing
    given, like = _given(visit, tip_id, "like"), visit.form.text("do") != "undo"
    try:
        service_desk_commands.set_link(**given, other=other, like=like)
    except NotFound:
        raise missing from None


@tip_action("reason-know")
def request_lift(visit: Visit, tip_id: int) -> None:
    """Requests that an exclusion is lifted. A second person decides about the request."""
    chosen = number_of(visit.form.text("exclusion", most=9))
    if chosen is None:
        raise visit.wrong("exclusion", "Choose a person or desk that gets access to the tip again.")
    service_desk_commands.request_lift(**_given(visit, tip_id, "know"), exclusion_id=chosen)


@form_view(pages.tip)
def carry_out(visit: Visit, tip_id: int) -> None:
    """Carries out a command of a responder who uses the console."""
    try:
        service_desk_commands.carry_out(
            visit.context, visit.by, tip_id, visit.form.text("do", most=20)
        )
    except EndRefused:
        abort(404)


def call_backs(visit: Visit) -> Response:
    return page(
        visit, "call_backs.html", rows=service_calls.list_call_backs(visit.context, visit.by)
    )


NOT_OPEN = phrase(
    "You cannot open the caller's phone number now. The request is not approved, or it is not the time of the call."
)
_on_a_call = partial(form_view, call_backs, "reason-{call_back_id}")
_call_act = _on_a_call(text={CallRefused: REFUSED})


def _typed_reason(visit: Visit, call_back_id: int) -> str:
    return visit.reason(f"reason-{call_back_id}", "Enter a reason.")


@_call_act
def ask_call(visit: Visit, call_back_id: int) -> None:
    service_calls.request_number(
        visit.context, visit.by, call_back_id, reason=_typed_reason(visit, call_back_id)
    )


@_call_act
def approve_call(visit: Visit, call_back_id: int) -> None:
    """Approves the request for the phone number of a call-back. Refuses the approval if a newer request has replaced
    the request that the page showed.
    """
    reason, asked_by = _typed_reason(visit, call_back_id), visit.form.text("asked_by", most=200)
    service_calls.approve_request(
        visit.context, visit.by, call_back_id, reason=reason, asked_by=asked_by
    )


@_call_act
def end_call(visit: Visit, call_back_id: int) -> None:
    outcome = visit.form.text("outcome", most=20)
    if outcome not in {*CallOutcome}:
        raise visit.wrong(f"reason-{call_back_id}", "Choose an outcome.")
    reason, came = _typed_reason(visit, call_back_id), CallOutcome(outcome)
    service_calls.record_outcome(visit.context, visit.by, call_back_id, reason=reason, outcome=came)


@_on_a_call(text={CallRefused: NOT_OPEN, KeyMissing: NOT_OPEN, DecryptionFailed: NOT_OPEN})
def read_call(visit: Visit, call_back_id: int) -> Response:
    """Shows the phone number of a call-back for five minutes. No other page shows the number, and the page cannot be
    printed."""
    reason = _typed_reason(visit, call_back_id)
    opened = service_calls.decrypt_call(visit.context, visit.by, visit.token, call_back_id, reason)
    word = decrypt_call_backs.code_word(visit.context, opened)
    back = url_for("acting.calls")
    return decrypted_page(visit, "call_opened.html", back, opened=opened, word=word)
