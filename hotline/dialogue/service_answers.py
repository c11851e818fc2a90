"""Writes and sends answers to senders who are not enrolled. They go out after every alert, and never late.

A hook writes an answer and a worker sends it. The hook encrypts the number for the relay, under the key of the
week. So no copy of the database shows the number after the weeks are over. The relay decrypts it for one send, and it
is deleted with the answer. Raises StoreUnavailable.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from hotline.alerts import queries_outbox, service_sending
from hotline.alerts.queries_outbox import Claim
from hotline.alerts.service_sending import Outgoing
from hotline.core.check_result import CheckResult
from hotline.core.context import Kit, RelayKit, SendingKit
from hotline.core.database import Session
from hotline.core.jobs import Job
from hotline.core.wording import Template
from hotline.counters import service
from hotline.counters.service import UNANSWERABLE
from hotline.dialogue import service_sms_screens
from hotline.errors import KeyMissing, NotFound, NumberInvalid, SealBroken
from hotline.gateway import tables
from hotline.gateway.doorbell import ring
from hotline.gateway.rules_delivery import MessageState, Priority
from hotline.gateway.rules_message import SHARE, AnswerForm, Kind, affordable
from hotline.gateway.tables import Message
from hotline.keys.key_folder import KIGALI
from hotline.text.gsm7 import segments
from hotline.text.phone_numbers import sendable

SMS = "sms"
BATCH = 100
BUDGET = timedelta(seconds=8)
"""Longest time for a batch, as for alerts. With the longest send it ends before the job's twenty seconds."""
OWN_BUDGET = timedelta(seconds=1)
"""Longest time that the relay itself sends in one tick."""
RING_AFTER = timedelta(seconds=0.7)
SELF_AFTER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Says:
    """The content of an answer: its form, and the values that fill it."""

    form: AnswerForm
    revision_id: int
    parameters: Mapping[str, Any] = field(repr=False)
    language: str


def write(
    session: Session,
    kit: Kit,
    *,
    to: str,
    says: Says,
    at: datetime,
    written_at: datetime | None = None,
) -> int | None:
    """Writes an answer, due now, and returns its id. `written_at`: the time of the message, if that was earlier.

    Returns None if the phone wants no SMS, above the budget, or without the relay's public key. Returns None also for a
    number that is no Rwandan mobile. An answer to a satellite number costs many times an ordinary one. Such numbers are
    counted.
    """
    if not _answerable(to):
        service.log_alone(session, UNANSWERABLE, SMS, at)
        return None
    if queries_outbox.is_stopped(session, kit.pseudonyms.stopped(to)):
        return None
    contact_key = kit.pseudonyms.contact(to, at)
    if not affordable(
        queries_outbox.spent_on_answers(session, contact_key, at, _midnight(at)), kit.line.sms_a_day
    ):
        return None
    with suppress(KeyMissing):
        row = Message(
            kind=Kind.ANSWER,
            contact_key=contact_key,
            sealed_number=kit.sealer.weekly_lock.lock(
                kit.sealer.number(to), contact_key.encode(), at
            ),
            template=says.form,
            revision_id=says.revision_id,
            parameters=dict(says.parameters),
            language=says.language,
            priority=Priority.ANSWER,
            state=MessageState.PENDING,
            created_at=written_at or at,
            next_at=at,
        )
        session.add(row)
        session.flush()
        return row.id
    return None


def _answerable(msisdn: str) -> bool:
    try:
        return sendable(msisdn) == msisdn
    except NumberInvalid:
        return False


def send_due(kit: RelayKit, *, limit: int = BATCH, budget: timedelta = BUDGET) -> int:
    """Sends pending answers, oldest first, until an alert is due. Returns how many it attempted."""
    began, tried = kit.now(), 0
    while tried < limit and kit.now() - began < budget:
        claim = _claim(kit)
        if claim is None:
            break
        service_sending.record(kit, claim, *service_sending.send(kit, claim, _to_stranger))
        tried += 1
    return tried


def keep_time(kit: RelayKit) -> None:
    """Ends answers that are too late and rings for the rest. Sends them here if no worker does."""
    at = kit.now()
    with kit.database.reading() as session:
        due, is_late = (
            queries_outbox.oldest_answer(session, at),
            queries_outbox.any_late_answer(session, at),
        )
    if is_late:
        with kit.database.writing() as session:
            queries_outbox.end_late_answers(session, at)
    if due is None or at - due.next_at < RING_AFTER:
        return
    if not ring(kit, Job.ANSWER, due.id) or at - due.next_at >= SELF_AFTER:
        send_due(kit, budget=OWN_BUDGET)


def finding(kit: Kit, *, sealed: bool) -> CheckResult:
    """Returns a check that senders who are not enrolled get answers. `sealed`: the hooks have the relay's key."""
    if not kit.line.inbound_sms:
        return CheckResult("answers", True, "none by SMS (HOTLINE_INBOUND_SMS)")
    if not sealed:
        says = "the hooks hold no relay.pub: who writes a word is not answered"
        return CheckResult(
            "answers",
            False,
            says,
            "restore that folder (`hotline keys import`), and start the web process again",
        )
    with kit.database.reading() as session:
        today = queries_outbox.answers_since(session, _midnight(kit.now()))
        silent = service.counted_today(session, UNANSWERABLE, kit.now())
    most = int(kit.line.sms_a_day * SHARE)
    says = f"{today} of {most} today, {silent} to numbers that get none"
    if today < most:
        return CheckResult("answers", True, says)
    return CheckResult(
        "answers", False, f"{says}: no stranger is answered", "see HOTLINE_SMS_A_DAY"
    )


def _claim(kit: RelayKit) -> Claim | None:
    at = kit.now()
    with kit.database.writing() as session:
        if tables.held(session, at) or queries_outbox.oldest_due(session, at) is not None:
            return None
        return queries_outbox.claim_answer(session, at, str(os.getpid()))


def _to_stranger(kit: SendingKit, claim: Claim) -> Outgoing:
    """Decrypts the number and returns the message. Raises SealBroken for every error.

    Such an error is ours alone, so no alert is delayed because of it.
    """
    assert claim.to is not None
    assert claim.message.contact_key is not None
    try:
        sealed = kit.sealer.weekly_lock.unlock(claim.to.number, claim.message.contact_key.encode())
        msisdn = kit.numbers.open_number(sealed)
        return Outgoing(msisdn, _worded(kit, claim), kit.pseudonyms.stopped(msisdn))
    except (KeyMissing, NotFound, KeyError, TypeError, ValueError) as broken:
        raise SealBroken(type(broken).__name__) from None


def _worded(kit: Kit, claim: Claim) -> str:
    if claim.message.template != AnswerForm.SCREEN:
        words = Template[claim.message.template]
        return kit.phrases.say(claim.message.language, words, code=kit.line.service_code)
    assert claim.message.revision_id is not None
    screen = service_sms_screens.drawn(
        kit.books.book(claim.message.revision_id),
        claim.message.parameters,
        language=claim.message.language,
    )
    if not screen.ends:
        return screen.text
    farewell = f"{screen.text}\n{kit.phrases.say(claim.message.language, Template.DELETE_THESE)}"
    return farewell if segments(farewell) == 1 else screen.text


def _midnight(at: datetime) -> datetime:
    """Returns the start of this day in Kigali."""
    here = at.astimezone(KIGALI)
    return datetime.combine(here.date(), time(), KIGALI).astimezone(at.tzinfo)
