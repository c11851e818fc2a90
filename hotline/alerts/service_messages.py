"""Sends messages about a case to people who know the case, and writes SMS about several cases.

Also chooses who is alerted of a tip about danger in a storm (very many such tips), and tells alerted people how to
visit. The module stores callers' requests for a call-back, and notifies the national desk of these requests. The module
also ends requests for a call-back that the caller withdraws or that are too old. The module cannot decrypt a phone
number.

The functions run inside the transaction of the calling function, except those with only the parameter `context`.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from hotline.alarms import tables as alarms_tables
from hotline.alarms.rules import Alarm
from hotline.alerts import queries, queries_outbox, rules_escalation, service_case
from hotline.alerts import tables as alerts_tables
from hotline.alerts.queries import Alert, NewAssignment
from hotline.alerts.rules_assignment import storm_groups
from hotline.alerts.rules_escalation import (
    AlertPlan,
    DistrictDangers,
    EscalationStep,
    SmsShare,
    WaitingTip,
)
from hotline.alerts.rules_escalation_steps import Notice
from hotline.alerts.rules_reply_parsing import WEEK, AnswerReason, answer_reason
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.ussd import SessionStart
from hotline.core.wording import Template
from hotline.flows import service_check
from hotline.flows.flow import FlowSet
from hotline.gateway import tables
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import (
    REQUEST_TEXTS,
    MessageKind,
    MessageState,
    OutgoingPart,
    Priority,
    Wording,
    notice,
    responders_short_code,
)
from hotline.gateway.tables import LockedDialogue, is_part_paused
from hotline.people import tables_audit, tables_desks
from hotline.people.tables import Responder
from hotline.text.places import NATIONAL, is_district, neighbours, place_name
from hotline.text.time import KIGALI, kigali_time, midnight
from hotline.tips import rules_receipts, tables_persons
from hotline.tips.queries import ReportedTip
from hotline.tips.rules import OVERSEEN, DeadlineKind, Urgency, VisitSafety
from hotline.tips.rules_events import Purpose, visit_safety_under
from hotline.tips.rules_receipts import (
    HALF_WINDOW,
    NOTICE_DELAY,
    WORD,
    CallBackState,
    Window,
    next_day,
    window_from,
    windows,
)
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import CallBack

ASKED_BY = {
    Purpose.OVERDUE: {template.name for template in REQUEST_TEXTS[Purpose.OVERDUE]},
    Purpose.LOOK: {template.name for template in REQUEST_TEXTS[Purpose.LOOK]},
    Purpose.CONFIRM_CLOSURE: {Template.CLOSURE_REQUESTED.name},
}
"""Maps each of three purposes to the templates of alerts for this purpose. An alert for such a purpose is a repeat only
if the person has got one of these templates about the case. For any other purpose, an alert is a repeat after any
earlier alert about the case."""


BEHIND = 100
"""Messages with this position in the order of sending are sent after all alerts.

A notice of a corrected place has position 0 instead, so that it is sent before alerts to people of the new place.
"""


class WrittenAssignment(NamedTuple):
    """An assignment that was just written, with its reference and its escalation step."""

    given: NewAssignment
    name: str
    step: EscalationStep
    is_repeat: bool = False
    """True if the responder was alerted of the tip before."""


class SmsPlan:
    """A plan of the SMS to some people: which alerts have an SMS of their own, and which share one."""

    def __init__(
        self, session: Session, context: Context, responder_ids: Collection[int], at: datetime
    ) -> None:
        self._session, self._context, self._at = session, context, at
        self._sent = queries_outbox.SentSms(session, responder_ids, at)
        self._links: list[tuple[int, int]] = []
        self._notices: set[tuple[int, int]] = set()

    def shares(self, assignment: WrittenAssignment, requested: SmsShare, language: str) -> SmsShare:
        """Returns the `SmsShare` of this alert. If the alert shares an SMS, adds the alert to the SMS."""
        urgency, responder_id = assignment.step.case.urgency, assignment.given.responder_id
        pace = self._sent.paces[responder_id]
        limit = 0 if urgency == Urgency.DANGER else self._most
        share = rules_escalation.shares(requested, pace, urgency, self._at, most=limit)
        if share in (SmsShare.ALONE, SmsShare.KEPT):
            pace.add(self._at)
            return share
        if share is SmsShare.OPEN:
            id = self._open(responder_id, urgency, language, self._at)
        else:
            values = {"place": place_name(assignment.step.case.place, language)}
            is_storm = share is SmsShare.STORM
            due = pace.next_storm(self._at) if is_storm else pace.next_escalated(self._at)
            id = self._join(Template.SHARED_URGENT, values, responder_id, urgency, language, due)
        self._links.append((assignment.given.assignment_id, id))
        return share

    def shares_notice(
        self,
        assignment_id: int,
        responder_id: int,
        language: str,
        *,
        urgency: int = Priority.URGENT,
        storms: bool = False,
        goes: bool = False,
        due: datetime | None = None,
    ) -> bool:
        """Returns True if a notice about the case of this assignment shares an SMS with other messages. If so, adds the
        notice to that SMS."""
        pace = self._sent.paces[responder_id]
        if not rules_escalation.shares_notice(pace, storms=storms, goes=goes, most=self._most):
            pace.add(self._at, waits=due is not None and due > self._at)
            return False
        message_id = self._open(responder_id, urgency, language, due or self._at)
        self._notices.add((assignment_id, message_id))
        return True

    def due_of(self, template: Template, responder_id: int, due: datetime) -> datetime | None:
        """Returns when to send an SMS that asks a person of the national desk to decide about a list in the console.

        Returns None if this person already gets a later SMS about the same list.
        """
        pace = self._sent.paces[responder_id]
        if rules_escalation.shares_notice(pace, storms=False, goes=False, most=self._most):
            if (responder_id, template.name) in self._sent.later:
                return None
            due = max(due, self._at + rules_escalation.OPEN_INTERVAL)
        pace.add(due, waits=due > self._at)
        if due > self._at:
            self._sent.later.add((responder_id, template.name))
        return due

    def _open(self, responder_id: int, urgency: int, language: str, earliest: datetime) -> int:
        due = self._sent.paces[responder_id].next_open(earliest)
        return self._join(Template.SHARED_OPEN, {}, responder_id, urgency, language, due)

    def _join(
        self,
        template: Template,
        parameters: dict[str, str],
        responder_id: int,
        urgency: int,
        language: str,
        due: datetime,
    ) -> int:
        """Returns the id of an unsent SMS about several cases to this person. Writes a new SMS if there is none."""
        key = (responder_id, template.name, parameters.get("place", ""))
        open_sms = self._sent.open.get(key)
        if open_sms is None:
            code = responders_short_code(self._context.line.service_code)
            wording = Wording(template, {**parameters, "count": "1", "code": code}, language)
            id = write_shared(self._session, wording, responder_id, due, urgency, self._at)
            open_sms = queries_outbox.OpenShare(id, urgency, due)
            self._sent.paces[responder_id].add(due, waits=due > self._at)
        elif urgency < open_sms.priority or due < open_sms.due:
            best = min(urgency, open_sms.priority), min(due, open_sms.due)
            queries_outbox.hasten(self._session, open_sms.message_id, *best)
            if due <= self._at:
                tables.note_due(self._session, open_sms.message_id)
            open_sms = queries_outbox.OpenShare(open_sms.message_id, *best)
        self._sent.open[key] = open_sms
        return open_sms.message_id

    def write(self) -> None:
        """Stores which alerts each SMS about several cases contains."""
        queries_outbox.link(self._session, self._links, self._notices.difference(self._links))

    @cached_property
    def _most(self) -> int:
        """Returns the number of SMS in an hour after which alerts without danger to one person share an SMS."""
        line, session = self._context.line, self._session
        limit = int(line.sms_a_day * rules_escalation.OTHERS_SHARE)
        is_flooded = Alarm.MANY_SMS in alarms_tables.raised_alarms(session)
        has_spare = queries_outbox.has_spare(session, midnight(self._at), limit)
        return line.sms_an_hour if has_spare and not is_flooded else 0


def write_shared(
    session: Session, wording: Wording, to: int, due: datetime, priority: int, at: datetime
) -> int:
    """Writes an SMS about several cases, and returns its id. This SMS counts toward the limits of the hour in which it
    is due."""
    turn = BEHIND if wording.template is Template.SHARED_OPEN else 1
    row = write_message(session, wording, to, at, priority=priority, turn=turn, due=due)
    row.created_at = due
    session.flush()
    return row.id


def ask_desk(
    session: Session, context: Context, wordings: Mapping[int, Wording], due: datetime, at: datetime
) -> None:
    """Writes an SMS that asks people of the national desk to decide about the entries of a list in the console."""
    plan = SmsPlan(session, context, wordings, at)
    for responder_id, wording in wordings.items():
        send_at = plan.due_of(wording.template, responder_id, due)
        if send_at is not None:
            write_shared(session, wording, responder_id, send_at, Priority.SOON, at)


def wanted_shares(
    session: Session, rows: Sequence[WrittenAssignment], at: datetime
) -> Mapping[int, SmsShare]:
    """Returns the `SmsShare` of each new assignment: its alert has its own SMS, or shares an SMS with other alerts. An
    alert shares an SMS if the person was alerted of the case before, or if it is a further alert in a storm."""
    repeats = [
        row for row in rows if row.is_repeat and row.step.purpose in rules_escalation.REPEATED
    ]
    tips = {row.given.tip_id for row in repeats}
    before = queries_outbox.earlier_alert_templates(session, tips, at) if tips else {}
    found = {row.given.assignment_id: row.step.share for row in rows}
    for row in repeats:
        templates = before.get((row.given.tip_id, row.given.responder_id), set())
        if templates & ASKED_BY.get(row.step.purpose, templates):
            found[row.given.assignment_id] = SmsShare.OPEN
    return found


def first_steps(
    session: Session, plan: AlertPlan, tips: Sequence[WaitingTip], at: datetime
) -> Iterator[EscalationStep]:
    """Yields the first escalation step of each tip. In a storm (very many tips about danger), only one person is
    alerted of each further tip of a sector, instead of three."""
    new_tips = [
        tip
        for tip in tips
        if (tip.case.urgency, tip.step) == (Urgency.DANGER, 0)
        and is_district(tip.case.place)
        and tip.case.official != OVERSEEN
    ]
    shares = _shares(session, new_tips, at) if new_tips else {}
    further = [id for id, share in shares.items() if share is not SmsShare.ALONE]
    if not further:
        yield from plan.steps(tips)
        return
    desks = queries_outbox.granted_desks(session, further)
    sent = queries_outbox.SentSms(session, {person.id for person in plan.roster}, at)
    due_by_place = sent.due_by_place()
    queries_outbox.mark_storm(session, further, at)
    for tip in tips:
        share = shares.get(tip.tip_id, SmsShare.ALONE)
        if share is SmsShare.ALONE:
            yield from plan.steps([tip])
            continue
        roster = [person for person in plan.roster if person.id not in tip.excluded]
        near_desks = desks[tip.tip_id].intersection(neighbours(tip.case.place))
        groups = storm_groups(tip.case, roster, near_desks)
        due = due_by_place[place_name(tip.case.place, "en")]
        who = rules_escalation.next_person(groups, sent.paces, due, at)
        if who is not None:
            plan.add([who])
            yield EscalationStep(
                tip.tip_id, tip.case, 0, (who,), locked=tip.locked, safety=tip.safety, share=share
            )


def _shares(session: Session, tips: Sequence[WaitingTip], at: datetime) -> Mapping[int, SmsShare]:
    """Returns for each new tip about danger the `SmsShare` of its alert. Stores the end of a storm that begins or lasts
    longer because of these tips."""
    ids_by_place: dict[str, list[int]] = defaultdict(list)
    for tip in tips:
        ids_by_place[tip.case.place].append(tip.tip_id)
    dangers = defaultdict(list)
    for danger in queries_outbox.recent_dangers(session, ids_by_place, at):
        dangers[danger.place].append(danger)
    storms, shares = alerts_tables.storms(session, ids_by_place), dict[int, SmsShare]()
    for place, ids in ids_by_place.items():
        district = DistrictDangers(dangers[place], ids, storms.get(place), at)
        shares |= {id: district.place(id, at) for id in ids}
        if (until := district.storm_until) is not None:
            alerts_tables.set_storm(session, place, max(until, storms.get(place, until)))
    return shares


ON_THE_WAY = (Purpose.VISIT_SAFETY, Purpose.UNANSWERED, Purpose.MOVED)
"""The purposes of notices that an assignee must read at once, because the assignee may be on the way to a visit."""


def dial_code(context: Context) -> str | None:
    """Returns the short code that a responder must dial to answer an alert.

    Returns None if responders can answer by SMS.
    """
    return None if context.line.inbound_sms else responders_short_code(context.line.service_code)


def remind(session: Session, context: Context, tip: Tip, order: Notice, at: datetime) -> None:
    """Asks the assignee for the outcome of the case, and says when others will be alerted."""
    (responder_id,) = order.responder_ids
    known_as = queries.newest_assignment(session, tip.id, responder_id)
    if known_as is None:
        return
    responder, code = session.get_one(Responder, responder_id), dial_code(context)
    due = alerts_tables.last_due(session, tip.id, DeadlineKind.OUTCOME) or at
    parameters = {"ref": known_as.reference, "time": kigali_time(due)}
    if code is None:
        case = service_case.offered_case(session, tip, responder)
        parameters["digits"] = service_case.digits_text(context, case, responder.language)
        wording = Wording(Template.REMIND_REPLY, parameters, responder.language)
    else:
        wording = Wording(Template.REMIND_DIAL, parameters | {"code": code}, responder.language)
    plan = SmsPlan(session, context, (responder_id,), at)
    urgency, storms, of = tip.urgency, tip.storm_at is not None, known_as.id
    if not plan.shares_notice(of, responder_id, wording.language, urgency=urgency, storms=storms):
        write_message(session, wording, responder_id, at, priority=urgency, of=of)
    plan.write()


def notify(
    session: Session,
    context: Context,
    tip: Tip,
    order: Notice,
    safety: VisitSafety,
    at: datetime,
    *,
    again: bool = False,
    due: datetime | None = None,
) -> tuple[int, ...]:
    """Notifies people about a case, and gives each person the reference by which they know the case. Returns the people
    who were not notified, because they have no reference of the case.

    `again` is True if these people were already asked about the case. `due` is the time when the message is due, or
    None for now.
    """
    names = service_case.references_for(session, tip, order, safety, again=again)
    languages = queries.languages(session, order.responder_ids)
    number, code = service_check.national_number(context), dial_code(context)
    names_by_id = [(one, name) for one in order.responder_ids for name in names.get(one, ())]
    plan = SmsPlan(session, context, order.responder_ids, at)
    storms = tip.storm_at is not None
    for responder_id, name in names_by_id:
        of = name.assignment_id
        goes = order.purpose in ON_THE_WAY and responder_id == tip.assignee_id
        if order.purpose is not Purpose.STAND_DOWN and plan.shares_notice(
            of, responder_id, languages[responder_id], storms=storms, goes=goes, due=due
        ):
            continue
        base = notice(
            order.purpose,
            visit_safety_under(name, safety),
            languages[responder_id],
            number=number,
            code=code,
            place=tip.place,
        )
        wording = Wording(base.template, {"ref": name.reference, **base.parameters}, base.language)
        turn = 0 if order.purpose is Purpose.MOVED else BEHIND
        write_message(
            session, wording, responder_id, at, priority=Priority.URGENT, of=of, turn=turn, due=due
        )
    plan.write()
    return tuple(responder_id for responder_id in order.responder_ids if responder_id not in names)


def visit_safety_messages(
    session: Session,
    context: Context,
    plan: SmsPlan,
    assignments: Sequence[WrittenAssignment],
    informed: Collection[tuple[int | None, int]],
    languages: Mapping[int, str],
) -> list[Alert]:
    """Returns messages that say how to visit, for people who are alerted of a case whose caller wants no visit.

    `informed` contains the pairs (tip, responder) of people who were alerted before. These people get the message only
    with an alert of the purpose `ALERT`.
    """
    careful = [
        assignment
        for assignment in assignments
        if assignment.step.safety is not VisitSafety.NONE
        and assignment.step.purpose is not Purpose.HOW
        and (
            assignment.step.purpose is Purpose.ALERT
            or (assignment.given.tip_id, assignment.given.responder_id) not in informed
        )
    ]
    if not careful:
        return []
    desk = queries.national(session, {assignment.given.responder_id for assignment in careful})
    number, code = service_check.national_number(context), dial_code(context)
    alerts = []
    for row, name, step, _ in careful:
        is_decider = step.safety is VisitSafety.CAREFUL and row.responder_id in desk
        purpose = Purpose.HOW if is_decider else Purpose.VISIT_SAFETY
        language = languages[row.responder_id]
        storms = step.share is not SmsShare.ALONE
        if plan.shares_notice(row.assignment_id, row.responder_id, language, storms=storms):
            continue
        wording = notice(purpose, step.safety, language, number=number, code=code)
        alerts.append(Alert(row, name, wording, Priority.URGENT))
    return alerts


def write_confirmation(
    session: Session, wording: Wording, responder_id: int, at: datetime, of: int | None = None
) -> None:
    """Writes an SMS that answers a responder's command. The SMS is due now, but more urgent messages are sent first."""
    write_message(session, wording, responder_id, at, priority=Priority.CONFIRMATION, of=of)


def notify_person(
    session: Session,
    to: Responder,
    template: Template,
    at: datetime,
    of: int | None = None,
    /,
    **parameters: str,
) -> None:
    """Writes an SMS in a responder's language. The SMS is due now, but alerts are sent first."""
    write_confirmation(session, Wording(template, parameters, to.language), to.id, at, of)


def write_message(
    session: Session,
    wording: Wording,
    responder_id: int,
    at: datetime,
    *,
    priority: int = Priority.SOON,
    of: int | None = None,
    turn: int = 0,
    due: datetime | None = None,
) -> tables.Message:
    """Writes an SMS to a responder, and returns its row. The SMS is due now, unless `due` is a later time."""
    row = tables.Message(
        kind=MessageKind.CONFIRMATION if priority == Priority.CONFIRMATION else MessageKind.ALERT,
        responder_id=responder_id,
        assignment_id=of,
        template=wording.template.name,
        parameters=dict(wording.parameters),
        language=wording.language,
        priority=priority,
        turn=turn,
        state=MessageState.PENDING,
        next_at=due or at,
        created_at=at,
    )
    session.add(row)
    session.flush()
    if row.next_at <= at:
        tables.note_due(session, row.id)
    return row


# The functions below count the hotline's answers to each responder's SMS.


def may_answer(
    session: Session,
    responder: Responder,
    reason: AnswerReason,
    text_key: str,
    at: datetime,
    *,
    in_danger: bool = False,
) -> AnswerReason | None:
    """Stores that this responder's SMS gets an answer, and returns the reason for the answer. Returns None if the
    limits allow no answer.

    `in_danger` is True if the responder has an open case about danger.
    """
    answers = alerts_tables.answers_since(session, responder.id, at - WEEK)

    counted_as = answer_reason(reason, text_key, answers, at, in_danger=in_danger)

    if counted_as is not None:
        row = alerts_tables.ReplyAnswer(
            responder_id=responder.id, reason=counted_as, text_key=text_key, answered_at=at
        )
        session.add(row)
    return counted_as


def count_first_stop(session: Session, responder: Responder, text_key: str, at: datetime) -> bool:
    """Records that a responder has sent an SMS with the word STOP. The SMS gets no answer. Returns False if such an SMS
    was already counted within the last week."""
    answers = alerts_tables.answers_since(session, responder.id, at - WEEK)
    if any(answer.reason is AnswerReason.STOP for answer in answers):
        return False
    row = alerts_tables.ReplyAnswer(
        responder_id=responder.id, reason=AnswerReason.STOP, text_key=text_key, answered_at=at
    )
    session.add(row)
    return True


logger = logging.getLogger(__name__)

BOUND_AS = "call-back"
"""The encryption binds each text to a place. For every call-back request, this value replaces the place. The place of a
tip is a district, so no one can decrypt a call-back request as a tip."""


def call_flags(context: Context, flow_set: FlowSet, start: SessionStart) -> dict[str, bool]:
    """Returns the flags with which a flow (the screens of one topic) may offer callers a call-back. There is one flag
    for each kind of person who may be called back.

    If the phone number from which the desk calls is not verified, returns no flags.
    """
    number = flow_set.numbers.get(context.line.call_back_number)
    if number is None or not number.is_confirmed(start.started_at.date()):
        return {}
    return {f"call_back.{answer}": True for answer in rules_receipts.OFFERED}


def store_request(
    session: Session,
    context: Context,
    dialogue: LockedDialogue,
    tip: Tip | ReportedTip,
    answers: Mapping[str, str],
    *,
    caller: str,
) -> None:
    """Stores the caller's phone number for a call-back, if the caller has agreed to all conditions. Withdraws an
    earlier request for a call-back from the same session.

    If the national desk has no key, stores nothing, because no one could decrypt the number.
    """
    withdraw_session(session, context, dialogue.key, up_to_attempt=tip.attempt)
    call_windows = windows(answers, dialogue.started_at)
    if not call_windows:
        return
    uid = secrets.token_hex(16)
    call = {
        "number": caller,
        "word": answers[WORD],
        "others": answers[rules_receipts.OTHERS_ANSWER],
        "language": tip.language,
    }
    at, rows = context.now(), tables_desks.desk_keys(session, [NATIONAL])
    keys = context.encrypter.counting(rows, at)
    encrypted = context.encrypter.tip(call, uid=uid, place=BOUND_AS, desks=keys, at=at)
    if NATIONAL not in encrypted.grants:
        logger.critical(
            "alarm: a call-back request was not saved, because the national desk has no valid key: see the page Desks"
        )
        return
    session.add(
        CallBack(
            tip_id=tip.id,
            uid=uid,
            state=CallBackState.WAITING,
            body=encrypted.body,
            encrypted_key=encrypted.grants[NATIONAL],
            opens_at=call_windows[0].opens_at,
            closes_at=call_windows[0].closes_at,
            again_at=call_windows[1].opens_at if call_windows[1:] else None,
            asked_at=at,
        )
    )


def withdraw_session(
    session: Session, context: Context, session_key: str, *, up_to_attempt: int
) -> None:
    """Withdraws the requests for a call-back of a session, because the caller pressed `000` or changed their answer."""
    rows = tables_persons.waiting_of_session(session, session_key, up_to_attempt=up_to_attempt)
    _withdraw(session, context, rows)


def withdraw(session: Session, context: Context, tip_id: int) -> None:
    """Withdraws the request for a call-back that belongs to a tip, because the caller wants the tip erased."""
    _withdraw(session, context, tables_persons.waiting_call_backs(session, [tip_id]))


def keep_time(context: Context) -> None:
    """Notifies the national desk of new requests for a call-back, and of windows (the agreed hours for a call) that
    begin. Also ends requests whose windows are over. While call-backs are paused, no window begins and no request ends.

    The clock process calls this function every second. Raises StoreUnavailable.
    """
    at = context.now()
    with context.database.reading() as session:
        is_paused = is_part_paused(session, OutgoingPart.CALL_BACKS)
        if not tables_persons.has_due(session, at, is_paused=is_paused):
            return
    with ringing(context) as session:
        is_paused = is_part_paused(session, OutgoingPart.CALL_BACKS)
        for row in tables_persons.due_call_backs(session, at, is_paused=is_paused):
            for template in _move(session, row, at, is_paused=is_paused):
                _notify(session, context, row, template, at)


def end_request(row: CallBack, state: CallBackState, at: datetime) -> None:
    """Ends a request for a call-back, and deletes its phone number."""
    row.state, row.ended_at = state, at
    row.body = row.encrypted_key = b""


def next_window(row: CallBack) -> bool:
    """Moves a request for a call-back to its second window (the hours in which the caller agreed to be called). One
    person must then request the call again, and another person must approve it.

    Returns False if the request has no second window.
    """
    if row.again_at is None:
        return False
    window = window_from(row.again_at)
    row.again_at = row.opened_at = None
    _set_window(row, window)
    return True


def _set_window(row: CallBack, window: Window) -> None:
    row.opens_at, row.closes_at = window.opens_at, window.closes_at
    row.begun_at = row.asked_by = row.approved_by = None


def _withdraw(session: Session, context: Context, rows: Iterable[CallBack]) -> None:
    for row in rows:
        end_request(row, CallBackState.WITHDRAWN, context.now())
        if row.notified_at is not None:
            _notify(session, context, row, Template.CALL_WITHDRAWN, context.now())


def _move(session: Session, row: CallBack, at: datetime, *, is_paused: bool) -> list[Template]:
    """Updates the state of a request for a call-back, and returns the messages about it to the national desk.

    There are two messages if the desk missed the first window (the hours for the call) and the second has begun. While
    call-backs are paused, a request whose window ends moves to its second window, and then to the next day. A pause of
    call-backs does not delete the caller's number.
    """
    templates: list[Template] = []
    while is_paused and row.closes_at <= at + HALF_WINDOW:
        again_at = row.again_at
        _set_window(row, next_day(row.window) if again_at is None else window_from(again_at))
        row.again_at = None
    while row.closes_at <= at:
        if not next_window(row):
            end_request(row, CallBackState.EXPIRED, at)
            tables_audit.append_row(
                session, at, "clock", "call_back_expired", f"call-back:{row.id}"
            )
            return [Template.CALL_OVER]
        row.notified_at = at
        templates = [Template.CALL_MISSED]
    if row.notified_at is None and row.asked_at <= at - NOTICE_DELAY:
        row.notified_at = at
        templates = [Template.CALL_WAITS]
    if row.begun_at is None and row.opens_at <= at and not is_paused:
        row.begun_at = at
        templates.append(Template.CALL_NOW)
    return templates


def _notify(
    session: Session, context: Context, row: CallBack, template: Template, at: datetime
) -> None:
    """Notifies each active person of the national desk who may see the tip.

    The message contains no phone number, no place and no text of the caller.
    """
    parameters = {
        "ref": f"C{row.id}",
        "time": str(row.window),
        "until": f"{row.closes_at.astimezone(KIGALI):%H:%M}",
    }
    people = {
        person.id: Wording(template, parameters, person.language)
        for person in tables_persons.desk_people(session, at, row.tip_id)
    }
    ask_desk(session, context, people, at, at)
