"""Defines the states of an outgoing SMS, the allowed steps between them, and the waiting times (delivery protocol).

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum


class MessageState(StrEnum):
    """The state of an outgoing SMS.

    A pending message goes to sending, then to accepted, then to delivered. A message that is being sent may also go to
    retry, unknown or failed. An unknown message may go to answered. Any message whose state is not final may go to
    dead, which means undeliverable. The console shows such messages, and the national desk is notified until a person
    has reviewed them.
    """

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    """A delivery report says that the message arrived."""
    ANSWERED = "answered"
    """It is unknown if the message arrived, but the responder has answered about the case. So the message is not sent
    again."""
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
    """The result of an attempt to send. A result that our code does not know counts as `UNKNOWN`."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    CONFIG_FAULT = "config_fault"
    MONEY_FAULT = "money_fault"
    PERMANENT = "permanent"
    STOPPED = "stopped"
    """The user of the phone asked us, or the gateway, to send no more messages."""
    TRANSIENT = "transient"
    UNREADABLE = "unreadable"
    """The stored number or code cannot be decrypted. This is our fault, so the responder may still be reachable."""
    WITHDRAWN = "withdrawn"
    """The code in the message was used or replaced, or the recipient wants no more messages."""


FAULTS = (Outcome.CONFIG_FAULT, Outcome.MONEY_FAULT)
"""Faults of the whole hotline, and not of a single message. They pause the whole outgoing queue."""
NEVER = (Outcome.PERMANENT, Outcome.STOPPED)
"""Outcomes after which no attempt can reach this number."""
UNCOUNTED = (Outcome.NOT_SENT, *FAULTS)
"""Outcomes that prove that nothing was sent. They are not counted as one of the eight attempts."""


class Gateway(StrEnum):
    """An SMS gateway. Its message ids are unique only for this gateway. So a report is matched by gateway and id."""

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


LEASE = timedelta(seconds=30)
"""The time for which a worker's claim on a message is valid. This is more than twice as long as the longest send."""
MAX_SEND = timedelta(seconds=12)
"""The ten seconds of the gateway, and time to write the result. An older claim belongs to a process that has
stopped."""
MAX_ATTEMPTS = 8
"""The most attempts that may have reached the network."""
PARALLEL_AFTER = 2
"""After this number of counted failures of an alert, a colleague is alerted too."""
FAULT_PAUSE = timedelta(seconds=60)
"""The time after which a paused queue tries to send one message."""
LONG_WAIT = timedelta(seconds=5)
"""After this time, a further alert with danger counts as a first alert. To send a first alert may take ten seconds."""
JITTER = 0.2


class Priority(IntEnum):
    """The queues of outgoing SMS, the most urgent first. The first three are the urgencies of a tip."""

    URGENT = 1
    SOON = 2
    NORMAL = 3
    CONFIRMATION = 4
    DRILL = 5
    ANSWER = 6
    """An answer to a phone that is not enrolled. It is sent only while no other message is due."""
    MONITOR = 7
    """A message about an alarm to an on-call contact. Only the monitor claims it, with its own key. No pause stops
    it."""


TO_RESPONDERS = (
    Priority.URGENT,
    Priority.SOON,
    Priority.NORMAL,
    Priority.CONFIRMATION,
    Priority.DRILL,
)


@dataclass(frozen=True, slots=True)
class OutgoingQueue:
    """The waiting times for the messages of one queue."""

    retries: tuple[int, ...] = (1, 2, 5, 10, 15, 30, 60)
    """The seconds until each next attempt, by the number of attempts before it. The last value is used for all further
    attempts."""
    unknown: timedelta = timedelta(minutes=10)
    """The waiting time after no answer, or after an answer that cannot be read. A duplicate message costs little money.
    A lost alert may cost a life."""
    error: timedelta | None = None
    """The waiting time if the gateway answers that it failed. Then the message was most likely not sent. None means the
    same time as `unknown`."""
    report: timedelta = timedelta(minutes=10)
    ends: Mapping[Outcome, MessageState] | None = None
    """The state after each outcome, for messages that are tried until they are too old. None means the eight attempts
    of an alert."""
    holds: bool = True
    """True if a fault of ours pauses this queue. Only the monitor's queue is never paused."""


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
            # A second answer would cost more than it helps, because the caller can write again.
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
    """The changes to a message after an attempt with this outcome."""

    state: MessageState
    wait: timedelta
    """The time until a worker handles the message again. In a final state it is not used."""
    counted: bool
    replace: bool = False
    """True if a colleague must be alerted now."""
    flag: bool = False
    """True if this number can never be reached, so that the responder gets no more alerts."""
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
"""Verdicts that end a message after any number of attempts."""


def decide(
    result: SendResult, *, priority: int, attempts: int, counted: int, chance: float
) -> Verdict:
    """Returns what an attempt's result changes for its message.

    `attempts` includes this attempt. `counted` is the number of counted attempts before this one. `chance` spreads the
    next attempts over time.
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
    """Returns the next state of a message if it stays unknown whether it arrived, and no report came.

    `answered` does not prove that it arrived. The responder may have answered another message about the case.
    """
    if withheld:
        return MessageState.FAILED
    return MessageState.ANSWERED if answered else MessageState.RETRY


@dataclass(frozen=True, slots=True)
class FreeSends:
    """The number of further messages that may be sent now."""

    first: int
    """The places for first alerts with danger, and for alerts with danger that have waited for `LONG_WAIT`."""
    others: int
    """The places for alerts with danger to a second or third person, and for all messages that can wait."""


def free_sends(at_once: int, under_way: int, others: int, *, doubted: bool) -> FreeSends:
    """Returns how many more messages may be sent now. First alerts with danger may use all places. All other messages
    may use three of eight.

    `under_way` counts all sends that are in progress. `others` counts those that are not first alerts with danger.
    After a fault of ours, the queue is `doubted`. Then it sends one message at a time.
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
    """Returns the waiting time until a message is sent again if it is unknown whether it arrived."""
    queue = QUEUES[priority]
    failed = http_status is not None and http_status >= 500
    return queue.error if failed and queue.error is not None else queue.unknown


class ReportMeaning(StrEnum):
    """The meaning of a delivery report for its message."""

    ARRIVED = "arrived"
    LOST = "lost"
    NOTHING = "nothing"
    """The message is on its way, or we do not know the status."""


REPORTS = {
    "success": ReportMeaning.ARRIVED,
    "failed": ReportMeaning.LOST,
    "rejected": ReportMeaning.LOST,
    "absentsubscriber": ReportMeaning.LOST,
    "expired": ReportMeaning.LOST,
}


def report_meaning(status: str) -> ReportMeaning:
    """Returns the meaning of a status of the gateway, in capital or small letters.

    An unknown status means `NOTHING`.
    """
    return REPORTS.get(status.strip().casefold(), ReportMeaning.NOTHING)
