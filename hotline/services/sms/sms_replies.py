"""Answers to strangers: written in a hook, sent by `misc`, behind every alert, and never late.

The number is sealed to the relay in the hook, under the lock of the week, so that no copy of the database tells it when
the weeks are over; opened for one send, and gone with it. Raises StoreUnavailable.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from hotline.domain.jobs import Job
from hotline.domain.msisdn import sendable
from hotline.domain.outbox.delivery import MessageState, Priority
from hotline.domain.outbox.message import SHARE, AnswerForm, Kind, affordable
from hotline.domain.wording import Template
from hotline.errors import KeyMissing, NotFound, NumberInvalid, SealBroken
from hotline.ports import Kit, RelayKit, SendingKit
from hotline.sealing.keys.people import KIGALI
from hotline.services.check_result import CheckResult
from hotline.services.doorbell import ring
from hotline.services.outbox import delivery
from hotline.services.outbox.delivery import Outgoing
from hotline.services.reach import outreach
from hotline.services.reach.outreach import UNANSWERABLE
from hotline.services.sms import sms_screens
from hotline.store.database import Session
from hotline.store.outbox import messages, outbox
from hotline.store.outbox.messages import Message
from hotline.store.outbox.outbox import Claim
from hotline.text.gsm7 import segments

SMS = "sms"
BATCH = 100
BUDGET = timedelta(seconds=8)
"""As for alerts: with the longest send it ends before the job's twenty seconds."""
OWN_BUDGET = timedelta(seconds=1)
"""How long the relay sends by itself in one tick."""
RING_AFTER = timedelta(seconds=0.7)
SELF_AFTER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Says:
    """What an answer says: a form, and what it is drawn by."""

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
    """Writes an answer, due now, and returns its id. It answers what was `written_at`, where that was before.

    None where the phone wants no SMS, above the budget, without the relay's public key, and for a number that is no
    Rwandan mobile: an answer to a satellite number costs many times an ordinary one. Those are counted.
    """
    if not _answerable(to):
        outreach.log_alone(session, UNANSWERABLE, SMS, at)
        return None
    if outbox.is_stopped(session, kit.pseudonyms.stopped(to)):
        return None
    contact_key = kit.pseudonyms.contact(to, at)
    if not affordable(
        outbox.spent_on_answers(session, contact_key, at, _midnight(at)), kit.line.sms_a_day
    ):
        return None
    with suppress(KeyMissing):
        row = Message(
            kind=Kind.ANSWER,
            contact_key=contact_key,
            sealed_number=seal(kit, to, contact_key, at),
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


def seal(kit: Kit, msisdn: str, contact_key: str, at: datetime) -> bytes:
    """A number for the relay alone, and for no longer than the week's key lives. Raises KeyMissing."""
    return kit.sealer.weekly_lock.lock(kit.sealer.number(msisdn), contact_key.encode(), at)


def send_due(kit: RelayKit, *, limit: int = BATCH, budget: timedelta = BUDGET) -> int:
    """Send what waits, the oldest first, as long as no alert does. How many were tried."""
    began, tried = kit.now(), 0
    while tried < limit and kit.now() - began < budget:
        claim = _claim(kit)
        if claim is None:
            break
        delivery.record(kit, claim, *delivery.send(kit, claim, _to_stranger))
        tried += 1
    return tried


def keep_time(kit: RelayKit) -> None:
    """Ends what is late; rings for the rest, and sends it here where nobody hears."""
    at = kit.now()
    with kit.database.reading() as session:
        due, is_late = outbox.oldest_answer(session, at), outbox.any_late_answer(session, at)
    if is_late:
        with kit.database.writing() as session:
            outbox.end_late_answers(session, at)
    if due is None or at - due.next_at < RING_AFTER:
        return
    if not ring(kit, Job.ANSWER, due.id) or at - due.next_at >= SELF_AFTER:
        send_due(kit, budget=OWN_BUDGET)


def finding(kit: Kit, *, sealed: bool) -> CheckResult:
    """Whether whoever writes a word is answered; `sealed` says whether the hooks hold the relay's public key."""
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
        today = outbox.answers_since(session, _midnight(kit.now()))
        silent = outreach.counted_today(session, UNANSWERABLE, kit.now())
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
        if messages.held(session, at) or outbox.oldest_due(session, at) is not None:
            return None
        return outbox.claim_answer(session, at, str(os.getpid()))


def _to_stranger(kit: SendingKit, claim: Claim) -> Outgoing:
    """Raises SealBroken, whatever is wrong: that is ours alone, and no alert is held back for it."""
    assert claim.to is not None
    assert claim.contact_key is not None
    try:
        sealed = kit.sealer.weekly_lock.unlock(claim.to.number, claim.contact_key.encode())
        msisdn = kit.numbers.open_number(sealed)
        return Outgoing(msisdn, _worded(kit, claim), kit.pseudonyms.stopped(msisdn))
    except (KeyMissing, NotFound, KeyError, TypeError, ValueError) as broken:
        raise SealBroken(type(broken).__name__) from None


def _worded(kit: Kit, claim: Claim) -> str:
    if claim.template != AnswerForm.SCREEN:
        words = Template[claim.template]
        return kit.phrases.say(claim.language, words, code=kit.line.service_code)
    assert claim.revision_id is not None
    screen = sms_screens.drawn(
        kit.books.book(claim.revision_id), claim.parameters, language=claim.language
    )
    if not screen.ends:
        return screen.text
    farewell = f"{screen.text}\n{kit.phrases.say(claim.language, Template.DELETE_THESE)}"
    return farewell if segments(farewell) == 1 else screen.text


def _midnight(at: datetime) -> datetime:
    """When the day began in Kigali."""
    here = at.astimezone(KIGALI)
    return datetime.combine(here.date(), time(), KIGALI).astimezone(at.tzinfo)
