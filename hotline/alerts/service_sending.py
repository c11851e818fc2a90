"""Sends messages: claims a message for one worker, sends it outside of a transaction, and records the result.

The claim is committed to the database before the worker sends the message. A message may need several attempts. The
result of an attempt usually no longer changes the message once a later attempt has begun. The module sends several
messages to responders at the same time. `dialogue/service_answers.py` sends the answers to callers' SMS, and the
monitor sends its own notices.
"""

import logging
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from time import perf_counter

from hotline.alerts import (
    queries,
    queries_outbox,
    queries_retention,
    service_case,
    service_commands,
    service_escalation,
)
from hotline.alerts.queries_outbox import Claim
from hotline.core.contexts import Context, Send, SendingContext, WorkerContext
from hotline.core.database import Session, add_if_new
from hotline.core.logs import REQUEST
from hotline.core.wording import Template
from hotline.gateway import rules, tables
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import (
    NOTICES,
    SHARED,
    MessageKind,
    MessageState,
    Outcome,
    ReportIn,
    ReportMeaning,
    SendResult,
    Verdict,
    render,
)
from hotline.gateway.tables import DeliveryReport, Message, OnCallContact
from hotline.people.tables import Responder
from hotline.text.errors import DecryptionFailed, KeyMissing
from hotline.tips.rules_events import EventChannel, LoggedEvent

logger = logging.getLogger(__name__)

# The functions below apply the gateway's delivery reports to messages.


def apply_report(context: Context, report: ReportIn) -> None:
    """Stores a delivery report from the gateway. If the hotline does not know the message id in the report yet, it
    applies the report later. Changes nothing if the report was already stored or has an unknown status.

    Raises StoreUnavailable if the database fails, so that the gateway sends the report again.
    """
    at = context.now()
    with ringing(context) as session:
        row = DeliveryReport(
            gateway=report.gateway,
            provider_id=report.provider_id,
            status=report.status,
            network=report.network,
            received_at=at,
            applied=False,
        )
        if add_if_new(session, row):
            apply_early(session, context, report.gateway, report.provider_id, at)


def apply_early(
    session: Session, context: Context, gateway: str, provider_id: str, at: datetime
) -> None:
    """Applies delivery reports that arrived before the hotline knew the id of their message."""
    queries_outbox.lock_provider_id(session, provider_id)
    rows = queries_outbox.early_reports(session, gateway, provider_id)
    message = queries_outbox.message_of_provider_id(session, gateway, provider_id) if rows else None
    if message is None:
        return
    for row in rows:
        row.applied = True
        _apply_report(session, context, message, row, at)
    session.flush()


def _apply_report(
    session: Session, context: Context, message: Message, report: DeliveryReport, at: datetime
) -> None:
    """Applies a delivery report to its message. A final state of a message does not change, with one exception: an
    answered message can still become delivered.

    A report that an older attempt has failed does not change the message.
    """
    meaning = rules.report_meaning(report.status)
    arrived = meaning is ReportMeaning.ARRIVED
    still_open = message.state not in rules.FINAL_STATES
    if meaning is ReportMeaning.NOTHING:
        return
    if arrived and (still_open or message.state == MessageState.ANSWERED):
        queries_outbox.end_message(message, MessageState.DELIVERED)
        message.delivered_at = at
        if message.kind != MessageKind.ALERT or message.responder_id is None:
            return
        by = service_case.by_responder(message.responder_id, EventChannel.SMS)
        tip_ids = queries_outbox.tips_of(session, message)
        for tip_id in tip_ids:
            key = str(message.id) if len(tip_ids) == 1 else f"{message.id}:{tip_id}"
            service_case.write_event(session, tip_id, LoggedEvent.DELIVERED, by, at, key=key)
        return
    if not still_open or message.state == MessageState.SENDING:
        return
    if (message.gateway, message.provider_id) != (report.gateway, report.provider_id):
        return

    queries_outbox.end_message(message, MessageState.FAILED)
    session.flush()
    _alert_colleagues(session, context, message, at)


def _alert_colleagues(session: Session, context: Context, message: Message, at: datetime) -> None:
    """Alerts a colleague of each tip that a message is about, because the message does not arrive or arrives late."""
    for tip_id in queries_outbox.tips_of(session, message):
        service_escalation.alert_colleague(session, context, tip_id, at)


OPEN_STATES = (MessageState.SENDING, MessageState.UNKNOWN, MessageState.RETRY)
"""The states of a message whose newest attempt still has no result."""


def deliver_due(context: WorkerContext) -> int:
    """Begins to send the most urgent due messages, as many as can be sent at the same time. Returns the number of these
    messages.

    When a message was sent, the next due message follows at once.
    """
    return context.senders.fill(partial(_claim, context))


def _claim(context: WorkerContext, limit: int) -> Sequence[Send]:
    REQUEST.set("")
    at = context.now()
    with context.database.reading() as session:
        if queries_outbox.oldest_due(session, at) is None:
            return ()
    context.failpoint("worker.before_claim")
    with context.database.writing() as session:
        if tables.pause_reason(session, at):
            return ()
        worker = str(os.getpid())
        claims = queries_outbox.claim_due(session, at, limit, context.line.sends_at_once, worker)
    return [partial(_deliver, context, claim) for claim in claims]


def _deliver(context: WorkerContext, claim: Claim) -> None:
    context.failpoint("worker.after_claim")

    result, stop_key = send_claimed(context, claim, _to_responder, turn=context.senders.in_turn)
    if result.outcome is Outcome.ACCEPTED:
        context.failpoint("worker.after_send")

    record_result(context, claim, result, stop_key, turn=context.senders.in_turn())


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An SMS that is ready to be sent."""

    msisdn: str = field(repr=False)
    text: str = field(repr=False)
    stop_key: str | None = None
    """The digest of the phone number, as the stop list (people who want no more messages) contains it. None if the
    hotline need not look for this number in the stop list."""


def _to_responder(context: SendingContext, claim: Claim) -> Outgoing:
    """Writes the text of a message, after decrypting the phone number and the enrolment code.

    Raises KeyMissing, DecryptionFailed.

    The outbox contains the enrolment code only in encrypted form.
    """
    address, wording = claim.to, claim.wording
    assert address is not None
    msisdn = context.numbers.decrypt_number(address.number)
    if address.code is not None:
        join = {"join": context.numbers.decrypt_number(address.code)}
        wording = replace(wording, parameters={**wording.parameters, **join})
    return Outgoing(msisdn, render(wording, context.phrases), context.pseudonyms.stopped(msisdn))


def is_withdrawn(claim: Claim) -> bool:
    """Returns True if a message is no longer needed. For example, the enrolment code in the message was used or
    replaced, or the recipient's phone number was deleted. An SMS about several cases is not needed if responders have
    taken all these cases."""
    to = claim.to
    without_code = claim.message.template == Template.JOIN.name and (to is None or to.code is None)
    no_case = claim.message.template in SHARED and claim.message.parameters["count"] == "0"
    return without_code or no_case or to is None or not to.number


def send_claimed(
    context: SendingContext,
    claim: Claim,
    prepare: Callable[[SendingContext, Claim], Outgoing],
    *,
    turn: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> tuple[SendResult, str | None]:
    """Sends a claimed message outside of a transaction. Returns the result, and the digest of the phone number for the
    stop list (people who want no more messages).

    `prepare` is a function that decrypts the phone number and writes the text. `prepare` may raise KeyMissing or
    DecryptionFailed.
    """
    REQUEST.set(claim.request)
    if is_withdrawn(claim):
        return SendResult(Outcome.WITHDRAWN), None
    try:
        sms = prepare(context, claim)
    except KeyMissing:
        return SendResult(Outcome.CONFIG_FAULT, provider_status="key_missing"), None
    except DecryptionFailed:
        return SendResult(Outcome.UNREADABLE, provider_status="seal_broken"), None
    if sms.stop_key is not None:
        with turn(), context.database.reading() as session:
            if queries_outbox.is_stopped(session, sms.stop_key):
                return SendResult(Outcome.STOPPED), None
    started_at = perf_counter()
    result = context.sms.send(sms.msisdn, sms.text)
    return replace(result, seconds=perf_counter() - started_at), sms.stop_key


def record_result(
    context: SendingContext,
    claim: Claim,
    result: SendResult,
    stop_key: str | None = None,
    *,
    turn: AbstractContextManager[object] | None = None,
) -> None:
    """Records the result of an attempt to send a message. The result may change the message, the recipient and the
    outgoing queue."""
    logger.info("SMS: %s", result.outcome, extra={"row": claim.message.id})
    at = context.now()
    if claim.message.contact_key is not None:
        # With the gateway's records, a stored message id could show which phone belongs to a pseudonym.
        result = replace(result, provider_id=None)
    with ringing(context, turn) as session:
        row = queries_outbox.message_for_writing(session, claim.message.id)
        queries_outbox.close_attempt(session, claim, result)
        # The monitor may use another gateway, so the monitor's results say nothing about the workers' gateway.
        if claim.message.priority != rules.Priority.MONITOR:
            if result.outcome is Outcome.ACCEPTED:
                tables.end_fault(session)
            elif result.outcome is Outcome.NOT_SENT:
                tables.note_failure(session, at)

        if _may_write(row, claim.message.attempts, result.outcome):
            verdict = _verdict(row, result)
            _apply_verdict(session, row, result, verdict, at)
            if row.state == MessageState.RETRY and queries_retention.is_withheld(session, row):
                row.state = MessageState.FAILED
            _consequences(session, context, claim, result, verdict, at)
        if result.provider_id is not None:
            # The delivery report may have arrived before this row got the message id.
            apply_early(session, context, result.gateway, result.provider_id, at)
        if result.outcome is Outcome.STOPPED and stop_key is not None and not claim.is_drill:
            # The person is on the gateway's list of people who want no messages. The hotline stores this wish, in case
            # the gateway's list changes.
            tables.add_stop(session, stop_key, at)


def _may_write(row: Message, n: int, outcome: Outcome) -> bool:
    """Returns True if this attempt may change the message.

    The result of an older attempt counts only if the gateway accepted the message late.
    """
    if row.attempts == n:
        return row.state in OPEN_STATES
    return outcome is Outcome.ACCEPTED and row.state in (MessageState.UNKNOWN, MessageState.RETRY)


def _verdict(row: Message, result: SendResult) -> Verdict:
    # If the message is not being sent any more, its claim has ended and this attempt was already counted.
    counted = row.counted if row.state == MessageState.SENDING else max(row.counted - 1, 0)
    return rules.decide(
        result,
        priority=row.priority,
        attempts=row.attempts,
        counted=counted,
        chance=secrets.randbelow(1000) / 1000,
    )


def _apply_verdict(
    session: Session, row: Message, result: SendResult, verdict: Verdict, at: datetime
) -> None:
    if row.state == MessageState.SENDING and verdict.counted:
        row.counted += 1
    queries_outbox.end_message(row, verdict.state)
    row.next_at = at + verdict.wait
    row.outcome = result.outcome
    if result.outcome is Outcome.ACCEPTED:
        row.accepted_at = at
        row.gateway, row.provider_id = result.gateway, result.provider_id
    if verdict.pause:
        tables.pause_for_fault(session, at + verdict.wait, result.outcome)
    session.flush()


def _consequences(
    session: Session,
    context: SendingContext,
    claim: Claim,
    result: SendResult,
    verdict: Verdict,
    at: datetime,
) -> None:
    """Marks a recipient who cannot be reached, and alerts a colleague at once."""
    if verdict.flag and claim.message.on_call_id is not None:
        session.get_one(OnCallContact, claim.message.on_call_id).unreachable = result.outcome
        return
    is_own = claim.message.responder_id is not None and claim.to is not None and claim.to.is_own
    # A drill never marks a responder as unreachable, because the next real alert shows if the phone can be reached.
    if verdict.flag and is_own and not claim.is_drill:
        responder = session.get_one(Responder, claim.message.responder_id)
        status = None if result.outcome is Outcome.STOPPED else result.provider_status
        responder.unreachable = status or result.outcome
        session.flush()
        # Other responders get all open cases of this responder.
        service_commands.hand_on_cases(session, context, responder.id, at)
    elif verdict.replace:
        _alert_colleagues(session, context, claim.message, at)


def expire_leases(context: WorkerContext) -> None:
    """Ends the claims of workers that have stopped or hang. The hotline then does not know if these workers sent their
    messages."""
    at = context.now()
    with ringing(context) as session:
        for row in queries_outbox.expired(session, at):
            lost = SendResult(Outcome.UNKNOWN)
            verdict = _verdict(row, lost)
            _apply_verdict(session, row, lost, verdict, at)
            if verdict.replace:
                _alert_colleagues(session, context, row, at)


def retry_unknown(context: WorkerContext) -> None:
    """Sends a message again after some time, if the hotline does not know whether it was sent.

    `gateway.rules.after_doubt` decides which messages are sent again.
    """
    at = context.now()
    with ringing(context) as session:
        for row in queries_outbox.doubtful(session, at):
            row.state = rules.after_doubt(
                withheld=queries_retention.is_withheld(session, row),
                answered=queries_outbox.is_acknowledged(session, row),
            )
            if row.state == MessageState.RETRY:
                row.next_at = at
                tables.note_due(session, row.id)


def resend_unreported(context: WorkerContext) -> None:
    """Sends an alert once more, if no delivery report about it arrived in time. Also alerts one more person of the same
    escalation level.

    Alerts only one such person for each level, even if many delivery reports are missing. So a phone network without
    delivery reports does not cause too many messages. The deadline to acknowledge the case does not change.
    """
    at = context.now()
    with ringing(context) as session:
        for row in queries_outbox.unreported(session, at):
            row.resent = True
            if queries_retention.is_withheld(session, row):
                continue
            is_notice = row.template in NOTICES
            assignments = [
                assignment
                for assignment in queries_outbox.assignments_of(session, row)
                if is_notice or not queries.is_taken(session, assignment.tip_id)
            ]
            if not assignments:
                continue
            row.state = MessageState.RETRY
            row.next_at = at
            tables.note_due(session, row.id)
            for one in assignments:
                if not is_notice and one.step + 1 >= queries.next_step(session, one.tip_id):
                    service_escalation.alert_colleague(session, context, one.tip_id, at)
