"""The life of an answer to a stranger: short, so that it never comes into another hand. Pure.

pending -> sending -> sent | failed; and late where it could not be sent in time. With the end its number is gone.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hotline.domain.outbox.delivery import FAULTS, HOLD, NEVER, Outcome

LATE = timedelta(minutes=10)
"""What could not be sent by then is not sent: by then somebody else may hold the phone."""
KEPT = timedelta(hours=72)
"""How long the row stays, without its number, to be counted."""
SOON = timedelta(seconds=50)
"""The one answer to a cry: what cannot be begun by then is not sent. With the longest send it is there in a minute."""
SELDOM = timedelta(days=7)
"""A phone that cried is answered once in so long, and the row stays so long to be known by."""
WAITS = (2, 5, 15, 30, 60)
"""Seconds between tries; the last one repeats."""
AN_HOUR, A_DAY = 20, 60
"""Answers to one phone. More than that reads no human: two machines answer one another."""
SHARE = 0.7
"""Of a day's budget, for answers. The rest is kept for alerts, which ask for no budget."""


class AnswerForm(StrEnum):
    SCREEN = "screen"
    HINT = "hint"
    """How to begin again; said once."""
    ADVERTISEMENT = "advertisement"
    """The line's public advertisement, to a phone that cried."""


class AnswerState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    """Or perhaps sent: a second one would cost more than it helps. She may write again."""
    FAILED = "failed"
    LATE = "late"


ENDED = (AnswerState.SENT, AnswerState.FAILED, AnswerState.LATE)


@dataclass(frozen=True, slots=True)
class Spent:
    """What was answered already: to this phone within an hour and a day, and to everybody today."""

    hour: int
    day: int
    line: int


def affordable(spent: Spent, budget: int) -> bool:
    """Whether one more may be written."""
    return spent.hour < AN_HOUR and spent.day < A_DAY and spent.line < int(budget * SHARE)


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    state: AnswerState
    wait: timedelta = timedelta()
    hold: bool = False
    """Hold the lane."""


def judge(outcome: Outcome, attempts: int) -> AnswerVerdict:
    """What an attempt's outcome makes of it; `attempts` includes this one."""
    if outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
        return AnswerVerdict(AnswerState.SENT)
    if outcome in NEVER:
        return AnswerVerdict(AnswerState.FAILED)
    if outcome in FAULTS:
        return AnswerVerdict(AnswerState.PENDING, HOLD, hold=True)
    wait = WAITS[min(max(attempts, 1), len(WAITS)) - 1]
    return AnswerVerdict(AnswerState.PENDING, timedelta(seconds=wait))
