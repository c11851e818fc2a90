"""The life of an MT: its states, their legal steps, and how long to wait for what (delivery protocol). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum


class MessageState(StrEnum):
    """pending -> sending -> accepted -> delivered; from sending also retry, unknown, failed; from unknown answered.

    Anything living may end dead: red on the console, told to the national desk until a human takes it.
    """

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    """A report says that it arrived."""
    ANSWERED = "answered"
    """Nobody knows whether it arrived, and who it tells has answered for its case: it is not sent again."""
    RETRY = "retry"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DEAD = "dead"


DUE_STATES = (MessageState.PENDING, MessageState.RETRY)
"""What a worker may claim, once its time has come."""
FINAL_STATES = (
    MessageState.DELIVERED,
    MessageState.ANSWERED,
    MessageState.FAILED,
    MessageState.DEAD,
)


class Outcome(StrEnum):
    """What one attempt came to. Anything new is UNKNOWN."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    CONFIG_FAULT = "config_fault"
    MONEY_FAULT = "money_fault"
    PERMANENT = "permanent"
    STOPPED = "stopped"
    """Whoever has this number asked to hear no more: of us, or of the gateway."""
    TRANSIENT = "transient"
    UNREADABLE = "unreadable"
    """The stored number or code does not open. This is a fault of ours: the responder may well be reachable."""
    WITHDRAWN = "withdrawn"
    """The code that it tells was used or replaced, or its recipient asked for no more."""


FAULTS = (Outcome.CONFIG_FAULT, Outcome.MONEY_FAULT)
"""Ours, not the message's: the whole lane is held."""
NEVER = (Outcome.PERMANENT, Outcome.STOPPED)
"""This number will not be reached, however often it is tried."""
UNCOUNTED = (Outcome.NOT_SENT, *FAULTS)
"""Surely not sent: it burns none of the eight attempts."""


class Gateway(StrEnum):
    """A gateway. Its ids mean nothing to another one: a report is matched by both."""

    AFRICAS_TALKING = "africastalking"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The gateway's answer, in our words: what an SMS adapter returns. It never raises for the network."""

    outcome: Outcome
    http_status: int | None = None
    provider_status: str | None = None
    provider_id: str | None = None
    gateway: Gateway = Gateway.AFRICAS_TALKING


LEASE = timedelta(seconds=30)
"""How long a claim stands: three times the longest send."""
LONGEST_SEND = timedelta(seconds=12)
"""The gateway's ten seconds, and the writing of the result: a claim that is older is of a dead or sleeping process."""
LIMIT = 8
"""Attempts that may have reached the network."""
PARALLEL_AFTER = 2
"""Counted failures of one alert, before a colleague is told as well."""
HOLD = timedelta(seconds=60)
"""How long a held lane rests before one message tries again."""
LONG_WAITED = timedelta(seconds=5)
"""After so long a further alert of danger goes as if it were the first: the first one may be on the wire for ten."""
JITTER = 0.2


class Priority(IntEnum):
    """The queues of outgoing SMS, the most urgent first. The first three are the urgencies of a tip."""

    URGENT = 1
    SOON = 2
    NORMAL = 3
    CONFIRMATION = 4
    DRILL = 5
    ANSWER = 6
    """To a stranger who wrote, while no other message is due."""
    MONITOR = 7
    """Of alarms, to on-call contacts: the monitor alone claims it, with its own key, and no pause stops it."""


TO_RESPONDERS = (
    Priority.URGENT,
    Priority.SOON,
    Priority.NORMAL,
    Priority.CONFIRMATION,
    Priority.DRILL,
)


@dataclass(frozen=True, slots=True)
class OutgoingQueue:
    """How long a message of one queue waits for what."""

    retries: tuple[int, ...] = (1, 2, 5, 10, 15, 30, 60)
    """Seconds, by tries so far; the last one repeats."""
    unknown: timedelta = timedelta(minutes=10)
    """After no answer, or an unreadable one. A duplicate costs a few francs, silence may cost a life."""
    error: timedelta | None = None
    """After an answer that says that the gateway failed: the surer "no". None: as `unknown`."""
    report: timedelta = timedelta(minutes=10)
    ends: Mapping[Outcome, MessageState] | None = None
    """What ends a message that is tried until it is too old. None: the eight attempts of an alert."""
    holds: bool = True
    """A fault of ours holds every queue but the monitor's."""


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
            # A second one would cost more than it helps: who wrote may write again.
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
    """What an attempt's outcome does to its message."""

    state: MessageState
    wait: timedelta
    """Until the clock looks at it again; means nothing in a final state."""
    counted: bool
    replace: bool = False
    """Tell a colleague, now."""
    flag: bool = False
    """This number will never be reached: its responder is no living recipient any more."""
    hold: bool = False
    """Hold the lane."""


NUMBER_REFUSED = Verdict(MessageState.FAILED, timedelta(), counted=True, replace=True, flag=True)
WITHOUT_RETRY = {
    **dict.fromkeys(NEVER, NUMBER_REFUSED),
    Outcome.UNREADABLE: Verdict(MessageState.DEAD, timedelta(), counted=False, replace=True),
    Outcome.WITHDRAWN: Verdict(MessageState.FAILED, timedelta(), counted=False),
}
"""What ends a message, however often it was tried."""


def judge(
    result: SendResult, *, priority: int, attempts: int, counted: int, chance: float
) -> Verdict:
    """`attempts` includes this one, `counted` those before it; `chance` is in 0..1 and spreads the retries."""
    outcome, queue = result.outcome, QUEUES[priority]
    if outcome in FAULTS and queue.holds:
        return Verdict(MessageState.RETRY, HOLD, counted=False, hold=True)
    if queue.ends is not None:
        state = queue.ends.get(outcome, MessageState.RETRY)
        wait = retry_wait(priority, attempts, 0.0)
        return Verdict(state, wait, counted=False, flag=outcome in NEVER)
    if outcome is Outcome.ACCEPTED:
        return Verdict(MessageState.ACCEPTED, report_wait(priority), counted=True)
    if outcome in WITHOUT_RETRY:
        return WITHOUT_RETRY[outcome]
    if outcome is Outcome.NOT_SENT:
        wait = retry_wait(priority, attempts - counted, chance)
        return Verdict(MessageState.RETRY, wait, counted=False)

    if counted + 1 >= LIMIT:
        return Verdict(MessageState.DEAD, timedelta(), counted=True, replace=True)
    second = counted + 1 == PARALLEL_AFTER
    if outcome is Outcome.TRANSIENT:
        wait = retry_wait(priority, attempts, chance)
        return Verdict(MessageState.RETRY, wait, counted=True, replace=second)
    wait = unknown_wait(priority, result.http_status)
    replace = second and priority == Priority.URGENT
    return Verdict(MessageState.UNKNOWN, wait, counted=True, replace=replace)


def after_doubt(*, withheld: bool, answered: bool) -> MessageState:
    """What becomes of a message that was in doubt for long enough, and of which no report speaks.

    Who answered may have done so by another message, of the same case or of one like it: that proves no arrival.
    """
    if withheld:
        return MessageState.FAILED
    return MessageState.ANSWERED if answered else MessageState.RETRY


@dataclass(frozen=True, slots=True)
class Room:
    """How many more sends may begin on the line."""

    first: int
    """The first alert of a step of danger, and any other alert of danger that has waited `LONG_WAITED`."""
    others: int
    """Alerts of danger to a second and third person, and what can wait."""


def room(at_once: int, under_way: int, others: int, *, doubted: bool) -> Room:
    """First alerts of danger may take every place, all others 3 of 8. `others` are those of them `under_way`.

    A lane that is `doubted` after a fault of ours is tried by one message.
    """
    if doubted:
        one = 0 if under_way else 1
        return Room(one, one)
    first = max(0, at_once - under_way)
    return Room(first, max(0, min(first, max(1, at_once * 3 // 8) - others)))


def retry_wait(priority: int, tries: int, chance: float) -> timedelta:
    """Returns how long to wait before the next try. `chance` is from -1 to 1."""
    steps = QUEUES[priority].retries
    seconds = steps[min(max(tries, 1), len(steps)) - 1]
    return timedelta(seconds=seconds * (1 + JITTER * chance))


def unknown_wait(priority: int, http_status: int | None) -> timedelta:
    """Returns how long to wait where nobody knows whether a message was sent."""
    queue = QUEUES[priority]
    failed = http_status is not None and http_status >= 500
    return queue.error if failed and queue.error is not None else queue.unknown


def report_wait(priority: int) -> timedelta:
    """Returns how long to wait for a delivery report."""
    return QUEUES[priority].report


class ReportMeaning(StrEnum):
    """What a delivery report says of its message."""

    ARRIVED = "arrived"
    LOST = "lost"
    NOTHING = "nothing"
    """On its way, or a word that we do not know."""


REPORTS = {
    "success": ReportMeaning.ARRIVED,
    "failed": ReportMeaning.LOST,
    "rejected": ReportMeaning.LOST,
    "absentsubscriber": ReportMeaning.LOST,
    "expired": ReportMeaning.LOST,
}


def report_meaning(status: str) -> ReportMeaning:
    return REPORTS.get(status.strip().casefold(), ReportMeaning.NOTHING)
