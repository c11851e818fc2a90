"""Handles a STOP: no more SMS are sent to that number. If the number is enrolled, only notifies people."""

from collections.abc import Sequence
from datetime import datetime

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.alerts import service_messages
from hotline.alerts.rules_reply_parsing import AnswerReason
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway import queries_on_call, tables_sessions
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules_message import Wording
from hotline.people import tables
from hotline.people.rules import Level
from hotline.programmes import service_enrolment


def note_stop(session: Session, context: Context, msisdn: str, at: datetime) -> bool:
    """Notifies the responder of a STOP, and the coordinators of their desks. Returns False if the number is not
    enrolled.

    If the hotline does not answer the STOP, it notifies the coordinators at most once a week.
    """
    responder = tables.find_by_number(session, context.pseudonyms.enrolled(msisdn))
    if responder is None:
        return False
    key = context.pseudonyms.sms(msisdn, context.line.shortcode, AnswerReason.STOP, "")
    desks = []
    if service_messages.may_answer(session, responder, AnswerReason.STOP, key, at) is not None:
        desks.append((responder, Template.STOP_NOTED))
    elif not service_messages.count_first_stop(session, responder, key, at):
        return True
    service.record(session, Alarm.STOP_REQUEST, at)
    desks += [(one, Template.STOP_TOLD) for one in _leaders(session, responder, at)]
    for one, template in desks:
        service_messages.write_confirmation(
            session, Wording(template, {}, one.language), one.id, at
        )
    return True


def _leaders(session: Session, of: tables.Responder, at: datetime) -> Sequence[tables.Responder]:
    """Returns the coordinators of the desks at which a responder works. If there are none, returns the other people of
    the national desk.

    For a responder of the national desk, returns only the other people of that desk.
    """
    if of.level != Level.NATIONAL and (coordinators := tables.coordinators_of(session, of, at)):
        return coordinators
    return tables.national_people(session, at, but=of.id)


def stop_messages(context: Context, msisdn: str) -> None:
    """Stops all SMS to this number for ever. Also removes the number from the on-call contacts and from the programmes.

    If the number is enrolled, nothing changes, because the STOP may be forged. In this case, people are notified.
    Raises StoreUnavailable.
    """
    with ringing(context) as session:
        stop_messages_in(session, context, msisdn, context.now())


def stop_messages_in(session: Session, context: Context, msisdn: str, at: datetime) -> None:
    """Does the same as `stop_messages`, but in the transaction of the calling function."""
    if note_stop(session, context, msisdn, at):
        return
    tables_sessions.add_stop(session, context.pseudonyms.stopped(msisdn), at)
    queries_on_call.mark_unreachable(
        session, context.pseudonyms.enrolled(msisdn), queries_on_call.STOPPED
    )
    service_enrolment.leave(session, context, msisdn)
