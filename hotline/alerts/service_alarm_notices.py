"""Sends notices about alarms to on-call contacts. These notices have a queue of their own, and the contacts' phone
numbers are encrypted with a separate key. The monitor sends notices even while all other messages are paused.

If the database fails, the monitor uses the phone numbers in its memory.
"""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline.alarms.rules import Alarm, AlarmState, Notice, next_state
from hotline.alerts import queries_outbox, service_sending
from hotline.alerts.queries_outbox import Claim
from hotline.core.contexts import Context, MonitorContext, SendingContext
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway import queries, queries_alert_path
from hotline.gateway.rules import (
    MessageKind,
    MessageState,
    Outcome,
    Priority,
    SendResult,
    Wording,
    render,
)
from hotline.gateway.tables import Message, OnCallContact
from hotline.people import tables_audit
from hotline.people.tables import MessageAddress

TEMPLATES = {
    Notice.RAISED: Template.ALARM_RAISED,
    Notice.AGAIN: Template.ALARM_AGAIN,
    Notice.OVER: Template.ALARM_OVER,
    Notice.TRIAL: Template.ALARM_TRIAL,
    Notice.DIGEST: Template.AUDIT_DIGEST,
}
OTHERS_LANGUAGE = "en"
STALE = timedelta(hours=6)
"""The age at which the monitor no longer sends a notice. If the alarm still exists then, there is a newer notice about
it."""


def new_notice(
    alarm: str, kind: Notice, contact: OnCallContact | None, since: datetime, at: datetime
) -> Message:
    """Returns a new notice, which the monitor sends at once. If `contact` is None, the notice goes out by mail or by a
    command that the operator chose, and not by SMS."""
    return Message(
        kind=MessageKind.NOTICE,
        on_call_id=None if contact is None else contact.id,
        template=TEMPLATES[kind].name,
        parameters=queries.notice_parameters(alarm, since),
        language=OTHERS_LANGUAGE if contact is None else contact.language,
        priority=Priority.MONITOR,
        state=MessageState.PENDING,
        attempts=0,
        next_at=at,
        created_at=at,
    )


def send_due(context: MonitorContext) -> None:
    """Tries once to send each due notice. Raises StoreUnavailable."""
    with context.database.reading() as session:
        notice_ids = queries_outbox.due_notices(session, context.now(), oldest=STALE)
    for message_id in notice_ids:
        at = context.now()
        with context.database.writing() as session:
            # A slow gateway delays the monitor's next check, so the monitor records before each notice that it still
            # works.
            queries_alert_path.note_look(session, at)
            claim = queries_outbox.claim_notice(session, message_id, at, str(os.getpid()))
        if claim is not None:
            service_sending.record_result(context, claim, _send(context, claim))


def contacts(context: MonitorContext) -> Sequence[tuple[str, bytes]]:
    """Returns the language and the encrypted phone number of each on-call contact who can be reached.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        return [
            (contact.language, contact.encrypted_number)
            for contact in queries.on_call_contacts(session)
            if contact.unreachable is None
        ]


def notify_database_failure(
    context: MonitorContext,
    contacts: Sequence[tuple[str, bytes]],
    previous: AlarmState | None,
    *,
    well: bool,
) -> AlarmState | None:
    """Notifies these contacts when the database has failed, and when it works again.

    Returns the new state of the alarm about the database. The monitor keeps this state in memory, because the database
    may not store it.
    """
    at = context.now()
    change = next_state(previous, Alarm.DATABASE, 0 if well else 1, at)
    if change.notice is None:
        return change.now
    since, words = previous.since if previous is not None else at, TEMPLATES[change.notice].name
    said = queries.notice_parameters(Alarm.DATABASE, since)

    def claim(language: str, to: MessageAddress | None) -> Claim:
        row = Message(template=words, parameters=said, language=language, priority=Priority.MONITOR)
        return Claim(row, to)

    for language, number in contacts:
        _send(context, claim(language, MessageAddress(number)))
    if context.watch.other.is_there():
        _send(context, claim(OTHERS_LANGUAGE, None))
    return change.now


def _send(context: MonitorContext, claim: Claim) -> SendResult:
    if claim.to is None:
        accepted = context.watch.other.tell(render(claim.wording, context.phrases))
        return SendResult(Outcome.ACCEPTED if accepted else Outcome.NOT_SENT)
    return service_sending.send_claimed(context, claim, _to_contact)[0]


def _to_contact(context: SendingContext, claim: Claim) -> service_sending.Outgoing:
    """Decrypts the phone number of a contact.

    Does not check if the contact wants no more messages, because such contacts are already marked as unreachable.
    """
    assert claim.to is not None
    return service_sending.Outgoing(
        context.numbers.decrypt_number(claim.to.number), render(claim.wording, context.phrases)
    )


def end_contact(
    session: Session, contact: OnCallContact, by: tables_audit.CommandActor, at: datetime
) -> bool:
    """Removes an on-call contact, and notifies all contacts who can be reached, including the removed one.

    If no other contact can be reached, removes no one and returns False.
    """
    reached = [row for row in queries.on_call_contacts(session) if row.unreachable is None]
    if reached == [contact]:
        return False
    session.add_all(
        new_notice(Alarm.ON_CALL_CONTACTS, Notice.RAISED, row, at, at) for row in reached
    )
    contact.active = False
    tables_audit.append_command(session, by, at, "watcher_removed", contact.name)
    return True


def alarm_text(context: Context, alarm: str, kind: Notice, since: datetime) -> str:
    """Returns the text of a notice by mail: the alarm's name, the time when it began, and its page in the runbook."""
    values = queries.notice_parameters(alarm, since)
    return render(Wording(TEMPLATES[kind], values, OTHERS_LANGUAGE), context.phrases)
