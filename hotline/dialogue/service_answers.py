"""Holds conversations by SMS with phones that are not enrolled, and sends the hotline's answers to these phones.

A conversation uses the same flow engine as a USSD session, and the published flows except the flows that collect
answers. In a conversation, a screen may be as long as an SMS, and the person may answer with a word.

The web process writes an answer when it receives an SMS from the gateway. A worker sends the answer after all alerts.
If the time for the answer has passed by then, the worker does not send the answer. The web process encrypts the phone
number with the workers' public key, and then again with the key of the week. Two weeks later, no one can read the
number in any copy of the database. The worker decrypts the number only to send the answer. When the hotline deletes the
answer, it also deletes the number. Every function that uses the database raises StoreUnavailable if the database does
not answer.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from hotline.alarms.rules import CheckResult
from hotline.alerts import queries_outbox, service_sending
from hotline.alerts.queries_outbox import Claim
from hotline.core.contexts import Context, Job, SendingContext, WorkerContext
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.counters import service
from hotline.flows import turn
from hotline.flows.conversation import ConversationState, Event, Facts, LanguageChosen, Place
from hotline.flows.flow import FlowSet, numbers_shown, public_flow_set
from hotline.flows.screen import ENGINE_TEXTS, Screen
from hotline.gateway import tables
from hotline.gateway.rules import (
    ANSWER_SHARE,
    AnswerForm,
    MessageKind,
    MessageState,
    OutgoingPart,
    Priority,
    can_answer,
)
from hotline.programmes.rules import Programme
from hotline.text.characters import ALONE, segments
from hotline.text.errors import DecryptionFailed, KeyMissing, NotFound, NumberInvalid
from hotline.text.identifiers import parse_sendable
from hotline.text.keywords import normalised_words
from hotline.text.time import midnight
from hotline.text.topics import AskedTopic, Topic, language_named, sounds_like

MAX_KEY = 3
"""The number of digits of the longest key that a screen accepts, which is `000`."""


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """The flow set, the facts and the date that a conversation uses from its first to its last screen."""

    flow_set: FlowSet
    facts: Facts
    day: date


@dataclass(frozen=True, slots=True)
class SmsTurn:
    """One turn of a conversation by SMS.

    `again` is True if the hotline did not understand the answer and repeats the screen.
    """

    state: ConversationState = field(repr=False)
    events: tuple[Event, ...] = ()
    again: bool = False


def conversation_context(flow_set: FlowSet, day: date) -> ConversationContext:
    """Makes the context of a conversation by SMS. Leaves out the flows for reports, receipts, call-backs and
    programmes."""
    entries = {topic.value: topic.value for topic in Topic}
    flags = numbers_shown(flow_set, day)
    return ConversationContext(
        public_flow_set(flow_set, skip=tuple(Programme), entries=entries), Facts(flags=flags), day
    )


def begin_topic(on: ConversationContext, asked: AskedTopic, language: str) -> SmsTurn:
    """Returns the first screen of a topic. The screen's language is the language of the word with which the sender
    asked for the topic. If this word exists in several languages, the screen's language is `language`.
    """
    first = turn.start(on.flow_set, on.facts, entry=asked.topic.value, limit=ALONE)
    spoken = asked.language or language
    if spoken == first.state.language:
        return SmsTurn(first.state, first.events)
    state = replace(first.state, language=spoken)
    return SmsTurn(state, (*first.events, LanguageChosen(spoken)))


def continue_topic(on: ConversationContext, state: ConversationState, text: str) -> SmsTurn | None:
    """Returns the turn (the next screen) that follows the answer `text`. Returns None if `text` is not an answer to the
    screen."""
    if state.finished:
        return None
    said = normalised_words(text)
    key = _key(on, state, said)
    if key is not None:
        before = turn.repeat(on.flow_set, state, on.facts, limit=ALONE)
        turned = turn.resume(on.flow_set, state, key, on.facts, limit=ALONE)
        again = turned.state == state and turned.screen == before
        return SmsTurn(turned.state, turned.events, again)
    named = language_named(text)
    if named is not None:
        return SmsTurn(replace(state, language=named), (LanguageChosen(named),))
    return None


def screen_values(
    state: ConversationState, on: ConversationContext, *, again: bool
) -> Mapping[str, Any]:
    """Returns the values from which `draw_screen` draws the screen again: the place of the screen in the flow, and the
    sender's earlier choices. These values contain no text of the sender."""
    here = state.calls[-1]
    return {
        "place": [here.flow, here.node, here.page],
        "answers": dict(state.answers),
        "day": on.day.isoformat(),
        "again": again,
    }


def draw_screen(flow_set: FlowSet, parameters: Mapping[str, Any], language: str) -> Screen:
    """Draws the screen for the values that `screen_values` returned. The same values always give the same screen."""
    on = conversation_context(flow_set, date.fromisoformat(parameters["day"]))
    at = ConversationState(language, (Place(*parameters["place"]),), answers=parameters["answers"])
    draw = turn.repeat if parameters["again"] else turn.render
    return draw(on.flow_set, at, on.facts, limit=ALONE)


def _key(on: ConversationContext, state: ConversationState, text: list[str]) -> str | None:
    """Returns the key that the sender means.

    The sender may write a digit, the text of a choice, or a word that means back, home or more.
    """
    if len(text) == 1 and text[0].isdecimal() and len(text[0]) <= MAX_KEY:
        return text[0]
    joined = " ".join(text)
    choices = turn.offered(on.flow_set, state, on.facts, limit=ALONE)
    meant = [
        key
        for key, label in choices.items()
        if sounds_like(joined, " ".join(normalised_words(label)))
    ]
    if len(meant) == 1:
        return meant[0]
    return NAVIGATION_KEYS.get(joined)


NAVIGATION_KEYS = {
    " ".join(normalised_words(name)): key
    for own in ENGINE_TEXTS.values()
    for key, name in (("9", own.more), ("0", own.back), ("00", own.home))
} | {"SUBIRA": "0"}
"""Maps the words "more", "back" and "home" of each language, as screens show them, to the keys `9`, `0` and `00`."""

SMS = "sms"
BATCH = 100
BUDGET = timedelta(seconds=8)
"""The longest time for which a process sends a batch of answers. Batches of alerts have the same time limit. Even if
the last SMS of a batch takes the longest possible time, the batch ends before the job's time limit of twenty
seconds."""
OWN_BUDGET = timedelta(seconds=1)
"""The longest time for which the clock process sends answers in one round."""
RING_AFTER = timedelta(seconds=0.7)
SEND_OWN_AFTER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class AnswerContent:
    """The content of an answer: the form of the answer, and the values for the text."""

    form: AnswerForm
    revision_id: int
    parameters: Mapping[str, Any] = field(repr=False)
    language: str


def write_answer(
    session: Session,
    context: Context,
    *,
    to: str,
    content: AnswerContent,
    at: datetime,
    written_at: datetime | None = None,
) -> int | None:
    """Writes an answer that is due now, and returns the id of the answer. If `written_at` is given, the time limit for
    the answer begins at this time, when the caller wrote. Returns None if the owner of the phone has stopped SMS, if
    the hotline has sent too many answers, or if the workers' public key is missing. Also returns None unless the number
    is a mobile number in Rwanda: an SMS to a satellite phone would cost far more. The function counts the answers that
    it does not write for this reason."""
    if not _answerable(to):
        service.count_event(session, service.UNANSWERABLE, SMS, at)
        return None
    if queries_outbox.is_stopped(session, context.pseudonyms.stopped(to)):
        return None
    contact_key = context.pseudonyms.contact(to, at)
    if not can_answer(
        queries_outbox.spent_on_answers(session, contact_key, at, midnight(at)),
        context.line.sms_a_day,
    ):
        return None
    with suppress(KeyMissing):
        row = tables.Message(
            kind=MessageKind.ANSWER,
            contact_key=contact_key,
            encrypted_number=context.encrypter.weekly_lock.lock(
                context.encrypter.number(to), contact_key.encode(), at
            ),
            template=content.form,
            revision_id=content.revision_id,
            parameters=dict(content.parameters),
            language=content.language,
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
        return parse_sendable(msisdn) == msisdn
    except NumberInvalid:
        return False


def send_due(context: WorkerContext, *, limit: int = BATCH, budget: timedelta = BUDGET) -> int:
    """Sends waiting answers, the oldest first, until an alert is due.

    Returns the number of answers that the function tried to send.
    """
    began, tried = context.now(), 0
    while tried < limit and context.now() - began < budget:
        claim = _claim(context)
        if claim is None:
            break
        service_sending.record_result(
            context, claim, *service_sending.send_claimed(context, claim, _to_stranger)
        )
        tried += 1
    return tried


def keep_time(context: WorkerContext) -> None:
    """Cancels answers that are too late to send, and tells the workers to send the other answers. If no worker sends an
    answer in time, the clock process sends the answer.
    """
    at = context.now()
    with context.database.reading() as session:
        due, is_late = (
            queries_outbox.oldest_answer(session, at),
            queries_outbox.has_late_answer(session, at),
        )
    if is_late:
        with context.database.writing() as session:
            queries_outbox.end_late_answers(session, at)
    if due is None or at - due.next_at < RING_AFTER:
        return
    if not context.jobs.ring(Job.ANSWER, due.id) or at - due.next_at >= SEND_OWN_AFTER:
        send_due(context, budget=OWN_BUDGET)


def check_answers(context: Context, *, encrypted: bool) -> CheckResult:
    """Checks if phones that are not enrolled get their answers. Returns the result for the command `hotline doctor`.

    `encrypted` is True if the web process that receives SMS has the workers' public key.
    """
    if not context.line.inbound_sms:
        return CheckResult("answers", True, "none by SMS (HOTLINE_INBOUND_SMS)")
    if not encrypted:
        text = "the hooks have no relay.pub, so they answer only enrolled phones"
        return CheckResult(
            "answers",
            False,
            text,
            "restore that folder (`hotline keys import`), and start the web process again",
        )
    with context.database.reading() as session:
        today = queries_outbox.answers_since(session, midnight(context.now()))
        silent = service.counted_today(session, service.UNANSWERABLE, context.now())
    most = int(context.line.sms_a_day * ANSWER_SHARE)
    text = f"{today} of {most} today, {silent} not sent to unsupported numbers"
    if today < most:
        return CheckResult("answers", True, text)
    return CheckResult(
        "answers", False, f"{text}: only enrolled phones get answers", "see HOTLINE_SMS_A_DAY"
    )


def _claim(context: WorkerContext) -> Claim | None:
    at = context.now()
    with context.database.writing() as session:
        if tables.pause_reason(session, at) or queries_outbox.oldest_due(session, at) is not None:
            return None
        is_paused = tables.is_part_paused(session, OutgoingPart.ANSWERS)
        return queries_outbox.claim_answer(session, at, str(os.getpid()), only_cries=is_paused)


def _to_stranger(context: SendingContext, claim: Claim) -> service_sending.Outgoing:
    """Decrypts the phone number of an answer, and returns the message to send. Raises DecryptionFailed for every error.

    A failed decryption does not count as a fault of the gateway, so that it delays no alerts.
    """
    assert claim.to is not None
    assert claim.message.contact_key is not None
    try:
        encrypted = context.encrypter.weekly_lock.unlock(
            claim.to.number, claim.message.contact_key.encode()
        )
        msisdn = context.numbers.decrypt_number(encrypted)
        return service_sending.Outgoing(
            msisdn, _worded(context, claim), context.pseudonyms.stopped(msisdn)
        )
    except (KeyMissing, NotFound, KeyError, TypeError, ValueError) as broken:
        raise DecryptionFailed(type(broken).__name__) from None


def _worded(context: Context, claim: Claim) -> str:
    if claim.message.template != AnswerForm.SCREEN:
        words = Template[claim.message.template]
        return context.phrases.say(claim.message.language, words, code=context.line.service_code)
    assert claim.message.revision_id is not None
    screen = draw_screen(
        context.flow_sets.get(claim.message.revision_id),
        claim.message.parameters,
        language=claim.message.language,
    )
    if not screen.ends:
        return screen.text
    farewell = (
        f"{screen.text}\n{context.phrases.say(claim.message.language, Template.DELETE_THESE)}"
    )
    return farewell if segments(farewell) == 1 else screen.text
