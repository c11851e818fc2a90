"""MO: a responder's answer, a wish to hear no more, or a tip. What is written to us is never repeated back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain import listing
from hotline.domain.jobs import Job
from hotline.domain.keywords import is_stop
from hotline.domain.message import (
    CONFIRMATION_PRIORITY,
    Kind,
    MessageIn,
    Wording,
    responders_entry,
)
from hotline.domain.reply import Verb, parse
from hotline.domain.sms_tip import is_tip
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services import casework, gatherings, ladder, outreach, proving, sms_tips, talks
from hotline.services.casework import Act, Acted
from hotline.services.doorbell import ring
from hotline.services.sms_tips import Written
from hotline.store import inbound, responders
from hotline.store.contacts import InboundSeen
from hotline.store.database import Session
from hotline.store.responders import Responder

WRONG_AN_HOUR = 2
"""The third wrong reference within an hour gets no answer: nobody learns by trying which references exist."""
HOUR = 3600
SMS = "sms"


class Way(StrEnum):
    """How an MO came to us."""

    CALLED = "called"
    """By the gateway's callback: whoever knows the secret in its path could have sent it."""
    LISTED = "listed"
    """By our own relay, which found it in the gateway's inbox."""


class InboxOutcome(StrEnum):
    REPEATED = "repeated"
    STOPPED = "stopped"
    UNKNOWN_SENDER = "unknown_sender"
    TIP = "tip"
    READ = "read"
    LEADER_HEARD = "leader_heard"
    HELPED = "helped"
    TAKEN = "taken"
    ALREADY_TAKEN = "already_taken"
    WRONG_REFERENCE = "wrong_reference"


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: InboxOutcome
    template: Template | None = None
    reference: str = ""
    referral_id: int | None = None


TAKINGS = {
    Acted.TAKEN: (InboxOutcome.TAKEN, Template.TAKEN),
    Acted.NOTED: (InboxOutcome.TAKEN, Template.NOTED),
    Acted.ALREADY_TAKEN: (InboxOutcome.ALREADY_TAKEN, Template.ALREADY_TAKEN),
    Acted.OVER: (InboxOutcome.TAKEN, Template.TAKEN),
}


def take_sms(kit: Kit, message: MessageIn, way: Way = Way.CALLED) -> InboxOutcome:
    """Deal with an MO once, by whatever way and however often. Raises StoreUnavailable: then nothing was done."""
    at = kit.now()
    keys = _digests(kit, message, at)
    sender_key = kit.pseudonyms.enrolled(message.sender)
    message_id: int | None = None
    answer_id: int | None = None
    written = Written(None, None)
    strange = _may_tell(kit, message, sender_key)
    heard = talks.gather(kit, message) if strange else None
    known = sms_tips.gather(kit, message) if strange and is_tip(message.text) else None
    with kit.database.writing() as session:
        seen = _seen(message, way, keys[0], at)
        if not _is_new(session, kit, seen, keys, at):
            return InboxOutcome.REPEATED
        responder = responders.enrolled(session, sender_key)

        answer = _answer(session, kit, message, responder, at, proved=way is Way.LISTED)
        if answer.outcome is InboxOutcome.UNKNOWN_SENDER and heard is not None:
            answer_id = talks.note(session, kit, message, heard, at)
            answer = Answer(InboxOutcome.READ)
        elif answer.outcome is InboxOutcome.UNKNOWN_SENDER and known is not None:
            written = sms_tips.note(session, kit, message, known, at)
            answer = Answer(InboxOutcome.TIP)
        kept = session.get_one(InboundSeen, seen.provider_id)
        kept.outcome, kept.referral_id = answer.outcome, answer.referral_id
        if responder is not None and answer.template is not None:
            message_id = _reply(session, kit, responder, answer, at)

    sms_tips.announce(kit, written)
    if answer.outcome is InboxOutcome.READ:
        talks.announce(kit, heard, answer_id)
    # Counting asks another machine: never while a transaction is open.
    if answer.outcome is InboxOutcome.WRONG_REFERENCE and responder is not None:
        message_id = _say_wrong(kit, responder, at)
    if message_id is not None:
        ring(kit, Job.DELIVER, message_id)
    return answer.outcome


def _digests(kit: Kit, message: MessageIn, at: datetime) -> tuple[str, ...]:
    """By which it is known again, the exact one first. One of no second was sent when it came."""
    second = (message.sent_at or at).replace(microsecond=0)
    said = (message.sender, kit.line.shortcode, message.text.strip())
    return tuple(kit.pseudonyms.sms(*said, near.isoformat()) for near in listing.near(second))


def _seen(message: MessageIn, way: Way, key: str, at: datetime) -> InboundSeen:
    """The inbox has numbers of its own, and may begin them anew: what it lists is known by its digest alone."""
    listed = way is Way.LISTED
    return InboundSeen(
        provider_id=f"listed:{key}" if listed else message.provider_id,
        outcome="",
        received_at=at,
        sms_key=key,
        proved_at=at if listed else None,
    )


def _is_new(
    session: Session, kit: Kit, seen: InboundSeen, keys: Sequence[str], at: datetime
) -> bool:
    """Writes it down. One that is listed proves what was heard of it before."""
    listed = seen.proved_at is not None
    known = inbound.heard(session, seen, keys)
    if known and listed:
        inbound.prove(session, known, at)
        for row in known:
            if row.referral_id is not None:
                proving.prove(session, kit, row.referral_id, at)
    return not known


def _may_tell(kit: Kit, message: MessageIn, sender_key: str) -> bool:
    """Whether it is a stranger's, who tells or asks. A responder's answer waits for nobody that a tip needs."""
    if not kit.line.inbound_sms or is_stop(message.text):
        return False
    with kit.database.reading() as session:
        return responders.enrolled(session, sender_key) is None


def _answer(
    session: Session,
    kit: Kit,
    message: MessageIn,
    responder: Responder | None,
    at: datetime,
    *,
    proved: bool,
) -> Answer:
    if is_stop(message.text):
        outreach.stop_in(session, kit, message.sender, at)
        return Answer(InboxOutcome.STOPPED)
    if gatherings.hear(session, kit, message.sender, message.text, at, SMS):
        return Answer(InboxOutcome.LEADER_HEARD)
    if responder is None:
        return Answer(InboxOutcome.UNKNOWN_SENDER)

    reply = parse(message.text)
    if reply.verb is Verb.HELP:
        return Answer(InboxOutcome.HELPED, Template.HELP_REPLY)
    if reply.verb is not Verb.TAKE or reply.reference is None:
        return Answer(InboxOutcome.HELPED, Template.NOT_UNDERSTOOD)
    asked = Act(responder.id, reply.reference, Verb.TAKE, casework.Way.SMS, at, proved)
    taken = casework.act(session, kit, asked)
    if taken.result is Acted.UNKNOWN:
        return Answer(InboxOutcome.WRONG_REFERENCE)
    outcome, template = TAKINGS[taken.result]
    return Answer(outcome, template, reply.reference, taken.referral_id)


def _say_wrong(kit: Kit, responder: Responder, at: datetime) -> int | None:
    key = responder.number_key
    if not kit.limiter.hit("wrong_reference", key, limit=WRONG_AN_HOUR, seconds=HOUR):
        return None
    answer = Answer(InboxOutcome.WRONG_REFERENCE, Template.NOT_UNDERSTOOD)
    with kit.database.writing() as session:
        return _reply(session, kit, responder, answer, at)


def _reply(session: Session, kit: Kit, responder: Responder, answer: Answer, at: datetime) -> int:
    assert answer.template is not None
    parameters = {"ref": answer.reference, "code": responders_entry(kit.line.service_code)}
    row = ladder.message(
        Kind.CONFIRMATION,
        Wording(answer.template, parameters, responder.language),
        responder.id,
        priority=CONFIRMATION_PRIORITY,
        at=at,
        of=answer.referral_id,
    )
    session.add(row)
    session.flush()
    return row.id
