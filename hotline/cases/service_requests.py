"""Asks a service by SMS to help a person, and records the service's answer. The service answers by SMS, without a PIN.

The SMS to the service contains no place and nothing about the case. The hotline has no places and no phone numbers of
shelters, so an Isange centre or the national desk asks a shelter. If an official may be involved in the case, the
hotline sends no SMS, and a person asks the service.

The module also encrypts two things with the public key of the case: coded answers about a person, and unfinished forms.
A coded answer is a choice from a fixed list, for example the person's sex. The module decrypts nothing.
"""

import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime

from hotline.alerts import (
    queries,
    rules_assignment,
    rules_follow_up,
    service_case,
    service_messages,
    tables_case_events,
)
from hotline.alerts.rules_replies import REPLIES, Verb
from hotline.alerts.rules_reply_parsing import parse_reply
from hotline.cases.rules_reading_requests import StartedForm
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session, has_row
from hotline.core.wording import Template
from hotline.gateway.rules import Wording, responders_short_code
from hotline.gateway.tables import Assignment
from hotline.keys.encrypt import encrypt_codes, new_case
from hotline.people.tables import Responder
from hotline.people.tables_desks import Desk, service_desks
from hotline.text.errors import KeyMissing, NotReady
from hotline.text.places import neighbours
from hotline.text.time import kigali_time, last_six
from hotline.tips import queries_visible, rules_persons, tables_persons
from hotline.tips.rules import Matter, Urgency
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.rules_persons import ANSWER, FollowKind, PersonCodes, ServiceAnswer
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import ServiceReferral, ServiceRequest


def case_public_key(session: Session, context: Context, tip: Tip, at: datetime) -> bytes:
    """Returns the public key with which the coded answers of a case are encrypted. Makes a key pair if the case has
    none yet.

    Raises KeyMissing if the public key of the reader process is missing.
    """
    found = tables_case_events.public_key(session, tip.id)
    if found is not None:
        return found
    return tables_case_events.store_key(
        session, tip.id, new_case(context.encrypter, uid=tip.uid, at=at), at
    )


def form_binding(responder_id: int) -> str:
    """Returns the label with which a responder's unfinished form is encrypted. Only this label decrypts the form. For a
    finished form, the label is the id of the form's case event.
    """
    return f"started by {responder_id}"


def store_codes(
    session: Session, context: Context, tip: Tip, entry_id: int, codes: bytes, at: datetime
) -> None:
    """Encrypts and stores the coded answers of a case event. Raises KeyMissing."""
    public_key = case_public_key(session, context, tip, at)
    body = encrypt_codes(codes, public_key=public_key, uid=tip.uid, entry_id=entry_id)
    tables_case_events.store_body(session, tables_case_events.CaseCode, entry_id, body)


def store_form(
    session: Session, context: Context, responder_id: int, reference: str, form: StartedForm
) -> None:
    """Stores a responder's unfinished form. Replaces an earlier unfinished form about the same case.

    Stores nothing if the case does not accept this kind of form.
    """
    case = queries.assigned_case(session, responder_id, reference)
    tip = case and case[0]
    if tip is None or tip.matter != Matter.TIP or tip.channel in rules_trial.UNCOUNTED:
        return
    if form.kind is LoggedEvent.SCREENED and tip.closed_at is not None:
        return
    at = context.now()
    with suppress(KeyMissing):
        public_key = case_public_key(session, context, tip, at)
        body = encrypt_codes(
            form.to_text().encode(),
            public_key=public_key,
            uid=tip.uid,
            entry_id=form_binding(responder_id),
        )
        tables_case_events.store_form(session, tip.id, responder_id, body, at)


def drop_form(session: Session, responder_id: int, reference: str) -> None:
    """Deletes a responder's unfinished form, because the responder has finished it."""
    case = queries.assigned_case(session, responder_id, reference)
    if case:
        tables_case_events.drop_form(session, case[0].id, responder_id)


REQUEST = "service:"
"""A "yes" counts only after the hotline finds the service's SMS in the gateway's inbox. Until then, its name begins
with this text. The reference of the request completes the name."""
SEEN = {
    "woman": Template.MET_WOMAN,
    "man": Template.MET_MAN,
    "girl": Template.MET_GIRL,
    "boy": Template.MET_BOY,
}


def ask(
    session: Session, tip: Tip, offer: ServiceReferral, service: str, who: str
) -> ServiceRequest | None:
    """Asks a service for help by SMS: the person on duty at its next desk that was not asked about this person yet.
    Returns the stored request. Returns None if no desk has a person on duty, or if an official may be involved in the
    case.

    If the case is about danger, the service must answer within an hour.
    """
    at = offer.offered_at
    if tip.official != "no" or tip.channel in rules_trial.UNCOUNTED:
        return None
    asked = tables_persons.desks_asked(session, tip.id, offer.n)
    roster = queries.allowed_roster(session, tip.id, at)
    near = (tip.place, *neighbours(tip.place))
    last = tables_persons.desks_without_room(session, last_six(at))
    found = (one for one in service_desks(session, service) if one.place in near)
    # Desks of the tip's own district come first. A desk that had no room or gave no answer comes last until 06:00.
    for desk in sorted(
        found, key=lambda one: (one.code in last, near.index(one.place or ""), one.code)
    ):
        people = rules_assignment.turns(
            one for one in roster if desk.code in one.districts and one.is_on_duty
        )
        if desk.code in asked or not people:
            continue
        row = ServiceRequest(
            offered_id=offer.offered_id,
            desk_code=desk.code,
            responder_id=people[0],
            reference=_new_reference(session),
            who=who,
            asked_at=at,
        )
        session.add(row)
        if tip.urgency == Urgency.DANGER:
            offer.due_at = at + rules_follow_up.DANGER_ANSWER_WITHIN
        _write(session, Template.SERVICE_ASK, row.responder_id, at, ref=row.reference)
        return row
    return None


def name_of(session: Session, context: Context, row: ServiceRequest, at: datetime) -> str:
    """Returns the name of the service that was asked. If the service's phone number is confirmed, the text also
    contains the number."""
    desk = session.get_one(Desk, row.desk_code)
    name, number = (desk.name or desk.code)[:20].rstrip(), desk.number or ""
    try:
        known = context.flow_sets.get(context.flow_sets.live()).numbers.get(number)
    except NotReady:
        known = None
    return f"{name} {number}" if known is not None and known.is_confirmed(at.date()) else name


def expire(session: Session, offer: ServiceReferral, at: datetime) -> bool:
    """Ends this offer's open request, because the service did not answer in time. Returns False if there is no open
    request."""
    row = tables_persons.open_request(session, offer.offered_id)
    if row is not None:
        _end(row, ServiceAnswer.NONE, at)
    return row is not None


def answer(
    session: Session,
    context: Context,
    responder: Responder,
    text: str,
    others: Collection[str],
    at: datetime,
    *,
    proved: bool,
) -> Mapping[str, str] | None:
    """Records the answers of a service in an SMS. Returns None if the SMS answers no request.

    A digit without a reference counts only if one request is open and the sender has no open case. After a "yes", the
    hotline asks no other service for this help. So a "yes" counts only after the hotline has found the SMS in the
    gateway's inbox. Returns the requests whose "yes" the hotline must still find in the inbox, each with the sender of
    the SMS. The function `prove` needs these requests.
    """
    rows = {
        one.reference: one for one in tables_persons.open_requests(session, responder.id) if text
    }
    said = text.strip()
    if len(rows) == 1 and not others and said in (Verb.TAKE, Verb.ON_SITE):
        said = f"{said} {next(iter(rows))}"
    reading = parse_reply(said, [*rows], False) if rows else None
    waits: dict[str, str] | None = None
    for one in reading.actions if reading is not None else ():
        meant = REPLIES[one.verb].service
        if meant is None or one.reference not in rows:
            continue
        waits = {} if waits is None else waits
        # If the gateway has no inbox, the hotline cannot look for the SMS there, and a "yes" counts immediately.
        if meant == ServiceAnswer.ACCEPTED and not proved and context.line.sms_inbox:
            waits[f"{REQUEST}{one.reference}"] = str(responder.id)
        else:
            _record(session, context, responder, rows[one.reference], ServiceAnswer(meant), at)
    return waits


def prove(session: Session, context: Context, waits: Mapping[str, str], at: datetime) -> None:
    """Records the "yes" of a service after the hotline has found the SMS in the gateway's inbox."""
    for name, who in waits.items():
        responder = session.get_one(Responder, int(who)) if name.startswith(REQUEST) else None
        if responder is None or not responder.active:
            continue
        for row in tables_persons.open_requests(session, responder.id):
            if row.reference == name.removeprefix(REQUEST):
                _record(session, context, responder, row, ServiceAnswer.ACCEPTED, at)


def _record(
    session: Session,
    context: Context,
    responder: Responder,
    row: ServiceRequest,
    said: ServiceAnswer,
    at: datetime,
) -> None:
    offer = session.get_one(ServiceReferral, row.offered_id)
    tip, who = queries.tip_for_writing(session, offer.tip_id), row.who or ""
    _end(row, said, at)
    if offer.clock != FollowKind.ANSWER:
        # The hotline no longer needs this answer: the responder has already reported an answer, or the person has
        # refused the help.
        _write(session, Template.CASE_OVER, responder.id, at, ref=row.reference)
        return
    accepted = said is ServiceAnswer.ACCEPTED
    by = service_case.by_responder(responder.id, EventChannel.SMS)
    entry_id = service_case.write_event(
        session, tip.id, LoggedEvent.ANSWERED, by, at, key=f"service:{row.id}"
    )
    if entry_id is None:
        return
    codes = PersonCodes(offer.n, {ANSWER: said}, offer.offered_id).checked(LoggedEvent.ANSWERED)
    store_codes(session, context, tip, entry_id, codes.to_bytes(), at)
    offer.answered_at, offer.times = at, 0
    offer.clock = FollowKind.ARRIVAL if accepted else FollowKind.OFFER
    offer.due_at = at + rules_persons.ARRIVAL_WITHIN if accepted else at
    if accepted:
        tip.helped_at = tip.helped_at or at
        seen = context.phrases.say(responder.language, SEEN.get(who, Template.MET_PERSON))
        time = kigali_time(row.asked_at)
        _write(
            session, Template.SERVICE_TOLD, responder.id, at, ref=row.reference, who=seen, time=time
        )
        _tell_referrer(session, context, tip, offer, at)
    else:
        # The responder must now ask another service, so the clock process sends a reminder at once.
        _write(session, Template.SERVICE_FULL, responder.id, at, ref=row.reference)


def _tell_referrer(
    session: Session, context: Context, tip: Tip, offer: ServiceReferral, at: datetime
) -> None:
    known_as = queries.newest_by_responder(session, tip.id).get(offer.responder_id or 0)
    if known_as is None or offer.responder_id is None:
        return
    if not queries_visible.allowed_responders(session, tip.id, [offer.responder_id]):
        return
    code = responders_short_code(context.line.service_code)
    ref = known_as.reference
    _write(session, Template.SERVICE_YES, offer.responder_id, at, ref=ref, code=code)


def _end(row: ServiceRequest, said: ServiceAnswer, at: datetime) -> None:
    row.answer, row.answered_at, row.who = said, at, None


def _write(session: Session, template: Template, to: int, at: datetime, **words: str) -> None:
    language = queries.languages(session, [to])[to]
    service_messages.write_message(session, Wording(template, words, language), to, at)


def _new_reference(session: Session) -> str:
    """Returns a new reference, which belongs to no assignment and to no other request."""
    while True:
        noise = secrets.token_bytes(rules_assignment.NOISE * 4)
        for name in rules_assignment.draw_references(noise, rules_assignment.LENGTHS[0], 4):
            known = has_row(session, Assignment.id, Assignment.reference == name)
            if not known and not tables_persons.has_request(session, name):
                return name
