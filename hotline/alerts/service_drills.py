"""Starts and ends drills, and records the answers of the alerted people. A drill sends alerts that look real to the
people of one desk.

Each responder who answers is notified at once that it is a drill.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import (
    queries,
    rules_escalation,
    rules_escalation_steps,
    service_case,
    service_escalation,
    tables_drills,
)
from hotline.alerts import tables as alerts_tables
from hotline.alerts.rules_assignment import Candidate, first_recipients
from hotline.alerts.rules_escalation import (
    MAX_A_YEAR,
    MIN_INTERVAL,
    DrillEnd,
    DrillRecipient,
    DrillRequest,
    EscalationStep,
)
from hotline.alerts.rules_replies import Command, CommandOutcome, CommandResult, Verb
from hotline.alerts.service_case import routed_case
from hotline.alerts.service_messages import notify_person
from hotline.alerts.tables_drills import Drill
from hotline.core import rules_trial
from hotline.core.actors import Actor
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway import tables
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import OutgoingPart
from hotline.people import tables as people_tables
from hotline.people import tables_audit, tables_desks
from hotline.people.rules import DeskKind
from hotline.text.errors import DrillRefused, NotFound
from hotline.text.languages import CODES, MessageText, message_text
from hotline.text.places import ABROAD, NATIONAL, is_district, place_name
from hotline.text.time import kigali_time
from hotline.tips.rules import CASE_CLOCKS, Basis, Matter, TipOutcome, TipState, Urgency
from hotline.tips.rules_events import OUTCOME, CaseEventKind, Event, LoggedEvent
from hotline.tips.tables import Grant, Tip


class DrilledDesk(NamedTuple):
    """The desk whose people are tested in a drill, and the place that the sample tip names."""

    code: str
    place: str
    """The place that the alert of the drill names."""
    camp: str | None = None


NO_SUCH = message_text("choose a district, a border post or a camp: other desks have no drills")


def drilled_desk(session: Session, code: str) -> DrilledDesk:
    """Returns the district, border post or camp with this code as the desk of a drill. People of these desks get alerts
    of tips, so they can be tested.

    Raises DrillRefused for any other desk, and NotFound for an unknown code.
    """
    if is_district(code):
        return DrilledDesk(code, code)
    if code == NATIONAL:
        raise DrillRefused(NO_SUCH)
    row = tables_desks.get_desk(session, code)
    if row.retired_at is None and row.kind == DeskKind.BORDER:
        return DrilledDesk(code, ABROAD)
    if row.retired_at is None and row.kind == DeskKind.PROTECTION and row.place is not None:
        return DrilledDesk(code, row.place[:2], row.place)
    raise DrillRefused(NO_SUCH)


def refusal_reason(
    session: Session, desk: DrilledDesk, urgency: Urgency, people: Sequence[Candidate], at: datetime
) -> MessageText | None:
    """Returns the reason why no drill may begin at this desk now, or None if a drill may begin."""
    if tables.pause_reason(session, at) is not None:
        return message_text("all messages are paused: resume sending before you start a drill")
    if tables.is_part_paused(session, OutgoingPart.DRILLS):
        return message_text("drills are paused: see the page Outgoing queue")
    if any(row.desk == desk.code for row in tables_drills.running_drills(session)):
        return message_text("a drill is already running at this desk: wait until the drill ends")
    past_drills = tables_drills.drills_since(session, desk.code, at - rules_escalation.YEAR)
    if len(past_drills) >= MAX_A_YEAR:
        return message_text(
            "this desk had {count} drills in a year, and more are not allowed", count=MAX_A_YEAR
        )
    if any(row.started_at > at - MIN_INTERVAL for row in past_drills):
        return message_text(
            "this desk had a drill in the last {days} days: start the next one later",
            days=MIN_INTERVAL.days,
        )
    if rules_escalation.is_by_night(urgency, at):
        return message_text("a drill must start and end by day: start it in the morning")
    if tables_drills.has_danger_since(session, desk.place, at - rules_escalation.AFTER_DANGER):
        return message_text(
            "a person near this desk is in danger: wait until two hours after the last alert of that case"
        )
    unstaffed = message_text("no one at this desk can be alerted: check the page People first")
    return None if people else unstaffed


WORDS = "words"
"""The name of the answer that contains the caller's text."""


def make_tip(
    session: Session, context: Context, desk: DrilledDesk, urgency: Urgency, at: datetime
) -> Tip:
    """Stores a sample tip for a drill. The sample tip is encrypted like a real tip. The text says in each language that
    the alert is a drill."""
    uid = secrets.token_hex(16)
    text = " / ".join(context.phrases.say(language, Template.EXERCISE_TOLD) for language in CODES)
    codes = (desk.code, NATIONAL)
    valid_keys = context.encrypter.counting(tables_desks.desk_keys(session, codes), at)
    keys: Mapping[str, bytes] = {code: valid_keys.get(code, b"") for code in codes}
    encrypted = context.encrypter.tip({WORDS: text}, uid=uid, place=desk.place, desks=keys, at=at)
    tip = Tip(
        uid=uid,
        identity=f"{rules_trial.DRILL}:{uid}",
        session_key="",
        attempt=1,
        matter=Matter.TIP,
        state=TipState.COMPLETE,
        channel=rules_trial.DRILL,
        language=CODES[0],
        entry="",
        place=desk.place,
        sector=desk.camp,
        urgency=urgency,
        official="no",
        basis=Basis.PUBLIC_DUTY,
        visit="yes",
        contact_key="",
        body=encrypted.body,
        created_at=at,
        updated_at=at,
        filed_at=at,
        completed_at=at,
        assigned_at=at,
        alert_urgency=urgency,
    )
    session.add(tip)
    session.flush()
    session.add_all(
        Grant(tip_id=tip.id, desk_code=code, encrypted_key=key)
        for code, key in encrypted.grants.items()
    )
    session.flush()
    return tip


CLOCK = "clock"


def start(context: Context, request: DrillRequest, *, by: Actor, reason: str) -> int:
    """Starts a drill, alerts the first people, and returns the id of the drill. Raises DrillRefused, NotFound,
    StoreUnavailable.

    Also notifies the national desk, and those coordinators of the tested desk who are not tested themselves.
    """
    at = context.now()
    with ringing(context) as session:
        desk = drilled_desk(session, request.desk)
        queries.take_lock(session)
        people = rules_escalation.drill_people(
            queries.roster(session, at), desk.code, escalates=request.escalates
        )
        if refusal := refusal_reason(session, desk, request.urgency, people, at):
            raise DrillRefused(refusal)
        tip = make_tip(session, context, desk, request.urgency, at)
        row = Drill(
            tip_id=tip.id,
            place=desk.place,
            desk=desk.code,
            escalates=request.escalates,
            started_by=by.name,
            reason=reason,
            started_at=at,
            ends_at=at + rules_escalation.DURATION[request.urgency],
        )
        session.add(row)
        session.flush()
        case = routed_case(session, tip)
        step = EscalationStep(tip.id, case, 0, first_recipients(case, people), is_drill=True)
        clocks = rules_escalation_steps.acknowledge_clock(case, at)
        alerts_tables.set_clocks(session, tip.id, clocks, at)
        service_escalation.write_steps(session, context, [step], at)
        tables_audit.append_about_tip(
            session, tip.id, "exercise_started", tables_audit.by_actor(by), at, reason
        )
        _notify_answering(session, row, {person.id for person in people}, at)
        return row.id


def _notify_answering(session: Session, row: Drill, skip: Collection[int], at: datetime) -> None:
    """Notifies the national desk and the coordinators of the tested desk that a drill begins, except the people in
    `skip`."""
    for responder in people_tables.coordinators_and_national(session, row.desk, at):
        if responder.id not in skip:
            place, time = desk_named(row.desk, responder.language), kigali_time(row.ends_at)
            notify_person(session, responder, Template.EXERCISE_BEGUN, at, place=place, time=time)


def desk_named(code: str, language: str) -> str:
    """Returns the name of a desk for an SMS: the name of a district, or the code of any other desk.

    Every phone can show the letters of these names and codes.
    """
    return place_name(code, language) if is_district(code) else code


def call_off(context: Context, drill_id: int, *, by: Actor, reason: str) -> None:
    """Ends a drill before its time is over, because a person decided so. Alerted people who have not answered get an
    SMS which says that the alert was a drill.

    Raises NotFound, DrillRefused, StoreUnavailable.
    """
    with ringing(context) as session:
        row = tables_drills.locked_drill(session, drill_id)
        if row is None:
            raise NotFound(f"there is no drill {drill_id}: see the page Drills")
        if row.ended_at is not None:
            raise DrillRefused(message_text("this drill has already ended"))
        _end(session, context, row, DrillEnd.CALLED_OFF, by, reason)


def end_due(context: Context) -> None:
    """Ends each drill whose time is over, or in whose province a real danger was reported. Ends all drills while drills
    are paused. Raises StoreUnavailable."""
    with context.database.reading() as session:
        drill_ids = [
            row.id
            for row in tables_drills.running_drills(session)
            if _end_reason(session, context, row)
        ]
    for drill_id in drill_ids:
        with ringing(context) as session:
            row = tables_drills.locked_drill(session, drill_id)
            end_reason = _end_reason(session, context, row) if row is not None else None
            if row is not None and row.ended_at is None and end_reason is not None:
                _end(session, context, row, end_reason)


def record_answer(
    session: Session, context: Context, command: Command, known_as: tables.Assignment, tip: Tip
) -> CommandOutcome:
    """Records the first answer of a responder in a drill. Every verb (a kind of command, such as "take the case")
    counts as an answer.

    If the responder passes the case on, alerts the next person. Any other verb acknowledges the case.
    """
    if tip.closed_at is None and known_as.acknowledged_at is None and known_as.passed_at is None:
        kind = _answer(session, tip, command)
        service_escalation.handle_event(
            session, context, tip.id, Event(kind, by=command.responder_id), command.at
        )
    return CommandOutcome(CommandResult.DRILL, command.reference, known_as.id)


def _answer(session: Session, tip: Tip, command: Command) -> CaseEventKind:
    if command.verb is Verb.PASS_ON:
        queries.record_passed(session, tip.id, command.responder_id, command.at)
        service_case.write_passed(session, tip.id, command)
        return CaseEventKind.PASSED
    responder_id = command.responder_id
    alerts_tables.acknowledge(session, tip.id, responder_id, command.at, proved=command.proved)
    service_case.write_taken_by(session, tip.id, command, counts=True)
    session.flush()
    return CaseEventKind.ACKNOWLEDGED


def _end_reason(session: Session, context: Context, row: Drill) -> DrillEnd | None:
    if tables_drills.has_danger_since(session, row.place, row.started_at):
        return DrillEnd.DANGER
    if tables.is_part_paused(session, OutgoingPart.DRILLS):
        return DrillEnd.CALLED_OFF
    return DrillEnd.TIME if row.ends_at <= context.now() else None


def _end(
    session: Session,
    context: Context,
    row: Drill,
    end_reason: DrillEnd,
    by: Actor | None = None,
    reason: str = "",
) -> None:
    """Ends a drill, and sends none of its alerts any more. People who have not answered get an SMS which says that the
    alert was a drill.

    `by` is None if the clock process ends the drill.
    """
    at = context.now()
    tip = queries.tip_for_writing(session, row.tip_id)
    row.ended_at, row.ended_by, row.end_reason = at, by.name if by else CLOCK, end_reason
    tables_drills.drop_alerts(session, tip.id)
    alerts_tables.close_clocks(session, [tip.id], CASE_CLOCKS, at)
    tip.closed_at, tip.outcome = at, TipOutcome.TRIAL
    actor = tables_audit.by_actor(by) if by else CLOCK
    service_case.write_event(
        session,
        tip.id,
        LoggedEvent.CLOSED,
        service_case.EventActor(actor),
        at,
        key=f"{tip.id}:exercise",
        codes={OUTCOME: TipOutcome.TRIAL.value},
    )
    tables_audit.append_about_tip(session, tip.id, "exercise_ended", actor, at, reason)
    for person, assignment_id in tables_drills.unanswered(session, tip.id):
        ref = session.get_one(tables.Assignment, assignment_id).reference
        notify_person(session, person, Template.EXERCISE, at, assignment_id, ref=ref)


def list_drills(context: Context) -> Sequence[tuple[Drill, Sequence[DrillRecipient]]]:
    """Returns all drills with their alerted responders, the newest drill first. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return [
            (row, tables_drills.drill_recipients(session, row.tip_id))
            for row in tables_drills.all_drills(session)
        ]


def running_drills(context: Context) -> Sequence[Drill]:
    """Returns the drills that have begun and not ended. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return tables_drills.running_drills(session)
