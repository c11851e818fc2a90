"""Contains the rules of messages: their values and states, the alert path, and the gateway's inbox. Pure.

The rules decide how an SMS changes after an attempt to send it, and how many SMS the hotline may send. The rules also
decide if the hotline can send alerts now, and which SMS of the gateway's inbox the hotline must handle.

The gateway sends a callback for each SMS that it receives, and also lists the SMS in its inbox. If a callback was lost,
the inbox still lists the SMS. If a stranger forged a callback, the inbox does not list the SMS that the callback
reported. The hotline is certain that a callback was forged only after it has read a complete page of the inbox with
later SMS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache

from hotline.core.wording import Template
from hotline.text.languages import Phrases
from hotline.text.places import place_name
from hotline.tips.rules import VISIT_SAFETIES, Urgency, VisitSafety
from hotline.tips.rules_events import Purpose


class MessageState(StrEnum):
    """The state of an outgoing SMS.

    A message usually changes from pending to sending, then to accepted, then to delivered. A message in the state
    sending may also change to retry, unknown or failed. An unknown message may change to answered. A message in any
    state that is not final may change to dead, which means undeliverable. The console shows undeliverable messages,
    and the hotline notifies the national desk until a person has reviewed them.
    """

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    """A delivery report said that the phone received the message."""
    ANSWERED = "answered"
    """The hotline does not know if the phone received the message, but the responder has sent an answer about the case.
    So the hotline does not send the message again."""
    RETRY = "retry"
    UNKNOWN = "unknown"
    FAILED = "failed"
    UNDELIVERABLE = "dead"


DUE_STATES = (MessageState.PENDING, MessageState.RETRY)
"""The states in which a worker may claim a message when it is due."""
FINAL_STATES = (
    MessageState.DELIVERED,
    MessageState.ANSWERED,
    MessageState.FAILED,
    MessageState.UNDELIVERABLE,
)


class Outcome(StrEnum):
    """The result of an attempt to send a message. An answer of the gateway that the code does not know counts as
    `UNKNOWN`."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    CONFIG_FAULT = "config_fault"
    MONEY_FAULT = "money_fault"
    PERMANENT = "permanent"
    STOPPED = "stopped"
    """The owner of the phone asked the hotline or the gateway to send no more messages."""
    TRANSIENT = "transient"
    UNREADABLE = "unreadable"
    """The hotline cannot decrypt the stored phone number or code. Later messages may still reach the responder,
    because the phone itself has no fault."""
    WITHDRAWN = "withdrawn"
    """The hotline must not send the message: the code in its text is not valid any more, or the recipient wants no more
    messages."""


FAULTS = (Outcome.CONFIG_FAULT, Outcome.MONEY_FAULT)
"""The outcomes that affect the whole hotline, and not only one message. After one of these outcomes, the hotline
pauses the queue of outgoing messages."""
NEVER = (Outcome.PERMANENT, Outcome.STOPPED)
"""The outcomes that show that no attempt can ever reach the phone number."""
UNCOUNTED = (Outcome.NOT_SENT, *FAULTS)
"""The outcomes that prove that the gateway did not send the message. An attempt with such an outcome is not one of the
`MAX_ATTEMPTS` attempts."""


class Gateway(StrEnum):
    """An SMS gateway. A message id is unique only within one gateway, so a delivery report is matched by the gateway
    and the id."""

    AFRICAS_TALKING = "africastalking"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of a send. The result uses the hotline's own outcomes in place of the gateway's codes. The code for a
    gateway returns this object, and raises no error if the network fails."""

    outcome: Outcome
    http_status: int | None = None
    provider_status: str | None = None
    provider_id: str | None = None
    gateway: Gateway = Gateway.AFRICAS_TALKING
    seconds: float | None = None
    """The time that the gateway took to answer, or None if the hotline sent no request."""


LEASE = timedelta(seconds=30)
"""The time for which a worker may keep a message that it claimed for sending. This time is more than twice as long as
the longest send."""
MAX_SEND = timedelta(seconds=12)
"""The longest time of a send: ten seconds for the gateway, and two seconds to store the result. If a worker's claim on
a message is older than this time, the worker has stopped."""
MAX_ATTEMPTS = 8
"""After this number of attempts that may have reached the network, the hotline does not try to send the message
again."""
PARALLEL_AFTER = 2
"""After this number of failed attempts that may have reached the network, the hotline also alerts a colleague of the
responder."""
FAULT_PAUSE = timedelta(seconds=60)
"""The time after which a queue that a fault has paused sends one message as a test."""
LONG_WAIT = timedelta(seconds=5)
"""An alert about danger that goes to a second or third responder counts as a first alert after it has waited for this
time. The gateway may take ten seconds for the send of a first alert."""
JITTER = 0.2


class Priority(IntEnum):
    """The priority of an outgoing SMS, the most urgent first. The first three values are the urgencies of a tip."""

    URGENT = 1
    SOON = 2
    NORMAL = 3
    CONFIRMATION = 4
    DRILL = 5
    ANSWER = 6
    """An answer to a phone that is not enrolled. The hotline sends such an answer only if no other message is due."""
    MONITOR = 7
    """A message about an alarm to an on-call contact. Only the monitor sends such messages, with its own key, even
    while the queue is paused."""


TO_RESPONDERS = (
    Priority.URGENT,
    Priority.SOON,
    Priority.NORMAL,
    Priority.CONFIRMATION,
    Priority.DRILL,
)


@dataclass(frozen=True, slots=True)
class OutgoingQueue:
    """The rules for sending messages of one priority: mainly the waiting times between attempts."""

    retries: tuple[int, ...] = (1, 2, 5, 10, 15, 30, 60)
    """The seconds until the next attempt, by the number of attempts so far. The last value applies to all further
    attempts."""
    unknown: timedelta = timedelta(minutes=10)
    """The waiting time if the gateway gave no answer, or an answer that the hotline cannot read. The waiting time is
    short, because sending a message twice costs little money, but a lost alert may cost a life."""
    error: timedelta | None = None
    """The waiting time if the gateway answers with an error of its own. After such an answer, the gateway probably did
    not send the message. If the value is None, the time in `unknown` applies."""
    report: timedelta = timedelta(minutes=10)
    ends: Mapping[Outcome, MessageState] | None = None
    """Maps the outcome of an attempt to the new state of the message. After any other outcome, the hotline tries again
    until the message is too old. If the value is None, the limit of `MAX_ATTEMPTS` applies."""
    holds: bool = True
    """True if a fault of the hotline pauses the messages of this priority. Only the monitor's messages never pause."""


QUEUES: Mapping[int, OutgoingQueue] = {
    Priority.URGENT: OutgoingQueue(
        retries=(1, 2, 5, 10, 15),
        unknown=timedelta(seconds=10),
        error=timedelta(seconds=5),
        report=timedelta(seconds=90),
    ),
    Priority.SOON: OutgoingQueue(unknown=timedelta(minutes=2)),
    Priority.NORMAL: OutgoingQueue(),
    Priority.CONFIRMATION: OutgoingQueue(),
    Priority.DRILL: OutgoingQueue(),
    Priority.ANSWER: OutgoingQueue(
        retries=(2, 5, 15, 30, 60),
        ends={
            **dict.fromkeys((*NEVER, Outcome.UNREADABLE, Outcome.WITHDRAWN), MessageState.FAILED),
            # After these outcomes, the hotline does not send the answer a second time, because the caller can simply
            # write another SMS.
            **dict.fromkeys((Outcome.ACCEPTED, Outcome.UNKNOWN), MessageState.ACCEPTED),
        },
    ),
    Priority.MONITOR: OutgoingQueue(
        retries=(10, 20, 40, 80, 160, 300),
        ends={
            **dict.fromkeys((*NEVER, Outcome.WITHDRAWN), MessageState.FAILED),
            Outcome.ACCEPTED: MessageState.ACCEPTED,
        },
        holds=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The new state of an SMS after an attempt to send it, and what the hotline must do next."""

    state: MessageState
    wait: timedelta
    """The time until a worker handles the SMS again. If the state is final, this time has no meaning."""
    counted: bool
    replace: bool = False
    """True if the hotline must now alert a colleague of the responder."""
    flag: bool = False
    """True if SMS can never reach this phone number. The hotline sends no more alerts to the responder with this phone
    number."""
    pause: bool = False
    """True if the hotline must now pause the whole outgoing queue."""


NUMBER_REFUSED = Verdict(MessageState.FAILED, timedelta(), counted=True, replace=True, flag=True)
WITHOUT_RETRY = {
    **dict.fromkeys(NEVER, NUMBER_REFUSED),
    Outcome.UNREADABLE: Verdict(
        MessageState.UNDELIVERABLE, timedelta(), counted=False, replace=True
    ),
    Outcome.WITHDRAWN: Verdict(MessageState.FAILED, timedelta(), counted=False),
}
"""The verdict for each outcome after which the hotline does not send the message again."""


def decide(
    result: SendResult, *, priority: int, attempts: int, counted: int, chance: float
) -> Verdict:
    """Returns how the result of an attempt to send a message changes the message.

    `attempts` is the number of attempts to send the message, including this attempt. `counted` is the number of earlier
    attempts that may have reached the network. `chance` is a random number that varies the waiting time. So the hotline
    does not send many messages again at the same moment.
    """
    outcome, queue = result.outcome, QUEUES[priority]
    if outcome in FAULTS and queue.holds:
        return Verdict(MessageState.RETRY, FAULT_PAUSE, counted=False, pause=True)
    if queue.ends is not None:
        state = queue.ends.get(outcome, MessageState.RETRY)
        wait = retry_wait(priority, attempts, 0.0)
        return Verdict(state, wait, counted=False, flag=outcome in NEVER)
    if outcome is Outcome.ACCEPTED:
        return Verdict(MessageState.ACCEPTED, QUEUES[priority].report, counted=True)
    if outcome in WITHOUT_RETRY:
        return WITHOUT_RETRY[outcome]
    if outcome is Outcome.NOT_SENT:
        wait = retry_wait(priority, attempts - counted, chance)
        return Verdict(MessageState.RETRY, wait, counted=False)

    if counted + 1 >= MAX_ATTEMPTS:
        return Verdict(MessageState.UNDELIVERABLE, timedelta(), counted=True, replace=True)
    second = counted + 1 == PARALLEL_AFTER
    if outcome is Outcome.TRANSIENT:
        wait = retry_wait(priority, attempts, chance)
        return Verdict(MessageState.RETRY, wait, counted=True, replace=second)
    wait = unknown_wait(priority, result.http_status)
    replace = second and priority == Priority.URGENT
    return Verdict(MessageState.UNKNOWN, wait, counted=True, replace=replace)


def after_doubt(*, withheld: bool, answered: bool) -> MessageState:
    """Returns the next state of a message that may not have arrived, because no delivery report came. `withheld` is
    True if the hotline must not send the message again. `answered` is True if the responder has answered about the
    case. The answer does not prove that the message arrived, because the responder may have answered another message
    about the case."""
    if withheld:
        return MessageState.FAILED
    return MessageState.ANSWERED if answered else MessageState.RETRY


@dataclass(frozen=True, slots=True)
class FreeSends:
    """The number of messages that the hotline may start to send now, in addition to the sends in progress."""

    first: int
    """The number of free places for first alerts about danger, and for alerts about danger that have waited for
    `LONG_WAIT`."""
    others: int
    """The number of free places for all less urgent messages, and for alerts about danger that go to a second or third
    responder."""


def free_sends(at_once: int, under_way: int, other_sends: int, *, doubted: bool) -> FreeSends:
    """Returns how many messages the hotline may start to send now, in addition to the sends in progress. First alerts
    about danger may use all places. All other messages together may use three eighths of the places. A place is one
    send that can be in progress.

    `under_way` is the number of all sends in progress. `other_sends` is the number of sends in progress that are not
    first alerts about danger. `doubted` is True after a fault that affects all messages, such as wrong settings. After
    such a fault, the hotline sends only one message at a time.
    """
    if doubted:
        places = 0 if under_way else 1
        return FreeSends(places, places)
    first = max(0, at_once - under_way)
    return FreeSends(first, max(0, min(first, max(1, at_once * 3 // 8) - other_sends)))


def retry_wait(priority: int, tries: int, chance: float) -> timedelta:
    """Returns the waiting time until the next attempt to send a message. `chance` is a number from -1 to 1."""
    steps = QUEUES[priority].retries
    seconds = steps[min(max(tries, 1), len(steps)) - 1]
    return timedelta(seconds=seconds * (1 + JITTER * chance))


def unknown_wait(priority: int, http_status: int | None) -> timedelta:
    """Returns the waiting time before the next attempt to send a message that may already have arrived."""
    queue = QUEUES[priority]
    failed = http_status is not None and http_status >= 500
    return queue.error if failed and queue.error is not None else queue.unknown


class ReportMeaning(StrEnum):
    """The meaning of a delivery report for its message."""

    ARRIVED = "arrived"
    LOST = "lost"
    NOTHING = "nothing"
    """The message is still on its way, or the hotline does not know the gateway's status."""


REPORTS = {
    "success": ReportMeaning.ARRIVED,
    "failed": ReportMeaning.LOST,
    "rejected": ReportMeaning.LOST,
    "absentsubscriber": ReportMeaning.LOST,
    "expired": ReportMeaning.LOST,
}


def report_meaning(status: str) -> ReportMeaning:
    """Returns the meaning of the gateway's status. The function ignores the difference between upper and lower case
    letters.

    An unknown status means `NOTHING`.
    """
    return REPORTS.get(status.strip().casefold(), ReportMeaning.NOTHING)


class DoubtDecision(StrEnum):
    """An admin's decision about messages that may already have been sent."""

    SEND = "send"
    DROP = "drop"


class MessageKind(StrEnum):
    """The kind of an outgoing message."""

    ALERT = "alert"
    CONFIRMATION = "confirmation"
    ANSWER = "answer"
    """An answer to a phone that is not enrolled."""
    NOTICE = "notice"
    """A message about an alarm to an on-call contact."""


class OutgoingPart(StrEnum):
    """A part of the outgoing messages that people can pause without pausing the rest. Alerts about danger are in no
    part, so no person can pause only these alerts."""

    CALL_BACKS = "call-backs"
    DRILLS = "drills"
    ANSWERS = "answers"
    """Answers by SMS to phones that are not enrolled, but not the answers to cries for help. While this part is paused,
    the hotline drops each answer after `MAX_ANSWER_DELAY`."""


TO_DECIDE = (MessageKind.ALERT, MessageKind.CONFIRMATION)
"""The kinds of messages about which an admin decides after a backup was restored. All other messages are too old by
then (answers) or must not wait (notices)."""


@dataclass(frozen=True, slots=True)
class MessageIn:
    """A received SMS. `repr` shows neither the text nor the sender of the SMS, so that no log and no traceback contains
    them."""

    provider_id: str | None
    """The id that the gateway gave the SMS. The value is None if the gateway gave no usable id. In this case, the
    digest of the SMS identifies the SMS."""
    sender: str = field(repr=False)
    """The phone number of the sender in E.164 format."""
    text: str = field(repr=False)
    sent_at: datetime | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class ReportIn:
    """A delivery report of the gateway."""

    provider_id: str
    status: str
    network: str | None = None
    gateway: Gateway = Gateway.AFRICAS_TALKING


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """The text of a message, as template, values and language. The hotline fixes template, values and language when it
    writes the message, so every attempt sends the same text. If many tips arrive in a short time, most alerts differ
    only in the reference of the case, and the code makes the other words only once."""

    template: Template
    parameters: Mapping[str, str]
    language: str


Pair = tuple[Template, Template]
"""Two templates for one message: the first if responders can reply by SMS, the second if responders must dial."""

REQUEST_TEXTS: Mapping[Purpose, Pair] = {
    Purpose.OVERDUE: (Template.ALERT_OVERDUE_REPLY, Template.ALERT_OVERDUE_DIAL),
    Purpose.LOOK: (Template.ALERT_LOOK_REPLY, Template.ALERT_LOOK_DIAL),
    Purpose.HOW: (Template.HOW_REPLY, Template.HOW_DIAL),
    Purpose.LET: (Template.LET_REPLY, Template.LET_DIAL),
}
"""The templates of the SMS that ask a responder for something, by the purpose of the assignment."""
SHARED = (Template.SHARED_OPEN.name, Template.SHARED_URGENT.name)
"""The names of the templates for an SMS about several cases. The text says how many cases there are. Before each
attempt, the hotline counts the cases again, but not after an attempt that may have reached the network."""
ALERTS: Mapping[tuple[bool, bool], Pair] = {
    (True, True): (Template.ALERT_LOCKED_URGENT_REPLY, Template.ALERT_LOCKED_URGENT_DIAL),
    (True, False): (Template.ALERT_URGENT_REPLY, Template.ALERT_URGENT_DIAL),
    (False, True): (Template.ALERT_LOCKED_REPLY, Template.ALERT_LOCKED_DIAL),
    (False, False): (Template.ALERT_REPLY, Template.ALERT_DIAL),
}
"""The templates of the alerts that are not in `REQUEST_TEXTS`. The first part of the key is True for an alert about
danger. The second part of the key is True if the desk cannot decrypt the tip."""
PLAIN: Mapping[Purpose, Template] = {
    Purpose.UNANSWERED: Template.MANNER_SILENT,
    Purpose.TOLD_FIRST: Template.TOLD_FIRST,
    Purpose.STAND_DOWN: Template.LET_GO,
    Purpose.MORE: Template.MORE_TOLD,
}
PLACE_CHANGED: Pair = (Template.PLACE_CHANGED, Template.PLACE_CHANGED_ALONE)
"""The templates of the SMS about a tip whose place the caller has changed. The second template is for a hotline that
has no verified phone number of the national desk."""
NOTICES = {
    template.name
    for pair in (
        *(row.sms for row in VISIT_SAFETIES.values()),
        REQUEST_TEXTS[Purpose.HOW],
        REQUEST_TEXTS[Purpose.LET],
        PLACE_CHANGED,
        (PLAIN[Purpose.UNANSWERED], PLAIN[Purpose.TOLD_FIRST], PLAIN[Purpose.STAND_DOWN]),
        (Template.FOLLOW, Template.FOLLOW_ABOVE),
    )
    for template in pair
}
"""The names of the templates for notices to responders who were alerted. The hotline also sends these notices after a
responder has taken the case, and expects no reply."""


@lru_cache(1024)
def alert_but_ref(
    place: str, urgency: int, purpose: Purpose, language: str, code: str | None, locked: bool
) -> Wording:
    """Returns the text of an alert, except the reference of the case. The parameters are positional, because this makes
    the cache faster. `code` is the responders' short code, or None if responders reply by SMS. A responder can confirm
    a requested closure only by dialling. So `code` is never None for an alert about a requested closure."""
    if purpose is Purpose.CONFIRM_CLOSURE:
        return Wording(Template.CLOSURE_REQUESTED, {"code": code or ""}, language)
    pair = REQUEST_TEXTS.get(purpose) or ALERTS[urgency == Urgency.DANGER, locked]
    return _asking(pair, {"place": place_name(place, language)}, language, code)


def _asking(pair: Pair, parameters: Mapping[str, str], language: str, code: str | None) -> Wording:
    reply, dial = pair
    if code is None:
        return Wording(reply, parameters, language)
    return Wording(dial, {**parameters, "code": code}, language)


def notice(
    purpose: Purpose,
    safety: VisitSafety,
    language: str,
    *,
    number: str | None,
    code: str | None,
    place: str = "",
) -> Wording:
    """Returns the text of a notice that every alerted responder gets after the alert. The text fits into one segment.
    `number` is the phone number of the national desk. `code` is the responders' short code, or None if responders can
    reply by SMS."""
    if purpose in REQUEST_TEXTS:
        parameters = {} if purpose is Purpose.HOW else {"place": place_name(place, language)}
        return _asking(REQUEST_TEXTS[purpose], parameters, language, code)
    if purpose in PLAIN:
        return Wording(PLAIN[purpose], {}, language)
    with_number, alone = PLACE_CHANGED if purpose is Purpose.MOVED else VISIT_SAFETIES[safety].sms
    if number is None or with_number is alone:
        return Wording(alone, {}, language)
    return Wording(with_number, {"number": number}, language)


LIKE = {
    Template.ALERT_URGENT_REPLY: Template.ALERT_LIKE_URGENT_REPLY,
    Template.ALERT_URGENT_DIAL: Template.ALERT_LIKE_URGENT_DIAL,
    Template.ALERT_REPLY: Template.ALERT_LIKE_REPLY,
    Template.ALERT_DIAL: Template.ALERT_LIKE_DIAL,
}


def with_similar_case(words: Wording, reference: str | None) -> Wording:
    """Adds to an alert the reference of a similar case that the responder already knows. Returns any other message
    unchanged.
    """
    template = LIKE.get(words.template)
    if reference is None or template is None:
        return words
    return Wording(template, {**words.parameters, "like": reference}, words.language)


def render(wording: Wording, phrases: Phrases) -> str:
    return phrases.say(wording.language, wording.template, **wording.parameters)


def responders_short_code(service_code: str) -> str:
    """Returns the short code that responders dial. For the service code `*384*777#`, the responders' short code is
    `*384*777*90#`."""
    return f"{service_code.removesuffix('#')}*{RESPONDERS_SUFFIX}#"


RESPONDERS_SUFFIX = "90"
"""The last part of the short code for responders. The flows must define a short code with this last part."""


MAX_ANSWER_DELAY = timedelta(minutes=10)
"""After this time, the hotline does not send the answer to an SMS, because another person may have the phone by
then."""
KEPT = timedelta(hours=72)
"""The time for which the database keeps the row of an answer to an SMS, so that the hotline can count such answers.
After the last attempt, the row does not contain the phone number."""
SOON = timedelta(seconds=50)
"""The hotline must begin to send the answer to a cry for help within this time. The answer then arrives within a
minute, even if the send takes its maximum of ten seconds."""
CRY_ANSWER_INTERVAL = timedelta(days=7)
"""A phone that sent cries for help gets at most one answer within this time. The database keeps the row of the answer
for this time, so that the hotline recognises the phone."""
AN_HOUR, A_DAY = 20, 60
"""The largest number of answers to one phone in an hour and in a day. A phone that would get more answers is probably
a machine that replies to each answer."""
ANSWER_SHARE = 0.7
"""The share of the daily limit of SMS that answers may use. The rest of the limit is for alerts. An alert is always
sent, even if the daily limit is reached."""


class AnswerForm(StrEnum):
    """The form of an answer by SMS, which the database stores in the column for the name of a template."""

    SCREEN = "SCREEN"
    """A screen of the flows."""
    HINT = Template.READ_AGAIN.name
    """The text that explains how to begin again. The hotline sends this explanation only once."""
    ADVERTISEMENT = Template.ADVERTISEMENT.name
    """The hotline's public advertisement, sent to a phone that sent a cry for help."""


@dataclass(frozen=True, slots=True)
class AnswersSent:
    """The numbers of answers that the hotline sent: to one phone in the last hour and in the last day, and to all
    phones today."""

    hour: int
    day: int
    line: int


def can_answer(spent: AnswersSent, budget: int) -> bool:
    """Returns True if the hotline may write another answer to an SMS."""
    return spent.hour < AN_HOUR and spent.day < A_DAY and spent.line < int(budget * ANSWER_SHARE)


STALE = timedelta(seconds=60)
"""The time after which a silent process or gateway counts as failed. A restart of all processes takes less time. If an
alarm continues for this time, the monitor notifies on-call contacts."""
RECENT_FAILURE = timedelta(minutes=2)
"""The time for which a failed send counts as a sign of a present failure. A worker repeats a failed send within a
minute, so a failure before this time does not show that sends fail now."""


class BlockReason(StrEnum):
    """The reason why the hotline cannot send alerts. `/readyz`, the doctor and the alarm show this reason. Callers
    never see the reason."""

    PAUSED = "a person paused the queue"
    FAULT = "the gateway refuses our messages"
    KEYS = "a key of the workers is wrong"
    NO_SENDER = "no sending process runs"
    GATEWAY = "the gateway cannot be reached"


@dataclass(frozen=True, slots=True)
class AlertPath:
    """The state of all parts that the hotline needs to send an alert."""

    has_responder: bool = True
    """True if the hotline can alert at least one responder of a tip."""
    has_oversight: bool = False
    """True if the hotline can alert a person of an oversight desk who can decrypt the complaints to this desk."""
    is_paused: bool = False
    """True if a person has paused the queue of outgoing messages."""
    fault: str | None = None
    """The reason why the gateway refused a message. The value is None after the gateway has accepted a message
    again."""
    wrong_key: bool = False
    """True if a worker recently could not start because of a wrong key."""
    clock_until: datetime | None = None
    """The end of the lease of the clock process that is the leader, or None if no clock process has ever run."""
    awaited_at: datetime | None = None
    """The time when the sending processes last got the signal to start."""
    failing_since: datetime | None = None
    failed_at: datetime | None = None


def block_reason(path: AlertPath, at: datetime, *, fresh: bool = False) -> BlockReason | None:
    """Returns the reason why the hotline cannot send an alert at this moment. Returns None if the hotline can send
    alerts, or if no process has ever sent a message. `fresh` is True if this process saw that the clock process worked
    within the last minute. A change of the system clock has no effect on `fresh`."""
    if path.is_paused:
        return BlockReason.PAUSED
    if path.fault is not None:
        return BlockReason.FAULT
    ticks = path.clock_until is not None and path.clock_until > at
    if path.wrong_key and not ticks:
        return BlockReason.KEYS
    moments = [moment for moment in (path.clock_until, path.awaited_at) if moment is not None]
    if moments and not fresh and at - max(moments) > STALE:
        return BlockReason.NO_SENDER
    since, last = path.failing_since, path.failed_at
    if since is None or last is None or at - last > RECENT_FAILURE or last - since < STALE:
        return None
    return BlockReason.GATEWAY


EACH = timedelta(minutes=1)
"""The time between two requests to the inbox."""
APART = timedelta(minutes=1)
"""The largest expected difference between the gateway's clock and the hotline's clock, including the largest delay of
the inbox."""
OLDEST = timedelta(days=25)
"""The hotline ignores an SMS in the inbox that is older than this time. The database stores the ids of handled SMS
for thirty days, so the hotline could handle an older SMS twice."""
NO_NEWS = timedelta(days=1)
"""After this time without a new SMS, the inbox may have begun to number SMS from the start again."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ListedSms:
    """An SMS that the gateway received, as the inbox lists it. `repr` shows neither the text nor the sender of the
    SMS."""

    number: int
    sender: str = field(repr=False)
    to: str
    text: str = field(repr=False)
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of the inbox."""

    listed: Sequence[ListedSms]
    """The SMS in the order of their numbers."""
    whole: bool
    """True if the hotline could read every entry of the page. Only a page that the hotline read completely can show
    that a callback was forged."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The position up to which the hotline has read the gateway's inbox."""

    number: int
    """The number of the last SMS in the inbox that the hotline has read, or 0 before the first SMS."""
    until: datetime | None
    """The latest sending time among the SMS that the hotline has read."""
    since: datetime
    """The time when the hotline began to read the inbox. The hotline does not handle SMS that were sent before this
    time."""
    sure_from: datetime
    """The time after which the hotline has certainly read every SMS of the inbox."""
    news_at: datetime
    """The time when the hotline last found a new SMS in the inbox, or last read the inbox from its beginning."""


@dataclass(frozen=True, slots=True)
class PageResult:
    """The result of reading one page of the inbox. The hotline stores the new bookmark only after it handled every SMS
    in `to_answer`."""

    to_answer: Sequence[ListedSms]
    bookmark: Bookmark
    proves_until: datetime | None
    """The time up to which this page can show that a callback was forged. If a callback reported an SMS from before
    this time and no page lists the SMS, the callback may be forged. The value is None if this page cannot show that a
    callback was forged."""
    more: bool
    """True if the inbox may have another page."""


def next_request(bookmark: Bookmark, at: datetime) -> int:
    """Returns a number for the next request to the inbox. The inbox answers with the SMS that come after this number.
    Returns 0 if the inbox has listed no new SMS for a long time."""
    return 0 if abs(at - bookmark.news_at) > NO_NEWS else bookmark.number


def read_page(
    bookmark: Bookmark, page: InboxPage, *, after: int, shortcode: str, at: datetime
) -> PageResult:
    """Returns the SMS of this page that the hotline must handle, and the new bookmark. `after` is the number of the SMS
    after which the page of the inbox begins."""
    again = after < bookmark.number
    listed = [sms for sms in page.listed if sms.number > after]
    latest = max((sms.sent_at for sms in listed if sms.sent_at is not None), default=None)
    until = bookmark.until
    has_restarted = latest is not None and (until is None or latest > until)
    if again and not has_restarted:
        return PageResult((), replace(bookmark, news_at=at), None, more=False)
    sure_from = bookmark.sure_from if page.whole and not again else at
    if not listed:
        return PageResult((), replace(bookmark, sure_from=sure_from), None, more=False)

    moved = Bookmark(
        number=listed[-1].number,
        until=latest or until,
        since=bookmark.since,
        sure_from=sure_from,
        news_at=at,
    )
    # The hotline handles an SMS without a readable time, because to handle an SMS twice is better than never.
    oldest = max(bookmark.since, at - OLDEST)
    own_sms = [sms for sms in listed if sms.to == shortcode]
    to_tell = [sms for sms in own_sms if sms.sent_at is None or sms.sent_at >= oldest]
    proves = min(latest, at) - APART if page.whole and latest is not None else None
    return PageResult(to_tell, moved, proves, more=True)


def same_second(second: datetime) -> tuple[datetime, ...]:
    """Returns `second`, the second before it and the second after it, because all three count as the same time.

    The callback and the inbox may show different seconds for the same SMS. One cuts off the fraction of a second, and
    the other rounds it.
    """
    return (second, second - SECOND, second + SECOND)
