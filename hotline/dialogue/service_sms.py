"""Handles an SMS that the hotline gets: a responder's answer, a STOP, a request to read a topic, or a tip. The
hotline's answer never repeats text of the sender."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from hotline.alerts import queries_outbox, service_closing, service_commands
from hotline.alerts import tables as alerts_tables
from hotline.alerts.rules_replies import CommandResult, Verb
from hotline.alerts.rules_reply_parsing import ReplyKind
from hotline.alerts.service_commands import ReadReply, ReplyResult
from hotline.cases import service_requests
from hotline.core.contexts import Context, Job, WebContext
from hotline.core.database import Session
from hotline.dialogue import service_answers, service_commit, service_sms_tips
from hotline.dialogue.replay_cache import ReplayStep
from hotline.dialogue.rules_sms_tips import clean_message, is_cry_for_help, likely_language
from hotline.dialogue.service_answers import MAX_KEY, ConversationContext, SmsTurn
from hotline.dialogue.service_sms_tips import FilingData, SmsTipWritten
from hotline.flows.conversation import ConversationState, Place
from hotline.gateway import rules
from hotline.gateway import tables as gateway_tables
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import SOON, AnswerForm, MessageIn
from hotline.gateway.tables import InboundSeen, assignments_of
from hotline.people import tables
from hotline.programmes import service_enrolment
from hotline.text.characters import clean_keys
from hotline.text.errors import RunsUnavailable
from hotline.text.keywords import is_erasure, is_stop
from hotline.text.languages import FIRST
from hotline.text.topics import AskedTopic, asked_topic
from hotline.tips import tables as tips_tables

SMS = "sms"
IDLE = timedelta(minutes=30)
"""While less than this time has passed since a sender's last SMS, a digit answers the last screen. The hotline ignores
a digit that comes later, because a different person may hold the phone by then.
"""
KEPT = timedelta(hours=2)
"""The time for which the hotline remembers a conversation after the sender's last SMS. If a digit comes after `IDLE`
but within this time, the sender gets one answer that says how to begin again."""
ECHO = timedelta(minutes=1)
"""The time within which the hotline does not answer if the sender asks for the same screen again with the same word.
Only a machine would send the same word again within this time."""


@dataclass(frozen=True, slots=True)
class SmsConversation:
    """A conversation by SMS with a person who reads topics."""

    key: str
    """The key of the conversation in the state store: a digest that the hotline makes with the key of the week."""
    dialogue: str
    revision_id: int
    entry: str
    state: ConversationState = field(repr=False)
    began: datetime
    at: datetime
    lost: bool = False
    """True if the hotline did not understand the last message, or if the message came too late. If the value is True,
    the hotline does not answer the next message that it does not understand.
    """

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "began": self.began.isoformat(), "at": self.at.isoformat()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "SmsConversation":
        """Reads a stored conversation. Raises KeyError, TypeError or ValueError if an older or newer release of the
        hotline wrote the conversation in a different format.
        """
        state = document["state"]
        calls, *trail = (
            tuple(Place(*place) for place in stack) for stack in (state["calls"], *state["trail"])
        )
        return cls(
            **{
                **document,
                "state": ConversationState(**{**state, "calls": calls, "trail": tuple(trail)}),
                "began": datetime.fromisoformat(document["began"]),
                "at": datetime.fromisoformat(document["at"]),
            }
        )


@dataclass(frozen=True, slots=True)
class HeardMessage:
    """The meaning of an SMS, which the hotline finds before it begins to write to the database."""

    talk: SmsConversation
    turn: SmsTurn
    on: ConversationContext
    form: AnswerForm = AnswerForm.SCREEN
    silent: bool = False
    """True if the hotline does not answer the message."""


def gather(context: WebContext, message: MessageIn) -> HeardMessage | None:
    """Returns the topic or screen that a sender wants to read in this SMS. The function expects a sender who is not
    enrolled. Returns None if the message is no request to read.

    Raises NotReady if flows were never published, and StoreUnavailable if the database does not answer.
    """
    if is_cry_for_help(message.text):
        return None
    at = context.now()
    key = context.pseudonyms.session(f"talk {context.pseudonyms.contact(message.sender, at)}")
    talk = _recalled(context, key)
    awake = talk is not None and not talk.state.finished and at - talk.at <= IDLE

    if talk is not None and awake:
        on = _stage(context, talk.revision_id, talk.began)
        spoken = service_answers.continue_topic(on, talk.state, message.text)
        if spoken is not None:
            went = replace(talk, state=spoken.state, at=at, lost=spoken.again)
            return HeardMessage(went, spoken, on, silent=spoken.again and talk.lost)
    wanted = asked_topic(message.text)
    if wanted is not None:
        return _begun(context, message, wanted, key, talk, at)
    late = clean_keys(message.text)
    if talk is not None and not awake and late.isdecimal() and len(late) <= MAX_KEY:
        on = _stage(context, talk.revision_id, talk.began)
        return HeardMessage(
            replace(talk, lost=True), SmsTurn(talk.state), on, AnswerForm.HINT, silent=talk.lost
        )
    return None


def note(
    session: Session, context: WebContext, message: MessageIn, heard: HeardMessage, at: datetime
) -> int | None:
    """Counts the topic that the sender reads, and writes the answer. Runs in the transaction of the calling function.

    Returns the id of the answer, or None if the hotline writes no answer.
    """
    talk, spoken = heard.talk, heard.turn
    dialogue = service_sms_tips.locked_session(
        session, context, message, talk.dialogue, talk.revision_id, talk.began, entry=talk.entry
    )
    effects = service_commit.EffectContext(context, heard.on.flow_set, dialogue.key, message.sender)
    service_commit.in_transaction(
        session, effects, dialogue, [ReplayStep(1, spoken.state, spoken.events)]
    )
    gateway_tables.save_dialogue(session, dialogue)
    session.flush()
    if heard.silent:
        return None
    parameters: Mapping[str, Any] = {}
    if heard.form is AnswerForm.SCREEN:
        parameters = service_answers.screen_values(spoken.state, heard.on, again=spoken.again)
    return service_answers.write_answer(
        session,
        context,
        to=message.sender,
        content=service_answers.AnswerContent(
            heard.form, talk.revision_id, parameters, spoken.state.language
        ),
        at=at,
    )


def _begun(
    context: WebContext,
    message: MessageIn,
    topic: AskedTopic,
    key: str,
    before: SmsConversation | None,
    at: datetime,
) -> HeardMessage:
    revision_id = context.flow_sets.live()
    on = _stage(context, revision_id, at)
    spoken = service_answers.begin_topic(
        on, topic, before.state.language if before is not None else FIRST
    )
    echo = before is not None and before.state == spoken.state and at - before.at < ECHO
    if before is not None and echo:
        return HeardMessage(replace(before, at=at), SmsTurn(before.state), on, silent=True)
    dialogue = context.pseudonyms.session(f"talk {message.provider_id}")
    talk = SmsConversation(key, dialogue, revision_id, topic.topic, spoken.state, at, at)
    return HeardMessage(talk, spoken, on)


def _recalled(context: WebContext, key: str) -> SmsConversation | None:
    try:
        found = context.runs.load(key)
        return None if found is None else SmsConversation.from_dict(found)
    except (RunsUnavailable, KeyError, TypeError, ValueError):
        return None


def _stage(context: WebContext, revision_id: int, began: datetime) -> ConversationContext:
    flow_set = context.flow_sets.get(revision_id)
    return service_answers.conversation_context(flow_set, began.date())


def message_digests(context: Context, message: MessageIn, at: datetime) -> tuple[str, ...]:
    """Returns the digests by which the hotline recognises a repeated SMS. The first digest contains the exact second of
    the SMS. The other digests contain the second before and the second after the exact second. If the SMS has no time,
    the function uses the time when the SMS arrived.
    """
    second = (message.sent_at or at).replace(microsecond=0)
    said = (message.sender, context.line.shortcode, message.text.strip())
    return tuple(
        context.pseudonyms.sms(*said, near.isoformat()) for near in rules.same_second(second)
    )


def recognise(
    session: Session, context: Context, seen: InboundSeen, keys: Sequence[str], at: datetime
) -> Sequence[InboundSeen]:
    """Stores a new SMS.

    If the same SMS arrived before, returns the stored rows of this SMS. If the new copy comes from the gateway's inbox,
    the copy proves who sent the SMS. So the function now accepts the answers in the SMS, and carries out the commands
    that waited for this proof. Each command is carried out only once.
    """
    proved_at, vouched_at = seen.proved_at, seen.vouched_at
    known = alerts_tables.record_mo(session, seen, keys)
    alerts_tables.note_listed(session, known, proved_at=proved_at, vouched_at=vouched_at)
    for row in known if proved_at is not None else ():
        waits, row.queued = row.queued or {}, None
        service_requests.prove(session, context, waits, at)
        for assignment_id in assignments_of(row):
            waiting = waits.get(str(assignment_id))
            verb = None if waiting is None else Verb(waiting)
            service_commands.prove_answer(session, context, assignment_id, at, verb)
    return known


READ_INBOX_AFTER = timedelta(seconds=5)
"""After a cry for help, the hotline reads the gateway's inbox within this time. At other times, the hotline reads the
inbox once a minute."""


class Arrival(StrEnum):
    """The way in which an SMS reached the hotline."""

    CALLED = "called"
    """The gateway's callback reported the SMS. A person who knows the secret in the callback's address could have
    forged the SMS.
    """
    GATEWAY = "gateway"
    """A callback from one of the gateway's own addresses reported the SMS."""
    LISTED = "listed"
    """The clock process found the SMS in the gateway's inbox."""


class InboxOutcome(StrEnum):
    """The result of handling an SMS that contains no command about a case."""

    REPEATED = "repeated"
    STOPPED = "stopped"
    STOP_NOTED = "stop_noted"
    """A STOP that seems to come from an enrolled number. The number stays enrolled."""
    UNKNOWN_SENDER = "unknown_sender"
    TIP = "tip"
    TAKEN_BACK = "taken_back"
    """A sender who is not enrolled asks the hotline to erase the text of all tips from this phone. The hotline records
    the erasure request only after the gateway's inbox lists the SMS."""
    READ = "read"
    LEADER_HEARD = "leader_heard"
    HELPED = "helped"
    WRONG_REFERENCE = "wrong_reference"


MessageOutcome: TypeAlias = InboxOutcome | CommandResult
"""The result after the hotline handled an SMS. For a responder's command, the value is the result of the command. For
any other SMS, the value is an `InboxOutcome`.
"""


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The data that the hotline reads before it begins to write to the database."""

    heard: HeardMessage | None = None
    """The meaning of the SMS, if its sender is not enrolled and asked to read a topic."""
    known: FilingData | None = None
    """The data for filing the tip, if the sender is not enrolled and the SMS is a tip."""
    reply: ReadReply | None = None
    """The answer of an enrolled responder to a case, after the hotline has read the commands in the answer."""


@dataclass(frozen=True, slots=True)
class _Result:
    outcome: MessageOutcome
    assignment_ids: tuple[int, ...] = ()
    """The ids of the assignments that the SMS named. After these ids follow the ids of other assignments that the
    hotline acknowledged because of the SMS."""
    queued: Mapping[str, str] = field(default_factory=dict)
    """The commands that wait until the gateway's inbox proves who sent the SMS. The key of each command is the id of
    its assignment. If a service promises by SMS to help a person, this answer is one of the waiting commands.
    """
    answer_id: int | None = None
    """The id of the answer to a sender who is not enrolled, if there is an answer."""
    written: SmsTipWritten | None = None


def take_sms(
    context: WebContext, message: MessageIn, arrival: Arrival = Arrival.CALLED
) -> MessageOutcome:
    """Handles an SMS only once, even if the SMS arrives several times, for example by a callback and in the inbox.

    Raises StoreUnavailable. If the function raises StoreUnavailable, it has changed nothing in the database.
    """
    at = context.now()
    keys = message_digests(context, message, at)
    gathered = _gather(context, message, at)
    with ringing(context) as session:
        seen = _seen(message, arrival, keys[0], at)
        before = recognise(session, context, seen, keys, at)
        if before:
            result = _Result(InboxOutcome.REPEATED)
        else:
            result = _answer(
                session, context, message, gathered, at, proved=arrival is Arrival.LISTED
            )
            before = [_keep(session, seen.provider_id, result)]
        erases = all(row.outcome == InboxOutcome.TAKEN_BACK for row in before)
        # Anyone can forge the sender of an SMS, so the request counts only if the gateway's inbox lists the SMS.
        if erases and any(row.proved_at for row in before):
            # A phone has a new pseudonym each week, so the hotline finds only the phone's tips of
            # this week and of last week.
            who = context.pseudonyms.contacts(message.sender, at)
            first = min(row.received_at for row in before)
            ids = tips_tables.written_by(session, who, first)
            service_closing.request_erasure(session, context, ids, actor=SMS)
        cry_id = _answer_cry(session, context, message, before, gathered, at)

    if result.written is not None:
        service_sms_tips.announce_tip(context, result.written)
    if result.outcome is InboxOutcome.READ and gathered.heard is not None:
        talk = gathered.heard.talk
        with suppress(RunsUnavailable):
            context.runs.save(talk.key, talk.to_dict(), seconds=int(KEPT.total_seconds()))
    for answer_id in (result.answer_id, cry_id):
        if answer_id is not None:
            context.jobs.ring(Job.ANSWER, answer_id)
    return result.outcome


def _gather(context: WebContext, message: MessageIn, at: datetime) -> _Gathered:
    if is_stop(message.text):
        return _Gathered()
    with context.database.reading() as session:
        responder = tables.find_by_number(session, context.pseudonyms.enrolled(message.sender))
        if responder is not None:
            reply = service_commands.read_reply(session, responder, message.text, at)
            return _Gathered(reply=reply)
    if not context.line.inbound_sms:
        return _Gathered()
    gathered = gather(context, message)
    if gathered is not None and gathered.form is not AnswerForm.HINT:
        return _Gathered(gathered)
    known = service_sms_tips.filing_data(context, message, at)
    return _Gathered(gathered if known is None else None, known)


def _keep(session: Session, provider_id: str, result: _Result) -> InboundSeen:
    kept = session.get_one(InboundSeen, provider_id)
    ids = result.assignment_ids
    kept.outcome, kept.assignment_id = result.outcome, ids[0] if ids else None
    kept.more_assignments = list(ids[1:]) or None
    kept.queued = dict(result.queued) or None
    return kept


def _answer_cry(
    session: Session,
    context: WebContext,
    message: MessageIn,
    seen: Sequence[InboundSeen],
    gathered: _Gathered,
    at: datetime,
) -> int | None:
    """Answers a cry for help with the text of the hotline's public advertisements. Returns the id of the answer, or
    None if the hotline sends no answer. Another person who holds the phone could see from the answer that the caller
    sent a message. So the hotline sends this answer only if the ministry has approved such answers. The inbox must list
    the SMS, and a callback from one of the gateway's own addresses must have reported it. The hotline sends the answer
    at once or never, and to each phone at most once a week (docs/decisions/11).
    """
    known = gathered.known
    if known is None or any(row.outcome != InboxOutcome.TIP for row in seen):
        return None
    if not context.line.answer_cries or not is_cry_for_help(message.text):
        return None
    times = [row.received_at for row in seen]
    written_at = min(times if message.sent_at is None else [message.sent_at, *times])
    if at - written_at > SOON or not any(row.vouched_at for row in seen):
        return None
    if not any(row.proved_at for row in seen):
        alerts_tables.bring_forward(session, at + READ_INBOX_AFTER)
        return None
    if queries_outbox.has_cried_recently(
        session, context.pseudonyms.contacts(message.sender, at), at
    ):
        return None
    spoken = likely_language(clean_message(message.text))
    content = service_answers.AnswerContent(AnswerForm.ADVERTISEMENT, known.revision_id, {}, spoken)
    return service_answers.write_answer(
        session, context, to=message.sender, content=content, at=at, written_at=written_at
    )


def _seen(message: MessageIn, arrival: Arrival, key: str, at: datetime) -> InboundSeen:
    """Returns a new row for an SMS. For an SMS from the inbox, the id is the digest of the SMS. The number that the
    inbox gives to an SMS is not the id, because the inbox may use a number again."""
    listed = arrival is Arrival.LISTED
    return InboundSeen(
        provider_id=f"listed:{key}" if listed else message.provider_id or f"sms:{key}",
        outcome="",
        received_at=at,
        sms_key=key,
        proved_at=at if listed else None,
        vouched_at=at if arrival is Arrival.GATEWAY else None,
    )


def _answer(
    session: Session,
    context: WebContext,
    message: MessageIn,
    gathered: _Gathered,
    at: datetime,
    *,
    proved: bool,
) -> _Result:
    """Decides the kind of an SMS: a command, a STOP, a request to read, a tip, or none of these."""
    responder = tables.find_by_number(session, context.pseudonyms.enrolled(message.sender))
    if is_stop(message.text):
        service_commit.stop_messages_in(session, context, message.sender, at)
        outcome = InboxOutcome.STOPPED if responder is None else InboxOutcome.STOP_NOTED
        return _Result(outcome)
    if service_enrolment.receive_sms(session, context, message.sender, message.text, at, SMS):
        return _Result(InboxOutcome.LEADER_HEARD)
    if responder is None:
        if context.line.inbound_sms and is_erasure(message.text):
            return _Result(InboxOutcome.TAKEN_BACK)
        if gathered.heard is not None:
            answer_id = note(session, context, message, gathered.heard, at)
            return _Result(InboxOutcome.READ, answer_id=answer_id)
        if gathered.known is not None:
            written = service_sms_tips.file_message(session, context, message, gathered.known, at)
            return _Result(InboxOutcome.TIP, written=written)
        return _Result(InboxOutcome.UNKNOWN_SENDER)
    reply = gathered.reply
    # An admin may have enrolled the number after the first reading of the SMS, so this function reads the SMS again.
    if reply is None or reply.responder_id != responder.id:
        reply = service_commands.read_reply(session, responder, message.text, at)
    own = reply.cases.open
    said = message.text
    waits = service_requests.answer(session, context, responder, said, own, at, proved=proved)
    # With one SMS, a person of a service can answer the hotline's request to help a person, and also answer an alert of
    # a case.
    if waits is not None and not reply.reading.actions:
        return _Result(CommandResult.REFERRED, queued=waits)
    replied = service_commands.handle_reply(
        session, context, responder, message, reply, at, proved=proved
    )
    done = replied.done
    named = [one.assignment_id for one in done if one.assignment_id is not None]
    followers = (also for one in done for also in one.followers)
    queued = {str(one.assignment_id): one.queued.value for one in done if one.queued}
    return _Result(_outcome(replied), (*named, *followers), {**(waits or {}), **queued})


def _outcome(replied: ReplyResult) -> MessageOutcome:
    """Returns the result of handling a responder's SMS. If the SMS contains several commands, returns the result of
    the first command that the hotline understood."""
    known = [one.result for one in replied.done if one.result is not CommandResult.UNKNOWN]
    if known:
        return known[0]
    wrong = replied.done or replied.meant is ReplyKind.WRONG
    return InboxOutcome.WRONG_REFERENCE if wrong else InboxOutcome.HELPED
