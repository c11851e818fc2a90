"""Defines call-backs: when a call may be made, who may see the number, and when the request ends. Pure.

If we call at a wrong time, another person may answer the phone. So every rule here refuses the call if there is doubt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from hotline.text.time import KIGALI

WINDOW_LENGTH = timedelta(hours=2)
"""The length of every window."""
NOTICE_DELAY = timedelta(minutes=3)
"""The time until the desk is notified. Before that, the caller can still withdraw the request."""


class CallBackState(StrEnum):
    """The state of a call-back.

    It goes from waiting to done, withdrawn or expired. Only a waiting call-back has a number.
    """

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class CallOutcome(StrEnum):
    """The result of a call. The next window, if there is one, stays only after the outcome `SILENT`."""

    REACHED = "reached"
    SILENT = "silent"
    OTHER = "other"
    """Another person answered the phone. The desk never calls this number again."""
    REFUSED = "refused"
    """The caller answered, but wants no call."""


class DayPart(StrEnum):
    """A part of the day, as the menu offers it."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"


OPENS = {DayPart.MORNING: time(8), DayPart.NOON: time(12), DayPart.EVENING: time(17)}
DAYS = {"tomorrow": (1,), "after": (2,), "either": (1, 2)}
"""The days from the request to the call, for each answer of the caller."""
SHARED = frozenset({"alone", "family"})
"""The answers about other people who may pick up the phone, after which a call is possible. A person that the caller
fears is not on this list."""

WANTED, OTHERS_ANSWER, DAY, PART, WORD = "call", "call_who", "call_day", "call_part", "call_word"
ANSWERS = frozenset({WANTED, OTHERS_ANSWER, DAY, PART, WORD})
"""The questions about a call-back. Only the national desk sees the answers. The body of a tip does not contain them."""
OFFERED = ("me_adult", "child", "adult", "several")
"""The answers about who needs help after which a call is offered. A caller who says that they are under 18 gets no
offer (ADR 31)."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which a call may be made."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at

    def __str__(self) -> str:
        opens, closes = self.opens_at.astimezone(KIGALI), self.closes_at.astimezone(KIGALI)
        return f"{opens:%d/%m %H:%M}-{closes:%H:%M}"


def windows(answers: Mapping[str, str], asked_at: datetime) -> tuple[Window, ...]:
    """Returns one or two windows, in their order.

    Returns none if these answers do not agree to all points of a call.
    """
    days, part = DAYS.get(answers.get(DAY, "")), answers.get(PART)
    if answers.get(WANTED) != "yes" or answers.get(OTHERS_ANSWER) not in SHARED:
        return ()
    if days is None or part not in set(DayPart) or not answers.get(WORD):
        return ()
    today = asked_at.astimezone(KIGALI).date()
    return tuple(
        window_from(datetime.combine(today + timedelta(days=day), OPENS[DayPart(part)], KIGALI))
        for day in days
    )


def window_from(opens_at: datetime) -> Window:
    return Window(opens_at, opens_at + WINDOW_LENGTH)


def refusal_reason(
    window: Window, at: datetime, *, has_asked: bool, approved_by: str | None
) -> str | None:
    """Returns why this person may not see the number now. Returns None if they may.

    `has_asked` is True if this person made the latest request for the number.
    """
    if not has_asked:
        return "has not been asked for by this person"
    if approved_by is None:
        return "was not approved yet by a second person"
    if not window.is_open(at):
        return f"may be opened {window} only, Kigali time"
    return None
