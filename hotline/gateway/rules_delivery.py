"""Defines the states of an outgoing SMS, the allowed changes between them, and the waiting times.

All functions are pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum


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
