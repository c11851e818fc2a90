"""Defines call-backs: when a call may be made, who may see the number, and when the request ends. Pure.

If the desk calls at a wrong time, another person may answer the phone. So in doubt, every rule refuses the call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from hotline.text.time import KIGALI

WINDOW_LENGTH = timedelta(hours=2)
"""The length of every window of time for a call."""
HALF_WINDOW = WINDOW_LENGTH / 2
"""While call-backs are paused, a request leaves a window in which less time than this is left. So no request ends just
after a pause.
"""
NOTICE_DELAY = timedelta(minutes=3)
"""The time between a request and the notice to the desk. During this time, the caller can still withdraw the
request.
"""


class CallBackState(StrEnum):
    """The state of a call-back.

    A call-back goes from waiting to done, withdrawn or expired. The number is stored only while the call-back is
    waiting.
    """

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class CallOutcome(StrEnum):
    """The result of a call to a caller. A second window remains only if the outcome is `SILENT`."""

    REACHED = "reached"
    SILENT = "silent"
    OTHER = "other"
    """Another person answered the phone. The desk never calls this number again."""
    REFUSED = "refused"
    """The caller answered the phone, but wants no call."""


class DayPart(StrEnum):
    """A part of the day that the menu offers for a call."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"


OPENS = {DayPart.MORNING: time(8), DayPart.NOON: time(12), DayPart.EVENING: time(17)}
DAYS = {"tomorrow": (1,), "after": (2,), "either": (1, 2)}
"""The number of days between the request and the call, for each answer of the caller."""
SHARED = frozenset({"alone", "family"})
"""The answers to the question of who else may answer the phone. After these answers, a call is possible. The answer
that the caller fears this person is not among them."""

WANTED, OTHERS_ANSWER, DAY, PART, WORD = "call", "call_who", "call_day", "call_part", "call_word"
ANSWERS = frozenset({WANTED, OTHERS_ANSWER, DAY, PART, WORD})
"""The names of the answers about a call-back. Only the national desk sees the answers. They are not in the body of the
tip.
"""
OFFERED = ("me_adult", "child", "adult", "several")
"""The answers to "Who needs help?" after which the menu offers a call. A caller who says that they are under 18 gets no
such offer (docs/decisions/10).
"""


@dataclass(frozen=True, slots=True)
class Window:
    """A window of time in which the desk may call."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at

    def __str__(self) -> str:
        opens, closes = self.opens_at.astimezone(KIGALI), self.closes_at.astimezone(KIGALI)
        return f"{opens:%d/%m %H:%M}-{closes:%H:%M}"


def windows(answers: Mapping[str, str], asked_at: datetime) -> tuple[Window, ...]:
    """Returns the one or two windows for a call, the earlier first.

    Returns none if the caller has not agreed to all conditions of a call.
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


def next_day(window: Window) -> Window:
    """Returns the same hours of the next day. The caller agreed to these hours only."""
    return window_from(window.opens_at + timedelta(days=1))


def window_from(opens_at: datetime) -> Window:
    return Window(opens_at, opens_at + WINDOW_LENGTH)


def refusal_reason(
    window: Window, at: datetime, *, has_asked: bool, approved_by: str | None
) -> str | None:
    """Returns the reason why this person may not see the number now. Returns None if the person may see the number.

    `has_asked` is True if this person made the last request for the number.
    """
    if not has_asked:
        return "was not requested by you"
    if approved_by is None:
        return "was not approved yet by a second person"
    if not window.is_open(at):
        return f"may be opened {window} only, Kigali time"
    return None
