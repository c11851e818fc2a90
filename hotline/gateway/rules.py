"""Contains the rules of messages: their values and states, the alert path, and the gateway's inbox. Pure.

Defines the states of an outgoing SMS, the allowed changes between them, and the waiting times.

All functions are pure.

Defines received and outgoing messages as values. Also limits how many answers a phone gets that is not enrolled. All
functions are pure.

Decides if a due alert can be sent, from the state of the queue, the clock process and the gateway. All functions are
pure.

Decides what to do with a page of the gateway's inbox. Finds SMS whose callback was lost, and callbacks that were
forged. All functions are pure.

The gateway sends a callback for each SMS that it receives, and also lists the SMS in the inbox. If a callback was lost,
the inbox still lists its SMS. If a callback was forged, the inbox does not list its SMS. This is certain only after a
complete page was read that ends later than the SMS.
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
    state that is not final may change to dead, which means undeliverable. The console shows undeliverable messages, and
    the national desk is notified until a person has reviewed them.
    """

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    """A delivery report says that the phone received the message."""
    ANSWERED = "answered"
    """It is unknown if the phone received the message, but the responder has answered about the case. So the message is
    not sent again."""
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
    """The result of an attempt to send a message. A result that the code does not know counts as `UNKNOWN`."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    CONFIG_FAULT = "config_fault"
    MONEY_FAULT = "money_fault"
    PERMANENT = "permanent"
    STOPPED = "stopped"
    """The owner of the phone asked us, or the gateway, to send no more messages."""
    TRANSIENT = "transient"
    UNREADABLE = "unreadable"
    """The stored phone number or code cannot be decrypted. This is an error of the hotline, so the responder may still
    be reachable.
    """
    WITHDRAWN = "withdrawn"
    """The code in the message was already used or replaced, or the recipient wants no more messages."""


FAULTS = (Outcome.CONFIG_FAULT, Outcome.MONEY_FAULT)
"""These faults affect the whole hotline, and not only one message. They pause the queue of outgoing messages."""
NEVER = (Outcome.PERMANENT, Outcome.STOPPED)
"""After these outcomes, no attempt can reach this number."""
UNCOUNTED = (Outcome.NOT_SENT, *FAULTS)
"""These outcomes prove that the message was not sent. So they do not count as one of the eight attempts."""


class Gateway(StrEnum):
    """An SMS gateway. A message id is unique only within one gateway. So a delivery report is matched by gateway and
    id.
    """

    AFRICAS_TALKING = "africastalking"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The gateway's answer to a send, translated into our own terms.

    An SMS adapter returns this and raises no network errors.
    """

    outcome: Outcome
    http_status: int | None = None
    provider_status: str | None = None
    provider_id: str | None = None
    gateway: Gateway = Gateway.AFRICAS_TALKING
    seconds: float | None = None
    """The time that the gateway took to answer. None if it was not asked."""


LEASE = timedelta(seconds=30)
"""The time for which a worker may keep a message that it claimed for sending. It is more than twice as long as the
longest send.
"""
MAX_SEND = timedelta(seconds=12)
"""The longest time of a send: ten seconds for the gateway, and the time to write the result. If a claim is older, its
process has stopped."""
MAX_ATTEMPTS = 8
"""The largest number of attempts that may have reached the network."""
PARALLEL_AFTER = 2
"""After this number of counted failures, a colleague is alerted too."""
FAULT_PAUSE = timedelta(seconds=60)
"""The time after which a paused queue sends one message as a test."""
LONG_WAIT = timedelta(seconds=5)
"""If an alert about danger to a second or third person has waited for this time, it counts as a first alert. The
sending of a first alert may take ten seconds.
"""
JITTER = 0.2


class Priority(IntEnum):
    """The priority of an outgoing SMS, the most urgent first. The first three values are the urgencies of a tip."""

    URGENT = 1
    SOON = 2
    NORMAL = 3
    CONFIRMATION = 4
    DRILL = 5
    ANSWER = 6
    """An answer to a phone that is not enrolled. It is sent only if no other message is due."""
    MONITOR = 7
    """A message about an alarm to an on-call contact. Only the monitor claims it, with its own key. It is also sent
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
    """The waiting times for messages of one priority."""

    retries: tuple[int, ...] = (1, 2, 5, 10, 15, 30, 60)
    """The seconds until the next attempt, by the number of attempts so far. The last value applies to all further
    attempts."""
    unknown: timedelta = timedelta(minutes=10)
    """The waiting time if the gateway gave no answer, or an answer that cannot be read. It is short: sending a message
    twice costs little money, but a lost alert may cost a life."""
    error: timedelta | None = None
    """The waiting time if the gateway answers that it has failed. In this case, the message was probably not sent. If
    None, the time in `unknown` applies."""
    report: timedelta = timedelta(minutes=10)
    ends: Mapping[Outcome, MessageState] | None = None
    """The state after each outcome, for messages that are tried until they are too old. If None, the eight attempts of
    an alert apply."""
    holds: bool = True
    """True if a fault of the hotline pauses these messages. Only the monitor's messages are never paused."""


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
            # A second answer costs more than it helps, because the caller can write again.
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
    """The changes to a message after an attempt."""

    state: MessageState
    wait: timedelta
    """The time until a worker handles the message again. It has no meaning in a final state."""
    counted: bool
    replace: bool = False
    """True if a colleague must be alerted now."""
    flag: bool = False
    """True if this number can never be reached. The responder then gets no more alerts."""
    pause: bool = False
    """True if the outgoing queue must be paused."""


NUMBER_REFUSED = Verdict(MessageState.FAILED, timedelta(), counted=True, replace=True, flag=True)
WITHOUT_RETRY = {
    **dict.fromkeys(NEVER, NUMBER_REFUSED),
    Outcome.UNREADABLE: Verdict(
        MessageState.UNDELIVERABLE, timedelta(), counted=False, replace=True
    ),
    Outcome.WITHDRAWN: Verdict(MessageState.FAILED, timedelta(), counted=False),
}
"""The verdicts for outcomes that always end a message, whatever the number of attempts."""


def decide(
    result: SendResult, *, priority: int, attempts: int, counted: int, chance: float
) -> Verdict:
    """Returns how the result of an attempt changes the message.

    `attempts` includes this attempt. `counted` is the number of counted attempts before this attempt. `chance` varies
    the waiting time, so that attempts do not all come at once.
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
    """Returns the next state of a message for which no report came, so that its arrival stays unknown.

    `answered` does not prove that the message arrived. The responder may have answered another message about the case.
    """
    if withheld:
        return MessageState.FAILED
    return MessageState.ANSWERED if answered else MessageState.RETRY


@dataclass(frozen=True, slots=True)
class FreeSends:
    """The number of messages that may be sent now, in addition to those being sent."""

    first: int
    """The places for first alerts about danger, and for alerts about danger that have waited for `LONG_WAIT`."""
    others: int
    """The places for alerts about danger to a second or third person, and for all less urgent messages."""


def free_sends(at_once: int, under_way: int, others: int, *, doubted: bool) -> FreeSends:
    """Returns how many messages may be sent now, in addition to those being sent. First alerts about danger may use all
    places. All other messages may use three of eight places.

    `under_way` is the number of all messages that are being sent. `others` is the number of those that are not first
    alerts about danger. `doubted` is True after a fault of the hotline. Then only one message is sent at a time.
    """
    if doubted:
        one = 0 if under_way else 1
        return FreeSends(one, one)
    first = max(0, at_once - under_way)
    return FreeSends(first, max(0, min(first, max(1, at_once * 3 // 8) - others)))


def retry_wait(priority: int, tries: int, chance: float) -> timedelta:
    """Returns the waiting time until the next attempt. `chance` is a number from -1 to 1."""
    steps = QUEUES[priority].retries
    seconds = steps[min(max(tries, 1), len(steps)) - 1]
    return timedelta(seconds=seconds * (1 + JITTER * chance))


def unknown_wait(priority: int, http_status: int | None) -> timedelta:
    """Returns the waiting time before a message whose arrival is unknown is sent again."""
    queue = QUEUES[priority]
    failed = http_status is not None and http_status >= 500
    return queue.error if failed and queue.error is not None else queue.unknown


class ReportMeaning(StrEnum):
    """The meaning of a delivery report for its message."""

    ARRIVED = "arrived"
    LOST = "lost"
    NOTHING = "nothing"
    """The message is still on its way, or the code does not know the status."""


REPORTS = {
    "success": ReportMeaning.ARRIVED,
    "failed": ReportMeaning.LOST,
    "rejected": ReportMeaning.LOST,
    "absentsubscriber": ReportMeaning.LOST,
    "expired": ReportMeaning.LOST,
}


def report_meaning(status: str) -> ReportMeaning:
    """Returns the meaning of the gateway's status. Upper and lower case mean the same.

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
    """A part of the work that people can pause alone. Alerts of danger are in none of them."""

    CALL_BACKS = "call-backs"
    DRILLS = "drills"
    ANSWERS = "answers"
    """Answers by SMS to phones that are not enrolled, except to cries for help. While they are paused, each answer is
    dropped after `MAX_ANSWER_DELAY`."""


TO_DECIDE = (MessageKind.ALERT, MessageKind.CONFIRMATION)
"""The kinds of messages about which an admin decides after a backup was restored. Other kinds are left out: answers
would be too late by then, and notices must not be delayed.
"""


@dataclass(frozen=True, slots=True)
class MessageIn:
    """A received SMS. `repr` shows neither its text nor its sender, so that no log and no traceback contains them."""

    provider_id: str | None
    """The id that the gateway gave the SMS. None if the gateway gave no usable id. In this case, the digest of the SMS
    identifies it.
    """
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
    """The text of a message, as template, values and language. It is fixed when the message is written. So every
    attempt sends exactly the same text.

    After many tips at once, most alerts differ only in the reference. The rest of the text is then made only once.
    """

    template: Template
    parameters: Mapping[str, str]
    language: str


Pair = tuple[Template, Template]
"""Two templates: one if responders can reply by SMS, and one if they must dial."""

REQUEST_TEXTS: Mapping[Purpose, Pair] = {
    Purpose.OVERDUE: (Template.ALERT_OVERDUE_REPLY, Template.ALERT_OVERDUE_DIAL),
    Purpose.LOOK: (Template.ALERT_LOOK_REPLY, Template.ALERT_LOOK_DIAL),
    Purpose.HOW: (Template.HOW_REPLY, Template.HOW_DIAL),
    Purpose.LET: (Template.LET_REPLY, Template.LET_DIAL),
}
"""The templates that ask a responder for something, by the purpose of the assignment."""
SHARED = (Template.SHARED_OPEN.name, Template.SHARED_URGENT.name)
"""The names of templates for an SMS about several cases. Each attempt counts the cases again, until one attempt may
have reached the network."""
ALERTS: Mapping[tuple[bool, bool], Pair] = {
    (True, True): (Template.ALERT_LOCKED_URGENT_REPLY, Template.ALERT_LOCKED_URGENT_DIAL),
    (True, False): (Template.ALERT_URGENT_REPLY, Template.ALERT_URGENT_DIAL),
    (False, True): (Template.ALERT_LOCKED_REPLY, Template.ALERT_LOCKED_DIAL),
    (False, False): (Template.ALERT_REPLY, Template.ALERT_DIAL),
}
"""The templates of all other alerts. The key says if there is danger, and if the tip's text is locked."""
PLAIN: Mapping[Purpose, Template] = {
    Purpose.UNANSWERED: Template.MANNER_SILENT,
    Purpose.TOLD_FIRST: Template.TOLD_FIRST,
    Purpose.STAND_DOWN: Template.LET_GO,
    Purpose.MORE: Template.MORE_TOLD,
}
PLACE_CHANGED: Pair = (Template.PLACE_CHANGED, Template.PLACE_CHANGED_ALONE)
"""One template with the phone number of the national desk, and one without it if no number is verified."""
NOTICES = {
    one.name
    for pair in (
        *(row.sms for row in VISIT_SAFETIES.values()),
        REQUEST_TEXTS[Purpose.HOW],
        REQUEST_TEXTS[Purpose.LET],
        PLACE_CHANGED,
        (PLAIN[Purpose.UNANSWERED], PLAIN[Purpose.TOLD_FIRST], PLAIN[Purpose.STAND_DOWN]),
        (Template.FOLLOW, Template.FOLLOW_ABOVE),
    )
    for one in pair
}
"""The names of templates for notices to responders who were alerted. They are sent even if a responder has taken the
case, and need no reply."""


@lru_cache(1024)
def alert_but_ref(
    place: str, urgency: int, purpose: Purpose, language: str, code: str | None, locked: bool
) -> Wording:
    """Returns the text of an alert, except the reference of the case. Its parameters are positional, because the cache
    is then faster.

    The responder can confirm a requested closure only by dialling. So `code` is never None in this case.
    """
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
    """Returns the notice that every alerted responder gets after the alert. It fits into one segment.

    `number` is the phone number of the national desk. `code` is the responders' short code. It is set if responders
    cannot reply by SMS.
    """
    if purpose in REQUEST_TEXTS:
        said = {} if purpose is Purpose.HOW else {"place": place_name(place, language)}
        return _asking(REQUEST_TEXTS[purpose], said, language, code)
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
    """Adds the reference of a similar case to an alert, if the responder knows that case. Any other text stays the
    same.
    """
    template = LIKE.get(words.template)
    if reference is None or template is None:
        return words
    return Wording(template, {**words.parameters, "like": reference}, words.language)


def render(wording: Wording, phrases: Phrases) -> str:
    return phrases.say(wording.language, wording.template, **wording.parameters)


def responders_short_code(service_code: str) -> str:
    """Returns the short code that responders dial, such as `*384*777*90#` for the service code `*384*777#`."""
    return f"{service_code.removesuffix('#')}*{RESPONDERS_SUFFIX}#"


RESPONDERS_SUFFIX = "90"
"""The last part of the short code for responders. The flows must define the same part."""


MAX_ANSWER_DELAY = timedelta(minutes=10)
"""If an answer could not be sent within this time, it is never sent, because another person may have the phone then."""
KEPT = timedelta(hours=72)
"""The time for which the row of an answer is kept to count the answer. The row no longer contains the number."""
SOON = timedelta(seconds=50)
"""The answer to a cry for help must be sent within this time. So it arrives within a minute, even if the send takes as
long as possible."""
CRY_ANSWER_INTERVAL = timedelta(days=7)
"""A phone that sent a cry for help gets at most one answer within this time. For this time the row of the answer is
kept, to recognise the phone."""
AN_HOUR, A_DAY = 20, 60
"""The largest number of answers to one phone in an hour and in a day. A phone that exceeds them is probably a machine
that replies to our answers.
"""
ANSWER_SHARE = 0.7
"""The part of the daily budget that answers may use. The rest is for alerts, which the budget does not limit."""


class AnswerForm(StrEnum):
    """The form of an answer. It is stored instead of the name of a template."""

    SCREEN = "SCREEN"
    """A screen of the flows."""
    HINT = Template.READ_AGAIN.name
    """The text that explains how to begin again. It is sent only once."""
    ADVERTISEMENT = Template.ADVERTISEMENT.name
    """The hotline's public advertisement, sent to a phone that sent a cry for help."""


@dataclass(frozen=True, slots=True)
class AnswersSent:
    """The number of answers sent in the last hour to this phone, in the last day to it, and today to all phones."""

    hour: int
    day: int
    line: int


def can_answer(spent: AnswersSent, budget: int) -> bool:
    """Returns True if the hotline may write another answer."""
    return spent.hour < AN_HOUR and spent.day < A_DAY and spent.line < int(budget * ANSWER_SHARE)


STALE = timedelta(seconds=60)
"""The time after which a silent process or gateway counts as failed. A restart of all processes takes less time. An
alarm also waits this long before on-call contacts are notified."""
RECENT_FAILURE = timedelta(minutes=2)
"""The time for which a failed send counts as a sign of a present failure. The worker repeats a failed send within a
minute. So an older failure says nothing about the present.
"""


class BlockReason(StrEnum):
    """The reason why alerts cannot be sent. `/readyz`, the doctor and the alarm show this reason. Callers never see
    it.
    """

    PAUSED = "a person paused the queue"
    FAULT = "the gateway refuses our messages"
    KEYS = "a key of the workers is wrong"
    NO_SENDER = "no sending process runs"
    GATEWAY = "the gateway cannot be reached"


@dataclass(frozen=True, slots=True)
class AlertPath:
    """The state of everything that is needed to send an alert."""

    has_responder: bool = True
    """True if at least one responder can be alerted of a tip."""
    has_oversight: bool = False
    """True if a person of an oversight desk can be alerted, and can decrypt this desk's complaints."""
    is_paused: bool = False
    """True if a person has paused the queue of outgoing messages."""
    fault: str | None = None
    """The reason why the gateway refused a message. None after the gateway has accepted a message again."""
    wrong_key: bool = False
    """True if a worker recently could not start because of a wrong key."""
    clock_until: datetime | None = None
    """The end of the lease of the clock process that is the leader. None if no clock process has ever run."""
    awaited_at: datetime | None = None
    """The time of the last signal to the sending processes to start."""
    failing_since: datetime | None = None
    failed_at: datetime | None = None


def block_reason(path: AlertPath, at: datetime, *, fresh: bool = False) -> BlockReason | None:
    """Returns the reason why no alert can be sent now. Returns None if alerts can be sent.

    Also returns None if no process has ever sent a message. `fresh` is True if this process saw that the clock process
    worked within the last minute. The process measures this minute without the system clock, so a change of that clock
    has no effect."""
    if path.is_paused:
        return BlockReason.PAUSED
    if path.fault is not None:
        return BlockReason.FAULT
    ticks = path.clock_until is not None and path.clock_until > at
    if path.wrong_key and not ticks:
        return BlockReason.KEYS
    seen = [moment for moment in (path.clock_until, path.awaited_at) if moment is not None]
    if seen and not fresh and at - max(seen) > STALE:
        return BlockReason.NO_SENDER
    return BlockReason.GATEWAY if _out_of_reach(path, at) else None


def _out_of_reach(path: AlertPath, at: datetime) -> bool:
    """Returns True if no send reached the gateway for a minute, and the last failure was recent."""
    if path.failing_since is None or path.failed_at is None:
        return False
    return path.failed_at - path.failing_since >= STALE and at - path.failed_at <= RECENT_FAILURE


EACH = timedelta(minutes=1)
"""The time between two requests to the inbox."""
APART = timedelta(minutes=1)
"""The largest difference between the gateway's clock and ours, including the largest delay of the inbox."""
OLDEST = timedelta(days=25)
"""An SMS in the inbox that is as old as this is ignored. The ids of handled SMS are stored for thirty days. So an older
SMS could be handled twice."""
NO_NEWS = timedelta(days=1)
"""After this time without a new SMS, the inbox may have restarted its numbers."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ListedSms:
    """An SMS that the gateway received, as the inbox lists it. `repr` does not show its text and its sender."""

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
    """True if every entry of the page could be read. Only such a page can show that a callback was forged."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The position up to which the inbox was read."""

    number: int
    """The number of the last SMS that was read. 0 before the first SMS."""
    until: datetime | None
    """The latest sending time among these SMS."""
    since: datetime
    """The time when the hotline began to read the inbox. SMS that were sent before this time are not handled."""
    sure_from: datetime
    """The hotline has certainly read all SMS since this time."""
    news_at: datetime
    """The time when the inbox last listed a new SMS, or was read from its beginning."""


@dataclass(frozen=True, slots=True)
class PageResult:
    """The result of reading one page. The bookmark moves only after every SMS in `to_answer` was handled."""

    to_answer: Sequence[ListedSms]
    bookmark: Bookmark
    proves_until: datetime | None
    """The time up to which this page can show that a callback was forged. If no page lists an earlier SMS, this SMS is
    not proved. None if the page cannot show this at all."""
    more: bool
    """True if there may be another page."""


def next_request(bookmark: Bookmark, at: datetime) -> int:
    """Returns the number that the next request names: the inbox then lists the SMS after this number. Returns 0 if
    there was no new SMS for a long time.
    """
    return 0 if abs(at - bookmark.news_at) > NO_NEWS else bookmark.number


def read_page(
    bookmark: Bookmark, page: InboxPage, *, after: int, shortcode: str, at: datetime
) -> PageResult:
    """Returns the SMS of this page that must be handled, and the new bookmark. `after` is the number of the SMS after
    which the page begins.
    """
    again = after < bookmark.number
    listed = [one for one in page.listed if one.number > after]
    latest = max((one.sent_at for one in listed if one.sent_at is not None), default=None)
    if again and not _has_restarted(bookmark, latest):
        return PageResult((), replace(bookmark, news_at=at), None, more=False)
    sure_from = bookmark.sure_from if page.whole and not again else at
    if not listed:
        return PageResult((), replace(bookmark, sure_from=sure_from), None, more=False)

    moved = Bookmark(
        number=listed[-1].number,
        until=latest or bookmark.until,
        since=bookmark.since,
        sure_from=sure_from,
        news_at=at,
    )
    to_tell = [one for one in listed if one.to == shortcode and _is_ours(one, bookmark, at)]
    proves = min(latest, at) - APART if page.whole and latest is not None else None
    return PageResult(to_tell, moved, proves, more=True)


def same_second(second: datetime) -> tuple[datetime, ...]:
    """Returns all times that count as the same second as `second`.

    The callback and the inbox may treat the fraction of a second differently: one cuts it off, the other rounds.
    """
    return (second, second - SECOND, second + SECOND)


def _has_restarted(bookmark: Bookmark, latest: datetime | None) -> bool:
    return latest is not None and (bookmark.until is None or latest > bookmark.until)


def _is_ours(sms: ListedSms, bookmark: Bookmark, at: datetime) -> bool:
    """Returns True if the SMS must be handled.

    An SMS without a readable time is always handled. It is better to handle it twice than never.
    """
    return sms.sent_at is None or sms.sent_at >= max(bookmark.since, at - OLDEST)
