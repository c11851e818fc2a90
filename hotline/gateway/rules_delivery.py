"""Defines the states of an outgoing SMS, their legal steps, and each wait between them (delivery protocol). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum


class MessageState(StrEnum):
    """The state of one outgoing SMS.

    A pending message becomes sending, then accepted, then delivered. A sending message may also become retry, unknown
    or failed. An unknown message may become answered. Any message that is not final may become dead: undeliverable.
    The console marks it, and the national desk is notified until a person handles it.
    """

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    """A delivery report says that the message arrived."""
    ANSWERED = "answered"
    """Its arrival is unknown, but its responder has answered for the case. The message is not sent again."""
    RETRY = "retry"
    UNKNOWN = "unknown"
    FAILED = "failed"
    UNDELIVERABLE = "dead"


DUE_STATES = (MessageState.PENDING, MessageState.RETRY)
"""States from which a worker may claim a message once it is due."""
FINAL_STATES = (
    MessageState.DELIVERED,
    MessageState.ANSWERED,
    MessageState.FAILED,
    MessageState.UNDELIVERABLE,
)


class Outcome(StrEnum):
    """The result of one attempt to send. A result that the code does not know counts as `UNKNOWN`."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    CONFIG_FAULT = "config_fault"
    MONEY_FAULT = "money_fault"
    PERMANENT = "permanent"
    STOPPED = "stopped"
    """The phone's user asked us or the gateway to send no more messages."""
    TRANSIENT = "transient"
    UNREADABLE = "unreadable"
    """The stored number or code cannot be decrypted. This is our fault: the responder may be reachable."""
    WITHDRAWN = "withdrawn"
    """The code in the message was used or replaced, or the recipient asked for no more messages."""


FAULTS = (Outcome.CONFIG_FAULT, Outcome.MONEY_FAULT)
"""Faults of the line, not of one message. They pause the whole outgoing queue."""
NEVER = (Outcome.PERMANENT, Outcome.STOPPED)
"""Outcomes after which no attempt will reach this number."""
UNCOUNTED = (Outcome.NOT_SENT, *FAULTS)
"""Outcomes that prove that nothing was sent. They do not use up any of the eight attempts."""


class Gateway(StrEnum):
    """One SMS gateway. Its message ids are unique only within it, so a report is matched by gateway and id."""

    AFRICAS_TALKING = "africastalking"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The gateway's answer to one send, in our terms. An SMS adapter returns it and raises no network error."""

    outcome: Outcome
    http_status: int | None = None
    provider_status: str | None = None
    provider_id: str | None = None
    gateway: Gateway = Gateway.AFRICAS_TALKING


LEASE = timedelta(seconds=30)
"""Time for which a worker's claim on a message is valid. It is more than twice the longest send."""
MAX_SEND = timedelta(seconds=12)
"""The gateway's ten seconds, and time to write the result. An older claim belongs to a stopped process."""
MAX_ATTEMPTS = 8
"""Attempts that may have reached the network."""
PARALLEL_AFTER = 2
"""Counted failures of one alert before a colleague is alerted too."""
FAULT_PAUSE = timedelta(seconds=60)
"""Time for which a paused queue waits before it tries one message."""
LONG_WAIT = timedelta(seconds=5)
"""After this time a further alert of danger gets the rank of a first one. A first one may take ten seconds to send."""
JITTER = 0.2


class Priority(IntEnum):
    """The queues of outgoing SMS, most urgent first. The first three are the urgencies of a tip."""

    URGENT = 1
    SOON = 2
    NORMAL = 3
    CONFIRMATION = 4
    DRILL = 5
    ANSWER = 6
    """A reply to a stranger who wrote. It is sent only while no other message is due."""
    MONITOR = 7
    """A message about an alarm to an on-call contact. The monitor alone claims it, with its key. No pause stops it."""


TO_RESPONDERS = (
    Priority.URGENT,
    Priority.SOON,
    Priority.NORMAL,
    Priority.CONFIRMATION,
    Priority.DRILL,
)


@dataclass(frozen=True, slots=True)
class OutgoingQueue:
    """The waiting times of the messages in one queue."""

    retries: tuple[int, ...] = (1, 2, 5, 10, 15, 30, 60)
    """Seconds before each next attempt, by attempts so far. The last value repeats."""
    unknown: timedelta = timedelta(minutes=10)
    """Wait after no answer or an unreadable one. A duplicate costs a few francs. A lost alert may cost a life."""
    error: timedelta | None = None
    """Wait after the gateway answers that it failed, which is a surer "no". None means the same as `unknown`."""
    report: timedelta = timedelta(minutes=10)
    ends: Mapping[Outcome, MessageState] | None = None
    """State by outcome, for a message that is tried until it is too old. None means the eight attempts of an alert."""
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
            # A second answer costs more than it helps: the caller may write again.
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
    """The effect of one attempt's outcome on its message."""

    state: MessageState
    wait: timedelta
    """Time until the worker checks the message again. It has no meaning in a final state."""
    counted: bool
    replace: bool = False
    """True if a colleague must be alerted now."""
    flag: bool = False
    """True if this number can never be reached, so its responder no longer counts as a recipient."""
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
"""Verdicts that end a message whatever the number of attempts."""


def decide(
    result: SendResult, *, priority: int, attempts: int, counted: int, chance: float
) -> Verdict:
    """Returns the effect of one attempt's result on its message.

    `attempts` includes this attempt. `counted` is the number of counted attempts before it. `chance` spreads the
    retries over time.
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
    """Returns the next state of a message whose arrival stayed unknown and for which no report came.

    `answered` proves no arrival: the responder may have answered another message about this case or a similar one.
    """
    if withheld:
        return MessageState.FAILED
    return MessageState.ANSWERED if answered else MessageState.RETRY


@dataclass(frozen=True, slots=True)
class FreeSends:
    """The number of further sends that may begin."""

    first: int
    """Places for the first danger alert of each escalation level, and for danger alerts that waited `LONG_WAIT`."""
    others: int
    """Places for danger alerts to a second or third person, and for messages that can wait."""


def free_sends(at_once: int, under_way: int, others: int, *, doubted: bool) -> FreeSends:
    """Returns how many more sends may begin. First danger alerts may use every place, all others three of eight.

    `under_way` counts all sends in progress, and `others` those that are not first danger alerts. After a fault of ours
    the queue is `doubted`: it sends one message at a time.
    """
    if doubted:
        one = 0 if under_way else 1
        return FreeSends(one, one)
    first = max(0, at_once - under_way)
    return FreeSends(first, max(0, min(first, max(1, at_once * 3 // 8) - others)))


def retry_wait(priority: int, tries: int, chance: float) -> timedelta:
    """Returns the wait before the next attempt. `chance` is from -1 to 1."""
    steps = QUEUES[priority].retries
    seconds = steps[min(max(tries, 1), len(steps)) - 1]
    return timedelta(seconds=seconds * (1 + JITTER * chance))


def unknown_wait(priority: int, http_status: int | None) -> timedelta:
    """Returns the wait before a message whose arrival is unknown is sent again."""
    queue = QUEUES[priority]
    failed = http_status is not None and http_status >= 500
    return queue.error if failed and queue.error is not None else queue.unknown


class ReportMeaning(StrEnum):
    """The meaning of a delivery report for its message."""

    ARRIVED = "arrived"
    LOST = "lost"
    NOTHING = "nothing"
    """The message is on its way, or the status is unknown to us."""


REPORTS = {
    "success": ReportMeaning.ARRIVED,
    "failed": ReportMeaning.LOST,
    "rejected": ReportMeaning.LOST,
    "absentsubscriber": ReportMeaning.LOST,
    "expired": ReportMeaning.LOST,
}


def report_meaning(status: str) -> ReportMeaning:
    """Returns the meaning of a gateway's status, in any letter case. An unknown status means nothing."""
    return REPORTS.get(status.strip().casefold(), ReportMeaning.NOTHING)
