"""Sends messages of every queue: claim, send with no transaction open, record.

Intent is on disk before anything is done, and the result of an attempt is written only while that attempt is still the
newest. Messages to responders are sent here side by side; `sms_replies` sends answers, and the monitor its notices.
"""

import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from hotline.domain.outbox.delivery import (
    MessageState,
    Outcome,
    Priority,
    SendResult,
    Verdict,
    after_doubt,
    judge,
)
from hotline.domain.outbox.message import NOTICES, render
from hotline.domain.wording import Template
from hotline.errors import KeyMissing, SealBroken
from hotline.ports import RelayKit, Send, SendingKit
from hotline.services.doorbell import ringing
from hotline.services.outbox import reports
from hotline.services.referrals import casework, ladder
from hotline.store.database import Session
from hotline.store.dialogue import contacts
from hotline.store.outbox import messages, outbox
from hotline.store.outbox.messages import Message, Watcher
from hotline.store.outbox.outbox import Claim
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals, retention

OPEN_STATES = (MessageState.SENDING, MessageState.UNKNOWN, MessageState.RETRY)
"""Where the newest attempt may still say what came of it."""


def deliver_due(kit: RelayKit) -> int:
    """Begins the most urgent sends that are due, as many as the line has room for. Returns how many began.

    Whichever message rang. Where a send ends, its place goes to the next that is due, and nobody rings for it.
    """
    return kit.senders.fill(partial(_claim, kit))


def _claim(kit: RelayKit, free: int) -> Sequence[Send]:
    at = kit.now()
    with kit.database.reading() as session:
        if outbox.oldest_due(session, at) is None:
            return ()
    kit.failpoint("worker.before_claim")
    with kit.database.writing() as session:
        if messages.held(session, at):
            return ()
        worker = str(os.getpid())
        claims = outbox.claim_due(session, at, free, kit.line.sends_at_once, worker)
    return [partial(_deliver, kit, claim) for claim in claims]


def _deliver(kit: RelayKit, claim: Claim) -> None:
    kit.failpoint("worker.after_claim")

    result, stop_key = send(kit, claim, _to_responder, turn=kit.senders.in_turn)
    if result.outcome is Outcome.ACCEPTED:
        kit.failpoint("worker.after_send")

    record(kit, claim, result, stop_key, turn=kit.senders.in_turn())


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One SMS as it leaves."""

    msisdn: str = field(repr=False)
    text: str = field(repr=False)
    stop_key: str | None = None
    """What the number is called on the stop list; None where that is not asked."""


def _to_responder(kit: SendingKit, claim: Claim) -> Outgoing:
    """Raises KeyMissing, SealBroken. A code stands in no row in clear, and is opened while it is sent."""
    to, wording = claim.to, claim.wording
    assert to is not None
    msisdn = kit.numbers.open_number(to.number)
    if to.code is not None:
        join = {"join": kit.numbers.open_number(to.code)}
        wording = replace(wording, parameters={**wording.parameters, **join})
    return Outgoing(msisdn, render(wording, kit.phrases), kit.pseudonyms.stopped(msisdn))


def is_withdrawn(claim: Claim) -> bool:
    """Returns True where the code that it tells was used or replaced, or the number it goes to was forgotten."""
    to = claim.to
    without_code = claim.template == Template.JOIN.name and (to is None or to.code is None)
    return without_code or to is None or not to.number


def send(
    kit: SendingKit,
    claim: Claim,
    prepare: Callable[[SendingKit, Claim], Outgoing],
    *,
    turn: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> tuple[SendResult, str | None]:
    """Sends what was claimed. Returns what came of it, and what the number is called on the stop list.

    `prepare` opens the number, and raises KeyMissing or SealBroken. No transaction is open here.
    """
    if is_withdrawn(claim):
        return SendResult(Outcome.WITHDRAWN), None
    try:
        sms = prepare(kit, claim)
    except KeyMissing:
        return SendResult(Outcome.CONFIG_FAULT, provider_status="key_missing"), None
    except SealBroken:
        return SendResult(Outcome.UNREADABLE, provider_status="seal_broken"), None
    if sms.stop_key is not None:
        with turn(), kit.database.reading() as session:
            if outbox.is_stopped(session, sms.stop_key):
                return SendResult(Outcome.STOPPED), None
    return kit.sms.send(sms.msisdn, sms.text), sms.stop_key


def record(
    kit: SendingKit,
    claim: Claim,
    result: SendResult,
    stop_key: str | None = None,
    *,
    turn: AbstractContextManager[object] | None = None,
) -> None:
    """Writes what came of an attempt."""
    at = kit.now()
    if claim.contact_key is not None:
        # The gateway's id would tell, with the gateway's own books, whose pseudonym this is.
        result = replace(result, provider_id=None)
    with ringing(kit, turn) as session:
        row = outbox.message_for_writing(session, claim.message_id)
        outbox.close_attempt(session, claim, result)
        # The monitor may send by a gateway that the workers do not reach, and the other way round.
        if claim.priority != Priority.MONITOR and result.outcome is Outcome.ACCEPTED:
            messages.release(session)
        elif claim.priority != Priority.MONITOR and result.outcome is Outcome.NOT_SENT:
            messages.note_failure(session, at)

        if _may_write(row, claim.n, result.outcome):
            verdict = _verdict(row, result)
            _apply(session, row, result, verdict, at)
            if row.state == MessageState.RETRY and retention.is_withheld(session, row):
                row.state = MessageState.FAILED
            _consequences(session, kit, claim, result, verdict, at)
        if result.provider_id is not None:
            # Reports that were quicker than this row.
            reports.apply_early(session, kit, result.gateway, result.provider_id, at)
        if result.outcome is Outcome.STOPPED and stop_key is not None and not claim.is_exercise:
            # The gateway's word is her wish: ours too from now on, whatever becomes of its list.
            contacts.stop(session, stop_key, at)


def _may_write(row: Message, n: int, outcome: Outcome) -> bool:
    """The fence. A late "accepted" alone may still end the doubt about an older attempt."""
    if row.attempts == n:
        return row.state in OPEN_STATES
    return outcome is Outcome.ACCEPTED and row.state in (MessageState.UNKNOWN, MessageState.RETRY)


def _verdict(row: Message, result: SendResult) -> Verdict:
    # A lease that ran out has counted this attempt already.
    counted = row.counted if row.state == MessageState.SENDING else max(row.counted - 1, 0)
    return judge(
        result,
        priority=row.priority,
        attempts=row.attempts,
        counted=counted,
        chance=secrets.randbelow(1000) / 1000,
    )


def _apply(
    session: Session, row: Message, result: SendResult, verdict: Verdict, at: datetime
) -> None:
    if row.state == MessageState.SENDING and verdict.counted:
        row.counted += 1
    outbox.end(row, verdict.state)
    row.next_at = at + verdict.wait
    row.outcome = result.outcome
    if result.outcome is Outcome.ACCEPTED:
        row.accepted_at = at
        row.gateway, row.provider_id = result.gateway, result.provider_id
    if verdict.hold:
        messages.hold(session, at + verdict.wait, result.outcome)
    session.flush()


def _consequences(
    session: Session,
    kit: SendingKit,
    claim: Claim,
    result: SendResult,
    verdict: Verdict,
    at: datetime,
) -> None:
    """Whoever cannot be reached is no living recipient; a colleague is told at once."""
    if verdict.flag and claim.watcher_id is not None:
        session.get_one(Watcher, claim.watcher_id).unreachable = result.outcome
        return
    is_hers = claim.responder_id is not None and claim.to is not None and claim.to.is_hers
    # What takes somebody off the ladder is never done by an exercise: the next alert of a case learns it.
    if verdict.flag and is_hers and not claim.is_exercise:
        responder = session.get_one(Responder, claim.responder_id)
        said = None if result.outcome is Outcome.STOPPED else result.provider_status
        responder.unreachable = said or result.outcome
        session.flush()
        # Of every open case of hers, this one among them.
        casework.release_person(session, kit, responder.id, at)
    elif verdict.replace and claim.tip_id is not None:
        ladder.unreached(session, kit, claim.tip_id, at)


def expire_leases(kit: RelayKit) -> None:
    """A claim whose worker died, or sleeps: nobody knows whether it was sent."""
    at = kit.now()
    with ringing(kit) as session:
        for row in outbox.expired(session, at):
            lost = SendResult(Outcome.UNKNOWN)
            verdict = _verdict(row, lost)
            _apply(session, row, lost, verdict, at)
            tip_id = outbox.tip_of(session, row)
            if verdict.replace and tip_id is not None:
                ladder.unreached(session, kit, tip_id, at)


def retry_unknown(kit: RelayKit) -> None:
    """After W without a report or an answer, the same words again. `domain.outbox.delivery.after_doubt` decides."""
    at = kit.now()
    with ringing(kit) as session:
        for row in outbox.doubtful(session, at):
            row.state = after_doubt(
                withheld=retention.is_withheld(session, row),
                answered=outbox.acknowledged(session, row),
            )
            if row.state == MessageState.RETRY:
                row.next_at = at
                messages.note_due(session, row.id)


def miss_reports(kit: RelayKit) -> None:
    """Resends an alert that no report speaks of in time, once, and tells the next person of its step.

    One person for each step, however many of its alerts are unreported: a network that sends no reports makes no
    storm. The deadline of the tip stays as it is.
    """
    at = kit.now()
    with ringing(kit) as session:
        for row in outbox.unreported(session, at):
            row.resent = True
            tip_id = outbox.tip_of(session, row)
            if retention.is_withheld(session, row):
                continue
            notice = row.template in NOTICES
            if tip_id is None or (referrals.is_taken(session, tip_id) and not notice):
                continue
            row.state = MessageState.RETRY
            row.next_at = at
            messages.note_due(session, row.id)
            if not notice and not referrals.overtaken(session, row.referral_id):
                ladder.unreached(session, kit, tip_id, at)
