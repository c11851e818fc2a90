"""Answers to strangers: written in a hook, sent by `misc`, behind every alert, and never late.

The number is sealed to the relay in the hook, under the lock of the week, so that no copy of the database tells it when
the weeks are over; opened for one send, and gone with it. Raises StoreUnavailable.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from hotline.domain.jobs import Job
from hotline.domain.msisdn import sendable
from hotline.domain.outbox.delivery import Outcome, SendResult
from hotline.domain.outbox.message import (
    SHARE,
    AnswerForm,
    AnswerState,
    AnswerVerdict,
    affordable,
    judge,
)
from hotline.domain.wording import Template
from hotline.errors import KeyMissing, NotFound, NumberInvalid, SealBroken
from hotline.ports import Kit, RelayKit
from hotline.sealing.keys.people import KIGALI
from hotline.services.check_result import CheckResult
from hotline.services.doorbell import ring
from hotline.services.reach import outreach
from hotline.services.sms import sms_screens
from hotline.store.database import Session
from hotline.store.dialogue import contacts
from hotline.store.outbox import answers, messages, outbox
from hotline.store.outbox.answers import Answer, AnswerClaim
from hotline.text.gsm7 import segments

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
        outreach.log_unanswerable(session, at)
        return None
    if outbox.is_stopped(session, kit.pseudonyms.stopped(to)):
        return None
    contact_key = kit.pseudonyms.contact(to, at)
    if not affordable(answers.spent(session, contact_key, at, _midnight(at)), kit.line.sms_a_day):
        return None
    with suppress(KeyMissing):
        row = Answer(
            contact_key=contact_key,
            sealed_number=seal(kit, to, contact_key, at),
            form=says.form,
            revision_id=says.revision_id,
            parameters=dict(says.parameters),
            language=says.language,
            state=AnswerState.PENDING,
            attempts=0,
            created_at=written_at or at,
            next_at=at,
            lease_until=None,
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
        _record(kit, claim, _send(kit, claim))
        tried += 1
    return tried


def keep_time(kit: RelayKit) -> None:
    """End what is late and what a dead worker held; ring for the rest, and send it here where nobody hears."""
    at = kit.now()
    with kit.database.reading() as session:
        due = answers.oldest_due(session, at)
        waits = due is not None or answers.any_open(session)
    if not waits:
        return
    with kit.database.writing() as session:
        for row in answers.expired(session, at):
            answers.end(row, AnswerState.SENT)
        for row in answers.late(session, at):
            answers.end(row, AnswerState.LATE)
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
        today = answers.written_since(session, _midnight(kit.now()))
        silent = outreach.unanswerable(session, kit.now())
    most = int(kit.line.sms_a_day * SHARE)
    says = f"{today} of {most} today, {silent} to numbers that get none"
    if today < most:
        return CheckResult("answers", True, says)
    return CheckResult(
        "answers", False, f"{says}: no stranger is answered", "see HOTLINE_SMS_A_DAY"
    )


def _claim(kit: RelayKit) -> AnswerClaim | None:
    at = kit.now()
    with kit.database.writing() as session:
        if messages.held(session, at) or outbox.oldest_due(session, at) is not None:
            return None
        return answers.claim_next(session, at)


def _send(kit: RelayKit, claim: AnswerClaim) -> tuple[SendResult, str]:
    """What came of it, and the digest under which the number is stopped; no transaction is open here."""
    try:
        sealed = kit.sealer.weekly_lock.unlock(claim.sealed_number, claim.contact_key.encode())
        msisdn = kit.numbers.open_number(sealed)
        stop_key = kit.pseudonyms.stopped(msisdn)
        text = _worded(kit, claim)
    except (KeyMissing, SealBroken, NotFound, KeyError, TypeError, ValueError):
        # Ours alone: no alert is held back for it, and she may write again.
        return SendResult(Outcome.PERMANENT, provider_status="unreadable"), ""
    with kit.database.reading() as session:
        if outbox.is_stopped(session, stop_key):
            return SendResult(Outcome.STOPPED), stop_key
    return kit.sms.send(msisdn, text), stop_key


def _worded(kit: Kit, claim: AnswerClaim) -> str:
    if claim.form == AnswerForm.HINT:
        return kit.phrases.say(claim.language, Template.READ_AGAIN)
    if claim.form == AnswerForm.ADVERTISEMENT:
        return kit.phrases.say(claim.language, Template.ADVERTISEMENT, code=kit.line.service_code)
    screen = sms_screens.drawn(
        kit.books.book(claim.revision_id), claim.parameters, language=claim.language
    )
    if not screen.ends:
        return screen.text
    farewell = f"{screen.text}\n{kit.phrases.say(claim.language, Template.DELETE_THESE)}"
    return farewell if segments(farewell) == 1 else screen.text


def _record(kit: RelayKit, claim: AnswerClaim, came: tuple[SendResult, str]) -> None:
    at = kit.now()
    result, stop_key = came
    verdict = judge(result.outcome, claim.n)
    with kit.database.writing() as session:
        if result.outcome is Outcome.ACCEPTED:
            messages.release(session)
        if verdict.hold:
            messages.hold(session, at + verdict.wait, result.outcome)
        if stop_key and result.outcome is Outcome.STOPPED:
            contacts.stop(session, stop_key, at)
        row = answers.held_by(session, claim)
        if row is not None:
            _apply(row, verdict, at)


def _apply(row: Answer, verdict: AnswerVerdict, at: datetime) -> None:
    if verdict.state is AnswerState.PENDING:
        row.state, row.next_at, row.lease_until = verdict.state, at + verdict.wait, None
        return
    answers.end(row, verdict.state)


def _midnight(at: datetime) -> datetime:
    """When the day began in Kigali."""
    here = at.astimezone(KIGALI)
    return datetime.combine(here.date(), time(), KIGALI).astimezone(at.tzinfo)
