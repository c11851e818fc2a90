"""Sends messages about a case to people who know it. Also sends messages about visits together with alerts.

The functions run inside the transaction of the calling function.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hotline.alerts import queries, service_case_state, service_duplicates
from hotline.alerts import tables as alerts_tables
from hotline.alerts.queries import Alert
from hotline.alerts.rules_escalation_steps import Notice
from hotline.alerts.rules_reply_parsing import WEEK, AnswerReason, answer_reason
from hotline.alerts.rules_storm import SmsShare
from hotline.alerts.service_shared import BEHIND, SmsPlan, WrittenAssignment, new_message
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.flows import service_check
from hotline.gateway import tables
from hotline.gateway.rules_delivery import Priority
from hotline.gateway.rules_message import MessageKind, Wording, notice, responders_short_code
from hotline.people import tables as people_tables
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.time import KIGALI
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_duplicates import visit_safety_under
from hotline.tips.rules_events import Purpose
from hotline.tips.rules_visit_safety import VisitSafety
from hotline.tips.tables import Tip

ON_THE_WAY = (Purpose.VISIT_SAFETY, Purpose.UNANSWERED, Purpose.MOVED)
"""The purposes of notices that the assignee of a case must read at once."""


def dial_code(context: Context) -> str | None:
    """Returns the short code that an alert asks the responder to dial.

    Returns None if the hotline can receive replies by SMS.
    """
    return None if context.line.inbound_sms else responders_short_code(context.line.service_code)


def remind(session: Session, context: Context, tip: Tip, order: Notice, at: datetime) -> None:
    """Asks the assignee for the outcome, and names the time when others will be alerted."""
    (who,) = order.responder_ids
    known_as = queries.newest_assignment(session, tip.id, who)
    if known_as is None:
        return
    responder, code = session.get_one(Responder, who), dial_code(context)
    due = alerts_tables.last_due(session, tip.id, DeadlineKind.OUTCOME) or at
    said = {"ref": known_as.reference, "time": f"{due.astimezone(KIGALI):%d/%m %H:%M}"}
    if code is None:
        case = service_case_state.offered_case(session, tip, responder)
        said["digits"] = service_case_state.digits_text(context, case, responder.language)
        wording = Wording(Template.REMIND_REPLY, said, responder.language)
    else:
        wording = Wording(Template.REMIND_DIAL, said | {"code": code}, responder.language)
    plan = SmsPlan(session, context, (who,), at)
    urgency, storms, of = tip.urgency, tip.storm_at is not None, known_as.id
    if not plan.shares_notice(of, who, wording.language, urgency=urgency, storms=storms):
        write_message(session, wording, who, at, priority=urgency, of=of)
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
    """Notifies people with the reference by which each knows the case. Returns the people who have no reference of the
    case.

    `again` is True if people are asked again who already know the case. `due` is the time when the message is sent, if
    this is not now.
    """
    names = service_duplicates.references_for(session, tip, order, safety, again=again)
    languages = queries.languages(session, order.responder_ids)
    number, code = service_check.national_number(context), dial_code(context)
    names_by_id = [(one, name) for one in order.responder_ids for name in names.get(one, ())]
    plan = SmsPlan(session, context, order.responder_ids, at)
    storms = tip.storm_at is not None
    for who, name in names_by_id:
        of = name.assignment_id
        goes = order.purpose in ON_THE_WAY and who == tip.assignee_id
        if order.purpose is not Purpose.STAND_DOWN and plan.shares_notice(
            of, who, languages[who], storms=storms, goes=goes, due=due
        ):
            continue
        words = notice(
            order.purpose,
            visit_safety_under(name, safety),
            languages[who],
            number=number,
            code=code,
            place=tip.place,
        )
        said = {"ref": name.reference, **words.parameters}
        wording = Wording(words.template, said, words.language)
        turn = 0 if order.purpose is Purpose.MOVED else BEHIND
        write_message(
            session, wording, who, at, priority=Priority.URGENT, of=of, turn=turn, due=due
        )
    plan.write()
    return tuple(who for who in order.responder_ids if who not in names)


def visit_safety_messages(
    session: Session,
    context: Context,
    plan: SmsPlan,
    written: Sequence[WrittenAssignment],
    informed: Collection[tuple[int | None, int]],
    languages: Mapping[int, str],
) -> list[Alert]:
    """Returns messages about visits to people who are alerted of a case whose caller wants no visit.

    `informed` contains the pairs of tip and responder of people who were alerted before. These people get the message
    only together with another alert.
    """
    careful = [
        one
        for one in written
        if one.step.safety is not VisitSafety.NONE
        and one.step.purpose is not Purpose.HOW
        and (
            one.step.purpose is Purpose.ALERT
            or (one.given.tip_id, one.given.responder_id) not in informed
        )
    ]
    if not careful:
        return []
    desk = queries.national(session, {one.given.responder_id for one in careful})
    number, code = service_check.national_number(context), dial_code(context)
    alerts = []
    for given, name, step, _ in careful:
        decides = step.safety is VisitSafety.CAREFUL and given.responder_id in desk
        purpose = Purpose.HOW if decides else Purpose.VISIT_SAFETY
        language = languages[given.responder_id]
        storms = step.share is not SmsShare.ALONE
        if plan.shares_notice(given.assignment_id, given.responder_id, language, storms=storms):
            continue
        words = notice(purpose, step.safety, language, number=number, code=code)
        alerts.append(Alert(given, name, words, Priority.URGENT))
    return alerts


def write_confirmation(
    session: Session, wording: Wording, responder_id: int, at: datetime, of: int | None = None
) -> None:
    """Writes an SMS that answers a responder's command. It is due now. But other messages are sent first, because no
    person in a case waits for this SMS.
    """
    write_message(session, wording, responder_id, at, priority=Priority.CONFIRMATION, of=of)


def write_message(
    session: Session,
    wording: Wording,
    to: int,
    at: datetime,
    *,
    priority: int = Priority.SOON,
    of: int | None = None,
    turn: int = 0,
    due: datetime | None = None,
) -> None:
    """Writes an SMS to a responder. It is due now, unless `due` is a later time."""
    kind = MessageKind.CONFIRMATION if priority == Priority.CONFIRMATION else MessageKind.ALERT
    row = new_message(kind, wording, to, priority=priority, at=at, of=of)
    row.turn, row.next_at = turn, due or at
    session.add(row)
    session.flush()
    if row.next_at <= at:
        tables.note_due(session, row.id)


# Counts the SMS that answer a responder, and writes a row for each of them.


def may_answer(
    session: Session,
    responder: Responder,
    reason: AnswerReason,
    text_key: str,
    at: datetime,
    *,
    in_danger: bool = False,
) -> AnswerReason | None:
    """Counts an answer to this responder, and returns the reason for which it is counted. Returns None if no answer may
    be sent.

    `in_danger` is True if the responder has an open case about danger.
    """
    given = alerts_tables.answers_since(session, responder.id, at - WEEK)

    why = answer_reason(reason, text_key, given, at, in_danger=in_danger)

    if why is not None:
        row = alerts_tables.ReplyAnswer(
            responder_id=responder.id, reason=why, text_key=text_key, answered_at=at
        )
        session.add(row)
    return why


def count_first_stop(session: Session, responder: Responder, text_key: str, at: datetime) -> bool:
    """Counts a STOP that gets no answer. Returns False if a STOP was already counted within the last week."""
    given = alerts_tables.answers_since(session, responder.id, at - WEEK)
    if any(one.reason is AnswerReason.STOP for one in given):
        return False
    row = alerts_tables.ReplyAnswer(
        responder_id=responder.id, reason=AnswerReason.STOP, text_key=text_key, answered_at=at
    )
    session.add(row)
    return True


def notify_removal(session: Session, cases: int, at: datetime) -> None:
    """Notifies the national desk that one person alone removed a responder. The SMS says how many cases were open."""
    for one in people_tables.active_responders(session, at):
        if one.level == Level.NATIONAL:
            wording = Wording(Template.REMOVED, {"count": str(cases)}, one.language)
            write_confirmation(session, wording, one.id, at)
