"""Reminds responders by SMS to report how a person in a case is now. If no report comes in time, records the answer
"unknown".

The clock process calls this module every second. Each call sends at most one reminder for each case. Closed cases can
also get reminders. During the night, only cases about danger get reminders.

Also reads the persons of a case from its encrypted coded answers, and records new reports about persons, with the
actions that follow. A coded answer is a choice from a fixed list, for example the person's sex. The coded answers are
stored only once, encrypted, with their case event. The rows of persons and offers contain only numbers, times and
deadlines, and can be computed again from the case events.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import (
    queries,
    rules_escalation_steps,
    rules_follow_up,
    service_case,
    service_escalation,
    service_messages,
    tables_case_events,
)
from hotline.alerts.rules_assignment import Candidate
from hotline.alerts.rules_escalation import EscalationStep
from hotline.alerts.service_case import case_of, routed_case
from hotline.alerts.service_messages import SmsPlan
from hotline.cases import decrypt_codes, service_requests
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import Priority, Wording, responders_short_code
from hotline.gateway.tables import Assignment
from hotline.people import tables_audit
from hotline.text.errors import CodesRefused, DecryptionFailed
from hotline.tips import queries_visible, tables_persons
from hotline.tips.rules import Urgency, by_day
from hotline.tips.rules_events import CaseEventKind, Event, EventChannel, LoggedEvent, Purpose
from hotline.tips.rules_persons import (
    ANSWER,
    SERVICE,
    THIRTY,
    ConsentState,
    FollowKind,
    MetPerson,
    PersonCodes,
    PersonEntry,
    ServiceAnswer,
    ThirtyDays,
    build_persons,
)
from hotline.tips.tables import Tip, drop_closure_request
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral

CASES_A_TICK = 50
BY_CLOCK = service_case.EventActor("clock", EventChannel.CLOCK)


def ask_due(context: Context) -> None:
    """Sends a reminder for each case that has one due, for a limited number of cases in each call.

    Sends each reminder in its own transaction: with SQLite, callers' requests must wait until a transaction ends.
    """
    at = context.now()
    with context.database.reading() as session:
        due = tables_persons.due_tips(session, at, CASES_A_TICK)
    for tip_id in due:
        with ringing(context) as session:
            _ring(session, context, queries.tip_for_writing(session, tip_id), at)


def _ring(session: Session, context: Context, tip: Tip, at: datetime) -> None:
    """Sends the reminder of this case that has been due for the longest time. Does nothing if another process has
    already sent the reminder."""
    row = tables_persons.longest_due(session, tip.id, at)
    if row is None or row.due_at is None:
        return
    if tip.urgency != Urgency.DANGER and by_day(at) != at:
        row.due_at = by_day(at)
        return
    kind = FollowKind(row.clock or "")
    arrived_at = row.arrived_at if isinstance(row, ServiceReferral) else None
    fired = rules_follow_up.next_reminder(
        rules_follow_up.FollowClock(kind, row.due_at, row.times),
        routed_case(session, tip),
        _roster(session, tip, at),
        _responsible(session, tip, row),
        arrived_at or row.due_at - rules_follow_up.THIRTY_DAYS,
        at,
    )
    row.due_at = None if fired.next is None else fired.next.due_at
    row.times = row.times if fired.next is None else fired.next.times
    if fired.is_over:
        row.clock = None
        unknown = rules_follow_up.FOLLOWS[kind].unknown
        if isinstance(row, ServiceReferral) and unknown is not None:
            _unknown(session, context, tip, row, unknown, at)
    session.flush()
    _ask(session, context, tip, fired.responder_ids, at, reminds=fired.reminds)
    if (
        kind is FollowKind.ANSWER
        and isinstance(row, ServiceReferral)
        and service_requests.expire(session, row, at)
    ):
        # The service has not answered its SMS in time, so the responder must now ask another service.
        nation = rules_escalation_steps.national_people(_roster(session, tip, at), 0)
        _ask(session, context, tip, nation, at, reminds=False)


def _roster(session: Session, tip: Tip, at: datetime) -> list[Candidate]:
    """Returns the people who may see the case."""
    everybody = queries.roster(session, at)
    may = queries_visible.allowed_responders(session, tip.id, [one.id for one in everybody])
    return [one for one in everybody if one.id in may]


def _responsible(session: Session, tip: Tip, row: ServiceReferral | PossibleVictim) -> int | None:
    """Returns the responder who gets the reminder: the one who offered the help, or who last asked the person about
    help.

    Returns None if the responder who offered the help no longer has the case.
    """
    who = row.responder_id
    if isinstance(row, PossibleVictim) and row.clock == FollowKind.CONSENT:
        return who
    is_theirs = who is not None and queries.newest_assignment(session, tip.id, who) is not None
    return who if is_theirs else None


def _unknown(
    session: Session,
    context: Context,
    tip: Tip,
    row: ServiceReferral,
    kind: LoggedEvent,
    at: datetime,
) -> None:
    """Records the answer "unknown", because no report came in time.

    The clock process needs only the public key of the case, and cannot decrypt any answer.
    """
    entry_id = service_case.write_event(
        session, tip.id, kind, BY_CLOCK, at, key=f"clock:{row.offered_id}"
    )
    if entry_id is None:
        return
    said = PersonCodes(row.n, {kind.value: "unknown"}, row.offered_id).checked(kind)
    service_requests.store_codes(session, context, tip, entry_id, said.to_bytes(), at)
    if kind is LoggedEvent.THIRTY:
        row.thirty_at = at
    else:
        row.arrived_at = at


def _ask(
    session: Session, context: Context, tip: Tip, ids: Sequence[int], at: datetime, *, reminds: bool
) -> None:
    """Sends the responders in `ids` an SMS that asks how a person of the case is now.

    `reminds` is True if these responders must make the report themselves. `reminds` is False if they get the SMS
    because a colleague's report is overdue.
    """
    template = Template.FOLLOW if reminds else Template.FOLLOW_ABOVE
    names = queries.newest_by_responder(session, tip.id)
    languages = queries.languages(session, ids)
    code = responders_short_code(context.line.service_code)
    plan = SmsPlan(session, context, ids, at)
    for one in ids:
        known_as = names.get(one)
        if known_as is None:
            # This responder need not take the case, and gets an assignment only because the SMS needs a reference.
            number = queries.next_step(session, tip.id)
            step = EscalationStep(tip.id, case_of(tip), number, (one,), Purpose.FOLLOW)
            (written,) = service_escalation.write_assignments(session, [(step, one)], at)
            known_as = session.get_one(Assignment, written.given.assignment_id)
        wording = Wording(template, {"ref": known_as.reference, "code": code}, languages[one])
        if not plan.shares_notice(known_as.id, one, languages[one], urgency=Priority.SOON):
            service_messages.write_message(session, wording, one, at, of=known_as.id)
    plan.write()


# The code below records reports about persons, and carries out the actions that follow, for example a new alert.


def update_rows(
    session: Session, tip: Tip, before: Sequence[MetPerson], after: Sequence[MetPerson]
) -> None:
    """Updates the computed rows of a case after a new report about its persons.

    For an unchanged reminder, the row still shows how often the hotline has sent the reminder.
    """
    persons_before, tip_id = {one.n: one for one in before}, tip.id
    rows = {row.offered_id: row for row in tables_persons.offers_of(session, tip_id)}
    for person in after:
        person_before = persons_before.get(person.n)
        tables_persons.add_person(session, tip_id, person.n, person.met_at)
        victim = session.get_one(PossibleVictim, (tip_id, person.n))
        victim.responder_id = next(reversed(person.askers), None)
        follow_clock = rules_follow_up.person_clock(person, tip.urgency)
        if (
            person_before is None
            or rules_follow_up.person_clock(person_before, tip.urgency) != follow_clock
        ):
            _restart(victim, follow_clock)
        for offer in person.referrals:
            row = rows.get(offer.offered_id)
            if row is None:
                row = ServiceReferral(
                    offered_id=offer.offered_id,
                    tip_id=tip_id,
                    n=person.n,
                    responder_id=offer.offered_by,
                    offered_at=offer.offered_at,
                    times=0,
                )
                tables_persons.add_offer(session, row)
            row.answered_at, row.arrived_at = offer.answered_at, offer.arrived_at
            row.thirty_at = offer.thirty_at
            offer_clock = rules_follow_up.offer_clock(person, offer)
            if offer_clock != _offer_clock(person_before, row.offered_id):
                _restart(row, offer_clock)
            if row.clock != FollowKind.ANSWER:
                tables_persons.forget_who(session, offer.offered_id)
    session.flush()


def _offer_clock(person: MetPerson | None, offered_id: int) -> rules_follow_up.FollowClock | None:
    offer = person and next((one for one in person.referrals if one.offered_id == offered_id), None)
    return rules_follow_up.offer_clock(person, offer) if person and offer else None


def _restart(
    row: PossibleVictim | ServiceReferral, clock: rules_follow_up.FollowClock | None
) -> None:
    row.clock, row.due_at = (None, None) if clock is None else (clock.kind.value, clock.due_at)
    row.times = 0


class PersonReport(NamedTuple):
    """A report about a person of a case, before it is stored."""

    kind: LoggedEvent
    reported: PersonCodes
    by: service_case.EventActor
    at: datetime
    key: str
    """A unique key of the report. A second report with the same key is not stored."""
    supersedes: int | None = None
    """The id of the case event that this report corrects."""


def decrypted_persons(session: Session, tip: Tip, private: bytes | None) -> tuple[MetPerson, ...]:
    """Returns the persons of a case, from the decrypted coded answers. Returns an empty list if the case has no coded
    answers.

    Raises DecryptionFailed if the case has coded answers and `private` is None.
    """
    return build_persons(person_events(session, tip, private))


def person_events(session: Session, tip: Tip, private: bytes | None) -> Sequence[PersonEntry]:
    """Returns the case events about persons, the oldest first.

    Leaves out an event whose coded answers cannot be decrypted.
    """
    if private is None:
        if tables_case_events.public_key(session, tip.id) is not None:
            raise DecryptionFailed(
                "this account cannot decrypt the notes about persons in this case: ask an admin for access to the desk"
            )
        return ()
    return [*_read(session, tip, decrypt_codes.codes_by_event(session, tip, private))]


def _read(session: Session, tip: Tip, codes: Mapping[int, bytes]) -> Iterator[PersonEntry]:
    for row in tables_case_events.events_of_tip(session, tip.id):
        if row.id not in codes:
            continue
        with suppress(ValueError, KeyError, TypeError):
            said, kind = PersonCodes.from_bytes(codes[row.id]), LoggedEvent(row.kind)
            who, desk = row.responder_id, row.desk
            yield PersonEntry(row.id, kind, row.at, said, who, desk, row.channel, row.supersedes)


def write_report(
    session: Session, context: Context, tip: Tip, report: PersonReport, *, private: bytes | None
) -> tuple[int, MetPerson] | None:
    """Stores a case event with a report, its encrypted coded answers, and the rows that are computed from the report.

    Returns the id of the event, and the person with all reports so far. Returns None if the event already exists. The
    calling function must have locked the tip. Raises ValueError for unknown coded answers, CodesRefused,
    DecryptionFailed or KeyMissing.
    """
    kind, said, by, at = report.kind, report.reported.checked(report.kind), report.by, report.at
    known = person_events(session, tip, private)
    before = build_persons(known)
    if tables_case_events.is_written(session, f"{kind}:{report.key}"):
        return None
    stop = rules_follow_up.refusal_of(before, kind, said, at, corrects=report.supersedes)
    if stop is not None:
        raise CodesRefused(stop)
    entry_id = service_case.write_event(
        session, tip.id, kind, by, at, key=report.key, supersedes=report.supersedes
    )
    if entry_id is None:
        return None
    service_requests.store_codes(session, context, tip, entry_id, said.to_bytes(), at)
    who, way = by.responder_id, by.by_way.value
    new = PersonEntry(entry_id, kind, at, said, who, by.desk, way, report.supersedes)
    after = build_persons((*known, new))
    update_rows(session, tip, before, after)
    return entry_id, next(one for one in after if one.n == said.n)


def reopen_as_danger(
    session: Session, context: Context, tip: Tip, by: service_case.EventActor, at: datetime
) -> None:
    """Marks a case as dangerous again. If the case was closed, reopens the case."""
    if tip.closed_at is not None:
        key = f"{tip.id}:{at.timestamp()}"
        service_case.write_event(session, tip.id, LoggedEvent.REOPENED, by, at, key=key)
        tip.closed_at = tip.outcome = tip.assignee_id = None
        drop_closure_request(tip)
    tip.first_urgency = tip.first_urgency or tip.urgency
    tip.urgency, tip.danger_at = Urgency.DANGER, at
    # The case is now about danger, so the code below alerts its responders again. Other processes see the new alert
    # time, and do not send the same alert. An earlier assignee must acknowledge the case again.
    tip.assigned_at, tip.alert_urgency = at, Urgency.DANGER
    tables_audit.append_about_tip(session, tip.id, "danger_again", by.actor, at)
    tables_persons.bring_offers_forward(session, tip.id, at + rules_follow_up.OFFER_WITHIN)
    session.flush()
    service_escalation.handle_event(
        session, context, tip.id, Event(CaseEventKind.DANGER_AGAIN, by=by.responder_id), at
    )


def record_report(
    session: Session,
    context: Context,
    tip: Tip,
    report: PersonReport,
    *,
    private: bytes | None,
) -> tuple[int, MetPerson] | None:
    """Records a report about a person. Returns the id of the report's case event, and the person with all reports so
    far. Returns None if the report was already recorded.

    A report never closes a case and never makes the case less urgent. `private` is the private key of the case.
    `private` is None if the case has no reports about persons yet. Raises ValueError for unknown codes, CodesRefused,
    DecryptionFailed, KeyMissing.
    """
    written = write_report(session, context, tip, report, private=private)
    if written is None:
        return None
    person = written[1]
    codes = report.reported.codes
    match report.kind:
        case LoggedEvent.OFFERED if report.by.responder_id is not None:
            _offered(session, context, tip, report.by.responder_id, report.at)
        case LoggedEvent.ANSWERED if codes[ANSWER] == ServiceAnswer.ACCEPTED:
            # A caller who enters the receipt number then reads that help has reached the person.
            is_helped = person.consent is not ConsentState.NO
            tip.helped_at = tip.helped_at or (report.at if is_helped else None)
        case LoggedEvent.ANSWERED if report.supersedes is not None:
            # The report that a service accepted the person was wrong, so the caller must no longer read that help came.
            corrected = report.supersedes
            was = next(one.entry for one in person.timeline if one.entry.id == corrected)
            tip.helped_at = None if tip.helped_at == was.at else tip.helped_at
        case LoggedEvent.THIRTY if codes[THIRTY] == ThirtyDays.DANGER:
            reopen_as_danger(session, context, tip, report.by, report.at)
        case _:
            pass
    session.flush()
    if report.kind is LoggedEvent.OFFERED and report.supersedes is None:
        offer = session.get_one(ServiceReferral, written[0])
        service_requests.ask(session, tip, offer, codes[SERVICE], person.sex or "")
    if tip.closure_by is not None and tip.closed_at is None:
        # After this report, a pending closure may be more urgent, or may need a decision of the national desk.
        service_escalation.handle_event(
            session, context, tip.id, Event(CaseEventKind.CLOSURE_REQUESTED), report.at
        )
    return written


def _offered(session: Session, context: Context, tip: Tip, responder_id: int, at: datetime) -> None:
    """Records that the responder has offered help to a person. The effect is the same as if the responder had answered
    an SMS with the digit 3. The responder must then report an outcome of the case within three days."""
    known_as = queries.newest_by_responder(session, tip.id).get(responder_id)
    if known_as is None or known_as.handed_to_help_at is not None:
        return
    known_as.handed_to_help_at = at
    session.flush()
    if tip.closed_at is not None:
        return
    service_escalation.handle_event(
        session, context, tip.id, Event(CaseEventKind.REFERRED, by=responder_id), at
    )
    if tip.assignee_id == responder_id:
        tip.renewed_at = tip.renewed_at or at
